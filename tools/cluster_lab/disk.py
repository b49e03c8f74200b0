# SPDX-License-Identifier: Apache-2.0
"""How slow the disk is, apart from what a daemon does with it."""

import os
import threading
import time


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
