# SPDX-License-Identifier: Apache-2.0
"""NETCONF sessions over SSH that wait for answers without polling: OpenSSH's client speaks SSH, a
process of its own for each session, and `netconf.Session` the rest."""

import socket
import subprocess

from .daemon import PORTS, start_process
from .netconf import Session


class OpenSSH(Session):
    """A session that a running `ssh` carries. It stays open until close()."""

    def __init__(self, daemon, user="admin", timeout=60):
        ours, theirs = socket.socketpair()
        try:
            self.process = start_process(
                ["ssh", "-F", "none", "-p", str(PORTS["netconf"]), "-i", daemon.lab.user_key,
                 "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
                 "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes",
                 "-o", "LogLevel=ERROR", "-s", f"{user}@{daemon.address}", "netconf"],
                stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
        finally:
            theirs.close()
        try:
            super().__init__(timeout=timeout, stream=ours)
        except BaseException:
            self._end()
            raise

    def _end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def close(self):
        super().close()
        self._end()
