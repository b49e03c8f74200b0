#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""tools/check on a made-up project: what it counts, and that it fails when something is wrong."""

import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CMAKE = """
cmake_minimum_required(VERSION 3.25)
project(made_up NONE)
include(CTest)
function(kind_of_test kind name)
    add_test(NAME ${kind}.${name} COMMAND ${ARGN})
    set_tests_properties(${kind}.${name} PROPERTIES LABELS ${kind} SKIP_RETURN_CODE 77)
endfunction()
kind_of_test(unit one true)
kind_of_test(unit two true)
kind_of_test(sim one true)
kind_of_test(integration one true)
kind_of_test(checks one true)
"""


class ToolsCheck(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sextant-check-")
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        os.mkdir(os.path.join(self.root, "tools"))
        shutil.copy(os.path.join(PROJECT, "tools/check"), os.path.join(self.root, "tools"))
        shutil.copy(os.path.join(PROJECT, "CMakePresets.json"), self.root)
        self.script("tools/install-deps", "exit 0")
        self.cmake()

    def script(self, name, text):
        path = os.path.join(self.root, name)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("#!/bin/sh\n" + text + "\n")
        os.chmod(path, 0o755)
        return path

    def cmake(self, more=""):
        with open(os.path.join(self.root, "CMakeLists.txt"), "w", encoding="utf-8") as stream:
            stream.write(CMAKE + more)

    def add(self, kind, name, text):
        path = self.script(f"{kind}-{name}", text)
        self.cmake(f"kind_of_test({kind} {name} {path})\n")

    def check(self, *arguments):
        done = subprocess.run([os.path.join(self.root, "tools/check"), *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        return done.returncode, done.stdout

    def ends(self, expected_status, last_line, *arguments):
        """Runs tools/check; returns its output."""
        status, output = self.check(*arguments)
        self.assertEqual(output.splitlines()[-1:], [last_line], output)
        self.assertEqual(status, expected_status, output)
        return output

    def test_all_is_well(self):
        output = self.ends(0, "8 passed, 0 failed")
        for phase in ("install packages", "build release", "integration (release)", "build asan",
                      "sim (asan)"):
            self.assertRegex(output, rf"(?m)^{phase.replace('(', '.').replace(')', '.')} +\d+ s$")

    def test_some_kinds(self):
        output = self.ends(0, "3 passed, 0 failed", "unit", "checks")
        self.assertNotIn("asan", output)

    def test_unknown_kind(self):
        status, output = self.check("units")
        self.assertEqual(status, 2)
        self.assertIn("usage", output)

    def test_failing_test(self):
        # What a test prints cannot be taken for what ctest counts.
        self.add("unit", "bad", "echo why it failed\n"
                 "echo '100% tests passed, 0 tests failed out of 9'\nexit 1")
        output = self.ends(1, "8 passed, 2 failed")
        self.assertIn("why it failed", output)
        self.assertIn("    unit.bad (Failed) in build/release\n", output)
        self.assertIn("    unit.bad (Failed) in build/asan\n", output)

    def test_skipped_test(self):
        self.add("checks", "skip", "exit 77")
        output = self.ends(0, "1 passed, 0 failed", "checks")
        self.assertIn("1 tests were skipped", output)

    def test_missing_program(self):
        self.cmake("kind_of_test(sim gone /nowhere/program)\n")
        self.assertIn("sim.gone", self.ends(1, "1 passed, 1 failed", "sim"))

    def test_kind_without_tests(self):
        with open(os.path.join(self.root, "CMakeLists.txt"), "w", encoding="utf-8") as stream:
            stream.write(CMAKE.replace("kind_of_test(sim one true)", ""))
        self.assertIn("sim (release)", self.ends(1, "2 passed, 1 failed", "unit", "sim"))

    def test_build_fails(self):
        self.cmake("add_custom_target(bad ALL COMMAND echo broken here && false)\n")
        self.assertIn("broken here", self.ends(1, "0 passed, 1 failed"))

    def test_packages_fail(self):
        self.script("tools/install-deps", "echo no network; exit 1")
        self.assertIn("no network", self.ends(1, "0 passed, 1 failed"))

    def test_left_running(self):
        self.add("integration", "leaves", f"sleep 600 >/dev/null 2>&1 & echo $! >{self.root}/pid")
        output = self.ends(1, "2 passed, 1 failed", "integration")
        with open(os.path.join(self.root, "pid"), encoding="utf-8") as stream:
            pid = stream.read().strip()
        self.assertIn(f"left running: {pid} sleep 600", output)
        self.assertFalse(self.runs(pid))

    def test_terminated(self):
        fifo = os.path.join(self.root, "fifo")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.add("unit", "waits", f"echo $$ >{fifo}\nexec sleep 600")
        check = subprocess.Popen([os.path.join(self.root, "tools/check"), "unit"],
                                 stdout=subprocess.PIPE, encoding="utf-8", start_new_session=True)
        started = select.select([reader], [], [], 30)[0]
        pid = os.read(reader, 100).decode().strip() if started else None
        os.killpg(check.pid, signal.SIGTERM)
        output = check.communicate(timeout=60)[0]
        self.assertTrue(pid, output)
        self.assertNotEqual(check.returncode, 0)
        self.assertIn("unit (release) was interrupted", output)
        self.assertRegex(output.splitlines()[-1], r"^\d+ passed, [1-9]\d* failed$")
        self.assertFalse(self.runs(pid))

    @staticmethod
    def runs(pid):
        """Whether a process goes on; one that was killed has two seconds to vanish."""
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as stream:
                    if stream.read().rsplit(")", 1)[1].split()[0] == "Z":
                        return False
            except FileNotFoundError:
                return False
            time.sleep(0.01)
        return True


if __name__ == "__main__":
    unittest.main()
