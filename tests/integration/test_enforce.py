#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""TLS verification enforced: three peers that are listed by name, the names mapped to addresses.
Good certificates link; others do not, and status and alarm say why."""

import os
import re
import shutil
import time

from sextant_test import LabTest, main, netconf, pki, wait_for

PAST = {"not_before": "20200101000000Z", "not_after": "20200201000000Z"}
FUTURE = {"not_before": "20490101000000Z", "not_after": "20491231000000Z"}
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

    def lost_because(self, daemon, reason, timeout=5):
        """Waits until 20004 about gamma is up on this daemon and gives the reason."""
        return wait_for(
            lambda: [alarm for alarm in daemon.status()["alarms"] if alarm["id"] == 20004 and
                     "index='3'" in alarm["resource"] and re.search(reason, alarm["text"])],
            timeout, f"{daemon.name}: 20004 with {reason}")

    def check_kept_out(self, number, certificate, key, reason):
        """gamma with this certificate gets nothing, and with its good one all that it missed."""
        self.restart_gamma(certificate, key)
        for daemon in (self.alpha, self.beta):
            peer = daemon.wait_status(
                lambda now: re.search(reason, now["peers"][3].get("certificate-reason", "")),
                "gamma's certificate is invalid")["peers"][3]
            self.assertEqual((peer["status"], peer["certificate-status"]), ("failed", "invalid"))
            self.lost_because(daemon, reason)
        self.alpha.edit(netconf.entry("Meanwhile", number))
        wait_for(lambda: self.beta.number_of("Meanwhile") == number, 15, "beta has the edit")
        # gamma has tried again by now, and is told why it is kept out.
        self.gamma.log.wait(reason, 10)
        self.assertIn(20016, self.gamma.alarm_ids())
        self.assertNotEqual(self.gamma.number_of("Meanwhile"), number)
        self.restart_gamma(*self.good)
        self.lab.wait_in_step()
        self.assertEqual(self.gamma.number_of("Meanwhile"), number)

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
        bad = [
            ("another name", issue("stranger", ["stranger.example.com"]),
             r"DNS names: 'stranger\.example\.com', not 'gamma\.example\.com'"),
            ("that of another peer", (self.beta.certificate, self.beta.key),
             r"DNS names: 'beta\.example\.com', not 'gamma\.example\.com'"),
            ("common name right, DNS name not",
             issue("half", ["half.example.com"], common_name=NAME), "'half.example.com', not"),
            ("a wildcard", issue("wildcard", ["*.example.com"]), r"'\*\.example\.com', not"),
            ("expired", issue("expired", [NAME], **PAST), "expired on 2020-02-01"),
            ("not valid yet", issue("future", [NAME], **FUTURE), "not valid before 2049-01-01"),
            ("of another authority", other.issue("foreign", [NAME]), "'CN=Other CA'"),
            ("self-signed", self.lab.authority.self_signed("selfish", NAME), "is self-signed"),
            ("for servers alone", issue("server", [NAME], usage="serverAuth"), "TLS clients"),
            ("that of an authority", issue("authority", [NAME], authority=True),
             "is that of an authority"),
        ]
        for number, (what, files, reason) in enumerate(bad):
            with self.subTest(what):
                self.check_kept_out(str(number), *files, reason)

    def test_unusual_certificates_do(self):
        """Those that look wrong and are right."""
        issue = self.lab.authority.issue
        for what, files in (("a common name alone", issue("common", common_name=NAME)),
                            ("upper case", issue("upper", [NAME.upper()])),
                            ("many names", issue("many", ["a.example.com", "*.b.com", NAME]))):
            with self.subTest(what):
                self.restart_gamma(*files)
                self.lab.wait_in_step()
                self.alpha.edit(netconf.entry("Unusual", str(len(what))))
                wait_for(lambda w=what: self.gamma.number_of("Unusual") == str(len(w)), 5, what)
        self.restart_gamma(*self.good)
        self.lab.wait_in_step()

    def test_revoked_certificate_is_put_out(self):
        """The list of revocations is read anew, and ends a link that stands."""
        files = self.lab.authority.issue("revoked", [NAME])
        self.restart_gamma(*files)
        self.lab.wait_in_step()
        self.lab.authority.revoke(files[0])
        for daemon in (self.alpha, self.beta):
            daemon.log.wait("CA bundle and CRLs were read anew", 10)
            self.lost_because(daemon, "is revoked", 10)
        self.check_kept_out("40", *files, "is revoked")

    def test_certificate_that_ends_on_a_link(self):
        """It is let in while it is valid, and put out when it is not any more."""
        end = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + 12))
        files = self.lab.authority.issue("brief", [NAME], not_before="20200101000000Z",
                                         not_after=end)
        self.restart_gamma(*files)
        self.lab.wait_in_step()
        wait_for(lambda: 40069 in self.gamma.alarm_ids() and 40069 in self.alpha.alarm_ids(), 5,
                 "40069 on both sides")
        self.alpha.edit(netconf.entry("Brief", "1"))
        wait_for(lambda: self.gamma.number_of("Brief") == "1", 5, "the edit")
        for daemon in (self.alpha, self.beta):
            self.lost_because(daemon, "expired on 2", 30)
            wait_for(lambda d=daemon: 40068 in d.alarm_ids(), 5, "40068 about the peer")
        wait_for(lambda: 40068 in self.gamma.alarm_ids(), 5, "40068 about itself")
        self.restart_gamma(*self.good)
        self.lab.wait_in_step()
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: d.alarm_ids() == [], 5, "no alarm is left")

    def test_changed_files_are_noticed(self):
        """Another certificate waits for a restart, and 15028 says so."""
        for source, target in zip(self.lab.authority.issue("newer", [NAME]), self.good):
            shutil.copy(target, target + ".kept")
            shutil.copy(source, target)
        wait_for(lambda: self.gamma.alarm_ids() == [15028], 10, "15028")
        self.gamma.restart()
        self.lab.wait_in_step()
        wait_for(lambda: self.gamma.alarm_ids() == [], 5, "15028 is cleared")
        shutil.copy(self.good[1] + ".kept", self.good[1])
        wait_for(lambda: [alarm for alarm in self.gamma.status()["alarms"] if alarm["id"] == 15028
                          and "cannot be used: key in" in alarm["text"]], 10, "why not")
        shutil.copy(self.good[0] + ".kept", self.good[0])
        self.gamma.restart()
        self.lab.wait_in_step()
        wait_for(lambda: self.gamma.alarm_ids() == [], 5, "15028 is cleared")

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
