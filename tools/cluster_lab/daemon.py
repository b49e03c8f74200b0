# SPDX-License-Identifier: Apache-2.0
"""One sextantd: its files, its process, and what it says of itself."""

import ctypes
import json
import os
import re
import signal
import subprocess
import time

from . import netconf
from .netconf import ALARMS, CLUSTER, Session
from .waiting import Lines, TimedOut, wait_for

# Another offset lets two labs run at the same time on one machine.
_OFFSET = int(os.environ.get("SEXTANT_LAB_PORT_OFFSET", "0"))
PORTS = {"netconf": 8830 + _OFFSET, "cluster": 4372 + _OFFSET, "recovery": 4371 + _OFFSET,
         "snmp": 1161 + _OFFSET}
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    """In a child: the kernel kills it when this program ends, however it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start_process(command, keep=False, stdin=subprocess.DEVNULL, **options):
    return subprocess.Popen(command, stdin=stdin, start_new_session=keep,
                            preexec_fn=None if keep else _die_with_parent, **options)


class Daemon:
    """A sextantd with a state folder, an address and certificates of its own."""

    def __init__(self, lab, name, address, certificate, key, more_options=()):
        self.lab = lab
        self.name = name
        self.address = address
        self.certificate, self.key = certificate, key
        self.more_options = list(more_options)
        self.prefix = []  # what comes before the command, such as nsenter
        self.folder = os.path.join(lab.folder, name)
        os.makedirs(self.folder, exist_ok=True)
        self.state = os.path.join(self.folder, "state")
        self.socket = os.path.join(self.state, "sextantd.sock")
        self.initial = os.path.join(self.folder, "initial.xml")
        self.process = None
        self.log = None
        self._session = None

    def command(self):
        lab = self.lab
        command = [*self.prefix, lab.sextantd, "--state", self.state, "--listen", self.address,
                   "--netconf-port", str(PORTS["netconf"]), "--cluster-port",
                   str(PORTS["cluster"]), "--recovery-port", str(PORTS["recovery"]),
                   "--snmp-port", str(PORTS["snmp"]), "--host-key", lab.host_key,
                   "--certificate", self.certificate, "--key", self.key,
                   "--ca", lab.authority.certificate, "--crl", lab.authority.crl]
        for folder in lab.modules:
            command += ["--modules", folder]
        if os.path.exists(self.initial):
            command += ["--initial-config", self.initial]
        return command + self.more_options

    def start(self, timeout=10):
        """Starts the process and waits until it serves."""
        self.forget_session()
        copy = open(os.path.join(self.folder, "log"), "a", encoding="utf-8")
        # A daemon that is to outlive this program writes its log itself.
        output = copy if self.lab.keep else subprocess.PIPE
        self.process = start_process(self.command(), keep=self.lab.keep,
                                     stdout=subprocess.DEVNULL, stderr=output,
                                     cwd=self.folder)
        if self.lab.keep:
            copy.close()
        else:
            self.log = Lines(self.process.stderr, copy)
        return self.wait_serving(timeout)

    def wait_serving(self, timeout=10):
        limit = time.monotonic() + timeout
        while True:
            if self.process.poll() is not None:
                if not self.lab.keep:
                    self.log.wait_end()
                raise TimedOut(f"{self.name} ended with {self.process.returncode}: "
                               f"{self.last_line()}")
            try:
                self._session = Session(self.socket)
                return self
            except OSError as error:
                if time.monotonic() > limit:
                    raise TimedOut(f"{self.name} does not serve: {error}; "
                                   f"{self.last_line()}") from error
                time.sleep(0.01)

    def last_line(self):
        path = os.path.join(self.folder, "log")
        try:
            with open(path, encoding="utf-8", errors="replace") as stream:
                lines = stream.read().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "(no log)"

    @property
    def pid(self):
        return self.process.pid

    @property
    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """SIGKILL, and waits for the end of the process. Returns when the signal was sent."""
        self.forget_session()
        when = time.monotonic()
        self.process.kill()
        self.process.wait()
        if self.log:
            self.log.join()
        return when

    def stop(self):
        """SIGTERM; returns the exit status."""
        self.forget_session()
        self.process.terminate()
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise TimedOut(f"{self.name} did not end on SIGTERM") from error
        if self.log:
            self.log.join()
        return status

    def freeze(self):
        """SIGSTOP. Returns when the signal was sent."""
        when = time.monotonic()
        os.kill(self.pid, signal.SIGSTOP)
        return when

    def thaw(self):
        os.kill(self.pid, signal.SIGCONT)

    def processor_s(self):
        """Seconds of processor time that the process has used."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stream:
            fields = stream.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kb(self):
        """Memory of the process in kB, its share of what it shares included (proportional set
        size)."""
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as stream:
            for line in stream:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
        raise RuntimeError("no Pss in smaps_rollup")

    # What it says over NETCONF

    def session(self):
        """A session that is kept for this object's own use."""
        if self._session is None:
            self._session = Session(self.socket)
        return self._session

    def new_session(self):
        return Session(self.socket)

    def forget_session(self):
        if self._session:
            self._session.close()
        self._session = None

    def edit(self, config, **options):
        return self.session().edit(config, **options)

    def restart(self, timeout=10):
        """The restart operation; waits until the daemon is back."""
        session = self.session()
        self._session = None
        session.call(f'<restart xmlns="{CLUSTER}"/>')
        try:
            while session.receive():
                pass
        except OSError:
            pass  # it closed the session, which is what was waited for
        session.close()
        return self.wait_serving(timeout)

    def wait_reset(self, timeout=20):
        """Waits until a factory reset that was armed is over: it starts, announces the reset,
        resets itself and starts again."""
        def done():
            self.forget_session()
            try:
                status = self.status()
            except OSError:
                return False
            return (status["role"] == "stand-alone" and
                    status["factory-reset-armed"] == "false" and not status["alarms"])
        wait_for(done, timeout, f"{self.name} is reset")

    def number_of(self, name):
        return netconf.number_of(self.session(), name)

    def leaf(self, filter_xml, name):
        """The text of the first leaf of that name in what a <get> with the filter gives, or
        None."""
        for node in self.session().get(filter_xml).iter():
            if node.tag.endswith("}" + name):
                return node.text
        return None

    def status(self):
        """What `cluster` says, as a dict: role, revision, lineage, digest, database, peers by
        index, warnings, restart_required, and the alarms that are up."""
        data = self.session().get(
            f'<cluster xmlns="{CLUSTER}"/><alarms xmlns="{ALARMS}"><alarm-list/></alarms>')
        top = data.find(f"{{{CLUSTER}}}cluster")
        return {
            **_leafs(top),
            **{name.replace("-", "_"): value for name, value in _leafs(
                None if top is None else top.find(f"{{{CLUSTER}}}replication")).items()},
            "peers": {int(peer.findtext(f"{{{CLUSTER}}}index")): _leafs(peer)
                      for peer in data.iter(f"{{{CLUSTER}}}peer")},
            "warnings": [node.text for node in data.iter(f"{{{CLUSTER}}}warnings")],
            "alarms": _alarms(data),
        }

    def alarm_ids(self):
        return sorted(alarm["id"] for alarm in self.status()["alarms"])

    def wait_status(self, test, what, timeout=10):
        """Waits until test(status) holds; returns that status."""
        def look():
            status = self.status()
            return status if test(status) else None
        return wait_for(look, timeout, f"{self.name}: {what}")

    def ctl(self, *arguments, stdin=None):
        """Runs sextantctl; the finished process, with text."""
        return subprocess.run([self.lab.sextantctl, "--socket", self.socket, *arguments],
                              input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", timeout=90)

    def ctl_status(self):
        done = self.ctl("status", "--json")
        if done.returncode:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout)


def _leafs(node):
    if node is None:
        return {}
    return {child.tag.split("}")[1]: child.text or "" for child in node if not len(child)}


def _alarms(data):
    found = []
    for alarm in data.iter(f"{{{ALARMS}}}alarm"):
        leafs = _leafs(alarm)
        number = re.search(r"-(\d{5})$", leafs.get("alarm-type-id", ""))
        if leafs.get("is-cleared") != "true" and number:
            found.append({"id": int(number.group(1)), "resource": leafs.get("resource", ""),
                          "text": leafs.get("alarm-text", ""), "severity":
                          leafs.get("perceived-severity", "")})
    return found
