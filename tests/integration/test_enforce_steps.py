#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The steps of sextant-cluster(7) from permissive to enforce, and back when nobody's certificate is
valid any more. And the key that a peer is known by while the mode is permissive."""

import shutil

from sextant_test import LabTest, main, netconf, wait_for

PAST = {"not_before": "20200101000000Z", "not_after": "20200201000000Z"}
MODE = "/cluster/tls-verification"


def replace(daemon, files):
    """An operator puts another certificate and key in the place of the daemon's."""
    for source, target in zip(files, (daemon.certificate, daemon.key)):
        shutil.copy(source, target)


class Steps(LabTest):
    count = 3
    formed = True
    options = {"named": True,
               "names": [["alpha.example.com"], ["beta.example.com"], ["stranger.example.com"]]}

    def ctl(self, daemon, *arguments):
        done = daemon.ctl(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def wait_alarms(self, daemon, alarms):
        wait_for(lambda: daemon.alarm_ids() == alarms, 10, f"{daemon.name}: alarms {alarms}")

    def wait_mode(self, mode):
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: d.leaf(netconf.cluster("<tls-verification/>"),
                                             "tls-verification") == mode, 5, mode)

    def certificates(self, daemon):
        """What it says of the others' certificates, by index."""
        return {index: peer["certificate-status"] for index, peer in daemon.status()["peers"].items()
                if peer["status"] != "this-system"}

    def test_a_enforce(self):
        alpha, beta, gamma = self.lab.daemons
        with self.subTest("permissive shows who has no good certificate, and lets it in"):
            for daemon in (alpha, beta):
                wait_for(lambda d=daemon: self.certificates(d)[3] == "invalid", 5, "invalid")
            for daemon in self.lab.daemons:
                self.wait_alarms(daemon, [40049])
        with self.subTest("who would not pass is named when enforce is set"):
            said = self.ctl(alpha, "set", MODE, "enforce")
            self.assertIn("warning: Peer 3 (gamma.example.com) will not be let in", said)
            self.assertIn("'stranger.example.com', not", said)
            self.wait_mode("enforce")
            for daemon in self.lab.daemons:
                self.wait_alarms(daemon, [20007, 20020, 40049])
                self.assertIn("TLS verification:   enforce, permissive until the restart\n",
                              self.ctl(daemon, "status"))
            for daemon, count in ((alpha, 1), (beta, 1), (gamma, 0)):
                named = [text for text in daemon.status()["warnings"] if "not be let in" in text]
                self.assertEqual(len(named), count, named)
        with self.subTest("taken back, the warning goes"):
            self.ctl(alpha, "set", MODE, "permissive")
            self.wait_mode("permissive")
            for daemon in self.lab.daemons:
                self.wait_alarms(daemon, [40049])
                self.assertFalse([text for text in daemon.status()["warnings"]
                                  if "not be let in" in text])
        with self.subTest("a good certificate is put in place"):
            replace(gamma, self.lab.authority.issue("better", ["gamma.example.com"]))
            self.wait_alarms(gamma, [15028, 40049])
            gamma.restart()
            self.lab.wait_in_step()
            for daemon in self.lab.daemons:
                self.assertEqual(set(self.certificates(daemon).values()), {"valid"})
                self.wait_alarms(daemon, [40049])
        with self.subTest("set anew, nobody is warned of; the primary first, then one by one"):
            self.assertNotIn("let in", self.ctl(alpha, "set", MODE, "enforce"))
            self.wait_mode("enforce")
            for daemon in self.lab.daemons:
                self.wait_alarms(daemon, [20007, 20020, 40049])
            for number, daemon in enumerate(self.lab.daemons):
                daemon.restart()
                self.lab.wait_in_step()
                self.wait_alarms(daemon, [])
                alpha.edit(netconf.entry("Restarted", str(number)))
                self.lab.wait_in_step()
                self.assertEqual(gamma.number_of("Restarted"), str(number))

    def test_b_the_way_out(self):
        for daemon in self.lab.daemons:
            daemon.kill()
            past, _ = self.lab.authority.issue(
                f"{daemon.name}-past", [self.lab.listed(daemon)], key=daemon.key, **PAST)
            shutil.copy(past, daemon.certificate)
        for daemon in self.lab.daemons:
            daemon.start()
        for daemon in self.lab.daemons:
            daemon.wait_status(lambda now: all(
                "expired on 2020-02-01" in peer.get("certificate-reason", "")
                for peer in now["peers"].values() if peer["status"] != "this-system"),
                "nobody is let in", 15)
            self.assertIn(20004, daemon.alarm_ids())
            self.assertIn(40068, daemon.alarm_ids())
        for daemon in self.lab.daemons:
            self.ctl(daemon, "set", MODE, "permissive")
            self.assertIn(20020, daemon.alarm_ids())
            daemon.restart()
        self.lab.wait_in_step()
        self.lab[1].edit(netconf.entry("Out", "1"))
        self.lab.wait_in_step()
        self.assertEqual(self.lab[3].number_of("Out"), "1")
        for daemon in self.lab.daemons:
            self.wait_alarms(daemon, [40049, 40068, 40068, 40068])


class Keys(LabTest):
    """Permissive, by address, so that no certificate verifies: the key first seen counts."""

    count = 2
    formed = True

    def test_another_key(self):
        alpha, beta = self.lab.daemons
        alarms = alpha.alarm_ids
        beta.restart()
        self.lab.wait_in_step()
        wait_for(lambda: alarms() == [40049], 10, "no alarm is left")
        with self.subTest("a change is an alarm, and outlives restarts"):
            beta.kill()
            replace(beta, self.lab.authority.issue("another", ["beta.example.com"]))
            beta.start()
            wait_for(lambda: alarms() == [40049, 40070], 10, "40070")
            alpha.restart()
            wait_for(lambda: alarms() == [40049, 40070], 10, "40070 is still up")
            self.lab.wait_in_step()
        with self.subTest("it does not get the system key"):
            first = self.key(beta)
            alpha.session().call(f'<force-system-key-update xmlns="{netconf.CLUSTER}"/>')
            wait_for(lambda: self.key(alpha) != first, 10, "another key")
            wait_for(lambda: 40055 in alarms(), 10, "40055")
            self.assertEqual(self.key(beta), first)
        with self.subTest("until it is accepted"):
            self.assert_refused("operation-failed", lambda: self.accept(beta, 1),
                                message="nothing to accept")
            self.assertIn("known by the key", alpha.ctl("accept-peer-key", "2").stdout)
            wait_for(lambda: self.key(beta) == self.key(alpha), 10, "the same key")
            self.lab.wait_in_step()
            wait_for(lambda: alarms() == [40049], 10, "no alarm is left")
            self.assert_refused("operation-failed", lambda: self.accept(alpha, 2))

    def key(self, daemon):
        return daemon.leaf(netconf.cluster("<system-key/>"), "identifier")

    def accept(self, daemon, index):
        daemon.session().call(f'<accept-peer-key xmlns="{netconf.CLUSTER}"><index>{index}</index>'
                              "</accept-peer-key>")


if __name__ == "__main__":
    main()
