#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A cluster of three: forming and joining, replication, refusals, lost peers, alarms in order."""

import glob

from sextant_test import LabTest, main, netconf, snmp, wait_for

CONTACT = ('<system xmlns="' + netconf.SYSTEM + '"><snmp><contact>%s</contact></snmp></system>')


def contact_of(daemon):
    return daemon.leaf(CONTACT.replace("%s", ""), "contact")


class Forming(LabTest):
    """From stand-alone systems to a cluster of two."""

    count = 2

    def test_forming(self):
        alpha, beta = self.lab.daemons
        with self.subTest("a second peer is refused until a cluster of one is in force"):
            before = alpha.status()
            self.assert_refused("operation-failed",
                                lambda: alpha.edit(self.lab.cluster_config(2)),
                                app_tag="restart-first", message="restart")
            self.assertEqual(alpha.status()["digest"], before["digest"])
            self.assertEqual(alpha.status()["peers"], {})
        with self.subTest("a cluster of one needs a restart, 20007 says so"):
            alpha.edit(self.lab.cluster_config(1))
            self.assertEqual(alpha.status()["role"], "stand-alone")
            self.assertIn(20007, alpha.alarm_ids())
            alpha.restart()
            self.assertEqual(alpha.status()["role"], "primary")
            self.assertEqual(alpha.alarm_ids(), [40049])
        with self.subTest("a joiner takes the primary's configuration and keeps a backup"):
            alpha.edit(netconf.entry("Reception", "100"))
            beta.edit(netconf.entry("Mine", "200"))
            beta.edit(CONTACT % "beta-desk")
            self.lab.add(2)
            self.assertEqual(beta.number_of("Reception"), "100")
            self.assertIsNone(beta.number_of("Mine"))
            self.assertEqual(contact_of(beta), "beta-desk")
            self.assertTrue(glob.glob(f"{beta.state}/store/backups/*"), "no backup")
        with self.subTest("a peer that is listed and not there: Failed, then 20004"):
            addresses = {3: "127.0.0.13"}
            mark = self.lab.nms.mark()
            alpha.edit(netconf.cluster(netconf.peers(addresses)))
            self.lab.nms.wait_alarm(20004, True, 15, mark, peer=3)
            self.assertEqual(alpha.status()["peers"][3]["status-text"], "Failed")
            alpha.edit(netconf.cluster(
                '<peers><peer xmlns:nc="' + netconf.BASE + '" nc:operation="delete"><index>3'
                "</index></peer></peers>"))
            self.lab.nms.wait_alarm(20004, False, 15, mark, peer=3)


class Working(LabTest):
    """A cluster of three that is used and hurt."""

    count = 3
    formed = True

    def setUp(self):
        self.alpha, self.beta, self.gamma = self.lab.daemons
        self.lab.wait_in_step()
        self.mark = self.lab.nms.mark()

    def wait_number(self, daemon, name, number, timeout=10):
        wait_for(lambda: daemon.number_of(name) == number, timeout,
                 f"{daemon.name} has {name} as {number}")

    def test_replicated_edit_is_on_all_peers(self):
        before = int(self.alpha.status()["revision"])
        self.alpha.edit(netconf.entry("Reception", "100"))
        self.alpha.edit(netconf.entry("Reception", "101"))
        for daemon in (self.beta, self.gamma):
            self.wait_number(daemon, "Reception", "101")
        self.lab.wait_in_step()
        revisions = {daemon.status()["revision"] for daemon in self.lab.daemons}
        self.assertEqual(revisions, {str(before + 2)})
        self.alpha.edit(netconf.phone_book(
            f'<entry xmlns:nc="{netconf.BASE}" nc:operation="delete"><name>Reception</name>'
            "</entry>"))
        for daemon in (self.beta, self.gamma):
            self.wait_number(daemon, "Reception", None)

    def test_subordinate_refuses_replicated_items(self):
        self.alpha.edit(netconf.entry("Porter", "110"))
        self.lab.wait_in_step()
        before = self.beta.status()
        error = self.assert_refused(
            "access-denied", lambda: self.beta.edit(netconf.entry("Porter", "111")),
            app_tag="not-primary", message=self.alpha.address)
        self.assertRegex(error.path, r"entry\[\S*name='Porter'\]/\S*number$")
        with self.subTest("writing back what is there changes nothing and passes"):
            self.beta.edit(netconf.entry("Porter", "110"))
        with self.subTest("an edit with a forbidden part is refused whole"):
            self.assert_refused(
                "access-denied",
                lambda: self.beta.edit(CONTACT % "never" + netconf.entry("Porter", "112")))
            self.assertNotEqual(contact_of(self.beta), "never")
        for item in ("revision", "digest", "lineage"):
            self.assertEqual(self.beta.status()[item], before[item])

    def test_peer_specific_items_stay(self):
        self.alpha.edit(CONTACT % "alpha-desk")
        self.beta.edit(CONTACT % "beta-desk")
        self.alpha.edit(netconf.entry("Later", "120"))  # had it been sent, it would be there now
        for daemon in (self.beta, self.gamma):
            self.wait_number(daemon, "Later", "120")
        self.assertEqual([contact_of(daemon) for daemon in self.lab.daemons],
                         ["alpha-desk", "beta-desk", None])

    def test_killed_subordinate_catches_up(self):
        self.gamma.kill()
        self.lab.nms.wait_alarm(20004, True, 10, self.mark, peer=3, source=self.alpha.address)
        self.lab.nms.wait_alarm(20006, True, 10, self.mark, peer=3, source=self.alpha.address)
        self.assertEqual(self.alpha.status()["peers"][3]["status-text"], "Failed")
        for number in range(200):
            self.alpha.edit(netconf.entry(f"Missed {number % 20}", str(1000 + number)))
        self.wait_number(self.beta, "Missed 19", "1199")
        self.assertEqual(int(self.alpha.status()["peers"][3]["lag"]), 200)
        self.gamma.start()
        self.lab.wait_in_step()
        self.assertEqual(self.gamma.number_of("Missed 0"), "1180")
        for number in (20004, 20006):
            self.lab.nms.wait_alarm(number, False, 10, self.mark, peer=3,
                                    source=self.alpha.address)
        self.assertEqual(self.alpha.alarm_ids(), [40049])

    def test_frozen_subordinate_catches_up(self):
        self.beta.freeze()
        self.lab.nms.wait_alarm(20004, True, 10, self.mark, peer=2, source=self.alpha.address)
        self.alpha.edit(netconf.entry("Frozen", "130"))
        self.wait_number(self.gamma, "Frozen", "130")
        self.beta.thaw()
        self.lab.nms.wait_alarm(20004, False, 15, self.mark, peer=2, source=self.alpha.address)
        self.lab.wait_in_step()
        self.assertEqual(self.beta.number_of("Frozen"), "130")

    def test_primary_is_gone_and_back(self):
        self.alpha.edit(netconf.entry("Before", "140"))
        self.lab.wait_in_step()
        self.alpha.kill()
        for daemon in (self.beta, self.gamma):
            self.lab.nms.wait_alarm(20016, True, 10, self.mark, source=daemon.address)
            self.assertEqual(daemon.number_of("Before"), "140")
            self.assertEqual(daemon.status()["database_status"], "unavailable")
        self.assert_refused("access-denied",
                            lambda: self.beta.edit(netconf.entry("Before", "141")),
                            app_tag="not-primary")
        self.alpha.start()
        self.lab.wait_in_step()
        for daemon in (self.beta, self.gamma):
            self.lab.nms.wait_alarm(20016, False, 10, self.mark, source=daemon.address)

    def test_zz_notifications_are_in_order(self):
        """Runs last: of all that the tests before it caused, each raise has one clear after it,
        and no number of a sender is missing. What was killed may tell what it told before once
        more: its number says so."""
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: d.alarm_ids() == [40049], 15, "all is well again")
        for daemon in self.lab.daemons:
            total = int(snmp.get(self.lab, daemon.address, "sextantAlarmSequence.0")
                        ["sextantAlarmSequence.0"])
            self.lab.nms.wait(lambda found, sender=daemon.address, last=total: (
                found["source"], found["sequence"]) == (sender, last), 5)
            events = {}
            for found in self.lab.nms.all():
                if found["source"] == daemon.address:
                    first = events.setdefault(found["sequence"], found)
                    self.assertEqual((found["id"], found["raised"], found["resource"]),
                                     (first["id"], first["raised"], first["resource"]))
            numbers = list(events)
            self.assertEqual(numbers, list(range(numbers[0], total + 1)), daemon.name)
            up = {}
            for found in events.values():
                key = (found["id"], found["resource"])
                self.assertNotEqual(up.get(key, False), found["raised"], found)
                up[key] = found["raised"]
            self.assertEqual([key[0] for key, raised in up.items() if raised], [40049])


if __name__ == "__main__":
    main()
