#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Configuration of the cluster that is applied with the commit, without a restart."""

from sextant_test import LabTest, main, netconf, wait_for

IMMEDIATELY = netconf.cluster("<apply>immediately</apply>")


class Immediately(LabTest):
    count = 3

    def test_a_cluster_is_formed_and_renamed_without_a_restart(self):
        alpha, beta, gamma = self.lab.daemons
        sessions = [daemon.session() for daemon in self.lab.daemons]
        logs = [daemon.log.mark() for daemon in self.lab.daemons]
        mark = self.lab.nms.mark()
        for daemon in self.lab.daemons:
            daemon.edit(IMMEDIATELY)
        with self.subTest("one, then two, then three"):
            alpha.edit(self.lab.cluster_config(1))
            self.assertEqual(alpha.status()["role"], "primary")
            alpha.edit(netconf.entry("Reception", "100"))
            gamma.edit(netconf.entry("Mine", "200"))
            for count in (2, 3):
                for daemon in self.lab.daemons[:count - 1]:
                    daemon.edit(netconf.cluster(netconf.peers(
                        {count: self.lab[count].address})))
                self.lab[count].edit(self.lab.cluster_config(count))
                self.lab.wait_in_step(count)
            self.assertEqual([daemon.number_of("Reception") for daemon in self.lab.daemons],
                             ["100"] * 3)
            self.assertIsNone(gamma.number_of("Mine"))
        with self.subTest("a new name, on one peer after the other"):
            for daemon in self.lab.daemons:
                daemon.edit(netconf.cluster("<name>other.example.com</name>"))
            self.lab.wait_in_step()
            alpha.edit(netconf.entry("Reception", "101"))
            wait_for(lambda: gamma.number_of("Reception") == "101", 2, "it is replicated")
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: d.alarm_ids() == [40049], 5, "no other alarm is up")
        with self.subTest("nobody restarted, no session ended, no restart was called for"):
            self.assertEqual([daemon.session() for daemon in self.lab.daemons], sessions)
            for daemon, start in zip(self.lab.daemons, logs):
                self.assertFalse([line for line in daemon.log.all(start) if "serving" in line])
            self.assertFalse([found for found in self.lab.nms.all(mark) if found["id"] == 20007])
        with self.subTest("and it holds over a restart"):
            beta.restart()
            self.lab.wait_in_step()
            self.assertEqual(beta.number_of("Reception"), "101")


if __name__ == "__main__":
    main()
