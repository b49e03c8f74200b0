# SPDX-License-Identifier: Apache-2.0
"""edit-config: every operation on both datastores, and what each kind of wrong edit is told."""

import sextant_test
from cluster_lab import netconf
from cluster_lab.netconf import (ALARMS, BASE, CALL_CONTROL, IETF_SYSTEM, SYSTEM, entry,
                                 phone_book)
from sextant_test import LabTest, RpcError

YANG = "urn:ietf:params:xml:ns:yang:1"


def call_control(inner):
    return f'<call-control xmlns="{CALL_CONTROL}" xmlns:nc="{BASE}">{inner}</call-control>'


def book(inner):
    return call_control(f"<phone-book>{inner}</phone-book>")


def system(inner):
    return f'<system xmlns="{SYSTEM}" xmlns:nc="{BASE}">{inner}</system>'


def zone(name, inner):
    return f"<zone><name>{name}</name>{inner}</zone>"


def zones(*inner):
    return call_control(f"<zones>{''.join(inner)}</zones>")


def operated(operation, name, inner=""):
    """Configuration of a phone book entry with an operation."""
    return book(f'<entry nc:operation="{operation}"><name>{name}</name>{inner}</entry>')


class EditTest(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]

    def setUp(self):
        self.session = self.daemon.new_session()
        self.addCleanup(self.session.close)

    def read(self, name, of="running"):
        """The leafs of a phone book entry, or None."""
        data = self.session.get(phone_book(f"<entry><name>{name}</name></entry>"), config_of=of)
        found = data.find(f".//{{{CALL_CONTROL}}}entry")
        return None if found is None else {child.tag.split("}")[1]: child.text for child in found}

    def state(self):
        status = self.daemon.status()
        return status.get("digest"), status.get("revision")


class Operations(EditTest):
    def try_all(self, store):
        """All operations on a datastore, as a client sees them in that datastore."""
        name = f"of-{store}"
        edit = lambda config, **more: self.session.edit(config, target=store, **more)
        number = lambda: (self.read(name, store) or {}).get("number")
        edit(operated("create", name, "<number>1</number>"))
        self.assertEqual(number(), "1")
        self.assert_refused("data-exists", lambda: edit(
            operated("create", name, "<number>2</number>")), path=f"entry[sxcc:name='{name}']")
        edit(operated("merge", name, "<description>text</description>"))
        self.assertEqual(self.read(name, store),
                         {"name": name, "number": "1", "description": "text"})
        edit(operated("replace", name, "<number>3</number>"))
        self.assertEqual(self.read(name, store), {"name": name, "number": "3"})
        edit(operated("delete", name))
        self.assertIsNone(self.read(name, store))
        self.assert_refused("data-missing", lambda: edit(operated("delete", name)),
                            path=f"entry[sxcc:name='{name}']")
        edit(operated("remove", name))
        edit(entry(name, "4"))
        edit(operated("remove", name))
        self.assertIsNone(self.read(name, store))

        # default-operation
        self.assert_refused("data-missing", lambda: edit(entry(name, "5"), default="none"))
        edit(operated("create", name, "<number>6</number>"), default="none")
        self.assertEqual(number(), "6")
        edit(book(f'<entry><name>{name}</name><number nc:operation="merge">7</number></entry>'),
             default="none")
        self.assertEqual(number(), "7")
        edit(entry(name, "8") +
             system("<name>alpha</name>"), default="merge")
        self.assertEqual(number(), "8")

    def test_running(self):
        self.try_all("running")

    def test_candidate(self):
        before = self.state()
        self.try_all("candidate")
        self.assertIsNone(self.read("of-candidate"))
        self.assertEqual(self.state(), before)
        self.session.call("<commit/>")
        self.assertEqual(self.read("of-candidate")["number"], "8")
        self.assertNotEqual(self.state(), before)
        self.session.edit(operated("delete", "of-candidate"), target="candidate")
        self.assertEqual(self.read("of-candidate")["number"], "8")
        self.session.call("<discard-changes/>")
        self.assertEqual(self.read("of-candidate", "candidate")["number"], "8")

    def test_candidate_is_validated_at_commit(self):
        session = self.session
        session.edit(zones(zone("half", "<type>neighbour</type>")), target="candidate")
        before = self.state()
        for operation in ("<validate><source><candidate/></source></validate>", "<commit/>"):
            self.assert_refused("operation-failed", lambda: session.call(operation),
                                app_tag="too-few-elements", path="zone[sxcc:name='half']")
        self.assertEqual(self.state(), before)
        session.edit(zones(zone("half", "<protocol>sip</protocol>")), target="candidate")
        session.call("<validate><source><candidate/></source></validate>")
        session.call("<commit/>")
        session.call("<validate><source><running/></source></validate>")
        session.edit(zones('<zone nc:operation="delete"><name>half</name></zone>'))

    def test_test_option(self):
        before = self.state()
        self.session.edit(entry("Tested", "1"), more="<test-option>test-only</test-option>")
        self.assertIsNone(self.read("Tested"))
        self.assert_refused("data-missing", lambda: self.session.edit(
            book("<entry><name>Tested</name></entry>"),
            more="<test-option>test-only</test-option>"))
        self.assertEqual(self.state(), before)
        self.session.edit(entry("Tested", "1"), more="<test-option>test-then-set</test-option>")
        self.assertEqual(self.read("Tested")["number"], "1")
        self.session.edit(entry("Tested", "2"), more="<test-option>set</test-option>")
        self.assertEqual(self.read("Tested")["number"], "2")

    def test_error_option(self):
        self.session.edit(entry("fixed", "0"))
        before = self.state()
        config = book("<entry><name>first</name><number>1</number></entry>"
                      '<entry nc:operation="create"><name>fixed</name><number>1</number></entry>'
                      "<entry><name>last</name><number>1</number></entry>")
        for option in ("rollback-on-error", "stop-on-error"):
            self.assert_refused("data-exists", lambda: self.session.edit(
                config, more=f"<error-option>{option}</error-option>"))
            self.assertEqual(self.state(), before)
            self.assertIsNone(self.read("first"))
            self.assertIsNone(self.read("last"))
        self.assert_refused("data-exists", lambda: self.session.edit(
            config, more="<error-option>continue-on-error</error-option>"))
        self.assertEqual((self.read("first")["number"], self.read("last")["number"]), ("1", "1"))
        self.assertEqual(self.read("fixed")["number"], "0")

    def test_replace_of_a_module(self):
        self.session.edit(entry("Before", "1"))
        self.session.edit(call_control("<ip-protocol>ipv4</ip-protocol>").replace(
            "<call-control ", '<call-control nc:operation="replace" '))
        self.assertIsNone(self.read("Before"))
        self.assertEqual(self.daemon.leaf(call_control("<ip-protocol/>"), "ip-protocol"), "ipv4")
        self.session.edit(call_control('<ip-protocol nc:operation="remove"/>'))
        self.assertIsNone(self.daemon.leaf(call_control("<ip-protocol/>"), "ip-protocol"))

    def test_empty_edit_changes_nothing(self):
        before = self.state()
        self.session.edit("")
        self.session.edit(entry("Same", "1"))
        after = self.state()
        self.session.edit(entry("Same", "1"))
        self.session.edit(operated("replace", "Same", "<number>1</number>"))
        self.assertEqual(self.state(), after)
        self.assertEqual(int(after[1]), int(before[1]) + 1)

    def test_several_modules_in_one_edit(self):
        self.session.edit(entry("Several", "1") + system("<log-level>info</log-level>") +
                          f'<system xmlns="{IETF_SYSTEM}"><contact>ops</contact></system>')
        self.assertEqual(self.read("Several")["number"], "1")
        self.assertEqual(self.daemon.leaf(f'<system xmlns="{IETF_SYSTEM}"><contact/></system>',
                                          "contact"), "ops")
        before = self.state()
        self.assert_refused("invalid-value", lambda: self.session.edit(
            entry("Several", "2") + system("<log-level>loud</log-level>")))
        self.assertEqual(self.read("Several")["number"], "1")
        self.assertEqual(self.state(), before)


TRAVERSAL = "<type>traversal</type><protocol>sip</protocol><traversal><port>7001</port></traversal>"
LONG = "x" * 300
# What is wrong: the edit, error-tag, error-app-tag, part of error-path, part of error-message, and
# <bad-element> of <error-info>.
WRONG = {
    "must": (
        call_control("<h323><call-signalling-ports><first>3000</first><last>2000</last>"
                     "</call-signalling-ports></h323>"),
        "operation-failed", "port-range-reversed", "/sxcc:call-signalling-ports/sxcc:last",
        "make last at least as high as first", None),
    "must over two": (
        system('<snmp><v2c><community nc:operation="delete"/></v2c></snmp>'),
        "operation-failed", "community-missing", "/sxsys:v2c/sxsys:enabled",
        "set community too", None),
    "pattern": (
        book("<entry><name>x</name><number>1 2</number></entry>"),
        "invalid-value", "alias-invalid", "entry[sxcc:name='x']/sxcc:number", "no spaces", None),
    "length": (
        book("<entry><name>x</name><number/></entry>"),
        "invalid-value", "alias-length", "entry[sxcc:name='x']/sxcc:number", "1 to 255", None),
    "too long": (
        book(f"<entry><name>x</name><number>1</number><description>{LONG}</description></entry>"),
        "invalid-value", "description-too-long", "/sxcc:description", "at most 255", None),
    "range": (
        call_control("<h323><registration-time>7</registration-time></h323>"),
        "invalid-value", "registration-time-out-of-range", "/sxcc:h323/sxcc:registration-time",
        "60 to 65534", None),
    "no number": (
        call_control("<h323><registration-time>soon</registration-time></h323>"),
        "invalid-value", "", "/sxcc:registration-time", "whole number in 60..65534", None),
    "enumeration": (
        call_control("<ip-protocol>ipx</ip-protocol>"),
        "invalid-value", "", "/sxcc:call-control/sxcc:ip-protocol", "ipv4, ipv6, both", None),
    "leafref": (
        call_control("<search-rules><rule><name>r</name><target-zone>nowhere</target-zone></rule>"
                     "</search-rules>"),
        "data-missing", "instance-required", "rule[sxcc:name='r']/sxcc:target-zone", "nowhere",
        None),
    "unique": (
        zones(zone("one", TRAVERSAL), zone("two", TRAVERSAL)),
        "operation-failed", "data-not-unique", "/sxcc:zones/sxcc:zone", "traversal/port", None),
    "when": (
        zones(zone("w", "<type>neighbour</type><protocol>sip</protocol><traversal><port>7001"
                        "</port></traversal>")),
        "unknown-element", "", "zone[sxcc:name='w']/sxcc:traversal", "../type = 'traversal'",
        "traversal"),
    "mandatory": (
        book("<entry><name>m</name></entry>"),
        "data-missing", "", "entry[sxcc:name='m']/sxcc:number", "missing", None),
    "delete of a mandatory leaf": (
        book('<entry><name>there</name><number nc:operation="delete"/></entry>'),
        "data-missing", "", "entry[sxcc:name='there']/sxcc:number", "missing", None),
    "choice": (
        system("<snmp><notification-targets><target><name>t</name><address>127.0.0.1</address>"
               "</target></notification-targets></snmp>"),
        "data-missing", "missing-choice", "/sxsys:target[sxsys:name='t']", "security", None),
    "min-elements": (
        zones(zone("w", "<type>neighbour</type>")),
        "operation-failed", "too-few-elements", "zone[sxcc:name='w']/sxcc:protocol", "1", None),
    "a gap in the list": (
        netconf.cluster("<configuration-primary>1</configuration-primary>" +
                        netconf.peers({1: "127.0.0.11", 3: "127.0.0.12"})),
        "operation-failed", "peer-list-gap", "/sxc:cluster/sxc:peers", "1, 2, 3", None),
    "key out of range": (
        netconf.cluster(netconf.peers({7: "a.example.com"})),
        "invalid-value", "peer-index-out-of-range", "/sxc:peer/sxc:index", "1 to 6", None),
    "addresses under enforce": (
        netconf.cluster("<tls-verification>enforce</tls-verification><configuration-primary>1"
                        "</configuration-primary>" + netconf.peers({1: "127.0.0.11"})),
        "operation-failed", "fqdn-required", "peer[sxc:index='1']/sxc:address", "FQDN", None),
    "unknown element": (
        call_control("<nonesuch>1</nonesuch>"),
        "unknown-element", "", "/sxcc:call-control", "nonesuch", "nonesuch"),
    "unknown element in an entry": (
        book("<entry><name>x</name><number>1</number><colour>red</colour></entry>"),
        "unknown-element", "", "entry[sxcc:name='x']", "colour", "colour"),
    "unknown top-level element": (
        f'<nonesuch xmlns="{CALL_CONTROL}"/>',
        "unknown-element", "", "", "nonesuch", "nonesuch"),
    "unknown namespace": (
        '<thing xmlns="urn:nonesuch"/>',
        "unknown-namespace", "", "", "urn:nonesuch", "thing"),
    "unknown namespace inside": (
        call_control('<thing xmlns="urn:nonesuch"/>'),
        "unknown-namespace", "", "/sxcc:call-control", "urn:nonesuch", "thing"),
    "state": (
        netconf.cluster("<role>primary</role>"),
        "unknown-element", "", "/sxc:cluster/sxc:role", "state", "role"),
    "alarms": (
        f'<alarms xmlns="{ALARMS}"><alarm-list/></alarms>',
        "unknown-element", "", "alarm-list", "state", "alarm-list"),
    "data-exists": (
        operated("create", "there", "<number>2</number>"),
        "data-exists", "", "entry[sxcc:name='there']", "exists already", None),
    "data-missing": (
        operated("delete", "absent"),
        "data-missing", "", "entry[sxcc:name='absent']", "does not exist", None),
    "missing leaf": (
        book('<entry><name>there</name><description nc:operation="delete"/></entry>'),
        "data-missing", "", "entry[sxcc:name='there']/sxcc:description", "does not exist", None),
    "missing key": (
        book("<entry><number>1</number></entry>"),
        "missing-element", "", "/sxcc:phone-book/sxcc:entry", "key name", "entry"),
    "entry given twice": (
        book("<entry><name>a</name><number>1</number></entry>"
             "<entry><name>a</name><number>2</number></entry>"),
        "bad-element", "", "entry[sxcc:name='a']", "twice", "entry"),
    "a key deleted": (
        book('<entry><name nc:operation="delete">there</name></entry>'),
        "bad-attribute", "", "entry[sxcc:name='there']/sxcc:name", "list entry", "name"),
    "no such operation": (
        operated("explode", "there"),
        "bad-attribute", "", "", "explode", "entry"),
    "operation without namespace": (
        book('<entry operation="delete"><name>there</name></entry>'),
        "unknown-attribute", "", "", "namespace", "entry"),
    "insert where there is no order": (
        book(f'<entry xmlns:y="{YANG}" y:insert="first"><name>there</name></entry>'),
        "bad-attribute", "", "entry[sxcc:name='there']", "insert", "entry"),
    "the mask of a secret": (
        system("<snmp><v2c><community>********</community></v2c></snmp>"),
        "invalid-value", "", "/sxsys:v2c/sxsys:community", "leave the leaf out", None),
    "text": (
        "hello", "bad-element", "", "", "text", "config"),
    "text in a container": (
        call_control("hello"),
        "bad-element", "", "/sxcc:call-control", "container", "call-control"),
}


class Errors(EditTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon.edit(entry("there", "5"))

    def refuse_all(self, store):
        before = self.state(), self.read("there")
        for what, (config, tag, app_tag, path, message, element) in WRONG.items():
            with self.subTest(what=what):
                error = self.assert_refused(
                    tag, lambda: self.session.edit(config, target=store), app_tag=app_tag,
                    path=path, message=message)
                if element:
                    self.assertEqual(error.info.get("bad-element"), element)
                self.assertEqual((self.state(), self.read("there")), before)
        return before

    def test_running(self):
        self.refuse_all("running")

    def test_info(self):
        with self.assertRaises(RpcError) as caught:
            self.session.edit('<thing xmlns="urn:nonesuch"/>')
        self.assertEqual(caught.exception.info,
                         {"bad-element": "thing", "bad-namespace": "urn:nonesuch"})
        with self.assertRaises(RpcError) as caught:
            self.session.edit(WRONG["operation without namespace"][0])
        self.assertEqual(caught.exception.info,
                         {"bad-attribute": "operation", "bad-element": "entry"})
        self.assertEqual(self.read("there")["number"], "5")

    def test_candidate_is_as_before_after_a_wrong_edit(self):
        """What cannot be a leaf or a node is refused at once; what breaks a rule, at the commit."""
        later = {"must", "must over two", "when", "leafref", "unique", "mandatory", "choice",
                 "delete of a mandatory leaf", "min-elements", "a gap in the list",
                 "addresses under enforce"}
        before = self.state()
        for what, (config, tag, app_tag, path, message, _) in WRONG.items():
            with self.subTest(what=what):
                if what in later:
                    self.session.edit(config, target="candidate")
                    action = lambda: self.session.call("<commit/>")
                else:
                    action = lambda: self.session.edit(config, target="candidate")
                self.assert_refused(tag, action, app_tag=app_tag, path=path, message=message)
                self.session.call("<discard-changes/>")
                self.assertEqual(self.state(), before)

    def test_too_big(self):
        """An edit of 16 MB is more than a message may have; the session ends and says why."""
        mark = self.daemon.log.mark()
        with self.daemon.new_session() as session:
            try:
                session.edit(book("<entry><name>x</name><number>1</number><description>" +
                                  "x" * (17 << 20) + "</description></entry>"))
            except (ConnectionError, OSError):
                pass
            else:
                self.fail("17 MB were taken")
        self.daemon.log.wait(r"warning session \d+ of \S+ ends: .*1677721[56]|ends: .*16", 15, mark)
        self.assertEqual(self.read("there")["number"], "5")

    def test_largest_edit_is_taken(self):
        """Thousands of entries in one edit, and away again."""
        count = 20000
        self.session.edit(book("".join(f"<entry><name>many {i}</name><number>{i}</number></entry>"
                                       for i in range(count))))
        self.assertEqual(self.read("many 19999")["number"], "19999")
        before = self.state()
        error = self.assert_refused("data-exists", lambda: self.session.edit(
            book("".join(f"<entry><name>more {i}</name><number>{i}</number></entry>"
                         for i in range(count)) +
                 '<entry nc:operation="create"><name>there</name><number>1</number></entry>')))
        self.assertIn("there", error.path)
        self.assertEqual(self.state(), before)
        self.assertIsNone(self.read("more 0"))
        self.session.edit(book("".join(
            f'<entry nc:operation="delete"><name>many {i}</name></entry>' for i in range(count))))
        self.assertIsNone(self.read("many 0"))


class Subordinate(LabTest):
    count = 2
    formed = True

    def test_replicated_items_are_the_primarys(self):
        primary, subordinate = self.lab.daemons
        before = subordinate.status()["digest"]
        error = self.assert_refused("access-denied", lambda: subordinate.edit(entry("Here", "1")),
                                    app_tag="not-primary", path="/sxcc:call-control")
        self.assertIn(primary.address, error.message)
        subordinate.session().edit(entry("Here", "1"), target="candidate")
        self.assert_refused("access-denied", lambda: subordinate.session().call("<commit/>"),
                            app_tag="not-primary")
        subordinate.session().call("<discard-changes/>")
        self.assert_refused("access-denied", lambda: subordinate.edit(
            system("<log-level>debug</log-level>") + entry("Here", "1")), app_tag="not-primary")
        self.assertEqual(subordinate.status()["digest"], before)
        self.assertIsNone(subordinate.leaf(system("<log-level/>"), "log-level"))
        subordinate.edit(system("<log-level>info</log-level>"))
        self.assertIsNone(primary.leaf(system("<log-level/>"), "log-level"))


if __name__ == "__main__":
    sextant_test.main()
