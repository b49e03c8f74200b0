# SPDX-License-Identifier: Apache-2.0
"""What is measured of clusters: replication to five peers, beside etcd; the notification of a lost
one; how long a blank peer takes to join."""

import random
import tempfile
import time

from cluster_lab import netconf
from cluster_lab.lab import Lab
from cluster_lab.network import Network
from cluster_lab.openssh import OpenSSH
from content import Content
from etcd import Etcd
from floor import BODY, Disk
from timing import START_S, ask, milliseconds

PEERS = 6
ETCD_MEMBERS = (3, 5)
LOST_ALARM = 20004
CUTS = 3
JOIN_S = 600  # the longest wait for a peer that joins
WAIT_S = 30  # the longest wait for an edit on all peers
NETCONF = "urn:sextant:params:xml:ns:yang:sextant-netconf"


def row(number):
    """The entry that is edited, as its row stands in the database."""
    return BODY % number


def entry(number):
    return netconf.entry("Replicated", str(number))


def replicated(session, number):
    """Seconds from an edit to its answer, which waits until it is on the disks of all peers."""
    edit = netconf.edit_config(entry(number)).replace(
        "</edit-config>", f'<wait xmlns="{NETCONF}"><for>all</for><timeout>{WAIT_S}</timeout>'
        "</wait></edit-config>")
    start, end = ask(session, edit)
    return end - start


def alone(session, number):
    """Seconds from the same edit to its answer, when nobody waits for the peers."""
    start, end = ask(session, netconf.edit_config(entry(number)))
    return end - start


def commits_at_once(disks):
    """Seconds until all have made a durable commit that they began together."""
    start = time.monotonic()
    for disk in disks:
        disk.ask()
    for disk in disks:
        disk.answer()
    return time.monotonic() - start


def notified(lab, act):
    """Seconds from what is done to the last peer until a notification of it is at the NMS."""
    mark = lab.nms.mark()
    done = act()
    return lab.nms.wait_alarm(LOST_ALARM, True, 30, mark, PEERS)["when"] - done


def measure_full(rounds):
    """A cluster of six."""
    with Lab(PEERS) as lab:
        lab.form()
        disks = [Disk(daemon.folder) for daemon in lab.daemons]
        floors, alones, edits = [], [], []
        with OpenSSH(lab[1]) as session:
            for number in range(rounds):
                floors.append(commits_at_once(disks))
                edits.append(replicated(session, number))
                alones.append(alone(session, number + rounds))
        for disk in disks:
            disk.close()
        frozen = notified(lab, lab[PEERS].freeze)
        lab[PEERS].thaw()
        lab.wait_in_step(timeout=30)
        return {"commits": milliseconds(floors), "replicated": milliseconds(edits),
                "alone": milliseconds(alones), "frozen_s": frozen,
                "killed_s": notified(lab, lab[PEERS].kill)}


def measure_cut(rounds):
    """Seconds until the NMS hears of a peer whose cable was pulled out: the longest."""
    with Lab(PEERS, network=Network(PEERS)) as lab:
        lab.form()

        def cut():
            when = time.monotonic()
            lab.network.cut(PEERS)
            return when
        taken = []
        for _ in range(rounds):
            taken.append(notified(lab, cut))
            lab.network.heal(PEERS)
            lab.wait_in_step(timeout=60)
        return max(taken)


def measure_etcd(members, rounds):
    """etcd with so many members, on the same disk and with the same bytes."""
    with tempfile.TemporaryDirectory(prefix="sextant-bench-") as folder:
        etcd = Etcd(folder, members)
        try:
            for number in range(rounds // 10):
                etcd.put("warm", row(number))
            return {"put": milliseconds([etcd.put("entry", row(n)) for n in range(rounds)]),
                    "empty": milliseconds([etcd.nothing() for _ in range(rounds)])}
        finally:
            etcd.close()


def measure_join(size, seed):
    """Seconds from the restart of a blank peer into a cluster until it has all there is."""
    with Lab(2, traps=False) as lab:
        primary, joiner = lab.daemons
        lab.write_initial(primary, "".join(Content(size, random.Random(seed)).xml()), False)
        primary.start(START_S)
        joiner.start()
        primary.edit(lab.cluster_config(1))
        primary.restart(START_S)
        primary.edit(netconf.cluster(netconf.peers({2: lab.listed(joiner)})))
        joiner.edit(lab.cluster_config(2))
        start = time.monotonic()
        joiner.restart()
        lab.wait_in_step(timeout=JOIN_S)
        return time.monotonic() - start


def measure_clusters(plan, seed, tell):
    tell("a cluster of six")
    result = measure_full(plan.cluster_rounds)
    for members in ETCD_MEMBERS:
        tell(f"etcd with {members} members")
        result[f"etcd_{members}"] = measure_etcd(members, plan.cluster_rounds)
    tell("cables that are pulled out")
    result["cut_s"] = measure_cut(CUTS)
    result["join_s"] = {}
    for size in plan.joins:
        tell(f"a blank peer joins a cluster with {size} entries")
        result["join_s"][str(size)] = measure_join(size, seed)
    return result
