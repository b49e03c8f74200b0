#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The tour of tools/quickstart holds wholly, and a newcomer can take it in."""

import json
import os
import subprocess
import tempfile
import unittest

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools")
LINES_MAX = 80


class Tour(unittest.TestCase):
    def test_every_step_holds(self):
        with tempfile.NamedTemporaryFile(suffix=".json") as results:
            done = subprocess.run(
                [os.path.join(TOOLS, "quickstart.d", "tour.py"), "--json", results.name],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=100)
            self.assertEqual(done.returncode, 0, done.stdout)
            steps = json.load(results)
        self.assertEqual([step["step"] for step in steps if not step["held"]], [], done.stdout)
        self.assertEqual(len(steps), 14)
        # tools/quickstart prints one line before it.
        self.assertLess(len(done.stdout.splitlines()), LINES_MAX, done.stdout)


if __name__ == "__main__":
    unittest.main()
