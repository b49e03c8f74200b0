# SPDX-License-Identifier: Apache-2.0
"""A DNS server of the lab's own: it knows the names that it is given and tells what it was asked."""

import os
import socket
import subprocess

from .daemon import start_process
from .waiting import Lines

ADDRESS = "127.0.0.19"


class DnsServer:
    """A dnsmasq in the foreground. `resolv_conf` is a file that names it."""

    def __init__(self, lab, records, address=ADDRESS, name="dnsmasq"):
        """`records` are addresses by name; `name` is that of its files."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
            port = probe.getsockname()[1]
        self.resolv_conf = os.path.join(lab.folder, f"{name}.resolv.conf")
        with open(self.resolv_conf, "w", encoding="ascii") as stream:
            stream.write(f"nameserver {address}:{port}\n")
        self._file = open(os.path.join(lab.folder, f"{name}.log"), "w", encoding="utf-8")
        self.process = start_process(
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=",
             "--no-resolv", "--no-hosts", "--log-queries", "--log-facility=-", f"--port={port}",
             f"--listen-address={address}", "--bind-interfaces",
             *(f"--host-record={name},{address}" for name, address in records.items())],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.lines = Lines(self.process.stderr, self._file)
        self.lines.wait("started", 10)

    def mark(self):
        return self.lines.mark()

    def asked(self, name, start=0):
        """The queries for a name, in whatever case, from line `start` on."""
        return [line for line in self.lines.all(start) if f"] {name.lower()} " in line.lower()]

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        self.lines.join()
