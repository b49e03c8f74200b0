# SPDX-License-Identifier: Apache-2.0
"""NETCONF sessions: who gets in, what the daemon says of itself, locks, ends, framing."""

import os
import subprocess
import xml.etree.ElementTree as ET

import paramiko
from ncclient.transport.errors import AuthenticationError
from ncclient import manager

import sextant_test
from cluster_lab.daemon import PORTS
from cluster_lab.netconf import BASE, CALL_CONTROL, CLUSTER, END, IETF_SYSTEM, Session, entry, hello
from sextant_test import LabTest, RpcError, pki, ssh, wait_for

MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
PASSWORD = "lab password of operator"
USERS = (f'<system xmlns="{IETF_SYSTEM}"><authentication><user><name>operator</name><password>$0$'
         f"{PASSWORD}</password></user></authentication></system>")


def monitoring(inner):
    return f'<netconf-state xmlns="{MONITORING}">{inner}</netconf-state>'


class SessionTest(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]
        cls.daemon.edit(USERS)

    def open(self, version="1.1"):
        session = Session(self.daemon.socket, version=version)
        self.addCleanup(session.close)
        return session


class LogIn(SessionTest):
    def openssh(self, user, request, key=None):
        command = ["ssh", "-F", "/dev/null", "-s", "-o", "BatchMode=yes", "-o",
                   "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
                   "IdentitiesOnly=yes", "-p", str(PORTS["netconf"]), "-i",
                   key or self.lab.user_key, f"{user}@{self.daemon.address}", "netconf"]
        return subprocess.run(command, input=request, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20)

    def test_openssh_asks_and_is_answered(self):
        request = (f'<rpc xmlns="{BASE}" message-id="101" xmlns:x="urn:x" x:tag="seven">'
                   "<get-config><source><running/></source></get-config></rpc>").encode()
        done = self.openssh("admin", hello("1.0") + request + END)
        self.assertEqual(done.returncode, 0, done.stderr)
        greeting, reply, rest = done.stdout.split(END)
        self.assertEqual(rest.strip(), b"")
        self.assertEqual(ET.fromstring(greeting).tag, f"{{{BASE}}}hello")
        reply = ET.fromstring(reply)
        self.assertEqual(reply.get("message-id"), "101")
        self.assertEqual(reply.get("{urn:x}tag"), "seven")
        self.assertIsNotNone(reply.find(f"{{{BASE}}}data/{{{IETF_SYSTEM}}}system"))

    def test_openssh_with_a_strange_key_is_refused(self):
        key = os.path.join(self.lab.folder, "strange_key")
        pki.ssh_key(key)
        mark = self.daemon.log.mark()
        done = self.openssh("admin", b"", key)
        self.assertEqual(done.returncode, 255)
        self.assertIn(b"Permission denied", done.stderr)
        self.assertEqual(done.stdout, b"")
        self.daemon.log.wait(r"warning .* from 127\.0\.0\.1 .* user 'admin' was refused", 15, mark)

    def test_openssh_as_nobody_is_refused(self):
        done = self.openssh("nobody-known", b"")
        self.assertEqual(done.returncode, 255)
        self.assertIn(b"Permission denied", done.stderr)

    def test_ncclient_by_public_key(self):
        with ssh.connect(self.daemon) as client:
            self.assertIn(":candidate", client.server_capabilities)
            self.assertIn("alpha", client.get_config("running").data_xml)

    def by_password(self, user, password):
        return manager.connect(host=self.daemon.address, port=PORTS["netconf"], username=user,
                               password=password, hostkey_verify=False, look_for_keys=False,
                               allow_agent=False, timeout=10)

    def test_ncclient_by_password(self):
        with self.by_password("operator", PASSWORD) as client:
            self.assertTrue(client.get_config("running").ok)

    def test_wrong_passwords_and_users_are_refused(self):
        mark = self.daemon.log.mark()
        for user, password in (("operator", PASSWORD + " "), ("operator", ""), ("admin", PASSWORD),
                               ("stranger", PASSWORD)):
            with self.subTest(user=user, password=password):
                with self.assertRaises(AuthenticationError):
                    self.by_password(user, password)
        _, line = self.daemon.log.wait("user 'stranger' from 127.0.0.1 by password refused", 15,
                                       mark)
        self.assertIn("warning", line)
        self.assertNotIn(PASSWORD, "\n".join(self.daemon.log.all()))

    def test_only_the_subsystem_is_offered(self):
        client = paramiko.SSHClient()
        self.addCleanup(client.close)
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect(self.daemon.address, PORTS["netconf"], "admin", look_for_keys=False,
                       key_filename=self.lab.user_key, allow_agent=False, timeout=10)
        transport = client.get_transport()
        for what in ("exec_command", "invoke_subsystem"):
            with self.assertRaises(paramiko.SSHException):
                getattr(transport.open_session(timeout=10), what)("sftp")
        with self.assertRaises(paramiko.SSHException):
            transport.open_session(timeout=10).invoke_shell()
        with self.assertRaises(paramiko.SSHException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1), timeout=10)
        channel = transport.open_session(timeout=10)
        channel.invoke_subsystem("netconf")
        self.assertIsNotNone(Session(stream=channel).get())

    def test_a_user_who_is_deleted_gets_in_no_more(self):
        extra = (f'<system xmlns="{IETF_SYSTEM}"><authentication><user><name>guest</name>'
                 "<password>$0$a guest for a moment</password></user></authentication></system>")
        self.daemon.edit(extra)
        with self.by_password("guest", "a guest for a moment") as client:
            self.assertTrue(client.connected)
        self.daemon.edit(extra.replace("<user>", f'<user xmlns:nc="{BASE}" nc:operation="delete">'))
        with self.assertRaises(AuthenticationError):
            self.by_password("guest", "a guest for a moment")


class Hello(SessionTest):
    def capabilities(self):
        return [node.text for node in self.open().hello.iter(f"{{{BASE}}}capability")]

    def test_capabilities(self):
        found = self.capabilities()
        for wanted in ("base:1.0", "base:1.1", "capability:writable-running:1.0",
                       "capability:candidate:1.0", "capability:rollback-on-error:1.0",
                       "capability:validate:1.1", "capability:xpath:1.0"):
            self.assertIn(f"urn:ietf:params:netconf:{wanted}", found)
        self.assertTrue(any("with-defaults:1.0?basic-mode=explicit" in uri for uri in found))
        library = next(uri for uri in found if "yang-library:1.1?" in uri)
        content = self.open().get('<yang-library xmlns="urn:ietf:params:xml:ns:yang:'
                                   'ietf-yang-library"><content-id/></yang-library>')
        self.assertRegex(library, "&content-id=[0-9a-f]{64}$")
        self.assertTrue(library.endswith("".join(content.itertext()).strip()))
        self.assertFalse([uri for uri in found if "capability:url" in uri or "startup" in uri])

    def test_every_session_has_an_id_of_its_own(self):
        ids = {self.open().hello.findtext(f"{{{BASE}}}session-id") for _ in range(5)}
        self.assertEqual(len(ids), 5)

    def test_hello_with_no_common_version_ends_the_session(self):
        session = self.open()
        session.close()
        with self.assertRaises((ConnectionError, OSError)):
            other = Session(self.daemon.socket, version="9.9")
            other.send("<get/>")
            other.receive()

    def test_get_schema(self):
        reply = self.open().call(f'<get-schema xmlns="{MONITORING}"><identifier>sextant-cluster'
                                 "</identifier><format>yang</format></get-schema>")
        text = reply.findtext(f"{{{MONITORING}}}data")
        self.assertRegex(text, r"^(//.*\n)*module sextant-cluster \{")
        self.assertIn("leaf configuration-primary", text)
        reply = self.open().call(f'<get-schema xmlns="{MONITORING}"><identifier>sextant-types'
                                 "</identifier><format>yin</format></get-schema>")
        self.assertIn("sextant-types", "".join(reply.itertext()) + ET.tostring(reply).decode())

    def test_get_schema_refused(self):
        def ask(inner):
            return lambda: self.open().call(f'<get-schema xmlns="{MONITORING}">{inner}'
                                            "</get-schema>")
        self.assert_refused("invalid-value", ask("<identifier>no-such</identifier>"),
                            message="no-such")
        self.assert_refused("invalid-value", ask("<identifier>sextant-cluster</identifier>"
                                                 "<version>1999-01-01</version>"))
        self.assert_refused("missing-element", ask(""), message="identifier")

    def test_all_schemas_listed_can_be_had(self):
        session = self.open()
        data = session.get(monitoring("<schemas/>"))
        schemas = list(data.iter(f"{{{MONITORING}}}schema"))
        self.assertGreater(len(schemas), 15)
        for schema in schemas:
            name = schema.findtext(f"{{{MONITORING}}}identifier")
            version = schema.findtext(f"{{{MONITORING}}}version") or ""
            reply = session.call(
                f'<get-schema xmlns="{MONITORING}"><identifier>{name}</identifier><version>'
                f"{version}</version></get-schema>")
            self.assertIn(name, reply.findtext(f"{{{MONITORING}}}data")[:2000])


class Locks(SessionTest):
    def test_lock_of_another_session(self):
        first, second = self.open(), self.open()
        number = first.hello.findtext(f"{{{BASE}}}session-id")
        for store in ("running", "candidate"):
            lock = f"<lock><target><{store}/></target></lock>"
            first.call(lock)
            error = self.assert_refused("lock-denied", lambda: second.call(lock))
            self.assertEqual(error.info["session-id"], number)
            self.assert_refused("lock-denied", lambda: first.call(lock))
            error = self.assert_refused(
                "in-use", lambda: second.edit(entry("Locked", "1"), target=store))
            first.edit(entry("Locked", "2"), target=store)
            self.assert_refused("operation-failed", lambda: second.call(
                f"<unlock><target><{store}/></target></unlock>"))
            first.call(f"<unlock><target><{store}/></target></unlock>")
            second.call(lock)
            second.call(f"<unlock><target><{store}/></target></unlock>")
        second.call("<discard-changes/>")

    def test_lock_ends_with_its_session(self):
        lock = "<lock><target><running/></target></lock>"
        first, second = self.open(), self.open()
        first.call(lock)
        first.call("<close-session/>")
        self.assertTrue(first.ended(15))
        second.call(lock)
        third = self.open()
        second.close()

        def taken():
            try:
                return third.call(lock) is not None
            except RpcError:
                return False
        wait_for(taken, 15, "the lock of a session that left is free")
        third.call("<unlock><target><running/></target></unlock>")

    def test_candidate_with_changes_cannot_be_locked(self):
        first, second = self.open(), self.open()
        first.edit(entry("Pending", "1"), target="candidate")
        lock = "<lock><target><candidate/></target></lock>"
        self.assert_refused("lock-denied", lambda: second.call(lock))
        first.call("<discard-changes/>")
        second.call(lock)
        second.call("<unlock><target><candidate/></target></unlock>")

    def test_kill_session(self):
        first, second = self.open(), self.open()
        first.call("<lock><target><running/></target></lock>")
        number = first.hello.findtext(f"{{{BASE}}}session-id")
        second.call(f"<kill-session><session-id>{number}</session-id></kill-session>")
        second.call("<lock><target><running/></target></lock>")
        self.assertTrue(first.ended(15))
        second.call("<unlock><target><running/></target></unlock>")
        self.assert_refused("invalid-value", lambda: second.call(
            f"<kill-session><session-id>{number}</session-id></kill-session>"), message=number)
        own = second.hello.findtext(f"{{{BASE}}}session-id")
        self.assert_refused("invalid-value", lambda: second.call(
            f"<kill-session><session-id>{own}</session-id></kill-session>"))
        self.assertIsNotNone(second.get(monitoring("<sessions/>")))

    def test_sessions_are_listed(self):
        with ssh.connect(self.daemon) as client:
            # Its reply tells that the server has heard the client's <hello>, too.
            client.discard_changes()
            data = self.open().get(monitoring("<sessions/>"))
            users = {node.findtext(f"{{{MONITORING}}}session-id"):
                     (node.findtext(f"{{{MONITORING}}}username"),
                      node.findtext(f"{{{MONITORING}}}transport").split(":")[-1])
                     for node in data.iter(f"{{{MONITORING}}}session")}
            self.assertEqual(users[client.session_id], ("admin", "netconf-ssh"))


class Framing(SessionTest):
    def test_base_1_0(self):
        session = self.open(version="1.0")
        session.edit(entry("Old", "1010"))
        data = session.get(f'<call-control xmlns="{CALL_CONTROL}"><phone-book><entry><name>Old'
                           "</name></entry></phone-book></call-control>")
        self.assertEqual(data.findtext(f".//{{{CALL_CONTROL}}}number"), "1010")
        self.assert_refused("operation-not-supported",
                            lambda: session.call("<no-such-operation/>"))
        session.call("<close-session/>")
        self.assertTrue(session.ended(15))

    def test_a_message_in_many_small_chunks(self):
        session = self.open()
        body = f'<rpc xmlns="{BASE}" message-id="1"><get-config><source><running/></source>' \
               '</get-config></rpc>'.encode().decode()
        chunks = "".join(f"\n#1\n{char}" for char in body) + "\n##\n"
        for at in range(0, len(chunks), 100):
            session.send_bytes(chunks[at:at + 100].encode())
        self.assertIsNotNone(session.reply())

    def test_requests_are_answered_in_order(self):
        session = self.open()
        for number in range(200):
            if number % 3:
                session.send("<get-config><source><running/></source></get-config>")
            else:
                session.send(f'<edit-config><target><running/></target><config>'
                             f'{entry("Queue", str(number))}</config></edit-config>')
        for number in range(200):
            self.assertEqual(session.reply().get("message-id"), str(number + 1))

    def test_attributes_of_rpc_come_back(self):
        session = self.open()
        for operation in ("<get/>", "<commit/>", "<no-such/>"):
            session.send_message(f'<rpc xmlns="{BASE}" xmlns:a="urn:a" message-id="&lt;&quot;7" '
                                 f'a:b="c &amp; d">{operation}</rpc>'.encode())
            reply = ET.fromstring(session.receive())
            self.assertEqual(reply.get("message-id"), '<"7')
            self.assertEqual(reply.get("{urn:a}b"), "c & d")

    def test_rpc_without_message_id(self):
        session = self.open()
        session.send_message(f'<rpc xmlns="{BASE}"><get/></rpc>'.encode())
        error = self.assert_refused("missing-attribute", session.reply)
        self.assertEqual((error.type, error.info),
                         ("rpc", {"bad-attribute": "message-id", "bad-element": "rpc"}))
        self.assertIsNotNone(session.get())

    def test_comments_and_processing_instructions_are_no_harm(self):
        session = self.open()
        session.send_message(f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- a --><rpc '
                             f'xmlns="{BASE}" message-id="5"><!-- <x> --><get-config><source>'
                             "<running/></source></get-config></rpc>\n".encode())
        self.assertIsNotNone(session.reply())

    def test_other_operations_are_refused(self):
        session = self.open()
        for operation in ("<frobnicate/>", f'<frobnicate xmlns="{CLUSTER}"/>'):
            self.assert_refused("operation-not-supported", lambda: session.call(operation),
                                message="frobnicate")
        self.assert_refused("unknown-namespace", lambda: session.call('<x xmlns="urn:none"/>'))
        self.assert_refused("operation-not-supported", lambda: session.call(
            "<get-config><source><startup/></source></get-config>"))


if __name__ == "__main__":
    sextant_test.main()
