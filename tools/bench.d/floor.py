# SPDX-License-Identifier: Apache-2.0
"""The floor of a durable edit: one SQLite commit of a row as large as a phone book entry, as the
daemon makes it. A process of its own, so that what slows the daemon's disk slows it too.

floor.py FILE    for each line of input, one commit; prints its seconds
"""

import os
import random
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cluster_lab.daemon import start_process  # noqa: E402

ROWS = 1000
BODY = '{"number":"+44118%07d","folder":"Folder 17","description":"Building 7, first floor"}'


class Disk:
    """Runs floor.py and asks it for commits."""

    def __init__(self, folder):
        self._process = start_process(
            [sys.executable, "-B", os.path.abspath(__file__), os.path.join(folder, "floor.db")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self):
        """Lets it make a durable commit."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def answer(self):
        """Waits for that; its seconds."""
        return float(self._process.stdout.readline())

    def commit(self):
        """The seconds that a durable commit takes."""
        self.ask()
        return self.answer()

    def close(self):
        self._process.kill()
        self._process.communicate()


def main():
    base = sqlite3.connect(sys.argv[1], isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE entry (name TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID")
    base.execute("BEGIN")
    for i in range(ROWS):
        base.execute("INSERT INTO entry VALUES (?, ?)", (f"Entry {i}", BODY % i))
    base.execute("COMMIT")
    for _ in sys.stdin:
        name, body = f"Entry {random.randrange(ROWS)}", BODY % random.randrange(10**7)
        start = time.perf_counter()
        base.execute("REPLACE INTO entry VALUES (?, ?)", (name, body))
        print(f"{time.perf_counter() - start:.9f}", flush=True)


if __name__ == "__main__":
    main()
