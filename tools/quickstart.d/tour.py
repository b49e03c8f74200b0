#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A cluster of three at work, step by step. Started by tools/quickstart.

tour.py [--keep] [--json FILE]
"""

import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from cluster_lab import netconf, ssh  # noqa: E402
from cluster_lab.daemon import PORTS  # noqa: E402
from cluster_lab.lab import Lab  # noqa: E402
from cluster_lab.snmp import COMMUNITY, MIBS, mib_folders  # noqa: E402
from ncclient.operations.rpc import RPCError  # noqa: E402
from steps import Failed, Tour, require, utf8_output  # noqa: E402

STEPS = 14
CONFIG = f'<config xmlns="{netconf.BASE}">%s</config>'


def client_edit(daemon, config):
    """An <edit-config> with ncclient over SSH: a log-in with a public key for each."""
    with ssh.connect(daemon) as session:
        session.edit_config(target="running", config=CONFIG % config)


def client_number(daemon, name):
    """What ncclient reads for a name in the phone book."""
    wanted = netconf.phone_book(f"<entry><name>{name}</name></entry>")
    with ssh.connect(daemon) as session:
        reply = session.get_config(source="running", filter=("subtree", wanted))
    found = reply.data_ele.findall(f".//{{{netconf.CALL_CONTROL}}}number")
    return found[0].text if found else None


def notification(found, start):
    """A notification as a line: when it came, and what it says."""
    word = "raised" if found["raised"] else "cleared"
    return (f"{word} after {found['when'] - start:.2f} s: id {found['id']}, severity "
            f"{found['severity']}, number {found['sequence']} from {found['source']}\n"
            f"about {found['resource']}\n{found['text']}")


class Cluster:
    """The steps of the tour, on a lab of three."""

    def __init__(self, lab, tour):
        self.lab = lab
        self.tour = tour
        self.alpha, self.beta, self.gamma = lab.daemons
        self.mark = 0

    def run(self):
        step = self.tour.step
        step("Start alpha, beta and gamma", "each stands alone and lets the administrator log in "
             "over SSH", self.start)
        step("Form a cluster of one on alpha", "accepted, and a restart is required",
             self.form_one)
        step("Restart alpha", "alpha is the configuration primary", self.restart_alpha)
        step("Add beta: list it on alpha, enter the same settings on beta, restart beta",
             "beta is a subordinate, its database is active", lambda: self.add(2))
        step("Add gamma in the same way", "gamma is a subordinate, its database is active",
             lambda: self.add(3))
        step("Edit the phone book on alpha", "the same entry is read on beta and gamma",
             self.replicate)
        step("Try the same edit on beta", "refused, and the answer names the primary",
             self.refuse)
        step("Set beta's contact, which is peer-specific", "it is on beta and nowhere else",
             self.peer_specific)
        step("Kill gamma (SIGKILL)", "the NMS has alarm 20004 about peer 3 within 1 s",
             self.kill)
        step("Edit on alpha while gamma is down", "accepted, and read on beta", self.edit_without)
        step("Start gamma again", "the alarm is cleared, and gamma has the edit that it missed",
             self.bring_back)
        step("Freeze beta (SIGSTOP)", "the NMS has alarm 20004 about peer 2 within 1 s",
             self.freeze)
        step("Edit on alpha, then let beta run on (SIGCONT)",
             "the alarm is cleared, and beta has the edit", self.thaw)
        step("Ask alpha for its status (sextantctl)", "all peers active, nothing is out of step",
             self.status)

    def start(self):
        self.lab.start()
        roles = []
        for daemon in self.lab.daemons:
            with ssh.connect(daemon) as session:
                roles.append(f"{daemon.name} at {daemon.address} is "
                             f"{daemon.status().get('role')}, session {session.session_id}")
        require(all("stand-alone" in role for role in roles), "; ".join(roles))
        return "\n".join(roles)

    def form_one(self):
        client_edit(self.alpha, self.lab.cluster_config(1))
        status = self.alpha.status()
        require(status.get("restart-required") == "true", str(status))
        return "\n".join(["restart-required is true"] + status["warnings"])

    def restart_alpha(self):
        before = self.alpha.pid
        ssh.restart(self.alpha)
        status = self.alpha.wait_status(lambda now: now.get("role") == "primary", "primary")
        require(self.alpha.alive, "another process")
        return f"role {status['role']}, the same process {before}"

    def add(self, index):
        joiner = self.lab[index]
        for daemon in self.lab.daemons[:index - 1]:
            client_edit(daemon, netconf.cluster(netconf.peers({index: joiner.address})))
        client_edit(joiner, self.lab.cluster_config(index))
        ssh.restart(joiner)
        self.lab.wait_in_step(index)
        status = joiner.status()
        require(status["role"] == "subordinate", str(status))
        text = self.alpha.status()["peers"][index]["status-text"]
        return f"database {status['database_status']}, revision {status['revision']}\n" \
               f"alpha says of it: {text}"

    def replicate(self):
        client_edit(self.alpha, netconf.entry("Reception", "5550100"))
        numbers = [client_number(daemon, "Reception") for daemon in (self.beta, self.gamma)]
        require(numbers == ["5550100", "5550100"], str(numbers))
        return f"Reception is {numbers[0]} on beta and {numbers[1]} on gamma"

    def refuse(self):
        try:
            client_edit(self.beta, netconf.entry("Reception", "5550199"))
        except RPCError as error:
            require(error.tag == "access-denied" and self.alpha.address in error.message,
                    f"{error.tag}: {error.message}")
            return f"{error.tag}: {error.message}"
        raise AssertionError("beta took it")

    def peer_specific(self):
        client_edit(self.beta, f'<system xmlns="{netconf.SYSTEM}"><snmp><contact>beta-desk'
                    "</contact></snmp></system>")
        contacts = [daemon.leaf(f'<system xmlns="{netconf.SYSTEM}"><snmp><contact/></snmp>'
                                "</system>", "contact") for daemon in self.lab.daemons]
        require(contacts == [None, "beta-desk", None], str(contacts))
        return "alpha has none, beta has beta-desk, gamma has none"

    def lose(self, peer, start):
        found = self.lab.nms.wait_alarm(20004, True, 5, self.mark, peer, self.alpha.address)
        require(found["when"] - start < 1, notification(found, start))
        return notification(found, start)

    def regain(self, peer, start):
        found = self.lab.nms.wait_alarm(20004, False, 15, self.mark, peer, self.alpha.address)
        return notification(found, start).split("\n", 1)[0]

    def kill(self):
        self.mark = self.lab.nms.mark()
        return self.lose(3, self.gamma.kill())

    def edit_without(self):
        client_edit(self.alpha, netconf.entry("Night desk", "5550101"))
        number = client_number(self.beta, "Night desk")
        require(number == "5550101", str(number))
        return f"Night desk is {number} on beta"

    def bring_back(self):
        start = time.monotonic()
        self.gamma.start()
        self.lab.wait_in_step(3)
        number = client_number(self.gamma, "Night desk")
        require(number == "5550101", str(number))
        return f"{self.regain(3, start)}\nNight desk is {number} on gamma"

    def freeze(self):
        self.mark = self.lab.nms.mark()
        return self.lose(2, self.beta.freeze())

    def thaw(self):
        client_edit(self.alpha, netconf.entry("Workshop", "5550102"))
        start = time.monotonic()
        self.beta.thaw()
        self.lab.wait_in_step(3)
        number = client_number(self.beta, "Workshop")
        require(number == "5550102", str(number))
        return f"{self.regain(2, start)}\nWorkshop is {number} on beta"

    def status(self):
        status = self.alpha.ctl_status()
        peers = [f"{peer['index']} {peer['status-text']}, revision {peer['revision']}"
                 for peer in status["peers"]]
        alarms = sorted(alarm["id"] for alarm in status["alarms"])
        require(alarms == [40049], f"alarms {alarms}")
        require(len({peer["revision"] for peer in status["peers"]}) == 1, str(peers))
        return "\n".join(peers + ["alarm 40049 tells that TLS verification is permissive, the "
                                  "default"])


def say_how_to_reach(tour, lab):
    log = lab.nms.leave()
    tour.say(f"The cluster keeps running. Its files are in {lab.folder}")
    tour.say(f"  export SEXTANT_SOCKET={lab[1].socket}; {lab.sextantctl} status")
    tour.say(f"  ssh -s -p {PORTS['netconf']} -i {lab.user_key} admin@{lab[1].address} netconf")
    tour.say(f"  netopeer2-cli, then: auth keys add {lab.user_key}.pub {lab.user_key}")
    tour.say("                       auth pref publickey 4")
    tour.say(f"                       connect --host {lab[1].address} --port {PORTS['netconf']} "
             "--login admin")
    tour.say(f"  MIBDIRS={':'.join(mib_folders(lab))} MIBS={MIBS} \\\n    snmpwalk -v2c -c "
             f"{COMMUNITY} {lab[1].address}:{PORTS['snmp']} SEXTANT-MIB::sextantMIB")
    tour.say(f"  tail -f {log}    # notifications")
    pids = [daemon.pid for daemon in lab.daemons] + [lab.nms.process.pid]
    tour.say(f"End it with: kill {' '.join(map(str, pids))}; rm -r {lab.folder}")


def main():
    parser = argparse.ArgumentParser(description="A cluster of three at work.")
    parser.add_argument("--keep", action="store_true", help="leave the cluster running")
    parser.add_argument("--json", metavar="FILE", help="write the results to FILE, too")
    arguments = parser.parse_args()
    utf8_output()
    tour = Tour()
    with Lab(3, keep=arguments.keep) as lab:
        try:
            Cluster(lab, tour).run()
        except Failed:
            for daemon in lab.daemons:
                tour.say(f"  last line of {daemon.name}'s log: {daemon.last_line()}")
        status = tour.finish(STEPS)
        if arguments.keep:
            say_how_to_reach(tour, lab)
    if arguments.json:
        tour.write(arguments.json)
    return status


if __name__ == "__main__":
    sys.exit(main())
