# SPDX-License-Identifier: Apache-2.0
"""What is measured of clusters: replication to five peers, the notification of a lost one, and how
long a blank peer takes to join."""

import random
import time

from cluster_lab import netconf
from cluster_lab.lab import Lab
from cluster_lab.netconf import CLUSTER
from cluster_lab.waiting import TimedOut
from content import Content
from floor import Disk
from timing import START_S, ask, milliseconds

PEERS = 6
LOST_ALARM = 20004
JOIN_S = 600  # the longest waits for a peer that joins, and for an edit on all peers
REPLICATED_S = 30
STORED = f'<cluster xmlns="{CLUSTER}"><peers><peer><index/><revision/></peer></peers></cluster>'


def revisions(session):
    """The revision that each peer has stored, as the primary knows it, by index."""
    return {peer.findtext(f"{{{CLUSTER}}}index"): int(peer.findtext(f"{{{CLUSTER}}}revision") or 0)
            for peer in session.get(STORED).iter(f"{{{CLUSTER}}}peer")}


def replicated(session, number):
    """Seconds from an edit until five peers have acknowledged that it is on their disks. The
    primary is asked again and again, which makes it seem longer rather than shorter."""
    before = revisions(session)["1"]
    start, _ = ask(session, netconf.edit_config(netconf.entry("Replicated", str(number))))
    while min(revisions(session).values()) <= before:
        if time.monotonic() - start > REPLICATED_S:
            raise TimedOut(f"a peer lacks the edit after {REPLICATED_S} s")
    return time.monotonic() - start


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
        floors, edits = [], []
        for number in range(rounds):
            floors.append(commits_at_once(disks))
            edits.append(replicated(lab[1].session(), number))
        for disk in disks:
            disk.close()
        frozen = notified(lab, lab[PEERS].freeze)
        lab[PEERS].thaw()
        lab.wait_in_step(timeout=30)
        return {"commits": milliseconds(floors), "replicated": milliseconds(edits),
                "frozen_s": frozen, "killed_s": notified(lab, lab[PEERS].kill)}


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
    for size in plan.joins:
        tell(f"a blank peer joins a cluster with {size} entries")
        result.setdefault("join_s", {})[str(size)] = measure_join(size, seed)
    return result
