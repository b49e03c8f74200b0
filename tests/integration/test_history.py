# SPDX-License-Identifier: Apache-2.0
"""The history of the replicated configuration, over NETCONF and with sextantctl: who changed what
from what to what, and the way back."""

import json
import os
import pty
import subprocess

import sextant_test
from cluster_lab.netconf import CALL_CONTROL, entry, phone_book
from sextant_test import LabTest, wait_for

HISTORY = "urn:sextant:params:xml:ns:yang:sextant-history"
MASK = "********"
BOOK = "/sextant-call-control:call-control/phone-book"


def operation(name, inner=""):
    return f'<{name} xmlns="{HISTORY}">{inner}</{name}>'


def text(node, name):
    return node.findtext(f"{{{HISTORY}}}{name}")


class HistoryTest(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]

    def present(self):
        return int(text(self.daemon.session().call(operation("get-history")), "present-revision"))

    def changes(self, inner=""):
        reply = self.daemon.session().call(operation("get-changes", inner))
        return reply, list(reply.iter(f"{{{HISTORY}}}change"))

    def ctl(self, *arguments, status=0, **options):
        done = self.daemon.ctl(*arguments, **options)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stdout if status == 0 else done.stderr


class Operations(HistoryTest):
    def test_what_changed(self):
        self.daemon.edit(entry("Ann", "1"))
        start = self.present()
        self.daemon.edit(entry("Ann", "2"))
        self.daemon.edit(entry("Bob", "3"))
        reply = self.daemon.session().call(operation("get-history", "<count>2</count>"))
        listed = list(reply.iter(f"{{{HISTORY}}}revision"))
        self.assertEqual([int(text(one, "number")) for one in listed], [start + 2, start + 1])
        self.assertEqual(text(listed[0], "source"), "unix")
        self.assertRegex(text(listed[0], "time"), r"^20\d\d-.*\+00:00$")
        self.assertEqual(text(listed[0], "changes"), "1")
        self.assertTrue(text(listed[0], "user"))
        self.assertEqual((text(reply, "more"), text(reply, "oldest-reachable")), ("true", "0"))

        reply, found = self.changes(f"<revision>{start + 1}</revision>")
        self.assertEqual((text(reply, "from"), text(reply, "to")), (str(start), str(start + 1)))
        self.assertEqual(text(found[0], "operation"), "replace")
        self.assertEqual(text(found[0], "path"), BOOK + "/entry[name='Ann']/number")
        self.assertEqual([found[0].findtext(f"{{{HISTORY}}}{which}/{{{CALL_CONTROL}}}number")
                          for which in ("old-value", "new-value")], ["1", "2"])
        # From the one to the other and back, and what is absent.
        _, forth = self.changes(f"<from>{start}</from>")
        _, back = self.changes(f"<from>{start + 2}</from><to>{start}</to>")
        self.assertEqual(sorted(text(one, "operation") for one in forth), ["create", "replace"])
        self.assertEqual(sorted(text(one, "operation") for one in back), ["delete", "replace"])
        _, last = self.changes()
        self.assertEqual(text(last[0], "path"), BOOK + "/entry[name='Bob']")

    def test_pages(self):
        start = self.present()
        self.daemon.edit(phone_book("".join(
            f"<entry><name>page{i}</name><number>{i}</number></entry>" for i in range(5))))
        paths = []
        for offset in (0, 2, 4):
            reply, found = self.changes(f"<revision>{start + 1}</revision>"
                                        f"<offset>{offset}</offset><count>2</count>")
            self.assertEqual(text(reply, "more"), "true" if offset < 4 else "false")
            self.assertEqual([text(one, "number") for one in found],
                             [str(offset + 1), str(offset + 2)][:5 - offset])
            paths += [text(one, "path") for one in found]
        self.assertEqual(len(set(paths)), 5)

    def test_secrets_are_masked(self):
        def zone(password):
            return (f'<call-control xmlns="{CALL_CONTROL}"><zones><zone><name>Paris</name>'
                    f'<type>traversal</type><protocol>sip</protocol><traversal><port>7001</port>'
                    f'<user-name>us</user-name><password>{password}</password></traversal></zone>'
                    '</zones></call-control>')
        self.daemon.edit(zone("first-words"))
        start = self.present()
        self.daemon.edit(zone("other-words"))
        outputs = [self.ctl("diff", str(start)), self.ctl("diff"), self.ctl("diff", "--json"),
                   self.ctl("diff", "--json", str(start))]
        for out in outputs:
            self.assertIn(MASK, out)
            self.assertNotIn("words", out)
        self.assertIn(f"- password: {MASK}\n+ password: {MASK}\n", outputs[1])
        # The rollback gives the secret itself back.
        digest = self.daemon.status()["digest"]
        self.ctl("rollback", "--yes", str(start))
        self.assertNotEqual(self.daemon.status()["digest"], digest)
        self.ctl("rollback", "--yes", str(start + 1))
        self.assertEqual(self.daemon.status()["digest"], digest)

    def test_refusals(self):
        session = self.daemon.session()
        present = self.present()
        for name, inner, tag in (
                ("rollback", f"<revision>{present + 1}</revision>", "invalid-value"),
                ("rollback", f"<revision>0</revision><present-revision>{present + 7}"
                             "</present-revision>", "operation-failed"),
                ("rollback", "", "missing-element"),
                ("get-changes", "<to>0</to>", "missing-element"),
                ("get-changes", f"<from>{present + 1}</from>", "invalid-value"),
                ("get-changes", f"<revision>{present + 1}</revision>", "invalid-value"),
                ("get-changes", "<revision>1</revision><from>0</from>", "bad-element"),
                ("get-history", "<count>0</count>", "invalid-value"),
                ("get-history", "<count>1001</count>", "invalid-value")):
            with self.subTest(operation=name, inner=inner):
                error = self.assert_refused(tag, lambda: session.call(operation(name, inner)))
                self.assertTrue(error.message)
        self.assertEqual(self.present(), present)


class Command(HistoryTest):
    def test_history(self):
        self.daemon.edit(entry("Ann", "1"))
        lines = self.ctl("history", "-n", "1").splitlines()
        self.assertRegex(lines[0], r"^revision +time +changes +by$")
        self.assertRegex(lines[1], r"^lineage [0-9a-f-]{36}$")
        self.assertRegex(lines[2], rf"^ +{self.present()}  20\S+ +1  \S+@unix session \d+$")
        self.assertEqual(lines[-1], "A rollback reaches back to revision 0.")
        listed = json.loads(self.ctl("history", "--json"))
        self.assertEqual(listed["present-revision"], self.present())
        self.assertEqual([one["number"] for one in listed["revisions"]],
                         list(range(self.present(), 0, -1)))
        self.assertFalse(listed["more"])
        self.assertIn("-n: x is not a number", self.ctl("history", "-n", "x", status=2))

    def test_diff(self):
        self.daemon.edit(entry("Cid", "1"))
        start = self.present()
        self.daemon.edit(entry("Cid", "2"))
        out = self.ctl("diff")
        self.assertRegex(out, rf"^revision {start + 1}  20\S+  \S+@unix session \d+  1 change\n\n"
                              r"/sextant-call-control:call-control/phone-book/entry\[name='Cid'\]\n"
                              r"- number: 1\n\+ number: 2\n$")
        self.assertEqual(self.ctl("diff", str(start + 1)), out)
        self.assertIn(f"{BOOK}/entry[name='Cid']\n+ name: Cid\n+ number: 1\n",
                      self.ctl("diff", str(start)))
        self.daemon.edit(entry("Cid", "1"))
        out = self.ctl("diff", str(start), str(start + 2))
        self.assertTrue(out.startswith(f"from revision {start} to revision {start + 2}\n"
                                       f"  revision {start + 2}  "), out)
        self.assertTrue(out.endswith("no difference\n"), out)
        found = json.loads(self.ctl("diff", "--json", str(start + 1)))
        self.assertEqual((found["from"], found["to"]), (start, start + 1))
        self.assertEqual(found["revisions"][0]["number"], start + 1)
        self.assertEqual(found["changes"], [{
            "operation": "replace", "path": BOOK + "/entry[name='Cid']/number",
            "old-value": {"sextant-call-control:number": "1"},
            "new-value": {"sextant-call-control:number": "2"}}])
        self.assertIn("x is not the number", self.ctl("diff", "x", status=2))
        self.assertIn("there is no revision 9999 yet", self.ctl("diff", "9999", status=1))

    def test_rollback(self):
        self.daemon.edit(entry("Dan", "1"))
        start = self.present()
        self.daemon.edit(entry("Dan", "2"))
        self.assertIn("nobody to ask", self.ctl("rollback", str(start), status=2, stdin=""))
        self.assertEqual(self.daemon.number_of("Dan"), "2")
        out = self.ctl("rollback", "--yes", str(start))
        self.assertIn("- number: 2\n+ number: 1\n", out)
        self.assertIn(f"Rolled back to revision {start}, which makes revision {start + 2}.\n", out)
        self.assertEqual(self.daemon.number_of("Dan"), "1")
        self.assertTrue(self.ctl("rollback", "--yes", str(start)).endswith("no difference\n"))
        self.assertEqual(self.present(), start + 2)
        self.assertIn("[invalid-value]", self.ctl("rollback", "--yes", "9999", status=1))

    def test_rollback_asks(self):
        self.daemon.edit(entry("Eve", "1"))
        start = self.present()
        self.daemon.edit(entry("Eve", "2"))
        for answer, status, number in ((b"no\n", 1, "2"), (b"y\n", 0, "1")):
            ours, theirs = pty.openpty()
            with os.fdopen(ours, "wb", buffering=0) as terminal:
                terminal.write(answer)
                done = subprocess.run(
                    [self.lab.sextantctl, "--socket", self.daemon.socket, "rollback", str(start)],
                    stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    encoding="utf-8", timeout=60)
                os.close(theirs)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(f"Roll back to revision {start}? [y/N] ", done.stdout)
            self.assertEqual(self.daemon.number_of("Eve"), number)


class Cluster(HistoryTest):
    count = 2
    formed = True

    def test_peers_follow_a_rollback(self):
        primary, subordinate = self.lab.daemons
        primary.edit(entry("Fay", "1"))
        start = self.present()
        primary.edit(entry("Fay", "2"))
        wait_for(lambda: subordinate.number_of("Fay") == "2", 10, "the revision is there")
        self.assert_refused("access-denied", lambda: subordinate.session().call(
            operation("rollback", f"<revision>{start}</revision>")), app_tag="not-primary",
            message=primary.address)
        self.ctl("rollback", "--yes", str(start))
        wait_for(lambda: subordinate.number_of("Fay") == "1", 10, "the rollback is there")
        self.assertEqual(subordinate.status()["digest"], primary.status()["digest"])
        # Both tell the same of it.
        self.assertEqual(subordinate.ctl("diff", str(start + 2)).stdout,
                         primary.ctl("diff", str(start + 2)).stdout)


if __name__ == "__main__":
    sextant_test.main()
