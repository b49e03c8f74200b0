# SPDX-License-Identifier: Apache-2.0
"""Steps of a tour: each says what is expected, shows what came and how long it took."""

import json
import sys
import time


class Failed(Exception):
    """A step did not hold."""


class Tour:
    """Prints and counts steps. The first step that fails ends the tour."""

    def __init__(self):
        self.results = []
        self._start = time.monotonic()

    def say(self, text=""):
        print(text, flush=True)

    def step(self, what, expected, action):
        """Runs action(), which returns what came, or raises. Extra lines of the answer are
        indented below it."""
        number = len(self.results) + 1
        start = time.monotonic()
        try:
            came, held = action(), True
        except Exception as error:  # whatever went wrong is the result of this step
            came, held = f"{type(error).__name__}: {error}", False
        taken = time.monotonic() - start
        first, *more = str(came).splitlines() or [""]
        self.say(f"{'✓' if held else '✗'} {number:2} {what}  [{taken:.2f} s]")
        self.say(f"      expected: {expected}")
        self.say(f"      came:     {first}")
        for line in more[:12]:
            self.say(f"                {line}")
        self.results.append({"step": number, "what": what, "expected": expected, "came": came,
                             "held": held, "seconds": round(taken, 3)})
        if not held:
            raise Failed(what)

    def finish(self, planned):
        """Prints the sum; the exit status."""
        held = sum(result["held"] for result in self.results)
        good = held == len(self.results) == planned
        self.say(f"{'✓' if good else '✗'} {held} of {planned} steps held, in "
                 f"{time.monotonic() - self._start:.1f} s")
        return 0 if good else 1

    def write(self, path):
        with open(path, "w", encoding="utf-8") as stream:
            json.dump(self.results, stream, indent=2, ensure_ascii=False)
            stream.write("\n")


def require(condition, message):
    if not condition:
        raise AssertionError(message)


def utf8_output():
    sys.stdout.reconfigure(encoding="utf-8")
