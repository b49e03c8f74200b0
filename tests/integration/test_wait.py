#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Commits whose answers wait for peers, as clients and orchestrators see them."""

from ncclient.operations import RaiseMode
from ncclient.xml_ import to_ele

from sextant_test import LabTest, main, netconf, ssh, wait_for

NAMESPACE = "urn:sextant:params:xml:ns:yang:sextant-netconf"


def wait(who, timeout):
    return f'<wait xmlns="{NAMESPACE}"><for>{who}</for><timeout>{timeout}</timeout></wait>'


def edit(config, who, timeout, target="running"):
    return (f"<edit-config><target><{target}/></target><config>{config}</config>"
            f"{wait(who, timeout)}</edit-config>")


class Wait(LabTest):
    count = 3
    formed = True

    def setUp(self):
        self.alpha, self.beta, self.gamma = self.lab.daemons
        for daemon in self.lab.daemons:
            if not daemon.alive:
                daemon.start()
        self.lab.wait_in_step()

    def assert_ok(self, reply):
        self.assertIsNotNone(reply.find(f"{{{netconf.BASE}}}ok"))

    def committed(self, reply):
        found = reply.find(f"{{{NAMESPACE}}}committed")
        self.assertIsNotNone(found)
        self.assertIsNone(reply.find(f"{{{netconf.BASE}}}ok"))
        return {"peers": [node.text for node in found.findall(f"{{{NAMESPACE}}}not-yet-on")],
                **{name: found.findtext(f"{{{NAMESPACE}}}{name}")
                   for name in ("app-tag", "message", "revision")}}

    def test_ok_means_that_they_have_it(self):
        for number in range(20):
            with self.subTest(number=number):
                reply = self.alpha.session().call(
                    edit(netconf.entry("Waited", str(number)), "all", 10))
                self.assert_ok(reply)
                for daemon in (self.beta, self.gamma):
                    self.assertEqual(daemon.number_of("Waited"), str(number))
        self.alpha.edit(netconf.entry("Waited", "candidate"), target="candidate")
        self.assert_ok(self.alpha.session().call(f"<commit>{wait('all', 10)}</commit>"))
        self.assertEqual(self.gamma.number_of("Waited"), "candidate")

    def test_a_frozen_peer(self):
        self.gamma.freeze()
        try:
            with self.subTest("two of three are a majority"):
                self.assert_ok(self.alpha.session().call(
                    edit(netconf.entry("Frozen", "1"), "majority", 10)))
                self.assertEqual(self.beta.number_of("Frozen"), "1")
            # Once the link is given up, the peer is none of those that are linked.
            wait_for(lambda: self.alpha.status()["peers"][3]["status"] == "failed", 5, "lost")
            self.assert_ok(self.alpha.session().call(
                edit(netconf.entry("Frozen", "2"), "all", 10)))
            self.beta.freeze()
            with self.subTest("the answer is a success that names who is missing"):
                now = self.committed(self.alpha.session().call(
                    edit(netconf.entry("Frozen", "3"), "majority", 2)))
                self.assertEqual(now["peers"], [self.beta.address, self.gamma.address])
                self.assertEqual(now["app-tag"], "not-yet-on-peers")
                self.assertEqual(now["revision"], self.alpha.status()["revision"])
                self.assertEqual(now["message"], f"committed as revision {now['revision']}, not "
                                 f"yet on {self.beta.address}, {self.gamma.address}")
                self.assertEqual(self.alpha.number_of("Frozen"), "3")
            with self.subTest("a peer that comes back in time ends the wait"):
                with self.alpha.new_session() as session:
                    session.send(edit(netconf.entry("Frozen", "4"), "majority", 60))
                    wait_for(lambda: self.alpha.number_of("Frozen") == "4", 5, "committed")
                    self.beta.thaw()
                    self.assert_ok(session.reply())
                self.assertEqual(self.beta.number_of("Frozen"), "4")
        finally:
            self.beta.thaw()
            self.gamma.thaw()
        self.lab.wait_in_step()
        self.assertEqual(self.gamma.number_of("Frozen"), "4")

    def test_waiters_hold_nobody_up(self):
        """32 wait, the next is refused and changes nothing; others edit and read; a restart
        answers all that wait."""
        self.beta.kill()
        self.gamma.kill()
        sessions = [self.alpha.new_session() for _ in range(32)]
        try:
            for number, session in enumerate(sessions):
                session.send(edit(netconf.entry(f"Queue {number}", "1"), "majority", 300))
            wait_for(lambda: all(self.alpha.number_of(f"Queue {number}") == "1"
                                 for number in range(32)), 10, "all are committed")
            self.assert_refused("resource-denied", lambda: self.alpha.session().call(
                edit(netconf.entry("One more", "1"), "majority", 300)))
            self.assertIsNone(self.alpha.number_of("One more"))
            self.alpha.edit(netconf.entry("Meanwhile", "1"))
            self.alpha.restart()
            for session in sessions:
                self.assertEqual(self.committed(session.reply())["peers"],
                                 [self.beta.address, self.gamma.address])
        finally:
            for session in sessions:
                session.close()
        self.assertEqual(self.alpha.number_of("Meanwhile"), "1")

    def test_what_ncclient_makes_of_it(self):
        self.beta.kill()
        self.gamma.kill()
        with ssh.connect(self.alpha) as client:
            client.raise_mode = RaiseMode.ALL
            reply = client.dispatch(to_ele(
                edit(netconf.entry("ncclient", "1"), "majority", 1).replace(
                    "<edit-config>", f'<edit-config xmlns="{netconf.BASE}">')))
            self.assertTrue(reply.ok)
            self.assertEqual(reply.errors, [])
            self.assertIn("not-yet-on-peers", reply.xml)
        self.assertEqual(self.alpha.number_of("ncclient"), "1")

    def test_sextantctl(self):
        path = "/call-control/phone-book/entry[name='Ctl']/number"
        done = self.alpha.ctl("set", "--wait", "all", path, "1")
        self.assertEqual((done.returncode, done.stdout), (0, f"set {path}\n"), done.stderr)
        self.assertEqual(self.beta.number_of("Ctl"), "1")
        self.beta.kill()
        self.gamma.kill()
        done = self.alpha.ctl("delete", "--wait", "majority",
                              "/call-control/phone-book/entry[name='Ctl']")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\nwarning: committed as revision \d+, not yet on "
                         rf"{self.beta.address}, {self.gamma.address}\n")
        self.assertIsNone(self.alpha.number_of("Ctl"))
        self.assertEqual(self.alpha.ctl("set", "--wait", "some", path, "1").returncode, 2)


if __name__ == "__main__":
    main()
