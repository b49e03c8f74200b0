#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Secrets: in clear nowhere but where they are used; the system key, shared and changed; what to do
when it is lost."""

import os

from sextant_test import LabTest, main, netconf, snmp, wait_for

PASSWORD = ("/sextant-call-control:call-control/zones/zone[name='branch']/traversal/password")
KEY_UPDATE = f'<force-system-key-update xmlns="{netconf.CLUSTER}"/>'
OWN = """
module acme-safe {
  yang-version 1.1; namespace "urn:acme:safe"; prefix safe;
  import sextant-extensions { prefix sx; }
  container safe {
    list door {
      key "name";
      leaf name { type string; }
      leaf pin { type uint32; sx:secret; }
      leaf word { type string { length "4..40"; } sx:secret; }
    }
  }
}
"""


def zone(password):
    return (f'<call-control xmlns="{netconf.CALL_CONTROL}"><zones><zone><name>branch</name>'
            "<type>traversal</type><protocol>sip</protocol><traversal><port>7001</port>"
            f"<password>{password}</password></traversal></zone></zones></call-control>")


def door(pin, word):
    return (f'<safe xmlns="urn:acme:safe"><door><name>front</name><pin>{pin}</pin>'
            f"<word>{word}</word></door></safe>")


def key_file(daemon):
    return os.path.join(daemon.state, "store", "system.key")


class SecretTest(LabTest):
    @classmethod
    def prepare(cls):
        folder = os.path.join(cls.lab.folder, "own-yang")
        os.mkdir(folder)
        with open(os.path.join(folder, "acme-safe.yang"), "w", encoding="utf-8") as stream:
            stream.write(OWN)
        cls.lab.modules.append(folder)

    def ctl(self, daemon, *arguments):
        done = daemon.ctl(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def key(self, daemon):
        return daemon.leaf(netconf.cluster("<system-key/>"), "identifier")

    def wait_idle(self, daemon):
        wait_for(lambda: daemon.leaf(netconf.cluster("<system-key/>"), "update") == "idle", 10,
                 "the key's update has ended")

    def assert_nowhere(self, daemons, *words):
        """No file of the agents, what they show and what they logged included, has the words."""
        places = {}
        for daemon in daemons:
            for request in ("<get/>", "<get-config><source><running/></source></get-config>",
                            "<get-config><source><candidate/></source></get-config>"):
                daemon.session().send(request)
                places[daemon.name, request] = daemon.session().receive()
            changes = ('<get-changes xmlns="urn:sextant:params:xml:ns:yang:sextant-history">'
                       "<from>2</from></get-changes>")
            daemon.session().send(changes)
            places[daemon.name, "changes"] = daemon.session().receive()
            places[daemon.name, "diff"] = daemon.ctl("diff", "2").stdout.encode()
            places[daemon.name, "SNMP"] = repr(snmp.walk(self.lab, daemon.address)).encode()
            places[daemon.name, "log"] = "\n".join(daemon.log.all()).encode()
            for folder, _, names in os.walk(daemon.state):
                for name in names:
                    path = os.path.join(folder, name)
                    if os.path.isfile(path):
                        with open(path, "rb") as stream:
                            places[daemon.name, path] = stream.read()
        for ending in ("-wal", ".db", ".backup"):
            self.assertTrue(any(path[1].endswith(ending) for path in places), places.keys())
        for place, content in places.items():
            for word in words:
                self.assertFalse(word.encode() in content, f"{word} is in {place}")


class Cluster(SecretTest):
    count = 2
    formed = True

    def setUp(self):
        self.alpha, self.beta = self.lab.daemons
        self.lab.wait_in_step()

    def test_a_secrets_are_in_clear_nowhere(self):
        self.alpha.edit(zone("wonderland-words"))
        self.alpha.edit(door(31415926, "rabbit-hole"))
        self.alpha.edit(zone("looking-glass"))
        self.alpha.edit(door(27182818, "tea-party"))
        self.lab.wait_in_step()
        for daemon in self.lab.daemons:
            reply = daemon.session().call(f'<backup xmlns="{netconf.SYSTEM}"><passphrase>'
                                          "correct horse battery</passphrase></backup>")
            self.assertTrue(os.path.isfile(reply.findtext(f"{{{netconf.SYSTEM}}}file")))
            self.assertIn("********", self.ctl(daemon, "diff", "2"))
        self.alpha.session().edit(zone("candidate-words"), target="candidate")
        self.assert_nowhere(self.lab.daemons, "wonderland-words", "looking-glass", "rabbit-hole",
                            "tea-party", "31415926", "27182818", "candidate-words")
        self.alpha.session().call("<discard-changes/>")
        # A forced update keeps a copy of the database.
        self.assertIn("kept in", self.ctl(self.beta, "force-config-update"))
        self.lab.wait_in_step()
        self.assert_nowhere(self.lab.daemons, "looking-glass", "tea-party", "27182818")
        self.assertEqual(self.ctl(self.alpha, "get", PASSWORD), "********\n")

    def test_b_the_key_is_shared_and_changed(self):
        first = self.key(self.alpha)
        self.assertEqual(self.key(self.beta), first)
        with self.subTest("refused on a subordinate, which names the primary"):
            self.assert_refused("operation-failed", lambda: self.beta.session().call(KEY_UPDATE),
                                message=self.alpha.address)
        with self.subTest("an update reaches the other peer"):
            self.ctl(self.alpha, "force-system-key-update")
            wait_for(lambda: self.key(self.alpha) != first and
                     self.key(self.beta) == self.key(self.alpha), 10, "both have the new key")
            for daemon in self.lab.daemons:
                self.wait_idle(daemon)
            self.alpha.edit(zone("after-the-update"))
            self.lab.wait_in_step()
        with self.subTest("a peer that was away gets it, and both come back with it"):
            self.beta.kill()
            second = self.key(self.alpha)
            self.alpha.session().call(KEY_UPDATE)
            wait_for(lambda: self.key(self.alpha) != second, 10, "another key")
            self.alpha.edit(zone("while-it-was-away"))
            self.alpha.kill()
            self.alpha.start()
            self.beta.start()
            wait_for(lambda: self.key(self.beta) == self.key(self.alpha), 10, "the same key")
            self.lab.wait_in_step()
            for daemon in self.lab.daemons:
                self.wait_idle(daemon)
        for daemon in self.lab.daemons:
            self.assertEqual(self.ctl(daemon, "check-secrets"), "Every secret can be decrypted.\n")
            wait_for(lambda: daemon.alarm_ids() == [40049], 15, "no alarm is left")
            self.assertEqual(os.stat(key_file(daemon)).st_mode & 0o777, 0o600)
            self.assertFalse(os.path.exists(key_file(daemon) + ".next"))

    def test_c_a_subordinate_that_lost_its_key_gets_it_back(self):
        self.alpha.edit(zone("kept-by-the-primary"))
        self.lab.wait_in_step()
        self.beta.kill()
        os.unlink(key_file(self.beta))
        self.beta.start()
        wait_for(lambda: self.key(self.beta) == self.key(self.alpha), 10, "the cluster's key")
        self.lab.wait_in_step()
        wait_for(lambda: self.beta.alarm_ids() == [40049], 15, "no alarm is left")
        self.assertEqual(self.ctl(self.beta, "check-secrets"), "Every secret can be decrypted.\n")


    def test_d_a_primary_that_lost_its_key_is_repaired_from_a_peer(self):
        self.alpha.edit(zone("kept-by-the-peer"))
        self.lab.wait_in_step()
        before = self.key(self.beta)
        self.alpha.kill()
        os.unlink(key_file(self.alpha))
        self.alpha.start()
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: 40055 in d.alarm_ids(), 15, f"{daemon.name}: 40055")
        with self.subTest("it does not spread its new key"):
            done = self.alpha.ctl("force-system-key-update")
            self.assertEqual(done.returncode, 1)
            self.assertIn("name a peer without alarm 40055", done.stderr)
            self.assertEqual(self.key(self.beta), before)
        with self.subTest("it takes that of a peer without the alarm's cause, named as primary"):
            for daemon in (self.beta, self.alpha):
                daemon.edit(netconf.cluster("<configuration-primary>2</configuration-primary>"))
            wait_for(lambda: self.key(self.alpha) == before, 10, "the cluster's key")
            self.lab.wait_in_step()
            for daemon in self.lab.daemons:
                wait_for(lambda d=daemon: d.alarm_ids() == [40049], 15, "no alarm is left")
                self.assertEqual(self.ctl(daemon, "check-secrets"),
                                 "Every secret can be decrypted.\n")
            self.ctl(self.beta, "force-system-key-update")
            wait_for(lambda: self.key(self.alpha) == self.key(self.beta) != before, 10, "a new key")


class FromAnotherCluster(SecretTest):
    """gamma, whose key a cluster of its own shares, is put into the cluster of alpha and beta."""

    count = 4

    def form(self, first, second):
        for daemon, count in ((first, 1), (first, 2), (second, 2)):
            daemon.edit(netconf.cluster(
                "<name>lab.example.com</name><configuration-primary>1</configuration-primary>"
                + netconf.peers({1: first.address, 2: second.address}
                                if count == 2 else {1: first.address})))
            if (daemon, count) != (first, 2):
                daemon.restart()
        wait_for(lambda: self.key(first) == self.key(second), 15, "one key")

    def test_its_key_is_replaced_when_the_operator_says_so(self):
        alpha, beta, gamma, delta = self.lab.daemons
        self.form(alpha, beta)
        self.form(gamma, delta)
        alpha.edit(zone("of-alpha"))
        self.assertNotEqual(self.key(gamma), self.key(alpha))
        for daemon in (alpha, beta, gamma):
            daemon.edit(netconf.cluster(netconf.peers(
                {1: alpha.address, 2: beta.address, 3: gamma.address})))
        gamma.restart()
        with self.subTest("its key differs: nothing is replicated"):
            for daemon in (alpha, gamma):
                wait_for(lambda d=daemon: 40055 in d.alarm_ids(), 30, "40055 is up")
            self.assertNotEqual(gamma.status()["database_status"], "active")
        with self.subTest("an update on the primary gives it the key"):
            alpha.session().call(KEY_UPDATE)
            wait_for(lambda: self.key(gamma) == self.key(alpha) == self.key(beta), 15, "one key")
            for daemon in (alpha, gamma):
                wait_for(lambda d=daemon: 40055 not in d.alarm_ids(), 30, "40055 is down")
        with self.subTest("its configuration is another history until it is given up"):
            wait_for(lambda: 20011 in gamma.alarm_ids(), 15, "20011 is up")
            gamma.session().call(f'<force-config-update xmlns="{netconf.CLUSTER}"/>')
            self.lab.wait_in_step(3)
            self.assertEqual(self.ctl(gamma, "check-secrets"),
                             "Every secret can be decrypted.\n")


class Alone(SecretTest):
    def test_what_cannot_be_decrypted_is_listed_and_set_anew(self):
        daemon = self.lab[0]
        daemon.edit(zone("lost-words"))
        daemon.edit(door(31415926, "lost-as-well"))
        daemon.kill()
        kept = key_file(daemon) + ".kept"
        os.rename(key_file(daemon), kept)
        daemon.start()
        listed = self.ctl(daemon, "check-secrets").split("\n")[:-1]
        own = "/acme-safe:safe/door[name='front']/"
        for path in (PASSWORD, own + "pin", own + "word"):
            self.assertIn(path, listed)
        self.assertIn(40055, daemon.alarm_ids())
        self.assertIn("Unreadable secrets", self.ctl(daemon, "status"))
        with self.subTest("the others stay as they are"):
            self.ctl(daemon, "set", own + "pin", "4711")
            self.ctl(daemon, "set", PASSWORD, "found-words")
            listed = self.ctl(daemon, "check-secrets")
            self.assertNotIn(PASSWORD, listed)
            self.assertNotIn("pin", listed)
            self.assertIn(own + "word", listed)
        with self.subTest("all set anew, the alarm goes"):
            for path in listed.split("\n")[:-1]:
                self.ctl(daemon, "set", path,
                         "$0$new-words" if path.startswith("/ietf-system") else "new-words")
            wait_for(lambda: 40055 not in daemon.alarm_ids(), 15, "40055 is cleared")
            self.assertEqual(self.ctl(daemon, "check-secrets"), "Every secret can be decrypted.\n")
        daemon.kill()
        with self.subTest("a key that others can read stops the start"):
            os.chmod(key_file(daemon), 0o640)
            with self.assertRaises(Exception):
                daemon.start()
            self.assertIn("set it to 600", daemon.last_line())
            os.chmod(key_file(daemon), 0o600)
            daemon.start()


if __name__ == "__main__":
    main()
