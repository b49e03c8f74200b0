# SPDX-License-Identifier: Apache-2.0
"""Net-SNMP's own tools as clients: snmptrapd as the NMS, snmpget and snmpwalk."""

import glob
import os
import re
import socket
import subprocess

from .daemon import PORTS, start_process
from .waiting import Lines

ROOT = "1.3.6.1.4.1.8072.9999.9999"
SEPARATOR = "|~|"
COMMUNITY = "lab-community"
MIBS = "SEXTANT-MIB:SNMPv2-MIB"
# Of SNMPv3: user, authentication and privacy pass phrases.
V3_USER = ("lab-v3", "lab-authentication", "lab-privacy-phrase")


def mib_folders(lab):
    """Where our MIB is, and those that it imports from."""
    return [os.path.join(lab.source, "mibs"), *glob.glob("/usr/lib/erlang/lib/snmp-*/mibs")]


def environment(lab):
    """Environment in which Net-SNMP's tools know our MIB and read no file of the system."""
    return {**os.environ, "MIBDIRS": ":".join(mib_folders(lab)), "MIBS": MIBS,
            "SNMPCONFPATH": lab.folder, "SNMP_PERSISTENT_DIR": os.path.join(lab.folder, "netsnmp")}


class TrapReceiver:
    """An snmptrapd in the foreground. Notifications are dicts: id, raised, sequence, severity,
    resource, text, uuid, event-time, source, and `when` (this machine's monotonic clock)."""

    def __init__(self, lab, engine_ids=(), name="snmptrapd", address="127.0.0.1"):
        """`engine_ids` are those of agents that send traps with SNMPv3 (RFC 3414 section 3.2: the
        sender's engine is authoritative); `name` is that of its folder."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
            self.port = probe.getsockname()[1]
        self.address = address
        folder = os.path.join(lab.folder, name)
        os.makedirs(folder, exist_ok=True)
        configuration = os.path.join(folder, "snmptrapd.conf")
        user, authentication, privacy = V3_USER
        with open(configuration, "w", encoding="ascii") as stream:
            stream.write(f"authCommunity log {COMMUNITY}\nauthUser log {user} priv\n"
                         f'createUser {user} SHA-256 "{authentication}" AES "{privacy}"\n')
            for engine in engine_ids:
                stream.write(f"createUser -e {engine} {user} SHA-256 "
                             f'"{authentication}" AES "{privacy}"\n')
        # Not the folder of the configuration: at its end snmptrapd writes a file of that name.
        self._env = {**environment(lab),
                     "SNMP_PERSISTENT_DIR": os.path.join(folder, "persistent")}
        self._command = ["snmptrapd", "-f", "-C", "-c", configuration, "-n", "-OQs"]
        self._folder = folder
        self._file = open(os.path.join(folder, "log"), "w", encoding="utf-8")
        self.process = start_process(
            [*self._command, "-Lo", "-F", f"TRAP %b{SEPARATOR}%V{SEPARATOR}%v\\n",
             f"udp:{address}:{self.port}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self._env, cwd=folder)
        self.lines = Lines(self.process.stdout, self._file)
        self.lines.wait(r"NET-SNMP version", 10)

    def wait(self, test, timeout, start=0):
        """The first notification from line `start` on for which `test` holds."""
        def matches(line):
            found = parse(line)
            return found is not None and test(found)
        when, line = self.lines.wait(matches, timeout, start)
        return {**parse(line), "when": when}

    def wait_alarm(self, number, raised, timeout, start=0, peer=None, source=None):
        """A notification of this alarm, about the peer with this index, from this address."""
        return self.wait(lambda found: found["id"] == number and found["raised"] == raised and
                         (peer is None or f"peer[index='{peer}']" in found["resource"]) and
                         source in (None, found["source"]),
                         timeout, start)

    def all(self, start=0):
        return [found for found in map(parse, self.lines.all(start)) if found]

    def mark(self):
        return self.lines.mark()

    def leave(self):
        """Puts in its place an snmptrapd that outlives this program; the path of its log."""
        self.stop()
        log = os.path.join(self._folder, "notifications")
        self.process = start_process([*self._command, "-Lf", log,
                                      f"udp:{self.address}:{self.port}"],
                                     keep=True, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL, env=self._env, cwd=self._folder)
        return log

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        self.lines.join()


def parse(line):
    """A line of snmptrapd as a dict, or None."""
    if not line.startswith("TRAP "):
        return None
    source, *items = line[len("TRAP "):].split(SEPARATOR)
    values = {}
    for item in items:
        name, _, value = item.partition(" = ")
        name = re.sub(r"\.0$", "", name.strip().split("::")[-1])
        values[name] = value.strip()
    if "sextantEventAlarmId" not in values:
        return None
    address = re.search(r"\[([^]]+)\]", source)
    return {"id": int(values["sextantEventAlarmId"]),
            "raised": values.get("snmpTrapOID") == "sextantAlarmRaised",
            "sequence": int(values["sextantEventSequence"]),
            "uuid": values.get("sextantEventAlarmUuid", ""),
            "severity": values.get("sextantEventSeverity", ""),
            "resource": values.get("sextantEventResource", ""),
            "text": values.get("sextantEventText", ""),
            "event-time": values.get("sextantEventTime", ""),
            "source": address.group(1) if address else ""}


def _client(lab, program, address, what, v3, access=None):
    if not access:
        user, authentication, privacy = V3_USER
        access = ["-v3", "-l", "authPriv", "-u", user, "-a", "SHA-256", "-A", authentication,
                  "-x", "AES", "-X", privacy] if v3 else ["-v2c", "-c", COMMUNITY]
        access += ["-t", "2", "-r", "1"]
    return subprocess.run([program, *access, "-OQs", f"udp:{address}:{PORTS['snmp']}", *what],
                          env=environment(lab), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", timeout=30)


def get(lab, address, *names, v3=False, access=None):
    """Values by name, e.g. get(lab, "127.0.0.11", "sextantRole.0"); RuntimeError if refused.
    `access` are options of Net-SNMP's in place of the usual ones, such as -v2c -c COMMUNITY."""
    return _values(_client(lab, "snmpget", address,
                           [name if "::" in name else f"SEXTANT-MIB::{name}" for name in names],
                           v3, access))


def engine_id(lab, address):
    """The agent's engine ID as createUser wants it: 0x and hexadecimal digits."""
    done = _client(lab, "snmpget", address, ["-Ox", "SNMP-FRAMEWORK-MIB::snmpEngineID.0"], False)
    digits = re.search(r'= "?((?:[0-9A-F]{2}\s*)+)"?', done.stdout)
    if not digits:
        raise RuntimeError(done.stderr + done.stdout)
    return "0x" + "".join(digits.group(1).split())


def walk(lab, address, start="SEXTANT-MIB::sextantMIB", v3=False):
    """All values below a node, by name."""
    return _values(_client(lab, "snmpwalk", address, [start], v3))


def _values(done):
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or done.stdout.strip())
    values = {}
    for line in done.stdout.splitlines():
        name, equals, value = line.partition(" = ")
        if equals:
            values[name] = value.strip().strip('"')
    return values
