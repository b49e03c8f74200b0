# SPDX-License-Identifier: Apache-2.0
"""Crashes on purpose: daemons are killed while edits stream in, and what was acknowledged must be
there afterwards, on all peers."""

import random
import time

from . import netconf
from .netconf import RpcError

NAMES = 60  # edits go to so many entries of the phone book, so that most change what is there
STREAM = (20, 60)  # edits acknowledged before a crash, at least and at most
IN_FLIGHT_S = 0.0015  # the crash comes up to so long after the last edit was sent


class Lost(AssertionError):
    """Something that was acknowledged is not there, or peers differ."""


class Crasher:
    """Crash after crash on a lab that is formed. Counts what happened in `counts`."""

    def __init__(self, lab, seed):
        self.lab = lab
        self.random = random.Random(seed)
        self.book = netconf.all_numbers(lab[1].session())  # what was acknowledged
        self.next = 1
        self.counts = {"cycles": 0, "acknowledged": 0,
                       "last one answered before the crash": 0, "last one stored, not answered": 0,
                       "last one neither": 0, "subordinates killed": 0, "slowest return": 0.0}

    def _edit(self):
        name, number = f"Entry {self.random.randrange(NAMES)}", str(self.next)
        self.next += 1
        return name, number

    def _stream(self, session):
        for _ in range(self.random.randint(*STREAM)):
            name, number = self._edit()
            session.edit(netconf.entry(name, number))
            self.book[name] = number
            self.counts["acknowledged"] += 1

    def _answered(self, session):
        """Whether the answer to the edit in flight had left before the crash."""
        try:
            answer = session.receive()
        except OSError:
            return False
        if b"<ok/>" not in answer:
            raise RpcError(netconf.ET.fromstring(answer).find(f"{{{netconf.BASE}}}rpc-error"))
        self.counts["acknowledged"] += 1
        self.counts["last one answered before the crash"] += 1
        return True

    def cycle(self):
        """A stream of edits to the primary, a crash with one in flight, a start, a comparison."""
        primary = self.lab[1]
        victims = [primary]
        if len(self.lab.daemons) > 1 and self.random.random() < 0.3:
            victims.append(self.random.choice(self.lab.daemons[1:]))
            self.counts["subordinates killed"] += 1
        with primary.new_session() as session:
            self._stream(session)
            name, number = self._edit()
            session.send(netconf.edit_config(netconf.entry(name, number)))
            time.sleep(self.random.uniform(0, IN_FLIGHT_S))
            for victim in victims:
                victim.kill()
            answered = self._answered(session)
        start = time.monotonic()
        for victim in victims:
            victim.start()
        self.lab.wait_in_step()
        taken = time.monotonic() - start
        self.counts["slowest return"] = max(self.counts["slowest return"], taken)
        self._compare(name, number, answered)
        self.counts["cycles"] += 1

    def _compare(self, name, number, answered):
        books = [netconf.all_numbers(daemon.session()) for daemon in self.lab.daemons]
        found = books[0].get(name)
        if not answered:
            # It may have been stored or not; if not, what was there before must be there.
            self.counts["last one stored, not answered" if found == number
                        else "last one neither"] += 1
        if answered or found == number:
            self.book[name] = number
        for daemon, book in zip(self.lab.daemons, books):
            if book != self.book:
                wrong = {key: (self.book.get(key), book.get(key))
                         for key in {*book, *self.book} if book.get(key) != self.book.get(key)}
                raise Lost(f"{daemon.name} differs: name: (acknowledged, found) {wrong}")
