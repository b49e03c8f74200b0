# SPDX-License-Identifier: Apache-2.0
"""get and get-config: filters, defaults, state, long replies, and that secrets stay secret."""

import itertools
import threading
import time
import xml.etree.ElementTree as ET

import sextant_test
from cluster_lab.netconf import (ALARMS, BASE, CALL_CONTROL, CLUSTER, IETF_SYSTEM, SYSTEM, Session,
                                 cluster, entry, phone_book)
from sextant_test import HELD_UP_S, LabTest, ssh

WITH_DEFAULTS = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"
LIBRARY = "urn:ietf:params:xml:ns:yang:ietf-yang-library"
ENTRIES = 10000


def book(inner):
    return (f'<call-control xmlns="{CALL_CONTROL}" xmlns:nc="{BASE}"><phone-book>{inner}'
            "</phone-book></call-control>")


def filled(count):
    return book("".join(f"<entry><name>Person {i}</name><number>{5550000 + i}</number></entry>"
                        for i in range(count)))


def names(data):
    return [node.text for node in data.iter(f"{{{CALL_CONTROL}}}name")]


class ReadTest(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]

    def setUp(self):
        self.session = self.daemon.new_session()
        self.addCleanup(self.session.close)

    def xpath(self, expression, operation="get", more=""):
        source = "<source><running/></source>" if operation == "get-config" else ""
        prefixes = (f'xmlns:cc="{CALL_CONTROL}" xmlns:sys="{IETF_SYSTEM}" xmlns:sxs="{SYSTEM}" '
                    f'xmlns:cl="{CLUSTER}" xmlns:al="{ALARMS}"')
        reply = self.session.call(
            f'<{operation}>{source}<filter {prefixes} type="xpath" '
            f'select="{expression}"/>{more}</{operation}>')
        return reply.find(f"{{{BASE}}}data")


class Filters(ReadTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon.edit(filled(50))
        cls.daemon.edit(book(
            "<entry><name>Ann &amp; Bob</name><number>77</number><protocol>sip</protocol></entry>"
            "<entry><name>Zoé</name><number>78</number><protocol>sip</protocol></entry>"))
        cls.daemon.edit(cluster("<name>reads.example.com</name>"))

    def both(self, filter_xml):
        """What a subtree filter gives from <get> and <get-config>, which must agree."""
        first = self.session.get(filter_xml)
        second = self.session.get(filter_xml, config_of="running")
        self.assertEqual(names(first), names(second))
        return first

    def test_subtree(self):
        self.assertEqual(names(self.both(book("<entry><name>Person 7</name></entry>"))),
                         ["Person 7"])
        self.assertEqual(sorted(names(self.both(book(
            "<entry><number>77</number></entry><entry><name>Person 3</name></entry>")))),
            ["Ann & Bob", "Person 3"])
        self.assertEqual(sorted(names(self.both(book("<entry><protocol>sip</protocol></entry>")))),
                         ["Ann & Bob", "Zoé"])
        self.assertEqual(len(names(self.both(book("<entry/>")))), 52)
        self.assertEqual(len(names(self.both(book("")))), 52)
        data = self.both(book("<entry><name/></entry>"))
        self.assertEqual(len(names(data)), 52)
        self.assertIsNone(data.find(f".//{{{CALL_CONTROL}}}number"))
        self.assertEqual(names(self.both(book("<entry><name>Nobody</name></entry>"))), [])

    def test_subtree_over_namespaces(self):
        data = self.session.get(book("<entry><name>Zoé</name></entry>") +
                                f'<system xmlns="{SYSTEM}"><name/></system>'
                                f'<cluster xmlns="{CLUSTER}"><role/></cluster>')
        self.assertEqual(names(data), ["Zoé"])
        self.assertEqual(data.findtext(f".//{{{SYSTEM}}}name"), "alpha")
        self.assertEqual(data.findtext(f".//{{{CLUSTER}}}role"), "stand-alone")
        self.assertEqual(len(data), 3)

    def test_filters_that_select_nothing(self):
        empty = self.session.call('<get><filter type="subtree"/></get>')
        self.assertEqual(len(empty.find(f"{{{BASE}}}data")), 0)
        for inner in ('<nonesuch xmlns="urn:nonesuch"/>',
                      f'<nonesuch xmlns="{CALL_CONTROL}"/>'):
            self.assertEqual(len(self.session.get(inner)), 0)
        self.assertEqual(len(self.xpath("/cc:call-control/cc:zones")), 0)

    def test_no_filter(self):
        config = self.session.get(config_of="running")
        self.assertEqual(len(names(config)), 52)
        self.assertEqual({child.tag for child in config},
                         {f"{{{CALL_CONTROL}}}call-control", f"{{{SYSTEM}}}system",
                          f"{{{IETF_SYSTEM}}}system", f"{{{CLUSTER}}}cluster",
                          "{urn:ietf:params:xml:ns:yang:ietf-interfaces}interfaces"})
        everything = self.session.get()
        self.assertEqual(len(names(everything)), 52)
        self.assertIsNotNone(everything.find(f"{{{LIBRARY}}}yang-library"))
        self.assertIsNotNone(everything.find(f"{{{ALARMS}}}alarms"))

    def test_xpath(self):
        entry_of = "/cc:call-control/cc:phone-book/cc:entry"
        for operation in ("get", "get-config"):
            find = lambda text: sorted(names(self.xpath(text, operation)))
            self.assertEqual(find(f"{entry_of}[cc:name='Person 7']"), ["Person 7"])
            self.assertEqual(find(f"{entry_of}[cc:number='77']"), ["Ann & Bob"])
            self.assertEqual(find(f"{entry_of}[cc:protocol='sip']/cc:number"),
                             ["Ann & Bob", "Zoé"])
            self.assertEqual(find(f"{entry_of}[starts-with(cc:name, 'Person 4')]/cc:name"),
                             ["Person 4"] + [f"Person {i}" for i in range(40, 50)])
            self.assertEqual(find(f"//cc:entry[cc:name='Zoé'] | {entry_of}[cc:number &gt; "
                                  "5550048]"), ["Person 49", "Zoé"])
            self.assertEqual(len(find(entry_of)), 52)
            found = self.xpath("//cc:number[.='78']", operation)
            self.assertEqual(names(found), ["Zoé"])
            self.assertEqual(found.findtext(f".//{{{CALL_CONTROL}}}number"), "78")
        data = self.xpath("/sxs:system/sxs:name | /cl:cluster/cl:role | /sys:system/"
                          "sys:authentication/sys:user/sys:name")
        self.assertEqual(data.findtext(f".//{{{CLUSTER}}}role"), "stand-alone")
        self.assertEqual(data.findtext(f".//{{{SYSTEM}}}name"), "alpha")
        self.assertEqual(data.findtext(f".//{{{IETF_SYSTEM}}}name"), "admin")
        self.assertIsNone(data.find(f".//{{{IETF_SYSTEM}}}authorized-key"))

    def test_xpath_along_every_axis(self):
        """On some of these libyang alone crashes."""
        for axis in ("ancestor", "ancestor-or-self", "child", "descendant", "descendant-or-self",
                     "following", "following-sibling", "parent", "preceding", "preceding-sibling",
                     "self"):
            for start in ("/*", "//cl:role", "//cc:entry[last()]", "/*[last()]", "//*[3]/..",
                          "/cl:cluster/*[2]/child::*"):
                for operation in ("get", "get-config"):
                    expression = f"{start}/{axis}::*"
                    with self.subTest(expression=expression):
                        try:
                            self.xpath(expression, operation)
                        except sextant_test.RpcError as error:
                            self.assertIn(error.tag, ("invalid-value", "resource-denied"))
        self.assertTrue(self.daemon.alive)
        self.assertEqual(names(self.xpath("//cc:entry[cc:name='Zoé']")), ["Zoé"])

    def test_wrong_xpath(self):
        for expression in ("/cc:call-control[", "/nonesuch:x", "count(/cc:call-control)", ""):
            with self.subTest(expression=expression):
                error = self.assert_refused("invalid-value", lambda: self.xpath(expression))
                self.assertIn("XPath", error.message)
        self.assertEqual(names(self.xpath("//cc:entry[cc:name='Zoé']")), ["Zoé"])

    def test_with_defaults(self):
        def protocol(mode):
            reply = self.session.call(
                f'<get><filter type="subtree">{book("<entry><name>Person 1</name></entry>")}'
                f'</filter><with-defaults xmlns="{WITH_DEFAULTS}">{mode}</with-defaults></get>')
            return reply.findtext(f".//{{{CALL_CONTROL}}}protocol")
        self.assertEqual(protocol("report-all"), "auto")
        self.assertEqual(protocol("report-all-tagged"), "auto")
        self.assertIsNone(protocol("explicit"))
        self.assertIsNone(protocol("trim"))

    def test_state(self):
        data = self.session.get(cluster(""))
        node = data.find(f"{{{CLUSTER}}}cluster")
        self.assertEqual(node.findtext(f"{{{CLUSTER}}}name"), "reads.example.com")
        self.assertEqual(node.findtext(f"{{{CLUSTER}}}role"), "stand-alone")
        self.assertRegex(node.findtext(f".//{{{CLUSTER}}}digest"), "^[0-9a-f]{64}$")
        config = self.session.get(cluster(""), config_of="running")
        self.assertIsNone(config.find(f".//{{{CLUSTER}}}role"))
        # The name waits for a restart, which is an alarm.
        alarms = self.session.get(f'<alarms xmlns="{ALARMS}"/>')
        found = list(alarms.iter(f"{{{ALARMS}}}alarm"))
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].findtext(f"{{{ALARMS}}}alarm-type-id").endswith("-20007"))
        self.assertEqual(alarms.findtext(f".//{{{ALARMS}}}number-of-alarms"), "1")
        self.assertEqual(found[0].findtext(f"{{{ALARMS}}}is-cleared"), "false")
        by_xpath = self.xpath("/al:alarms/al:alarm-list/al:alarm[al:is-cleared='false']/"
                              "al:alarm-text")
        self.assertEqual(by_xpath.findtext(f".//{{{ALARMS}}}alarm-text"),
                         found[0].findtext(f"{{{ALARMS}}}alarm-text"))

    def test_datastores(self):
        self.session.edit(entry("Only candidate", "1"), target="candidate")
        name = phone_book("<entry><name>Only candidate</name></entry>")
        self.assertEqual(names(self.session.get(name, config_of="candidate")), ["Only candidate"])
        self.assertEqual(names(self.session.get(name, config_of="running")), [])
        self.assertEqual(len(names(self.session.get(config_of="candidate"))), 53)
        self.session.call("<discard-changes/>")
        self.assertEqual(names(self.session.get(name, config_of="candidate")), [])


class LongReplies(ReadTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon.edit(filled(ENTRIES))

    def whole(self, data):
        found = names(data)
        self.assertEqual(len([name for name in found if name.startswith("Person ")]), ENTRIES)
        self.assertEqual(len(set(found)), len(found))

    def test_complete_in_both_framings_while_edits_go_on(self):
        """Each reply is one revision: the two entries that always change together agree in it."""
        stop = threading.Event()
        edits = []

        def edit():
            with self.daemon.new_session() as session:
                while not stop.is_set():
                    start = time.monotonic()
                    number = str(len(edits))
                    session.edit(book(f"<entry><name>Aaa</name><number>{number}</number></entry>"
                                      f"<entry><name>zzz</name><number>{number}</number></entry>"))
                    edits.append(time.monotonic() - start)
        writer = threading.Thread(target=edit)
        writer.start()
        try:
            streams = [Session(self.daemon.socket), Session(self.daemon.socket, version="1.0")]
            channel = ssh.Channel(self.daemon)
            self.addCleanup(channel.close)
            streams.append(Session(stream=channel.channel, version="1.0"))
            seen = set()
            for session, config_of in itertools.product(streams, ("running", None)):
                data = session.get(phone_book(""), config_of=config_of)
                self.whole(data)
                pair = {node.findtext(f"{{{CALL_CONTROL}}}name"):
                        node.findtext(f"{{{CALL_CONTROL}}}number")
                        for node in data.iter(f"{{{CALL_CONTROL}}}entry")
                        if node.findtext(f"{{{CALL_CONTROL}}}name") in ("Aaa", "zzz")}
                self.assertEqual(pair.get("Aaa"), pair.get("zzz"))
                seen.add(pair.get("Aaa"))
            for session in streams:
                session.close()
        finally:
            stop.set()
            writer.join()
        self.assertGreater(len(edits), 20)
        self.assertGreater(len(seen), 3, "edits went on while replies were written")
        self.assertLess(max(edits), HELD_UP_S)

    def test_a_client_that_does_not_read_holds_up_nobody(self):
        lazy = self.daemon.new_session()
        self.addCleanup(lazy.close)
        requests = 8
        for _ in range(requests):
            lazy.send(f'<get><filter type="subtree">{phone_book("")}</filter></get>')
        for number in range(20):
            start = time.monotonic()
            self.session.edit(entry("Beside", str(number)))
            self.assertLess(time.monotonic() - start, HELD_UP_S)
        for _ in range(requests):
            self.whole(lazy.reply())

    def test_one_of_many_by_key(self):
        for name in ("Person 0", f"Person {ENTRIES - 1}"):
            data = self.session.get(phone_book(f"<entry><name>{name}</name></entry>"))
            self.assertEqual(names(data), [name])
            data = self.xpath(f"/cc:call-control/cc:phone-book/cc:entry[cc:name='{name}']")
            self.assertEqual(names(data), [name])
        data = self.xpath("/cc:call-control/cc:phone-book/cc:entry[cc:number='5559999']")
        self.assertEqual(names(data), [f"Person {ENTRIES - 1}"])


class Secrets(ReadTest):
    options = {"v3": True}

    def test_secrets_are_shown_nowhere(self):
        words = ["community-words-1", "authentication-words-2", "privacy-words-3",
                 "login words 4", "zone words 5"]
        self.session.edit(
            f'<system xmlns="{SYSTEM}"><log-level>debug</log-level><snmp><v2c><community>{words[0]}'
            "</community></v2c><v3-users><user><name>secretive</name><authentication><passphrase>"
            f"{words[1]}</passphrase></authentication><privacy><passphrase>{words[2]}</passphrase>"
            "</privacy></user></v3-users></snmp></system>"
            f'<system xmlns="{IETF_SYSTEM}"><authentication><user><name>secretive</name><password>'
            f"$0${words[3]}</password></user></authentication></system>"
            f'<call-control xmlns="{CALL_CONTROL}"><zones><zone><name>z</name><type>traversal'
            "</type><protocol>sip</protocol><traversal><port>7001</port><user-name>u</user-name>"
            f"<password>{words[4]}</password></traversal></zone></zones></call-control>")
        replies = []
        for request in ("<get/>", "<get-config><source><running/></source></get-config>",
                        "<get-config><source><candidate/></source></get-config>"):
            self.session.send(request)
            replies.append(self.session.receive().decode())
        for expression in ("//*", "//cc:password", "//sxs:passphrase | //sys:password",
                           f"//sxs:passphrase[.='{words[1]}']",
                           f"//cc:password[starts-with(., '{words[4][:4]}')]"):
            replies.append(ET.tostring(self.xpath(expression), encoding="unicode"))
        for number, reply in enumerate(replies[:6]):
            self.assertTrue("********" in reply, f"reply {number}")
        # Nor can a filter be used to guess them.
        for reply in replies[6:]:
            self.assertNotIn("********", reply)
            self.assertNotIn("passphrase", reply)
        guess = self.session.get(f'<system xmlns="{SYSTEM}"><snmp><v2c><community>{words[0]}'
                                 "</community></v2c></snmp></system>")
        self.assertNotIn("community", ET.tostring(guess, encoding="unicode"))
        self.assertEqual(self.daemon.ctl("get", "/sextant-system:system").returncode, 0)
        replies.append(self.daemon.ctl("get", "/sextant-system:system").stdout)
        errors = [
            self.assert_refused("data-exists", lambda: self.session.edit(
                f'<system xmlns="{SYSTEM}" xmlns:nc="{BASE}"><snmp><v2c><community nc:operation='
                f'"create">{words[0]}-again</community></v2c></snmp></system>')),
            self.assert_refused("invalid-value", lambda: self.session.edit(
                f'<system xmlns="{SYSTEM}"><snmp><v2c><community>{words[0]} with space</community>'
                "</v2c></snmp></system>")),
            self.assert_refused("invalid-value", lambda: self.session.edit(
                f'<system xmlns="{SYSTEM}"><snmp><v3-users><user><name>secretive</name>'
                f"<privacy><passphrase>{words[2]}\t</passphrase></privacy></user></v3-users></snmp>"
                "</system>"), ),
            self.assert_refused("invalid-value", lambda: self.session.edit(
                f'<call-control xmlns="{CALL_CONTROL}"><zones><zone><name>z</name><traversal>'
                f"<password>{words[4] * 200}</password></traversal></zone></zones>"
                "</call-control>")),
        ]
        replies += [str(error) for error in errors]
        texts = replies + ["\n".join(self.daemon.log.all())]
        for word in words:
            for text in texts:
                self.assertFalse(word in text, f"{word} is shown")


if __name__ == "__main__":
    sextant_test.main()
