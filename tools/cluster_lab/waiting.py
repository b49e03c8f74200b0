# SPDX-License-Identifier: Apache-2.0
"""Waiting for what is seen from outside only, and lines of a program as they come."""

import re
import threading
import time

PAUSE = 0.02


class TimedOut(AssertionError):
    """What was waited for did not come."""


def wait_for(predicate, timeout, what):
    """Calls `predicate` until it gives something true, and returns that."""
    limit = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > limit:
            raise TimedOut(f"after {timeout} s: {what} (last: {value!r})")
        time.sleep(PAUSE)


class Lines:
    """The lines that a program writes, each with the time when it came. Read by a thread."""

    def __init__(self, stream, copy=None):
        self._stream = stream
        self._copy = copy
        self._lines = []
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for raw in self._stream:
            line = raw.decode("utf-8", errors="replace").rstrip("\n")
            if self._copy:
                self._copy.write(line + "\n")
                self._copy.flush()
            with self._changed:
                self._lines.append((time.monotonic(), line))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def mark(self):
        """How many lines there are: where a later wait may begin."""
        with self._changed:
            return len(self._lines)

    def all(self, start=0):
        with self._changed:
            return [line for _, line in self._lines[start:]]

    def wait(self, test, timeout, start=0):
        """The first (time, line) from `start` on for which `test`, a pattern or a function, holds."""
        matches = test if callable(test) else re.compile(test).search
        limit = time.monotonic() + timeout
        seen = start
        with self._changed:
            while True:
                for when, line in self._lines[seen:]:
                    if matches(line):
                        return when, line
                seen = max(seen, len(self._lines))
                left = limit - time.monotonic()
                if left <= 0 or self._ended:
                    tail = "\n".join(line for _, line in self._lines[-15:])
                    raise TimedOut(f"no line for {test!r} in {timeout} s; the last are:\n{tail}")
                self._changed.wait(left)

    def wait_end(self, timeout=5):
        """Until the program has closed the stream, and everything of it is there."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended, timeout)

    def join(self):
        self._thread.join(5)
        self._stream.close()
        if self._copy:
            self._copy.close()
