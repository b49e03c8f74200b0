# SPDX-License-Identifier: Apache-2.0
"""A network of its own for each daemon, joined by bridges: what cuts a cable here cuts it for real.
All of it is in a network namespace of this program's own and goes with it."""

import os
import subprocess
import sys

from . import slow_link
from .daemon import start_process

FIRST = "10.77.0.1"  # this program's, and the NMS's
PREFIX = 24
BRIDGES = ("west", "east")
_ENTERED = "SEXTANT_LAB_OWN_NETWORK"


def _run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def enter():
    """Runs this program anew in a network namespace of its own, unless it is in one."""
    if os.environ.get(_ENTERED):
        _run("ip", "link", "set", "lo", "up")
        return
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    os.execvpe("unshare", ["unshare", "--net", *as_root, sys.executable, *sys.orig_argv[1:]],
               {**os.environ, _ENTERED: "1"})


class Network:
    """`count` hosts, from 10.77.0.11 on. Call enter() first. Hosts in `slow` have a cable that
    delays and loses when it is told to; `seed` decides what is lost. Hosts in `translated` have
    one with NAT: they know themselves by another address than all others do."""

    def __init__(self, count, slow=(), seed=0, translated=()):
        self.nms_address = FIRST
        self.cables = {}  # the slow ones, and those with NAT, by index
        self._translated = set(translated)
        self._holders = []
        for bridge in BRIDGES:
            _run("ip", "link", "add", "name", bridge, "type", "bridge")
            _run("ip", "link", "set", bridge, "up")
        _run("ip", "address", "add", f"{FIRST}/{PREFIX}", "dev", "west")
        for index in range(1, count + 1):
            self._add_host(index)
            if index in slow or index in translated:
                self._slow_down(index, seed)

    def address(self, index):
        """By which others reach a host."""
        return f"10.77.0.{10 + index}"

    def own_address(self, index):
        """By which a host knows itself."""
        return f"10.77.0.{110 + index}" if index in self._translated else self.address(index)

    def _add_host(self, index):
        # A process that does nothing but keep the namespace there.
        holder = start_process(["unshare", "--net", "sh", "-c", "echo; exec cat"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._holders.append(holder)
        holder.stdout.readline()
        _run("ip", "link", "add", "name", f"host{index}", "type", "veth", "peer", "name", "eth0",
             "netns", str(holder.pid))
        _run("ip", "link", "set", f"host{index}", "master", "west", "up")
        for words in (["link", "set", "lo", "up"], ["link", "set", "eth0", "up"],
                      ["address", "add", f"{self.own_address(index)}/{PREFIX}", "dev", "eth0"]):
            _run(*self.prefix(index), "ip", *words)

    def _slow_down(self, index, seed):
        """Puts a slow link between a host's cable and the bridge."""
        host, port, wire = f"host{index}", f"port{index}", f"wire{index}"
        _run("ip", "link", "add", "name", port, "type", "veth", "peer", "name", wire)
        _run("ip", "link", "set", host, "nomaster")
        _run("ip", "link", "set", port, "master", "west", "up")
        _run("ip", "link", "set", wire, "up")
        slow_link.whole_packets(port)
        _run(*self.prefix(index), sys.executable, "-B", slow_link.__file__, "eth0")
        self._connect(index, seed)

    def _connect(self, index, seed):
        addresses = ((self.own_address(index), self.address(index))
                     if index in self._translated else ())
        self.cables[index] = slow_link.SlowLink(f"host{index}", f"wire{index}", f"{seed}.{index}",
                                                start_process, addresses)

    def end_translation(self, index):
        """Takes the NAT away: the host gets the address by which others know it."""
        self.cables[index].close()
        _run(*self.prefix(index), "ip", "address", "flush", "dev", "eth0")
        self._translated.remove(index)
        _run(*self.prefix(index), "ip", "address", "add", f"{self.address(index)}/{PREFIX}",
             "dev", "eth0")
        self._connect(index, 0)

    def prefix(self, index):
        """What runs a command on a host."""
        return ["nsenter", f"--net=/proc/{self._holders[index - 1].pid}/ns/net"]

    def cut(self, index):
        """Pulls a host's cable out."""
        _run("ip", "link", "set", f"host{index}", "down")

    def heal(self, index):
        _run("ip", "link", "set", f"host{index}", "up")

    def split(self, indexes):
        """Takes these hosts to another network, where they reach each other and nobody else."""
        for index in indexes:
            _run("ip", "link", "set", f"host{index}", "master", "east")

    def join(self, indexes):
        """Takes them back."""
        for index in indexes:
            _run("ip", "link", "set", f"host{index}", "master", "west")

    def drop_from(self, index, other):
        """What one host sends to another is lost; the other way goes on."""
        _run(*self.prefix(index), "ip", "route", "add", "blackhole", self.address(other))

    def pass_from(self, index, other):
        _run(*self.prefix(index), "ip", "route", "del", "blackhole", self.address(other))

    def close(self):
        for cable in self.cables.values():
            cable.close()
        for holder in self._holders:
            holder.stdin.close()
            holder.stdout.close()
            holder.wait(10)
        for bridge in BRIDGES:
            _run("ip", "link", "delete", bridge)
