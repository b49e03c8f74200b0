#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Naming another primary, two primaries at once, and histories that have diverged: what differs,
what the update would change, and the update."""

import os

from sextant_test import LabTest, main, netconf, wait_for

PREVIEW = f'<preview-config-update xmlns="{netconf.CLUSTER}"/>'
FORCE = f'<force-config-update xmlns="{netconf.CLUSTER}"/>'


def name_primary(daemon, index):
    daemon.edit(netconf.cluster(f"<configuration-primary>{index}</configuration-primary>"))


def wait_alarms(daemon, test, what):
    return wait_for(lambda: test(daemon.alarm_ids()), 15, f"{daemon.name}: {what}")


class PrimaryTest(LabTest):
    count = 3
    formed = True

    def setUp(self):
        self.alpha, self.beta, self.gamma = self.lab.daemons

    def numbers(self, name):
        return [daemon.number_of(name) for daemon in self.lab.daemons]

    def refused(self, daemon, message):
        self.assert_refused("access-denied", lambda: daemon.edit(netconf.entry("Fork", "1")),
                            app_tag="not-primary", message=message)


class Change(PrimaryTest):
    def test_change_and_back(self):
        self.alpha.edit(netconf.entry("Old", "100"))
        self.lab.wait_in_step()
        old = self.alpha.status()
        with self.subTest("two name themselves: 20017 on both"):
            name_primary(self.beta, 2)
            for daemon in (self.alpha, self.beta):
                wait_alarms(daemon, lambda ids: 20017 in ids, "20017 is up")
            self.assertEqual(self.beta.status()["role"], "primary")
        with self.subTest("the old primary refuses to be edited, the new one does not"):
            self.refused(self.alpha, self.beta.address)
            self.beta.edit(netconf.entry("New", "200"))
            wait_for(lambda: self.alpha.status()["peers"][2].get("lineage") !=
                     old["lineage"], 5, "alpha knows of beta's lineage")
            self.refused(self.alpha, self.beta.address)
        with self.subTest("all name the new one: in step, nothing lost"):
            name_primary(self.alpha, 2)
            name_primary(self.gamma, 2)
            self.lab.wait_in_step()
            for daemon in self.lab.daemons:
                wait_alarms(daemon, lambda ids: ids == [40049], "no other alarm is up")
            self.assertEqual(self.numbers("Old"), ["100"] * 3)
            self.assertEqual(self.numbers("New"), ["200"] * 3)
            new = self.beta.status()
            self.assertNotEqual(new["lineage"], old["lineage"])
            self.assertEqual(int(new["revision"]), int(old["revision"]) + 1)
            self.refused(self.alpha, self.beta.address)
        with self.subTest("and back again"):
            for daemon in self.lab.daemons:
                name_primary(daemon, 1)
            self.lab.wait_in_step()
            self.alpha.edit(netconf.entry("Again", "300"))
            self.lab.wait_in_step()
            self.assertEqual(self.numbers("Again"), ["300"] * 3)
            self.refused(self.beta, self.alpha.address)


class OldOneIsDown(PrimaryTest):
    def test_it_comes_back_later(self):
        self.alpha.edit(netconf.entry("Old", "100"))
        self.lab.wait_in_step()
        self.alpha.kill()
        for daemon in (self.beta, self.gamma):
            wait_alarms(daemon, lambda ids: 20016 in ids, "20016 is up")
            name_primary(daemon, 2)
        self.beta.edit(netconf.entry("New", "200"))
        wait_for(lambda: self.gamma.number_of("New") == "200", 5, "gamma follows beta")
        wait_alarms(self.gamma, lambda ids: 20016 not in ids, "20016 is down")
        with self.subTest("it names itself still: 20017, and it refuses to be edited"):
            self.alpha.start()
            for daemon in (self.alpha, self.beta):
                wait_alarms(daemon, lambda ids: 20017 in ids, "20017 is up")
            self.refused(self.alpha, self.beta.address)
            self.assertIsNone(self.alpha.number_of("New"))
        with self.subTest("it names the new one: nothing is lost"):
            name_primary(self.alpha, 2)
            self.lab.wait_in_step()
            self.assertEqual(self.numbers("Old"), ["100"] * 3)
            self.assertEqual(self.numbers("New"), ["200"] * 3)
            for daemon in self.lab.daemons:
                wait_alarms(daemon, lambda ids: ids == [40049], "no other alarm is up")


class Conflict(PrimaryTest):
    def diverge(self):
        """alpha and beta both go on from one revision, each while the other is down; then all
        run, and name beta as the primary."""
        self.alpha.kill()
        name_primary(self.beta, 2)
        name_primary(self.gamma, 2)
        self.beta.edit(netconf.entry("From beta", "200"))
        wait_for(lambda: self.gamma.number_of("From beta") == "200", 15, "gamma follows beta")
        self.beta.kill()
        self.gamma.kill()
        self.alpha.start()
        self.alpha.edit(netconf.entry("From alpha", "100"))
        self.beta.start()
        self.gamma.start()
        name_primary(self.alpha, 2)

    def test_conflict_is_resolved_by_hand(self):
        self.alpha.edit(netconf.entry("Common", "1"))
        self.lab.wait_in_step()
        self.diverge()
        with self.subTest("nothing is merged or overwritten, 20011 tells"):
            self.alpha.wait_status(lambda now: now["database_status"] == "conflict", "conflict")
            wait_alarms(self.alpha, lambda ids: 20011 in ids, "20011 is up")
            wait_alarms(self.beta, lambda ids: 20006 in ids, "20006 is up")
            self.beta.edit(netconf.entry("Later", "201"))
            wait_for(lambda: self.gamma.number_of("Later") == "201", 15, "gamma has it")
            self.assertEqual(self.numbers("From alpha"), ["100", None, None])
            self.assertEqual(self.numbers("From beta"), [None, "200", "200"])
            self.assertEqual(self.numbers("Later"), [None, "201", "201"])
        with self.subTest("a restart does not resolve it"):
            self.alpha.kill()
            self.alpha.start()
            self.alpha.wait_status(lambda now: now["database_status"] == "conflict", "conflict")
            self.assertEqual(self.numbers("From alpha"), ["100", None, None])
        with self.subTest("the first difference, and what would change"):
            first = wait_for(lambda: self.alpha.status().get("first_difference"), 5,
                             "alpha tells in what it differs")
            self.assertIn("phone-book/entry[name='From alpha']", first)
            wait_for(lambda: [alarm for alarm in self.alpha.status()["alarms"]
                              if alarm["id"] == 20011 and first in alarm["text"]], 5,
                     "the alarm names it")
            done = self.alpha.ctl("preview-config-update")
            self.assertEqual(done.returncode, 0, done.stderr)
            for wanted in ("From alpha", "From beta", "Later", "201"):
                self.assertIn(wanted, done.stdout)
            self.assertNotIn("Common", done.stdout)
            self.assertEqual(self.numbers("From alpha"), ["100", None, None])
            self.assertEqual(self.alpha.status()["database_status"], "conflict")
            for daemon in (self.beta, self.gamma):
                self.assertNotIn("first_difference", daemon.status())
            self.assert_refused("operation-failed", lambda: self.beta.session().call(PREVIEW))
            self.assertIn("no difference",
                          self.gamma.ctl("preview-config-update").stdout.lower())
        with self.subTest("force-config-update is refused on the primary"):
            self.assert_refused("operation-failed", lambda: self.beta.session().call(FORCE))
        with self.subTest("force-config-update on the subordinate resolves it, with a backup"):
            reply = self.alpha.session().call(FORCE)
            backup = reply.findtext(f"{{{netconf.CLUSTER}}}backup")
            self.assertTrue(backup and os.path.getsize(backup) > 0, backup)
            self.lab.wait_in_step()
            self.assertEqual(self.numbers("From alpha"), [None] * 3)
            self.assertEqual(self.numbers("From beta"), ["200"] * 3)
            self.assertEqual(self.numbers("Common"), ["1"] * 3)
            for daemon in self.lab.daemons:
                wait_alarms(daemon, lambda ids: ids == [40049], "no other alarm is up")


if __name__ == "__main__":
    main()
