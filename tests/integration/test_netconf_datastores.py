# SPDX-License-Identifier: Apache-2.0
"""error-option, copy-config, delete-config, validate, with-defaults, the bounds of an edit, and the
candidate beside others who change running: each as a client sees it."""

from ncclient.operations.rpc import RPCError

import sextant_test
from cluster_lab.netconf import BASE, CALL_CONTROL, SYSTEM, cluster, entry, phone_book
from sextant_test import LabTest, RpcError, ssh, wait_for

DEFAULT = "urn:ietf:params:xml:ns:netconf:default:1.0"
DEFAULTS_MODULE = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"
NACM = "urn:ietf:params:xml:ns:yang:ietf-netconf-acm"
CONTINUE = "<error-option>continue-on-error</error-option>"


def book(inner):
    return phone_book(inner).replace("<call-control ", f'<call-control xmlns:nc="{BASE}" ')


def operated(operation, name, inner=""):
    return f'<entry nc:operation="{operation}"><name>{name}</name>{inner}</entry>'


def plain(name, number):
    return f"<entry><name>{name}</name><number>{number}</number></entry>"


def copy(target, source):
    return (f"<copy-config><target><{target}/></target><source>{source}</source></copy-config>")


def validate(source):
    return f"<validate><source>{source}</source></validate>"


class DatastoreTest(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]

    def setUp(self):
        self.session = self.daemon.new_session()
        self.addCleanup(self.session.close)
        self.addCleanup(lambda: self.session.call("<discard-changes/>"))

    def book(self, of="running", session=None):
        """The phone book as a dict."""
        data = (session or self.session).get(phone_book(""), config_of=of)
        return {found.findtext(f"{{{CALL_CONTROL}}}name"):
                found.findtext(f"{{{CALL_CONTROL}}}number")
                for found in data.iter(f"{{{CALL_CONTROL}}}entry")}

    def write(self, *entries, target="running"):
        """Makes the phone book hold these entries alone."""
        self.session.edit(book("".join(plain(*each) for each in entries)).replace(
            "<phone-book>", '<phone-book nc:operation="replace">'), target=target)


class ErrorOption(DatastoreTest):
    WRONG = book(plain("new", 1) + operated("create", "there", "<number>9</number>") +
                 operated("delete", "absent") + "<entry><name>odd</name><number>1 2</number>"
                 "</entry>" + plain("last", 2))

    def setUp(self):
        super().setUp()
        self.write(("there", 5))

    def test_continue_on_error(self):
        for store in ("candidate", "running"):
            with self.assertRaises(RpcError) as caught:
                self.session.edit(self.WRONG, target=store, more=CONTINUE)
            errors = [caught.exception, *caught.exception.more]
            self.assertEqual(sorted((error.tag, error.path.split("'")[1]) for error in errors),
                             [("data-exists", "there"), ("data-missing", "absent"),
                              ("invalid-value", "odd")])
            self.assertEqual(self.book(store), {"there": "5", "new": "1", "last": "2"})

    def test_the_rest_must_be_valid(self):
        with self.assertRaises(RpcError) as caught:
            self.session.edit(book(plain("new", 1) + operated("delete", "absent") +
                                   "<entry><name>half</name></entry>"), more=CONTINUE)
        self.assertEqual([caught.exception.path.split("'")[1]] +
                         [error.path.split("'")[1] for error in caught.exception.more],
                         ["absent", "half"])
        self.assertEqual(self.book(), {"there": "5"})

    def test_only_with_errors_is_the_reply_negative(self):
        self.session.edit(book(plain("new", 1)), more=CONTINUE)
        self.assertEqual(self.book(), {"there": "5", "new": "1"})

    def test_test_only(self):
        with self.assertRaises(RpcError) as caught:
            self.session.edit(self.WRONG, more="<test-option>test-only</test-option>" + CONTINUE)
        self.assertEqual(len(caught.exception.more), 2)
        self.assertEqual(self.book(), {"there": "5"})

    def test_default_operation_replace_is_one_item(self):
        with self.assertRaises(RpcError) as caught:
            self.session.edit(book(plain("new", 1) + plain("odd", "1 2")), default="replace",
                              more=CONTINUE)
        self.assertEqual(caught.exception.more, [])
        self.assertEqual(self.book(), {"there": "5"})

    def test_others_stop_at_the_first_error(self):
        for more in ("", "<error-option>stop-on-error</error-option>",
                     "<error-option>rollback-on-error</error-option>"):
            with self.assertRaises(RpcError) as caught:
                self.session.edit(self.WRONG, more=more)
            self.assertEqual(caught.exception.more, [])
            self.assertEqual(self.book(), {"there": "5"})

    def test_errors_of_one_reply_are_bounded(self):
        with self.assertRaises(RpcError) as caught:
            self.session.edit(book("".join(operated("delete", f"no{i}") for i in range(1000)) +
                                   plain("new", 1)), more=CONTINUE)
        self.assertEqual(len(caught.exception.more), 99)
        self.assertIn("901 more", caught.exception.more[-1].message)
        self.assertEqual(self.book(), {"there": "5", "new": "1"})


class TestOption(DatastoreTest):
    HALF = book("<entry><name>half</name></entry>")

    def test_candidate_is_tested_on_demand(self):
        self.assert_refused("data-missing", lambda: self.session.edit(
            self.HALF, target="candidate", more="<test-option>test-then-set</test-option>"))
        self.assertNotIn("half", self.book("candidate"))
        self.session.edit(self.HALF, target="candidate",
                          more="<test-option>set</test-option>")
        self.assertIn("half", self.book("candidate"))


class CopyAndDelete(DatastoreTest):
    def test_copies(self):
        self.write(("a", 1))
        self.session.call(copy("candidate", f"<config>{entry('b', 2)}</config>"))
        self.assertEqual((self.book(), self.book("candidate")), ({"a": "1"}, {"b": "2"}))
        self.session.call(copy("running", "<candidate/>"))
        self.assertEqual(self.book(), {"b": "2"})
        self.session.edit(entry("c", 3), target="candidate")
        self.session.call(copy("candidate", "<running/>"))
        self.assertEqual(self.book("candidate"), {"b": "2"})
        self.session.call(copy("running", f"<config>{entry('d', 4)}</config>"))
        self.assertEqual(self.book(), {"d": "4"})

    def test_what_was_read_can_be_copied_back(self):
        self.session.edit(cluster("<name>lab</name>"))
        self.write(("a", 1))
        read = self.session.get(config_of="running")
        text = "".join(sextant_test.netconf.ET.tostring(each).decode() for each in read)
        before = self.daemon.status()
        self.session.call(copy("running", f"<config>{text}</config>"))
        self.assertEqual(self.daemon.status().get("revision"), before.get("revision"))

    def test_wrong_copies(self):
        self.write(("a", 1))
        for tag, operation in (
                ("invalid-value", copy("running", "<running/>")),
                ("invalid-value", copy("candidate", "<candidate/>")),
                ("operation-not-supported", copy("startup", "<running/>")),
                ("operation-not-supported", copy("running", "<startup/>")),
                ("operation-not-supported", copy("running", "<url>file:///etc/passwd</url>")),
                ("missing-element", copy("running", "")),
                ("bad-element", copy("running", "<config>text</config>")),
                ("data-missing", copy("running", "<config>" + phone_book(
                    "<entry><name>x</name></entry>") + "</config>")),
                ("unknown-attribute", copy("running", "<config>" + book(
                    operated("remove", "a")) + "</config>")),
                ("invalid-value", copy("running", f'<config><system xmlns="{SYSTEM}"><snmp><v2c>'
                                       "<community>********</community></v2c></snmp></system>"
                                       "</config>")),
                ("operation-not-supported",
                 "<delete-config><target><running/></target></delete-config>"),
                ("operation-not-supported",
                 "<delete-config><target><candidate/></target></delete-config>"),
                ("operation-not-supported",
                 "<delete-config><target><startup/></target></delete-config>"),
                ("operation-not-supported",
                 "<delete-config><target><url>file:///x</url></target></delete-config>"),
                ("operation-not-supported",
                 "<get-config><source><startup/></source></get-config>"),
                ("operation-not-supported", "<lock><target><startup/></target></lock>"),
                ("operation-not-supported", "<edit-config><target><startup/></target><config/>"
                                            "</edit-config>"),
                ("operation-not-supported", "<edit-config><target><running/></target>"
                                            "<url>file:///x</url></edit-config>")):
            with self.subTest(operation=operation):
                self.assert_refused(tag, lambda: self.session.call(operation))
                self.assertEqual(self.book(), {"a": "1"})

    def test_locks_hold_for_copies(self):
        with self.daemon.new_session() as other:
            other.call("<lock><target><running/></target></lock>")
            self.assert_refused("in-use", lambda: self.session.call(
                copy("running", f"<config>{entry('b', 2)}</config>")))
            self.assert_refused("in-use", lambda: self.session.call(
                copy("running", "<candidate/>")))
            other.call("<unlock><target><running/></target></unlock>")
            other.call("<lock><target><candidate/></target></lock>")
            self.assert_refused("in-use", lambda: self.session.call(
                copy("candidate", "<running/>")))
            self.assert_refused("in-use", lambda: self.session.call(
                copy("candidate", f"<config>{entry('b', 2)}</config>")))
            other.call("<unlock><target><candidate/></target></unlock>")

    def test_validate(self):
        self.write(("a", 1))
        self.session.call(validate(f"<config>{entry('b', 2)}</config>"))
        self.session.call(validate("<running/>"))
        self.assert_refused("data-missing", lambda: self.session.call(validate(
            "<config>" + phone_book("<entry><name>x</name></entry>") + "</config>")),
            path="entry[sxcc:name='x']")
        self.assert_refused("invalid-value", lambda: self.session.call(validate(
            f"<config>{entry('x', '1 2')}</config>")))
        self.assert_refused("operation-not-supported",
                            lambda: self.session.call(validate("<url>file:///x</url>")))
        self.assertEqual(self.book(), {"a": "1"})


class Ncclient(DatastoreTest):
    """The same over SSH, with what a client's library makes of it."""

    def test_edits(self):
        self.write(("a", 1))
        with ssh.connect(self.daemon) as client:
            wrap = lambda inner: f'<config xmlns="{BASE}">{inner}</config>'
            with self.assertRaises(RPCError) as caught:
                client.edit_config(wrap(ErrorOption.WRONG), target="running",
                                   error_option="continue-on-error")
            # There is no "there" to be created: two of the three errors.
            self.assertEqual(sorted(error.tag for error in caught.exception.errors),
                             ["data-missing", "invalid-value"])
            self.assertEqual(self.book(), {"a": "1", "new": "1", "there": "9", "last": "2"})
            client.edit_config(wrap(entry("b", 2)), target="candidate",
                               test_option="test-then-set")
            client.validate("candidate")
            client.copy_config(source="candidate", target="running")
            self.assertIn("b", self.book())
            for call, tag in ((lambda: client.copy_config(source="running", target="running"),
                               "invalid-value"),
                              (lambda: client.delete_config("running"),
                               "operation-not-supported")):
                with self.assertRaises(RPCError) as caught:
                    call()
                self.assertEqual(caught.exception.tag, tag)


class WithDefaults(DatastoreTest):
    def protocol(self, mode):
        """The leaf ip-protocol in a mode, and whether it is tagged; None when it is not told."""
        data = self.session.call(
            "<get-config><source><running/></source><filter>"
            f'<call-control xmlns="{CALL_CONTROL}"><ip-protocol/></call-control></filter>'
            f'<with-defaults xmlns="{DEFAULTS_MODULE}">{mode}</with-defaults></get-config>')
        found = data.find(f".//{{{CALL_CONTROL}}}ip-protocol")
        return None if found is None else (found.text, found.get(f"{{{DEFAULT}}}default"))

    def set(self, value, attributes=""):
        self.session.edit(f'<call-control xmlns="{CALL_CONTROL}" xmlns:wd="{DEFAULT}" '
                          f'xmlns:nc="{BASE}"><ip-protocol {attributes}>{value}</ip-protocol>'
                          "</call-control>")

    def modes(self):
        return [self.protocol(mode)
                for mode in ("explicit", "report-all", "report-all-tagged", "trim")]

    def test_modes_and_edits(self):
        unset = [None, ("both", None), ("both", "true"), None]
        self.assertEqual(self.modes(), unset)
        # A value that was set is not a default, though it equals one.
        self.set("both", 'nc:operation="create"')
        self.assertEqual(self.modes(), [("both", None)] * 3 + [None])
        self.assert_refused("data-exists", lambda: self.set("both", 'nc:operation="create"'))
        self.set("both", 'wd:default="true"')
        self.assertEqual(self.modes(), unset)
        self.assert_refused("data-missing", lambda: self.set("", 'nc:operation="delete"'))
        self.assert_refused("invalid-value", lambda: self.set("ipv4", 'wd:default="true"'))
        self.set("ipv4")
        self.assertEqual(self.modes(), [("ipv4", None)] * 4)
        self.set("both", 'wd:default="true" nc:operation="replace"')
        self.assertEqual(self.modes(), unset)


class Bounds(DatastoreTest):
    def test_operations(self):
        count = 100000
        self.assert_refused("too-big", lambda: self.session.edit(book("".join(
            operated("remove", f"n{i}") for i in range(count)))), message="65536")
        self.assert_refused("too-big", lambda: self.session.edit(
            phone_book("".join(plain(f"n{i}", 1) for i in range(count))), target="candidate"),
            message="65536")

    def test_value(self):
        for config in (phone_book(f"<entry><name>x</name><number>{'1' * (1 << 20)}</number>"
                                  "</entry>"),
                       f'<nacm xmlns="{NACM}"><rule-list><name>l</name><rule><name>r</name>'
                       f"<action>permit</action><comment>{'x' * (1 << 20)}</comment></rule>"
                       "</rule-list></nacm>"):
            for call in (lambda: self.session.edit(config),
                         lambda: self.session.edit(config, target="candidate"),
                         lambda: self.session.call(copy("running", f"<config>{config}</config>")),
                         lambda: self.session.call(validate(f"<config>{config}</config>"))):
                self.assert_refused("too-big", call, message="524288")

    def test_depth(self):
        """Deeper than any schema is refused; what nobody would send ends the session."""
        deep = f'<a xmlns="{CALL_CONTROL}">' + "<a>" * 99 + "</a>" * 100
        for store in ("running", "candidate"):
            self.assert_refused("too-big", lambda: self.session.edit(deep, target=store),
                                message="64")
        mark = self.daemon.log.mark()
        with self.daemon.new_session() as session:
            try:
                session.edit("<a>" * 200 + "</a>" * 200)
            except (ConnectionError, OSError, RpcError):
                pass
            else:
                self.fail("200 levels were taken")
        self.daemon.log.wait("128", 15, mark)

    def test_list_past_its_size(self):
        peers = "".join(f"<peer><index>{i}</index><address>10.0.0.{i}</address></peer>"
                        for i in range(1, 8))
        self.assert_refused("invalid-value", lambda: self.session.edit(
            cluster(f"<peers>{peers}</peers>")), app_tag="peer-index-out-of-range")
        zones = "".join(f"<zone><name>z{i}</name><type>neighbour</type><protocol>sip</protocol>"
                        "</zone>" for i in range(1001))
        config = f'<call-control xmlns="{CALL_CONTROL}"><zones>{zones}</zones></call-control>'
        self.assert_refused("operation-failed", lambda: self.session.edit(config),
                            app_tag="too-many-elements", message="1000")
        self.session.edit(config, target="candidate")
        self.assert_refused("operation-failed", lambda: self.session.call("<commit/>"),
                            app_tag="too-many-elements", message="1000")
        self.session.call("<discard-changes/>")


class Conflict(LabTest):
    """The candidate follows running; where it cannot, the commit names the node."""

    count = 2
    formed = True

    def test_another_session(self):
        daemon = self.lab[1]
        daemon.edit(entry("ann", 1))
        with daemon.new_session() as session:
            session.edit(book(operated("delete", "ann")), target="candidate")
            daemon.edit(entry("ben", 2))
            session.call(validate("<candidate/>"))
            daemon.edit(book(operated("delete", "ann")))
            for call in (lambda: session.call("<commit/>"),
                         lambda: session.call(validate("<candidate/>")),
                         lambda: session.get(phone_book(""), config_of="candidate")):
                self.assert_refused("data-missing", call, app_tag="candidate-conflict",
                                    path="entry[sxcc:name='ann']", message="discard-changes")
            session.call("<discard-changes/>")
            session.call("<commit/>")

    def test_a_replicated_revision(self):
        primary, subordinate = self.lab.daemons
        primary.edit(entry("cid", 3))
        level = lambda: (subordinate.status().get("revision") ==
                         primary.status().get("revision"))
        wait_for(level, 15, "the subordinate to follow")
        with subordinate.new_session() as session:
            session.edit(f'<system xmlns="{SYSTEM}"><log-level>info</log-level></system>' +
                         book(operated("delete", "cid")), target="candidate")
            primary.edit(book(operated("delete", "cid")))
            wait_for(level, 15, "the subordinate to follow")
            self.assert_refused("data-missing", lambda: session.call("<commit/>"),
                                app_tag="candidate-conflict", path="entry[sxcc:name='cid']")
            session.call("<discard-changes/>")

    def test_copy_to_running_of_a_subordinate(self):
        """The effective difference counts: what is the primary's may be copied as it is."""
        primary, subordinate = self.lab.daemons
        primary.edit(entry("dan", 4))
        wait_for(lambda: subordinate.status().get("revision") ==
                 primary.status().get("revision"), 5, "the subordinate to follow")
        with subordinate.new_session() as session:
            read = "".join(sextant_test.netconf.ET.tostring(each).decode()
                           for each in session.get(config_of="running"))
            # ElementTree drops the prefix of an identity's module, which no element uses.
            read = read.replace(">ianaift:", ' xmlns:ianaift="urn:ietf:params:xml:ns:yang:'
                                'iana-if-type">ianaift:')
            self.assert_refused("invalid-value", lambda: session.call(
                copy("running", f"<config>{read}</config>")), message="give the secret itself")
            read = read.replace("********", "not-told")
            session.call(copy("running", f"<config>{read}</config>"))
            session.call(copy("running", "<config>" + read.replace("not-told", "other") +
                              "</config>"))
            self.assert_refused("access-denied", lambda: session.call(
                copy("running", f"<config>{entry('eve', 5)}</config>")), app_tag="not-primary")


if __name__ == "__main__":
    sextant_test.main()
