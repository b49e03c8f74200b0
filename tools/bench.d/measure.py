# SPDX-License-Identifier: Apache-2.0
"""The measurements. Daemons of all sizes run side by side and are asked in turn, so that what else
the machine does meets all of them, and the floors too."""

import multiprocessing
import os
import random
import selectors
import statistics
import time

from cluster_lab import netconf
from cluster_lab.disk import DiskWatch
from cluster_lab.lab import Lab
from cluster_lab.openssh import OpenSSH
from clusters import measure_clusters
from content import EDITS, Content
from floor import Disk
from timing import START_S, ask, milliseconds

EMPTY_RPC = '<get><filter type="subtree"/></get>'
GET_ALL = "<get-config><source><running/></source></get-config>"
OPEN_SESSIONS = 8
IDLE_SESSIONS = 64
STARTS = 3
LARGE_EDITS = 5
READS = 3


class Plan:
    """How much is measured: at which sizes, and for how long at most. Without `cluster_rounds`
    there are no clusters."""

    def __init__(self, sizes, rounds, rounds_s, rate_s, idle_s, cluster_rounds, joins):
        self.sizes, self.rounds, self.rounds_s = sizes, rounds, rounds_s
        self.rate_s, self.idle_s = rate_s, idle_s
        self.cluster_rounds, self.joins = cluster_rounds, joins


FULL = Plan([1000, 20000, 200000], 300, 240, 10, 60, 500, [200000])
QUICK = Plan([100, 1000], 6, 4, 0.3, 0, 0, [])


class Reader:
    """A process that reads the whole configuration again and again, without a pause."""

    def __init__(self, daemon):
        context = multiprocessing.get_context("fork")
        self._results, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=self._run, args=(daemon, theirs), daemon=True)
        self._process.start()
        theirs.close()

    @staticmethod
    def _run(daemon, results):
        with OpenSSH(daemon, timeout=START_S) as session:
            while True:
                start = time.monotonic()
                session.send(GET_ALL)
                size = len(session.receive())
                results.send((time.monotonic() - start, size))

    def wait(self, count):
        """(seconds, bytes) of each of the next reads."""
        return [self._results.recv() for _ in range(count)]

    def close(self):
        self._process.kill()
        self._process.join()
        self._results.close()


class Site:
    """A daemon whose datastore has one size, and what was measured of it."""

    def __init__(self, daemon, content):
        self.daemon, self.content = daemon, content
        self.session = None
        self.taken = {name: [] for name in ("commit", "empty", "one", *EDITS)}
        self.result = {"entries": content.entries()}

    def load(self):
        """The first start: the daemon reads what the datastore is to hold from a file."""
        self.daemon.lab.write_initial(self.daemon, "".join(self.content.xml()), False)
        self.result["load_s"] = self.start()
        os.remove(self.daemon.initial)

    def start(self):
        begun = time.monotonic()
        self.daemon.start(START_S)
        ask(self.daemon.session(), self.get_one(), b"<number>")
        return time.monotonic() - begun

    def get_one(self):
        return (f'<get-config><source><running/></source><filter type="subtree">'
                f"{self.content.one()}</filter></get-config>")

    def starts(self, count):
        seconds = []
        for _ in range(count):
            self.daemon.stop()
            seconds.append(self.start())
        self.result["start_s"] = statistics.median(seconds)
        self.result["pss_kb"] = self.daemon.memory_kb()

    def connect(self):
        self.session = OpenSSH(self.daemon)

    def edit(self, name):
        return ask(self.session, netconf.edit_config(getattr(self.content, name)()))

    def round(self, disk):
        """Each request once."""
        self.note("commit", 0, disk.commit())
        self.note("empty", *ask(self.session, EMPTY_RPC, b"data"))
        self.note("one", *ask(self.session, self.get_one(), b"<number>"))
        for name in EDITS:
            self.note(name, *self.edit(name))

    def note(self, name, start, end):
        self.taken[name].append(end - start)

    def large_edits(self, count):
        times = [self.edit("many") for _ in range(count)]
        self.result["many"] = milliseconds([end - start for start, end in times])

    def reads(self, count):
        reader = Reader(self.daemon)
        reads = reader.wait(count)
        reader.close()
        self.result["all"] = {**milliseconds([seconds for seconds, _ in reads]),
                              "bytes": reads[-1][1]}

    def stream(self, sessions, seconds):
        """Edits of one leaf by so many sessions, each as fast as it is answered; when each was
        sent and answered."""
        times = []
        with selectors.DefaultSelector() as ready:
            clients = [OpenSSH(self.daemon) for _ in range(sessions)]
            sent = {}
            for client in clients:
                ready.register(client, selectors.EVENT_READ, client)
                sent[client] = self.send_leaf(client)
            end = time.monotonic() + seconds
            while sent:
                for key, _ in ready.select():
                    client = key.data
                    if b"<ok/>" not in client.receive():
                        raise RuntimeError("an edit was refused")
                    times.append((sent.pop(client), time.monotonic()))
                    if times[-1][1] < end:
                        sent[client] = self.send_leaf(client)
            for client in clients:
                client.close()
        return times

    def send_leaf(self, client):
        config = self.content.leaf()
        start = time.monotonic()
        client.send(netconf.edit_config(config))
        return start

    def rates(self, seconds):
        for sessions in (1, OPEN_SESSIONS):
            times = self.stream(sessions, seconds)
            self.result[f"rate_{sessions}"] = len(times) / (times[-1][1] - times[0][0])

    def with_reader(self, seconds):
        """Edits beside a reader. An edit is held up by what it takes longer than usual, apart
        from what the disk itself took longer meanwhile."""
        reader = Reader(self.daemon)
        disk = DiskWatch(self.daemon.folder)
        try:
            reader.wait(1)
            times = self.stream(1, seconds)
        finally:
            disk.close()
            reader.close()
        usual = statistics.median(self.taken["leaf"])
        self.result["reader"] = {
            **milliseconds([end - start for start, end in times]),
            "rate": len(times) / (times[-1][1] - times[0][0]),
            "held_up_ms": 1000 * max(end - start - max(usual, disk.slowest(start, end))
                                     for start, end in times)}

    def finish(self):
        for name, seconds in self.taken.items():
            self.result[name] = milliseconds(seconds)
        return self.result


def measure_empty(daemon, idle_s):
    """Memory with an empty configuration and open sessions, and what an idle daemon costs."""
    daemon.start()
    daemon.forget_session()
    sessions = [OpenSSH(daemon) for _ in range(OPEN_SESSIONS)]
    result = {"pss_kb": daemon.memory_kb(), "sessions": OPEN_SESSIONS}
    if idle_s:
        sessions += [OpenSSH(daemon) for _ in range(IDLE_SESSIONS - OPEN_SESSIONS)]
        before = daemon.processor_s()
        time.sleep(idle_s)
        result["idle_percent"] = (daemon.processor_s() - before) / idle_s * 100
    for session in sessions:
        session.close()
    daemon.stop()
    return result


def run_rounds(plan, sites, lab):
    disk = Disk(lab.folder)
    end = time.monotonic() + plan.rounds_s
    for _ in range(plan.rounds):
        for site in sites:
            site.round(disk)
        if time.monotonic() > end:
            break
    disk.close()


def measure_replication(plan, seed, tell):
    """Clusters alone."""
    return {"cluster": measure_clusters(plan, seed, tell)}


def measure(plan, seed, tell):
    """All of it. `tell` is called with a line for people at each step."""
    rng = random.Random(seed)
    with Lab(len(plan.sizes) + 1, traps=False) as lab:
        tell("an empty daemon")
        empty = measure_empty(lab.daemons[-1], plan.idle_s)
        sites = [Site(daemon, Content(size, rng)) for daemon, size in zip(lab.daemons, plan.sizes)]
        for site in sites:
            tell(f"{site.content.size} entries: loading and starting")
            site.load()
            site.starts(STARTS)
            site.result["bytes_per_entry"] = ((site.result["pss_kb"] - empty["pss_kb"]) * 1024 /
                                              site.result["entries"])
        for site in sites:
            site.connect()
        tell("edits of each kind, in turns")
        run_rounds(plan, sites, lab)
        for site in sites:
            tell(f"{site.content.size} entries: large edits, whole reads, rates")
            site.large_edits(LARGE_EDITS)
            site.reads(READS)
            site.rates(plan.rate_s)
            site.with_reader(plan.rate_s)
        results = {"empty": empty,
                   "sizes": {str(site.content.size): site.finish() for site in sites}}
    if plan.cluster_rounds:
        results["cluster"] = measure_clusters(plan, seed, tell)
    return results
