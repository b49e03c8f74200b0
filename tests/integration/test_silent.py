# SPDX-License-Identifier: Apache-2.0
"""A thousand connections that say nothing do not keep anybody out."""

import resource
import socket
import subprocess
import time

import sextant_test
from cluster_lab.daemon import PORTS
from cluster_lab.netconf import Session, entry, hello
from sextant_test import HELD_UP_S, LabTest, ssh

SILENT = 1000


class Silent(LabTest):
    def connect(self, count, source, first=b""):
        opened = []
        self.addCleanup(lambda: [raw.close() for raw in opened])
        for _ in range(count):
            raw = socket.create_connection((self.lab[1].address, PORTS["netconf"]), 10,
                                           (source, 0))
            opened.append(raw)
            if first:
                raw.sendall(first)
        return opened

    def log_in(self, source):
        """Time of a public-key log-in with a session and one edit, from this address."""
        raw = socket.socket()
        raw.bind((source, 0))
        start = time.monotonic()
        raw.connect((self.lab[1].address, PORTS["netconf"]))
        with ssh.Channel(self.lab[1], sock=raw) as channel:
            Session(stream=channel.channel).edit(entry("Silent", str(start)))
            return time.monotonic() - start

    @classmethod
    def setUpClass(cls):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        super().setUpClass()

    def test_thousand_silent_connections_from_one_address(self):
        source = "127.0.0.77"
        opened = self.connect(SILENT, source)
        for _ in range(3):
            self.assertLess(self.log_in(source), HELD_UP_S)
            self.assertLess(self.log_in("127.0.0.1"), HELD_UP_S)
        start = time.monotonic()
        done = subprocess.run(
            ["ssh", "-F", "/dev/null", "-s", "-b", source, "-o", "BatchMode=yes", "-o",
             "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
             "IdentitiesOnly=yes", "-p", str(PORTS["netconf"]), "-i", self.lab.user_key,
             f"admin@{self.lab[1].address}", "netconf"],
            input=hello("1.1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
        self.assertLess(time.monotonic() - start, HELD_UP_S)
        self.assertIn(b"<hello", done.stdout)
        self.assertEqual(len(opened), SILENT)
        self.assertTrue(self.lab[1].alive)

    def test_thousand_that_stop_after_their_first_line(self):
        """Worse than silence: each looks like a log-in that has begun."""
        source = "127.0.0.78"
        self.connect(SILENT, source, b"SSH-2.0-silent\r\n")
        self.assertLess(self.log_in("127.0.0.79"), 2 * HELD_UP_S)
        self.assertLess(self.log_in(source), 2 * HELD_UP_S)
        start = time.monotonic()
        self.lab[1].edit(entry("Silent", "2"))
        self.assertLess(time.monotonic() - start, HELD_UP_S)


if __name__ == "__main__":
    sextant_test.main()
