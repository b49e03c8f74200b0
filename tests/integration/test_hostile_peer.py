#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A peer with a good certificate that breaks the rules: its link ends, status, log and alarm say
why, memory stays bounded, and the other link goes on as if nothing had happened."""

import base64
import os
import random
import re
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fake_peer import (HELLO, REVISION, SNAPSHOT_BEGIN, SNAPSHOT_END, SNAPSHOT_PIECE, FakePeer,
                       field, fields, framed)
from sextant_test import LabTest, main, netconf, wait_for
from cluster_lab.daemon import PORTS

LINEAGE = "11111111-2222-4333-8444-555555555555"


class Hostile(LabTest):
    """alpha and beta are a cluster; gamma is listed, and is what the tests make of it."""

    count = 3
    primary = 1
    peer = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"SEED={cls.seed}", flush=True)
        cls.alpha, cls.beta, cls.gamma = cls.lab.daemons
        cls.gamma.kill()
        cls.alpha.edit(cls.lab.cluster_config(1))
        cls.alpha.restart()
        cls.lab.add(2)
        for daemon in (cls.alpha, cls.beta):
            daemon.edit(netconf.cluster(netconf.peers({3: cls.gamma.address})))
        if cls.primary != 1:
            for daemon in (cls.alpha, cls.beta):
                daemon.edit(netconf.cluster("<configuration-primary>3</configuration-primary>"))

    def fake(self, greeting=None):
        """gamma, as one that has not done anything yet; the one before it is gone."""
        if self.peer:
            self.peer.close()
        self.peer = FakePeer(self.gamma.address, PORTS["cluster"], self.gamma.certificate,
                             self.gamma.key, self.lab.authority.certificate, greeting)
        self.addCleanup(self.peer.close)
        return self.peer

    def hello_of(self, other, changes=None):
        """gamma's hello: the one that `other` said, with gamma's place in the list."""
        hello = dict(other)
        hello.update({3: "gamma", 8: self.primary, 9: 3, 10: 0})
        # As a peer of a former release: without what a cluster requires, and the number of its boot.
        for number in (18, 20):
            hello.pop(number, None)
        hello.update(changes or {})
        return fields({number: hello[number] for number in sorted(hello)})

    def up(self):
        """gamma is linked with alpha, and has said hello."""
        peer = self.fake()
        other = peer.link(self.alpha.address)
        peer.say(HELLO, self.hello_of(other))
        self.alpha.wait_status(lambda now: now["peers"][3]["status"] == "active" and
                               now["peers"][3].get("system-name") == "gamma", "gamma is linked")
        return peer

    def seen(self):
        return self.alpha.status()["peers"][3]

    def wait_lost(self, reason):
        """Status, alarm and log of alpha say why there is no link with gamma."""
        wait_for(lambda: re.search(reason, self.seen().get("failure", "")), 5, reason)
        self.assertEqual(self.seen()["status-text"], "Failed")
        wait_for(lambda: [alarm for alarm in self.alpha.status()["alarms"]
                          if alarm["id"] == 20004 and re.search(reason, alarm["text"])], 5,
                 f"20004 with {reason}")
        self.assertRegex("\n".join(self.alpha.log.all()), rf"{reason}")

    def resident(self):
        with open(f"/proc/{self.alpha.pid}/status", encoding="ascii") as stream:
            return next(int(line.split()[1]) for line in stream if line.startswith("VmRSS:"))


class Peer(Hostile):
    def check_others(self):
        """The link between alpha and beta has not been lost, and replicates."""
        number = str(time.monotonic_ns())
        self.alpha.edit(netconf.entry("Others", number))
        wait_for(lambda: self.beta.number_of("Others") == number, 2, "beta has the edit")

    def setUp(self):
        self.mark = self.lab.nms.mark()
        self.pid = self.alpha.pid

    def tearDown(self):
        self.check_others()
        self.assertTrue(self.alpha.alive)
        self.assertEqual(self.alpha.pid, self.pid)
        self.assertFalse([found for found in self.lab.nms.all(self.mark)
                          if found["id"] == 20004 and "index='2'" in found["resource"]])

    def check_broken(self, data, reason):
        peer = self.up()
        peer.send(data)
        peer.wait_end()
        self.wait_lost(reason)

    def test_broken_envelopes(self):
        noise = random.Random(self.seed).randbytes(3000)
        for what, data, reason in (
                ("4 GB", b"\xff\xff\xff\xff", "an envelope of 4294967295 bytes; at most 4194304"),
                ("just too long", b"\x00\x40\x00\x01", "an envelope of 4194305 bytes"),
                ("no protobuf", framed(b"\xff" * 40), "not protobuf"),
                ("noise", framed(b"\x07" + noise), "not protobuf"),
                ("an unknown body", framed(field(99, b"x")), "envelope"),
                ("another greeting", framed(field(1, field(1, 1) + b"\x11" + b"\xff" * 8 +
                                                  field(3, "a") + field(4, "b"))), "greeted twice"),
                ("an index above six", framed(field(HELLO, self.bad_hello())), "above six")):
            with self.subTest(what):
                self.check_broken(data, reason)

    def bad_hello(self):
        return fields({1: "0.1.0", 2: b"\xa5" * 32, 3: "x", 4: "x.test", 5: "ipv4", 6: "permissive",
                       7: ["a.test"], 8: 200, 9: 1, 10: 0, 11: 0, 12: fields({2: b"\xa5" * 32})})

    def test_half_a_message_and_silence(self):
        peer = self.up()
        peer.silent = True
        peer.send(framed(field(HELLO, bytes(1000)))[:100])
        peer.wait_end()
        self.wait_lost("no answer for 700 ms")

    def farewell(self, peer):
        """What alpha says when it ends the connection. One that it gives up for another dial ends
        without a word, and the next comes."""
        reason = ""
        for _ in range(5):
            peer.accept(self.alpha.address)
            reason = peer.wait_end()
            if reason:
                break
        return reason

    def test_old_protocol(self):
        for version in (0, 2):
            peer = self.fake({1: version})
            self.assertIn("of the protocol, this system 1", self.farewell(peer))
            self.wait_lost(f"it speaks version {version} of the protocol, this system 1")

    def test_another_ones_address(self):
        peer = self.fake({3: self.beta.address})
        self.assertIn("another peer", self.farewell(peer))
        self.wait_lost(f"it says that it is '{self.beta.address}', another peer")

    def test_another_ones_index(self):
        for index, address in ((1, self.alpha.address), (2, self.beta.address)):
            peer = self.fake()
            other = peer.link(self.alpha.address)
            peer.say(HELLO, self.hello_of(other, {9: index}))
            peer.wait_end()
            self.wait_lost(rf"it says that it is peer {index} \({address}\)")

    def test_another_cluster(self):
        reason = "it is of cluster 'other.example.com', this system of 'lab.example.com'"
        peer = self.fake({5: "other.example.com"})
        self.assertIn(reason, self.farewell(peer))
        self.wait_lost(reason)
        self.check_others()
        self.assertFalse([kind for kind, _ in peer.envelopes if kind in (HELLO, REVISION)])

    def test_a_cluster_that_is_renamed(self):
        """It greets with a name in common and has another in force: linked, not replicated with."""
        peer = self.fake({5: ["other.example.com", "lab.example.com"]})
        other = peer.link(self.alpha.address)
        peer.say(HELLO, self.hello_of(other, {4: "other.example.com"}))
        wait_for(lambda: self.seen().get("failure") == "its cluster name differs", 5, "failure")
        wait_for(lambda: [alarm for alarm in self.alpha.status()["alarms"] if alarm["id"] == 20006
                          and "cluster name differs" in alarm["text"]], 5, "20006")
        self.check_others()
        self.assertFalse([kind for kind, _ in peer.envelopes if kind == REVISION])

    def test_memory_is_bounded(self):
        """Envelopes of the greatest length, one after the other and without an end."""
        before = self.resident()
        for _ in range(3):
            peer = self.up()
            try:
                for _ in range(20):
                    peer.send(framed(field(REVISION, bytes(4 << 20 - 1)))[:(4 << 20)])
            except OSError:
                pass
            peer.wait_end()
        self.assertLess(self.resident() - before, 64 << 10)


class Primary(Hostile):
    """gamma is the configuration primary, and what it sends is not what a primary may send."""

    primary = 3

    def history(self, revision, digest=b"\xa5" * 32):
        return fields({1: fields({1: LINEAGE, 2: revision}), 2: digest})

    def refused(self, text):
        """Status, alarm and log of alpha say what of gamma is not taken, and why."""
        wait_for(lambda: [alarm for alarm in self.alpha.status()["alarms"]
                          if alarm["id"] == 20009 and text in alarm["text"]], 5,
                 f"20009 with {text}")
        self.assertIn(text, self.seen()["failure"])
        self.assertRegex("\n".join(self.alpha.log.all()), rf"cluster: refused .*{text}")

    def ended(self, peer, text):
        """The same of one that may not say more, and beta's link goes on."""
        peer.wait_end()
        self.refused(text)
        self.wait_lost(text)
        # The next link changes nothing as long as no more than the link is well again.
        mark = self.lab.nms.mark()
        self.fake().link(self.alpha.address)
        self.alpha.wait_status(lambda now: now["peers"][3]["status"] == "active", "linked")
        self.assertTrue([alarm for alarm in self.alpha.status()["alarms"]
                         if alarm["id"] == 20004 and "index='3'" in alarm["resource"]])
        self.assertFalse([found for found in self.lab.nms.all(mark) if found["id"] == 20004])
        self.assertEqual(self.alpha.status()["peers"][2]["status"], "active")

    def linked(self, revision):
        peer = self.fake()
        other = peer.link(self.alpha.address)
        own = self.alpha.status()
        chain = fields({1: fields({1: own["lineage"], 2: int(own["revision"]) + revision}),
                        2: b"\xa5" * 32})
        peer.say(HELLO, self.hello_of(other, {12: chain}))
        self.alpha.wait_status(lambda now: now["peers"][3]["status"] == "active", "linked")
        return peer, own, other

    def revision(self, own, number, change):
        origin = fields({1: "mallory", 2: "cluster", 3: 1})
        return fields({1: number, 2: own["lineage"], 3: 1700000000000, 4: origin, 5: b"\xa5" * 32,
                       6: change, 7: 0})

    def test_revision_from_the_future(self):
        peer, own, _ = self.linked(1)
        change = fields({1: 2, 2: 0, 3: 0, 4: "/sextant-call-control:call-control/ip-protocol",
                         5: '{"sextant-call-control:ip-protocol":"ipv6"}'})
        peer.say(REVISION, self.revision(own, int(own["revision"]) + 1000, change))
        self.ended(peer, f"it sent revision {int(own['revision']) + 1000} where "
                   f"{int(own['revision']) + 1} is the next")
        self.assertEqual(self.alpha.status()["digest"], own["digest"])

    def test_what_is_wrong_again_and_again(self):
        mark = self.lab.nms.mark()
        change = fields({1: 2, 2: 0, 3: 0, 4: "/sextant-call-control:call-control/ip-protocol",
                         5: '{"sextant-call-control:ip-protocol":"ipv6"}'})
        for _ in range(5):
            peer, own, _ = self.linked(1)
            peer.say(REVISION, self.revision(own, int(own["revision"]) + 1000, change))
            peer.wait_end()
        self.lab.nms.wait_alarm(20024, True, 5, mark, peer=3)
        for primary in (2, 3):
            self.alpha.edit(netconf.cluster(
                f"<configuration-primary>{primary}</configuration-primary>"))
        self.lab.nms.wait_alarm(20024, False, 5, mark, peer=3)
        self.assertFalse([alarm for alarm in self.alpha.status()["alarms"]
                          if alarm["id"] in (20009, 20024)])

    def test_revision_of_what_is_not_replicated(self):
        peer, own, _ = self.linked(1)
        change = fields({1: 2, 2: 3, 3: 0, 4: "/sextant-system:system/name",
                         5: '{"sextant-system:name":"stolen"}'})
        peer.say(REVISION, self.revision(own, int(own["revision"]) + 1, change))
        self.refused("not a replicated item")
        self.assertEqual(self.alpha.status()["digest"], own["digest"])
        self.assertEqual(self.alpha.ctl("get", "/sextant-system:system/name").stdout, "alpha\n")

    def test_snapshot_that_does_not_fit(self):
        own = self.alpha.status()
        for rows, text in (
                (fields({1: 0, 2: "/sextant-call-control:call-control", 3: "",
                         4: '{"sextant-call-control:call-control":{"ip-protocol":"ipv9"}}'}),
                 "ipv9"),
                (fields({1: 3, 2: "/sextant-system:system", 3: "",
                         4: '{"sextant-system:system":{"name":"stolen"}}'}),
                 "is not a replicated item"),
                (fields({1: 0, 2: "/sextant-call-control:call-control", 3: "",
                         4: '{"sextant-call-control:call-control":{"ip-protocol":"ipv6"}}'}),
                 "another digest")):
            with self.subTest(text):
                peer, _, other = self.linked(5)
                begin = fields({1: fields({1: fields({1: own["lineage"],
                                                      2: int(own["revision"]) + 5}),
                                           2: b"\xa5" * 32}), 2: 100, 3: self.sealed()})
                peer.say(SNAPSHOT_BEGIN, begin)
                peer.say(SNAPSHOT_PIECE, fields({1: rows, 2: 100}))
                peer.say(SNAPSHOT_END)
                self.ended(peer, text)
                self.assertEqual(self.alpha.status()["digest"], own["digest"])

    def sealed(self):
        """A digest key, sealed with the cluster's system key."""
        path = os.path.join(self.alpha.state, "store", "system.key")
        with open(path, encoding="ascii") as stream:
            key = bytes.fromhex(stream.read().strip())
        head = "$sx1$" + self.alpha.leaf(netconf.cluster("<system-key/>"), "identifier") + "$"
        nonce = os.urandom(12)
        sealed = AESGCM(key).encrypt(nonce, bytes(32), (head + "digest-key").encode())
        return head + base64.b64encode(nonce + sealed).decode()


if __name__ == "__main__":
    main()
