#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What keeps a daemon from starting: each fault ends it with exit status 1 and one line on stderr
that names what is wrong."""

import os
import socket
import subprocess

from sextant_test import LabTest, main, netconf
from cluster_lab.daemon import PORTS

CROSSING = """
module acme-crossing {
  yang-version 1.1; namespace "urn:acme:crossing"; prefix ac;
  import sextant-extensions { prefix sx; }
  container crossing {
    leaf everywhere { type string; must "../here = 'x'"; }
    leaf here { sx:scope "peer-specific"; type string; }
  }
}
"""


class Start(LabTest):
    options = {"traps": False}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]
        cls.daemon.edit(netconf.entry("Kept", "100"))
        cls.daemon.stop()

    def setUp(self):
        self.folder = os.path.join(self.lab.folder, self.id().rsplit(".", 1)[1])
        os.mkdir(self.folder)

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as stream:
            stream.write(content if isinstance(content, bytes) else content.encode())
        return path

    def command(self, **changes):
        """The daemon's command line in a state folder of its own, with options changed:
        `host_key=PATH` is --host-key PATH, None takes an option away."""
        given = {"--state": os.path.join(self.folder, "state")}
        given.update({"--" + name.replace("_", "-"): value for name, value in changes.items()})
        command = []
        words = iter(self.daemon.command())
        command.append(next(words))
        for option in words:
            value = given.pop(option, next(words))
            if value is not None:
                command += [option, value]
        for option, value in given.items():
            command += [option, value]
        return command

    def fails(self, what, pattern, command):
        with self.subTest(what):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL, encoding="utf-8", timeout=15)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(done.stdout, "")
            lines = done.stderr.splitlines()
            self.assertEqual(len(lines), 1, done.stderr)
            self.assertRegex(lines[0], "^sextantd: .*" + pattern)

    def test_options(self):
        sextantd = self.lab.sextantd
        for what, pattern, words in (
                ("no options", "--host-key FILE is needed", []),
                ("an unknown option", "--frobnicate is not an option", ["--frobnicate"]),
                ("no value", "--state needs a value", ["--state"]),
                ("a word", "hello: sextantd takes options only", ["hello"]),
                ("a port", "--snmp-port 70000: a port from 1 to 65535", ["--snmp-port", "70000"]),
                ("an address", "--listen nowhere: an IPv4 or IPv6", ["--listen", "nowhere"]),
                ("a level", "--log-level loud: error, warning", ["--log-level", "loud"])):
            self.fails(what, pattern, [sextantd, *words])

    def test_keys_and_certificates(self):
        missing = os.path.join(self.folder, "missing")
        broken = self.write("broken", "this is not PEM\n")
        for option in ("host-key", "certificate", "key", "ca", "crl"):
            name = option.replace("-", "_")
            self.fails(f"no {option}", f"{missing}.*No such file",
                       self.command(**{name: missing}))
            self.fails(f"a broken {option}", broken, self.command(**{name: broken}))
            self.fails(f"a folder as {option}", self.folder, self.command(**{name: self.folder}))
        _, key = self.lab.authority.issue("other")
        self.fails("a key that does not fit", f"{key}.*{self.daemon.certificate}",
                   self.command(key=key))

    def test_yang_folders(self):
        missing = os.path.join(self.folder, "missing")
        empty = os.path.join(self.folder, "empty")
        os.mkdir(empty)
        self.fails("no folder", f"YANG folder {missing}.*No such file",
                   self.command(modules=missing))
        self.fails("an empty folder", f"YANG folder {empty}: it holds no module",
                   self.command(modules=empty))
        self.fails("no standard modules", f"{missing} cannot be read", self.command(yang_path=missing))
        for name, text, pattern in (
                ("acme-broken", "module acme-broken { namespace", "acme-broken"),
                ("acme-crossing", CROSSING,
                 "/acme-crossing:crossing/everywhere.*/acme-crossing:crossing/here")):
            os.mkdir(os.path.join(self.folder, name))
            self.write(f"{name}/{name}.yang", text)
            self.fails(name, pattern, self.command() + ["--modules",
                                                        os.path.join(self.folder, name)])

    def test_initial_configuration(self):
        system = f'<system xmlns="{netconf.SYSTEM}">%s</system>'
        for name, text, pattern in (
                ("no-xml.xml", "hello", "no-xml.xml"),
                ("unknown.xml", '<thing xmlns="urn:acme:none"/>', "unknown.xml.*urn:acme:none"),
                ("leaf.xml", system % "<colour>red</colour>", "leaf.xml.*colour"),
                ("value.xml", system % "<log-level>loud</log-level>", "value.xml.*log-level"),
                ("rule.xml", netconf.cluster(netconf.peers({2: "127.0.0.12"})),
                 "rule.xml.*peers"),
                ("broken.json", '{"sextant-system:system": ', "broken.json")):
            self.fails(name, pattern, self.command(initial_config=self.write(name, text)))
        missing = os.path.join(self.folder, "missing.xml")
        self.fails("no file", f"{missing}.*No such file", self.command(initial_config=missing))

    def test_state_folder(self):
        self.fails("below a file", "state folder .*Not a directory",
                   self.command(state=self.write("file", "") + "/state"))
        self.fails("in a folder that is not there", "state folder .*No such file",
                   self.command(state=os.path.join(self.folder, "a", "b")))

    def test_occupied_ports(self):
        for name, port in PORTS.items():
            kind = socket.SOCK_DGRAM if name == "snmp" else socket.SOCK_STREAM
            with socket.socket(socket.AF_INET, kind) as holder:
                holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
                holder.bind((self.daemon.address, port))
                if kind == socket.SOCK_STREAM:
                    holder.listen()
                self.fails(name, f"{self.daemon.address} port {port}.*in use", self.command())

    def test_another_daemon_has_the_state_folder(self):
        self.daemon.start()
        try:
            self.fails("the same state", f"{self.daemon.state}: another sextantd", self.command(
                state=self.daemon.state, listen="127.0.0.12",
                socket=os.path.join(self.folder, "sock")))
            self.assertEqual(self.daemon.number_of("Kept"), "100")
        finally:
            self.daemon.stop()


if __name__ == "__main__":
    main()
