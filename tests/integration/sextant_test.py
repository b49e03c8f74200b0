# SPDX-License-Identifier: Apache-2.0
"""What all integration tests share: the lab of tools/cluster_lab, and a test case with one."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))

from cluster_lab import netconf, network, pki, snmp, ssh  # noqa: E402, F401
from cluster_lab.disk import DiskWatch  # noqa: E402, F401
from cluster_lab.dns import DnsServer  # noqa: E402, F401
from cluster_lab.lab import Lab  # noqa: E402
from cluster_lab.netconf import RpcError  # noqa: E402
from cluster_lab.waiting import TimedOut, wait_for  # noqa: E402, F401


# An answer that takes longer than this was held up by something. What can hold one up does so for
# 10 s and more; a machine that is busy with other things takes a second or two by itself.
HELD_UP_S = 5.0


class LabTest(unittest.TestCase):
    """A test case whose class has one lab, of `count` daemons; `formed` makes them a cluster.
    When a test fails, the daemons' logs are shown."""

    count = 1
    formed = False
    options = {}

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(cls.count, **cls.options)
        cls.addClassCleanup(cls.lab.close)
        cls.prepare()
        try:
            if cls.formed:
                cls.lab.form()
            else:
                cls.lab.start()
        except BaseException:
            show_logs(cls.lab)
            raise

    @classmethod
    def prepare(cls):
        """What a class changes in its lab before the daemons start."""

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            show_logs(self.lab)
        return result

    def assert_refused(self, tag, action, app_tag=None, message=None, path=None):
        """action() is refused with this error; the RpcError."""
        with self.assertRaises(RpcError) as caught:
            action()
        error = caught.exception
        self.assertEqual(error.tag, tag, error)
        if app_tag is not None:
            self.assertEqual(error.app_tag, app_tag, error)
        for wanted, text in ((message, error.message), (path, error.path)):
            if wanted is not None:
                self.assertIn(wanted, text)
        return error


def show_logs(lab):
    for daemon in lab.daemons:
        path = os.path.join(daemon.folder, "log")
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8", errors="replace") as stream:
            lines = stream.read().splitlines()[-40:]
        print(f"--- log of {daemon.name}", *lines, sep="\n", file=sys.stderr)


def main():
    """Runs the tests of the file. ncclient's uses of what Python has deprecated are not shown."""
    unittest.main(warnings="ignore")
