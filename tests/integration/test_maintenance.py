#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Maintenance mode of a peer, and what peers tell each other of their work."""

from sextant_test import LabTest, main, netconf, wait_for

MODE = "/sextant-system:system/maintenance-mode"


def shared(daemon, index):
    """What `daemon` knows of the work of the peer with this index, or {}."""
    data = daemon.session().get(f'<cluster xmlns="{netconf.CLUSTER}"><peers><peer><index>{index}'
                                "</index><shared/></peer></peers></cluster>")
    found = data.find(f".//{{{netconf.CLUSTER}}}shared")
    return {} if found is None else {leaf.tag.split("}")[1]: leaf.text for leaf in found}


class Maintenance(LabTest):
    count = 3
    formed = True

    def setUp(self):
        self.alpha, self.beta, self.gamma = self.lab.daemons

    def of_beta(self, name, value):
        return lambda: all(shared(daemon, 2).get(name) == value for daemon in self.lab.daemons)

    def test_maintenance_mode_is_seen_by_all(self):
        mark = self.lab.nms.mark()
        revision = self.alpha.status()["revision"]
        done = self.beta.ctl("set", MODE, "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_for(self.of_beta("maintenance-mode", "true"), 3, "all peers know")
        self.lab.nms.wait_alarm(15015, True, 5, mark, source=self.beta.address)
        for daemon in (self.alpha, self.gamma):
            self.lab.nms.wait_alarm(15015, True, 5, mark, peer=2, source=daemon.address)
            self.assertEqual(shared(daemon, 1)["maintenance-mode"], "false")
            self.assertEqual(shared(daemon, 3)["maintenance-mode"], "false")
        self.assertIn("In maintenance mode", self.gamma.ctl("status").stdout)
        peers = {peer["index"]: peer for peer in self.gamma.ctl_status()["peers"]}
        self.assertTrue(peers[2]["shared"]["maintenance-mode"])
        with self.subTest("it is the peer's own, and outlives its restart"):
            self.assertEqual(self.alpha.status()["revision"], revision)
            self.beta.restart()
            self.lab.wait_in_step()
            self.assertIn(15015, self.beta.alarm_ids())
            wait_for(self.of_beta("maintenance-mode", "true"), 3, "all peers know again")
        with self.subTest("a lost peer stays what it was, and its age grows"):
            self.beta.kill()
            wait_for(lambda: int(shared(self.alpha, 2)["age"]) >= 2, 5, "it grows old")
            self.assertIn(15015, self.alpha.alarm_ids())
            self.beta.start()
            self.lab.wait_in_step()
        self.assertEqual(self.beta.ctl("set", MODE, "false").returncode, 0)
        wait_for(self.of_beta("maintenance-mode", "false"), 3, "all peers know of the end")
        for daemon in self.lab.daemons:
            self.lab.nms.wait_alarm(15015, False, 5, mark, source=daemon.address)
            wait_for(lambda d=daemon: d.alarm_ids() == [40049], 5, "all is well again")

    def test_facts_are_shared(self):
        self.beta.edit(
            f'<system xmlns="{netconf.IETF_SYSTEM}"><hostname>beta</hostname><dns-resolver>'
            "<search>example.com</search></dns-resolver></system>"
            f'<system xmlns="{netconf.SYSTEM}"><option-keys><option-key><key>116341-1-ABC</key>'
            "</option-key></option-keys></system>")
        wait_for(self.of_beta("licence-key", "116341-1-ABC"), 3, "the key is known")
        for daemon in self.lab.daemons:
            found = shared(daemon, 2)
            self.assertEqual(found["host-name"], "beta.example.com")
            self.assertGreater(int(found["memory"]), 1000)
            self.assertLess(int(found["memory"]), 1000000)
            self.assertLessEqual(int(found["age"]), 10)
            self.assertIn("processor", found)
        with self.subTest("sessions are counted within the time of a look"):
            before = int(shared(self.alpha, 2)["sessions"])
            with self.beta.new_session(), self.beta.new_session():
                wait_for(lambda: int(shared(self.alpha, 2)["sessions"]) >= before + 2, 15,
                         "alpha counts them")


if __name__ == "__main__":
    main()
