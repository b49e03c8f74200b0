#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""tools/bench at small sizes: it measures everything, and says which budgets were missed."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools")
sys.path[:0] = [TOOLS, os.path.join(TOOLS, "bench.d")]

import report  # noqa: E402
from content import EDITS  # noqa: E402

DELAY_MS = 10


def bench(*options):
    return subprocess.run([os.path.join(TOOLS, "bench"), "--quick", *options],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          timeout=100)


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.json = os.path.join(folder.name, "results.json")
        self.picture = os.path.join(folder.name, "plot.svg")

    def results(self, done):
        if not os.path.exists(self.json):
            self.fail(done.stderr)
        with open(self.json, encoding="utf-8") as stream:
            return json.load(stream)

    def test_measures_everything(self):
        done = bench("--json", self.json, "--plot", self.picture, "--seed", "7", "--check")
        results = self.results(done)
        self.assertEqual(done.returncode, 1 if results["missed"] else 0, done.stderr)
        for line in results["missed"]:
            self.assertIn(f"missed: {line}", done.stdout)
        self.assertEqual(list(results["sizes"]), ["100", "1000"])
        for site in results["sizes"].values():
            for name in ("commit", "empty", "one", "many", "all", *EDITS):
                self.assertGreater(site[name]["p50"], 0, name)
                self.assertLessEqual(site[name]["p50"], site[name]["p90"], name)
            for name in ("rate_1", "rate_8", "start_s", "pss_kb"):
                self.assertGreater(site[name], 0, name)
        for what in EDITS.values():
            self.assertIn(f"edit: {what}", done.stdout)
        lines = ET.parse(self.picture).getroot().iter("{http://www.w3.org/2000/svg}polyline")
        self.assertEqual(len(list(lines)), len(EDITS) + 2)

    def test_clusters_alone(self):
        done = bench("replication", "--json", self.json, "--check")
        results = self.results(done)
        self.assertEqual(done.returncode, 1 if results["missed"] else 0, done.stderr)
        self.assertNotIn("sizes", results)
        cluster = results["cluster"]
        for taken in (cluster["commits"], cluster["alone"], cluster["replicated"],
                      *(cluster[f"etcd_{members}"][what] for members in (3, 5)
                        for what in ("empty", "put"))):
            self.assertGreater(taken["p50"], 0)
            self.assertLessEqual(taken["p50"], taken["p99"])
        for how in ("killed_s", "frozen_s", "cut_s"):
            self.assertGreater(cluster[how], 0)
        self.assertIn("durable on five peers", done.stdout)
        self.assertIn("etcd, 5 members: a put", done.stdout)

    def test_a_slow_disk_is_felt_by_edits_and_by_the_floor(self):
        done = bench("--json", self.json, "--fsync-delay", str(DELAY_MS), "--rounds", "3")
        for site in self.results(done)["sizes"].values():
            self.assertGreaterEqual(site["commit"]["p50"], DELAY_MS)
            self.assertGreaterEqual(site["leaf"]["p50"], DELAY_MS)
            self.assertLess(site["empty"]["p50"], DELAY_MS)


class Budgets(unittest.TestCase):
    """What is compared with what, on made-up numbers."""

    def results(self):
        taken = {"p50": 1.0, "p90": 2.0, "max": 3.0}
        site = {**dict.fromkeys(("commit", "empty", "one", "many", "all", *EDITS), taken),
                "reader": {**taken, "rate": 1.0, "held_up_ms": 1.0}, "start_s": 1.0,
                "bytes_per_entry": 1000.0}
        return {"empty": {"pss_kb": 9000, "sessions": 8},
                "sizes": {"1000": site, "200000": dict(site)},
                "cluster": {"commits": taken, "replicated": taken, "killed_s": 0.1,
                            "frozen_s": 0.9, "cut_s": 0.9, "join_s": {"200000": 9.0}}}

    def assert_missed(self, change, words, of_cluster=False):
        results = self.results()
        (results["cluster"] if of_cluster else results["sizes"]["200000"]).update(change)
        found = report.missed(results)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_all_kept(self):
        self.assertEqual(report.missed(self.results()), [])

    def test_each_one_missed(self):
        slow = {"p50": 1.6, "p90": 2.0, "max": 3.0}
        for name, what in EDITS.items():
            self.assert_missed({name: slow}, what)
        self.assert_missed({"one": slow}, "one entry by key")
        self.assert_missed({"commit": {"p50": 0.1}, "empty": {"p50": 0.1}, "one": {"p50": 0.1}},
                           "a durable commit and an empty RPC")
        self.assert_missed({"many": {"max": 1001}}, "1,000 entries in one edit")
        self.assert_missed({"reader": {"held_up_ms": 51}}, "held an edit up")
        self.assert_missed({"start_s": 5.1}, "start at 200000 entries")
        self.assert_missed({"bytes_per_entry": 1501}, "memory per entry")
        self.assert_missed({"replicated": {"p50": 4.1}}, "five peers", of_cluster=True)
        self.assert_missed({"frozen_s": 1.1}, "frozen", of_cluster=True)
        self.assert_missed({"killed_s": 1.1}, "killed", of_cluster=True)
        self.assert_missed({"cut_s": 1.1}, "cut", of_cluster=True)
        self.assert_missed({"join_s": {"200000": 10.1}}, "blank peer", of_cluster=True)


if __name__ == "__main__":
    unittest.main()
