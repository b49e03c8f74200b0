#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""An upgrade, peer by peer, to a release whose YANG modules are others: the subordinates first, the
primary last."""

import os

from sextant_test import LabTest, main, netconf, wait_for

NEXT = """
module acme-next {
  yang-version 1.1; namespace "urn:acme:next"; prefix next;
  container next { leaf motto { type string; } }
}
"""
MOTTO = '<next xmlns="urn:acme:next"><motto>%s</motto></next>'


class Upgrade(LabTest):
    count = 3
    formed = True

    def upgrade(self, daemon):
        daemon.stop()
        daemon.more_options += ["--modules", self.folder]
        daemon.start()

    def alarmed(self, daemon):
        return 20008 in daemon.alarm_ids()

    def test_one_after_the_other(self):
        alpha, beta, gamma = self.lab.daemons
        self.folder = os.path.join(self.lab.folder, "next-yang")
        os.mkdir(self.folder)
        with open(os.path.join(self.folder, "acme-next.yang"), "w", encoding="utf-8") as stream:
            stream.write(NEXT)
        with self.subTest("a subordinate is upgraded: nothing is replicated to it"):
            alpha.edit(netconf.entry("Before", "1"))
            self.lab.wait_in_step()
            self.upgrade(gamma)
            for daemon in (alpha, gamma):
                wait_for(lambda d=daemon: self.alarmed(d), 5, f"{daemon.name}: 20008 is up")
            alpha.edit(netconf.entry("Meanwhile", "2"))
            wait_for(lambda: beta.number_of("Meanwhile") == "2", 5, "beta has the edit")
            self.assertIsNone(gamma.number_of("Meanwhile"))
            self.assertEqual(gamma.number_of("Before"), "1")
            self.assertIn("upgrade", alpha.status()["peers"][3]["status-text"] +
                          " ".join(alarm["text"] for alarm in alpha.status()["alarms"]))
        with self.subTest("the other subordinate: both wait for the primary"):
            self.upgrade(beta)
            wait_for(lambda: self.alarmed(beta), 5, "beta: 20008 is up")
            alpha.edit(netconf.entry("Alone", "3"))
            self.assertIsNone(beta.number_of("Alone"))
            self.assert_refused("access-denied", lambda: beta.edit(MOTTO % "mine"),
                                app_tag="not-primary")
        with self.subTest("the primary: all are in step again, at first by a snapshot"):
            marks = {daemon: daemon.log.mark() for daemon in (beta, gamma)}
            self.upgrade(alpha)
            self.lab.wait_in_step()
            for daemon, mark in marks.items():
                daemon.log.wait("taking a snapshot", 5, mark)
                self.assertEqual(daemon.number_of("Meanwhile"), "2")
                self.assertEqual(daemon.number_of("Alone"), "3")
            for daemon in self.lab.daemons:
                wait_for(lambda d=daemon: d.alarm_ids() == [40049], 5, f"{daemon.name}: no alarm")
        with self.subTest("the new items are replicated, by revisions"):
            marks = {daemon: daemon.log.mark() for daemon in (beta, gamma)}
            alpha.edit(MOTTO % "onwards")
            for daemon, mark in marks.items():
                wait_for(lambda d=daemon: d.leaf('<next xmlns="urn:acme:next"/>', "motto") ==
                         "onwards", 5, f"{daemon.name} has the motto")
                self.assertFalse([line for line in daemon.log.all(mark) if "snapshot" in line])


if __name__ == "__main__":
    main()
