#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""TLS verification enforced: three peers that are listed by name, the names mapped to addresses.
Good certificates link; others do not, and status and alarm say why."""

import os
import re

from sextant_test import LabTest, main, netconf, pki, wait_for

PAST = {"not_before": "20200101000000Z", "not_after": "20200201000000Z"}
NAME = "gamma.example.com"


class Enforce(LabTest):
    count = 3
    formed = True
    options = {"enforce": True}

    def setUp(self):
        self.alpha, self.beta, self.gamma = self.lab.daemons
        self.good = (self.gamma.certificate, self.gamma.key)
        self.lab.wait_in_step()

    def restart_gamma(self, certificate, key):
        self.gamma.kill()
        self.gamma.certificate, self.gamma.key = certificate, key
        self.gamma.start()

    def lost_because(self, daemon, reason):
        """Waits until 20004 about gamma is up on this daemon and gives the reason."""
        return wait_for(
            lambda: [alarm for alarm in daemon.status()["alarms"] if alarm["id"] == 20004 and
                     "index='3'" in alarm["resource"] and re.search(reason, alarm["text"])],
            5, f"{daemon.name}: 20004 with {reason}")

    def check_kept_out(self, what, certificate, key, reason):
        with self.subTest(what):
            self.alpha.edit(netconf.entry("Before", what))
            self.lab.wait_in_step()
            self.restart_gamma(certificate, key)
            for daemon in (self.alpha, self.beta):
                peer = daemon.wait_status(
                    lambda now: now["peers"][3].get("certificate-status") == "invalid",
                    "gamma's certificate is invalid")["peers"][3]
                self.assertEqual(peer["status"], "failed")
                self.assertRegex(peer["certificate-reason"], reason)
                self.lost_because(daemon, reason)
            self.alpha.edit(netconf.entry("Meanwhile", what))
            wait_for(lambda: self.beta.number_of("Meanwhile") == what, 15, "beta has the edit")
            # gamma has tried again by now, and is told why it is kept out.
            self.gamma.log.wait(reason, 10)
            self.assertIn(20016, self.gamma.alarm_ids())
            self.assertNotEqual(self.gamma.number_of("Meanwhile"), what)
            self.restart_gamma(*self.good)
            self.lab.wait_in_step()
            self.assertEqual(self.gamma.number_of("Meanwhile"), what)

    def test_good_certificates_link(self):
        for daemon in self.lab.daemons:
            status = daemon.status()
            others = [peer for peer in status["peers"].values()
                      if peer["status"] != "this-system"]
            self.assertEqual([(peer["status"], peer["certificate-status"]) for peer in others],
                             [("active", "valid")] * 2)
            self.assertEqual(status["alarms"], [])
        self.assertEqual(
            self.alpha.status()["peers"][3]["status-text"],
            f"Active as gamma (Resolved '{NAME}' as '{self.gamma.address}')")
        self.alpha.edit(netconf.entry("Reception", "100"))
        for daemon in (self.beta, self.gamma):
            wait_for(lambda d=daemon: d.number_of("Reception") == "100", 15, "the edit")

    def test_bad_certificates_do_not(self):
        issue = self.lab.authority.issue
        other = pki.Authority(os.path.join(self.lab.folder, "other"), "Other CA")
        self.check_kept_out("1", *issue("stranger", ["stranger.example.com"]),
                            r"DNS names: 'stranger\.example\.com', not 'gamma\.example\.com'")
        self.check_kept_out("2", *issue("expired", [NAME], **PAST), "expired on 2020-02-01")
        self.check_kept_out("3", *other.issue("foreign", [NAME]), "'CN=Other CA'")

    def test_revoked_certificate_does_not(self):
        certificate, key = self.lab.authority.issue("revoked", [NAME])
        self.lab.authority.revoke(certificate)
        for daemon in (self.alpha, self.beta):  # read their revocation lists again
            daemon.restart()
        self.lab.wait_in_step()
        self.check_kept_out("4", certificate, key, "is revoked")

    def test_mode_is_copied(self):
        """Set on the primary it is set on the linked peers too; it takes effect on restart."""
        mode = "<tls-verification>{}</tls-verification>"
        for word, alarms in (("permissive", [20007, 20020]), ("enforce", [])):
            self.alpha.edit(netconf.cluster(mode.format(word)))
            for daemon in self.lab.daemons:
                wait_for(lambda d=daemon, w=word: d.leaf(
                    netconf.cluster("<tls-verification/>"), "tls-verification") == w, 5, word)
                wait_for(lambda d=daemon, a=alarms: d.alarm_ids() == a, 15, f"alarms {alarms}")

    def test_names_are_required(self):
        """Addresses cannot be enforced: the edit is refused and says what would be right."""
        self.assert_refused(
            "operation-failed",
            lambda: self.alpha.edit(netconf.cluster(netconf.peers({3: self.gamma.address}))),
            app_tag="fqdn-required", message="FQDN")
        self.assertEqual(self.alpha.status()["peers"][3]["address"], NAME)


if __name__ == "__main__":
    main()
