#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Edits that were acknowledged survive kill -9 with an edit in flight, on all peers. The long form
is `tools/soak crash`."""

import os

from sextant_test import LabTest, main
from cluster_lab.crash import Crasher

CYCLES = 3


class Crash(LabTest):
    count = 3
    formed = True

    def test_acknowledged_edits_survive(self):
        seed = int(os.environ.get("SEXTANT_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
        print(f"seed {seed}; SEXTANT_SEED sets it")
        crasher = Crasher(self.lab, seed)
        for _ in range(CYCLES):
            crasher.cycle()
        print(crasher.counts)
        self.assertEqual(crasher.counts["cycles"], CYCLES)
        self.assertGreaterEqual(crasher.counts["acknowledged"], 20 * CYCLES)


if __name__ == "__main__":
    main()
