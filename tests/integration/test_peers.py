#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The list of peers over the life of a cluster: from one to six, a live peer and a dead one taken
out, one replaced, and the cluster disbanded."""

import glob
import os
import shutil

from sextant_test import LabTest, main, netconf, wait_for

EMPTY = (f'<cluster xmlns="{netconf.CLUSTER}" xmlns:nc="{netconf.BASE}">'
         '<peers nc:operation="delete"/></cluster>')


def listing(addresses):
    """The whole list, in place of what is there."""
    inner = "".join(f"<peer><index>{index}</index><address>{address}</address></peer>"
                    for index, address in enumerate(addresses, 1))
    return netconf.cluster(f'<peers xmlns:nc="{netconf.BASE}" nc:operation="replace">{inner}'
                           "</peers>")


class Peers(LabTest):
    count = 6

    def setUp(self):
        self.alpha = self.lab[1]

    def quiet(self, daemons):
        """No alarm but that TLS is permissive."""
        for daemon in daemons:
            wait_for(lambda d=daemon: d.alarm_ids() == [40049], 10, f"{daemon.name}: no alarm")

    def in_step(self, daemons):
        def look():
            states = [daemon.status() for daemon in daemons]
            return (all(state.get("database_status") == "active" and
                        len(state["peers"]) == len(daemons) and
                        all(peer["status"] in ("active", "this-system")
                            for peer in state["peers"].values()) for state in states) and
                    len({state["digest"] for state in states}) == 1)
        wait_for(look, 15, "all are linked and in step")

    def replicates(self, daemons, number):
        daemons[0].edit(netconf.entry("Peers", number))
        for daemon in daemons[1:]:
            wait_for(lambda d=daemon: d.number_of("Peers") == number, 5, f"{daemon.name} has it")

    def grow(self, index):
        """The operator's steps for one more peer, and what is seen at each."""
        joiner, members = self.lab[index], self.lab.daemons[:index - 1]
        joiner.edit(netconf.entry("Mine", str(index)))
        mark = self.lab.nms.mark()
        for daemon in members:
            daemon.edit(netconf.cluster(netconf.peers({index: joiner.address})))
        seen = []

        def failed():
            text = self.alpha.status()["peers"][index]["status-text"]
            if text not in seen:
                seen.append(text)
            return text == "Failed"
        wait_for(failed, 10, "the new peer is there, and not in the cluster")
        self.assertIn(seen, (["Unknown", "Failed"], ["Failed"]))
        for alarm in (20004, 20006):
            self.lab.nms.wait_alarm(alarm, True, 5, mark, peer=index, source=self.alpha.address)
        joiner.edit(self.lab.cluster_config(index))
        warnings = " ".join(joiner.status()["warnings"])
        self.assertIn("users included, is replaced by the primary's", warnings)
        self.assertIn(20007, joiner.alarm_ids())
        joiner.restart()
        self.in_step(self.lab.daemons[:index])
        self.assertEqual(self.alpha.status()["peers"][index]["status-text"],
                         f"Active as {joiner.name} (Resolved '{joiner.address}' as "
                         f"'{joiner.address}')")
        self.assertIsNone(joiner.number_of("Mine"))
        self.assertTrue(glob.glob(f"{joiner.state}/store/backups/*"), "no backup")
        self.assertEqual(joiner.number_of("Reception"), "100")
        self.quiet(self.lab.daemons[:index])

    def relist(self, stay, addresses=None):
        """The list as those have it who stay."""
        for daemon in stay:
            daemon.edit(listing(addresses or [one.address for one in stay]))

    def test_a_one_to_six(self):
        self.alpha.edit(self.lab.cluster_config(1))
        self.alpha.restart()
        self.alpha.edit(netconf.entry("Reception", "100"))
        for index in range(2, 7):
            with self.subTest(f"peer {index}"):
                self.grow(index)
        self.replicates(self.lab.daemons, "600")

    def test_b_a_live_peer_leaves(self):
        leaver = self.lab[3]
        stay = [daemon for daemon in self.lab.daemons if daemon is not leaver]
        self.relist(stay)
        self.in_step(stay)
        self.quiet(stay)
        self.replicates(stay, "500")
        with self.subTest("nothing arms a reset from afar"):
            status = leaver.status()
            self.assertEqual(status["factory-reset-armed"], "false")
            self.assertEqual(leaver.number_of("Reception"), "100")
            self.assertNotEqual(leaver.number_of("Peers"), "500")
            wait_for(lambda: 20016 in leaver.alarm_ids(), 5, "it sees that it is alone")
        with self.subTest("its own list is cleared on itself"):
            leaver.edit(EMPTY)
            self.assertEqual(leaver.status()["factory-reset-armed"], "true")
            self.assertIn(15012, leaver.alarm_ids())
            leaver.restart()
            leaver.wait_reset()
            self.assertIsNone(leaver.number_of("Reception"))

    def test_c_a_dead_peer_is_taken_out(self):
        dead = self.lab[6]
        members = [self.lab[index] for index in (1, 2, 4, 5, 6)]
        stay = members[:-1]
        mark = self.lab.nms.mark()
        dead.kill()
        self.lab.nms.wait_alarm(20004, True, 5, mark, peer=5)
        self.relist(stay)
        self.lab.nms.wait_alarm(20004, False, 5, mark, peer=5)
        self.in_step(stay)
        self.quiet(stay)
        self.replicates(stay, "400")

    def test_d_a_peer_is_replaced(self):
        """Another system, without any configuration and with a key of its own, takes a dead one's
        place and address: the peers, who knew the dead one by its key, are told to accept it."""
        members = [self.lab[index] for index in (1, 2, 4, 5)]
        new, others = self.lab[5], members[:-1]
        new.kill()
        for daemon in others:
            wait_for(lambda d=daemon: 20004 in d.alarm_ids(), 5, f"{daemon.name}: it is dead")
        shutil.rmtree(new.state)
        self.assertTrue(os.path.exists(new.initial))
        new.certificate, new.key = self.lab.authority.issue("replacement", ["epsilon.example.com"])
        new.start()
        new.edit(netconf.cluster("<name>lab.example.com</name><configuration-primary>1"
                                 "</configuration-primary>"
                                 + netconf.peers({index: daemon.address for index, daemon in
                                                  enumerate(members, 1)})))
        new.restart()
        for daemon in others:
            wait_for(lambda d=daemon: 40070 in d.alarm_ids(), 10, f"{daemon.name}: another key")
        self.assertIsNone(new.number_of("Reception"))
        for daemon in others:
            done = daemon.ctl("accept-peer-key", "4")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.in_step(members)
        self.quiet(members)
        self.replicates(members, "401")

    def test_e_disbanded(self):
        members = [self.lab[index] for index in (1, 2, 4, 5)]
        for daemon in reversed(members):
            daemon.edit(EMPTY)
            self.assertEqual(daemon.status()["factory-reset-armed"], "true")
            self.assertIn(15012, daemon.alarm_ids())
            daemon.restart()
            daemon.wait_reset()
            self.assertEqual(daemon.status()["peers"], {})
            self.assertIsNone(daemon.number_of("Reception"))


if __name__ == "__main__":
    main()
