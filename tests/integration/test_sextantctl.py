# SPDX-License-Identifier: Apache-2.0
"""sextantctl as a script uses it: what it prints, what it changes, and its exit status."""

import json
import os
import subprocess

import sextant_test
from cluster_lab.netconf import entry
from sextant_test import LabTest, wait_for

ANN = "/call-control/phone-book/entry[name='Ann']"
SECRET = "/sextant-system:system/snmp/v2c/community"


class CtlTest(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]

    def ctl(self, *arguments, status=0, of=None, **options):
        """Runs it and checks the exit status: its output, or for a failure its message."""
        done = (of or self.daemon).ctl(*arguments, **options)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        if status == 0:
            self.assertEqual(done.stderr, "")
            return done.stdout
        self.assertEqual(done.stdout, "")
        self.assertTrue(done.stderr.startswith("sextantctl: "), done.stderr)
        return done.stderr


class Configuration(CtlTest):
    def test_set_get_delete(self):
        self.assertEqual(self.ctl("set", ANN + "/number", "5550100"), f"set {ANN}/number\n")
        self.assertEqual(self.daemon.number_of("Ann"), "5550100")
        self.assertEqual(self.ctl("get", ANN + "/number"), "5550100\n")
        whole = {"sextant-call-control:call-control": {"phone-book": {"entry": [
            {"name": "Ann", "number": "5550100"}]}}}
        self.assertEqual(json.loads(self.ctl("get", ANN)), whole)
        self.assertEqual(json.loads(self.ctl("get", "--json", ANN + "/number")), whole)
        self.assertEqual(json.loads(self.ctl("get", "/call-control/phone-book/entry")), whole)
        self.assertEqual(self.ctl("delete", ANN), f"deleted {ANN}\n")
        self.assertIsNone(self.daemon.number_of("Ann"))
        self.assertIn("nothing at", self.ctl("get", ANN, status=1))
        self.assertIn("[data-missing]", self.ctl("delete", ANN, status=1))

    def test_several_at_once_are_all_or_nothing(self):
        zone = "/call-control/zones/zone[name='Paris']"
        error = self.ctl("set", zone + "/type", "neighbour", status=1)
        self.assertIn("too-few-elements", error)
        self.assertIn("protocol", error)
        self.assertIn("nothing at", self.ctl("get", zone, status=1))
        self.ctl("set", zone + "/type", "neighbour", zone + "/protocol", "sip")
        self.ctl("set", zone + "/protocol", "h323")
        self.assertEqual(sorted(self.ctl("get", zone + "/protocol").split()), ["h323", "sip"])
        self.ctl("delete", zone + "/protocol[.='sip']")
        self.assertEqual(self.ctl("get", zone + "/protocol"), "h323\n")
        self.ctl("delete", zone)

    def test_refusals(self):
        error = self.ctl("set", ANN + "/number", "1 2", status=1)
        for part in ("entry[name='Ann']/number", "no spaces",
                     "[invalid-value, alias-invalid]"):
            self.assertIn(part, error)
        self.assertEqual(error.count("\n"), 1)

    def test_secret_from_standard_input(self):
        before = self.daemon.status()["revision"]
        self.ctl("set", SECRET, "-", stdin="piped-words\n")
        self.assertEqual(self.ctl("get", SECRET), "********\n")
        self.assertNotIn("piped-words", self.ctl("get", "/sextant-system:system"))
        self.assertIn("secret", self.ctl("set", SECRET, "********", status=1))
        self.assertEqual(self.daemon.status()["revision"], before)
        self.assertTrue(sextant_test.snmp.get(
            self.lab, self.daemon.address, "sextantRole.0",
            access=["-v2c", "-c", "piped-words", "-t", "1", "-r", "3"]))

    def test_state_can_be_read(self):
        self.assertEqual(self.ctl("get", "/cluster/role"), "stand-alone\n")
        self.assertEqual(self.ctl("get", "/sextant-system:system/name"), "alpha\n")
        self.assertIn("state", self.ctl("set", "/cluster/role", "primary", status=1))


class Usage(CtlTest):
    def test_wrong_usage(self):
        for arguments in ([], ["frobnicate"], ["status", "--frobnicate"], ["status", "more"],
                          ["get"], ["get", "no-slash"], ["get", "/nonesuch"],
                          ["get", "/call-control/nonesuch"], ["set", ANN + "/number"],
                          ["set", ANN + "/number", "1", ANN + "/description"], ["delete"],
                          ["restart", "now"], ["restart", "--json"], ["--frobnicate", "status"],
                          ["get", "/call-control/phone-book/entry[name='x'"]):
            with self.subTest(arguments=arguments):
                self.ctl(*arguments, status=2)

    def test_help_and_version(self):
        self.assertIn("usage: sextantctl", self.ctl("--help"))
        self.assertRegex(self.ctl("--version"), r"^sextantctl \d+\.\d+\.\d+\n$")

    def run_with(self, *arguments, **environment):
        return subprocess.run([self.lab.sextantctl, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", timeout=30,
                              env={**os.environ, **environment})

    def test_no_daemon(self):
        done = self.run_with("--socket", "/nonexistent/socket", "status")
        self.assertEqual(done.returncode, 3)
        self.assertIn("/nonexistent/socket", done.stderr)
        done = self.run_with("status", SEXTANT_SOCKET=self.daemon.socket)
        self.assertEqual(done.returncode, 0)

    def test_marks_follow_the_locale(self):
        self.daemon.edit(self.lab.cluster_config(1))
        self.daemon.restart()
        socket = self.daemon.socket
        plain = self.run_with("--socket", socket, "status", LC_ALL="C").stdout
        marked = self.run_with("--socket", socket, "status", LC_ALL="C.UTF-8").stdout
        self.assertIn("[ok] Clustering: This system", plain)
        self.assertTrue(plain.isascii())
        self.assertIn("✓ Clustering: This system", marked)


class Cluster(CtlTest):
    count = 2
    formed = True

    def test_status(self):
        text = self.ctl("status")
        for line in (r"System: +alpha\n", r"Cluster: +lab\.example\.com\n", r"Role: +primary\n",
                     r"Primary: +peer 1, 127\.0\.0\.11\n", r"Database: +Active\n",
                     r"Synchronisation: +last \S+, next \S+\n", r"Revision: +\d+ of lineage \S+\n",
                     r"Peer 2 +127\.0\.0\.12\n", r"(✓|\[ok\]) Clustering: Active as beta "
                     r"\(Resolved '127\.0\.0\.12' as '127\.0\.0\.12'\)\n",
                     r"(✗|\[!!\]) Certificate: Invalid \(", r"notice +40049 Cluster TLS"):
            self.assertRegex(text, line)
        status = json.loads(self.ctl("status", "--json"))
        self.assertEqual((status["role"], status["local-index"], status["database"]["status"]),
                         ("primary", 1, "active"))
        self.assertEqual([peer["status"] for peer in status["peers"]], ["this-system", "active"])
        alarms = json.loads(self.ctl("alarms", "--json"))
        self.assertEqual(alarms, status["alarms"])
        self.assertEqual([alarm["id"] for alarm in alarms], [40049])
        self.assertTrue(alarms[0]["remedy"] and alarms[0]["uuid"] and alarms[0]["since"])
        self.assertIn("40049", self.ctl("alarms"))

    def test_refusal_on_the_subordinate(self):
        error = self.ctl("set", ANN + "/number", "1", status=1, of=self.lab[2])
        self.assertIn("127.0.0.11", error)
        self.assertIn("[access-denied, not-primary]", error)

    def test_restart_and_warnings(self):
        pid = self.daemon.pid
        self.assertEqual(self.ctl("set", "/cluster/name", "other.example.com").splitlines(),
                         ["set /cluster/name",
                          "warning: a restart is required before all of this is in force"])
        self.assertIn("Restart required:   yes", self.ctl("status"))
        self.assertIn(20007, [alarm["id"] for alarm in json.loads(self.ctl("alarms", "--json"))])
        self.assertEqual(self.ctl("restart"), "sextantd has restarted.\n")
        self.daemon.forget_session()
        self.assertEqual(self.daemon.pid, pid)
        self.assertTrue(self.daemon.alive)
        self.assertNotIn("Restart required", self.ctl("status"))
        self.ctl("set", "/cluster/name", "lab.example.com")
        self.ctl("restart")
        self.daemon.forget_session()
        self.lab.wait_in_step()

    def test_force_config_update(self):
        error = self.ctl("force-config-update", status=1)
        self.assertIn("primary", error)
        primary, subordinate = self.lab.daemons
        primary.edit(entry("Forced", "1"))
        before = primary.status()["digest"]
        text = self.ctl("force-config-update", of=subordinate)
        self.assertIn("The primary's configuration replaces this system's", text)
        backup = text.split(" is kept in ")[1].splitlines()[0].rstrip(".")
        self.assertTrue(os.path.isfile(backup), text)
        wait_for(lambda: subordinate.status().get("database_status") == "active", 10,
                 "the copy has arrived")
        self.assertEqual(subordinate.status()["digest"], before)
        self.assertEqual(subordinate.number_of("Forced"), "1")


class StandAlone(CtlTest):
    def test_status(self):
        text = self.ctl("status")
        self.assertIn("none, this system stands alone", text)
        self.assertRegex(text, r"Role: +stand-alone\n")
        self.assertEqual(self.ctl("alarms"), "No alarm is up.\n")
        self.assertEqual(json.loads(self.ctl("alarms", "--json")), [])
        status = json.loads(self.ctl("status", "--json"))
        self.assertEqual((status["peers"], status["warnings"], status["alarms"]), ([], [], []))
        self.assertIn("primary", self.ctl("force-config-update", status=1))


if __name__ == "__main__":
    sextant_test.main()
