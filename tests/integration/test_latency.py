#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""How fast: an edit on the peers within 100 ms of its <ok/>, a lost peer at the NMS within 1 s."""

import os
import threading
import time

from sextant_test import LabTest, main, netconf

EDITS = 200
ROUNDS = 4
APPLIED_S = 0.100
NOTIFIED_S = 1.0


class DiskWatch:
    """Syncs a small file to the daemons' disk again and again, to know when the disk itself is
    slow: what a machine's disk does under other load is no matter of ours."""

    PAUSE = 0.01

    def __init__(self, folder):
        self._file = os.open(os.path.join(folder, "sync"), os.O_CREAT | os.O_WRONLY, 0o600)
        self._taken = []  # (start, end) of each sync
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._ended.wait(self.PAUSE):
            start = time.monotonic()
            os.pwrite(self._file, b"x" * 4096, 0)
            os.fdatasync(self._file)
            self._taken.append((start, time.monotonic()))

    def close(self):
        self._ended.set()
        self._thread.join()
        os.close(self._file)

    def slowest(self, start, end):
        """The longest sync that went on at some time between start and end. After close()."""
        return max((done - began for began, done in self._taken if began < end and done > start),
                   default=0)


class Latency(LabTest):
    count = 3
    formed = True

    def setUp(self):
        self.alpha, self.beta, self.gamma = self.lab.daemons
        self.lab.wait_in_step()

    def test_edit_is_applied_on_both_peers(self):
        """Asks the peers over their sockets, one request after the other without a pause."""
        disk = DiskWatch(self.lab.folder)
        try:
            rounds = [self.replicate(number) for number in range(EDITS)]
        finally:
            disk.close()
        taken = sorted(end - start for start, end in rounds)
        print(f"applied on both peers after: median {taken[EDITS // 2] * 1000:.1f} ms, "
              f"slowest {taken[-1] * 1000:.1f} ms of {EDITS}")
        self.assertLess(taken[EDITS // 2], APPLIED_S)
        for start, end in rounds:
            self.assertLess(end - start, APPLIED_S + disk.slowest(start, end))

    def replicate(self, number):
        """When an edit was acknowledged, and when both peers had it."""
        name, value = f"Round {number % 7}", str(number)
        self.alpha.edit(netconf.entry(name, value))
        acknowledged = time.monotonic()
        for daemon in (self.beta, self.gamma):
            while daemon.number_of(name) != value:
                self.assertLess(time.monotonic() - acknowledged, 5, f"{daemon.name} lacks it")
        return acknowledged, time.monotonic()

    def lost(self, daemon, index, act, observer):
        mark = self.lab.nms.mark()
        sent = act()
        found = self.lab.nms.wait_alarm(20004, True, 5, mark, index, observer.address)
        return found["when"] - sent, mark

    def check(self, what, taken):
        print(f"{what}: notified after {', '.join(f'{one * 1000:.0f}' for one in taken)} ms")
        self.assertLess(max(taken), NOTIFIED_S)

    def test_killed_peer_is_notified(self):
        taken = []
        for _ in range(ROUNDS):
            taken.append(self.lost(self.gamma, 3, self.gamma.kill, self.alpha)[0])
            self.gamma.start()
            self.lab.wait_in_step()
        self.check("killed subordinate", taken)

    def test_frozen_peer_is_notified(self):
        for daemon, index, observer in ((self.beta, 2, self.alpha), (self.alpha, 1, self.gamma)):
            taken = []
            for _ in range(ROUNDS):
                one, mark = self.lost(daemon, index, daemon.freeze, observer)
                taken.append(one)
                daemon.thaw()
                self.lab.nms.wait_alarm(20004, False, 5, mark, index, observer.address)
                self.lab.wait_in_step()
            self.check(f"frozen {daemon.name}", taken)


if __name__ == "__main__":
    main()
