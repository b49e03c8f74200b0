# SPDX-License-Identifier: Apache-2.0
"""A cable that delays, loses and narrows. A process passes whole Ethernet frames on between two
network interfaces, by packet sockets, so that TCP at both ends meets the real thing: neither the
kernel's netem nor a device file is needed. It can also translate an address, as a NAT of one host does.

SlowLink runs this file as a program. It takes a JSON object a line, with fields of CLEAN, and
answers each with a line of counts.
"""

import collections
import ctypes
import fcntl
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

# What a cable does to each direction: milliseconds of delay, and up to so many more at random; the
# share of frames that are lost; thousands of bits a second (0: no limit), and how many bytes may
# wait for that: what comes then is lost. Frames never overtake each other.
CLEAN = {"delay_ms": 0, "jitter_ms": 0, "loss": 0.0, "rate_kbit": 0, "queue_bytes": 64 * 1024}
FRAME_MAX = 1 << 16
BUFFER = 4 << 20  # bytes of frames that the kernel keeps while this process waits for a processor
BATCH = 64  # frames taken from one side before the other has its turn
ETH_P_ALL = 3
ARP, IPV4 = b"\x08\x06", b"\x08\x00"
CHECKSUM_AT = {6: 16, 17: 6}  # of TCP and UDP, in their headers
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17


def whole_packets(interface):
    """Makes an interface of this network send packets as a real one does: with checksums, and none
    above the MTU. A virtual cable that stays in the kernel is spared both."""
    request = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_STXCSUM, 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCETHTOOL,
                    struct.pack("16sQ16x", interface.encode(), ctypes.addressof(request)))


class SlowLink:
    """The cable between two interfaces of this network, `near` and `far`. `seed` decides which
    frames are lost."""

    def __init__(self, near, far, seed, start, addresses=()):
        """`start` starts a process that ends with this one. `addresses` are that of the host at
        the near end, and the one that it has for all others."""
        self._process = start([sys.executable, "-B", os.path.abspath(__file__), near, far,
                               str(seed), *addresses],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.shape()

    def shape(self, **values):
        """From now on the cable does this (fields of CLEAN) and nothing else. Frames that are on
        their way keep their delay. Returns what was done before: frames passed and lost."""
        return self._say({**CLEAN, **values})

    def counts(self):
        """Frames passed and lost since shape() was called last."""
        return self._say({})

    def _say(self, values):
        self._process.stdin.write(json.dumps(values).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the slow link has ended")
        return json.loads(answer)

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


class Translation:
    """Puts one IPv4 address in the place of another: that of the sender, or of the receiver."""

    # Where the two stand, from the start of a frame of ARP and of IPv4.
    SENDER, RECEIVER = {ARP: 28, IPV4: 26}, {ARP: 38, IPV4: 30}

    def __init__(self, old, new, places):
        self._old, self._new = socket.inet_aton(old), socket.inet_aton(new)
        self._places = places

    def apply(self, frame):
        at = self._places.get(frame[12:14])
        if at is None or frame[at:at + 4] != self._old:
            return frame
        changed = bytearray(frame)
        changed[at:at + 4] = self._new
        if frame[12:14] == IPV4:
            self._sum(changed, 24)
            payload = 14 + 4 * (frame[14] & 15)
            if frame[23] in CHECKSUM_AT:
                self._sum(changed, payload + CHECKSUM_AT[frame[23]])
        return bytes(changed)

    def _sum(self, frame, at):
        """Brings a checksum up to date (RFC 1624)."""
        words = struct.unpack("!4H", self._old + self._new)
        total = 0xffff - int.from_bytes(frame[at:at + 2], "big")
        total += sum(0xffff - word for word in words[:2]) + sum(words[2:])
        while total > 0xffff:
            total = (total & 0xffff) + (total >> 16)
        frame[at:at + 2] = (0xffff - total).to_bytes(2, "big")


class Direction:
    """Frames from one interface to another."""

    def __init__(self, source, sink, seed, translation=None):
        self.source, self.sink = source, sink
        self._translation = translation
        self._random = random.Random(seed)
        self._waiting = collections.deque()  # (when due, when it has left the queue, frame)
        self._free = 0.0  # when the narrow part has sent all that it was given
        self.shape = dict(CLEAN)
        self.passed = self.lost = 0

    def _take(self, frame, now):
        shape = self.shape
        lost = self._random.random() < shape["loss"]
        jitter = self._random.random() * shape["jitter_ms"]
        leaves = now
        if shape["rate_kbit"]:
            rate = shape["rate_kbit"] * 125.0  # bytes a second
            start = max(now, self._free)
            lost = lost or (start - now) * rate > shape["queue_bytes"]
            if not lost:
                leaves = self._free = start + len(frame) / rate
        if lost:
            self.lost += 1
            return
        due = leaves + (shape["delay_ms"] + jitter) / 1000.0
        if self._waiting:
            due = max(due, self._waiting[-1][0])
        self._waiting.append((due, frame))

    def read(self):
        for _ in range(BATCH):
            try:
                frame = self.source.recv(FRAME_MAX)
            except BlockingIOError:
                return
            except OSError:  # the interface is down
                return
            if self._translation:
                frame = self._translation.apply(frame)
            self._take(frame, time.monotonic())

    def send(self):
        """Sends what is due; when the next is, or None."""
        while self._waiting:
            due, frame = self._waiting[0]
            if due > time.monotonic():
                return due
            self._waiting.popleft()
            try:
                self.sink.send(frame)
                self.passed += 1
            except OSError:  # the interface is down, or its queue is full
                self.lost += 1
        return None


def packet_socket(interface):
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    made.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    made.bind((interface, 0))
    made.setblocking(False)
    return made


def control(directions):
    """Takes a line of orders; false when there are no more."""
    line = sys.stdin.buffer.readline()
    if not line:
        return False
    values = json.loads(line)
    counts = {name: sum(getattr(direction, name) for direction in directions)
              for name in ("passed", "lost")}
    for direction in directions:
        if values:
            direction.shape = values
            direction.passed = direction.lost = 0
    print(json.dumps(counts), flush=True)
    return True


def run(near, far, seed, inside=None, outside=None):
    sockets = packet_socket(near), packet_socket(far)
    there = back = None
    if inside:
        there = Translation(inside, outside, Translation.SENDER)
        back = Translation(outside, inside, Translation.RECEIVER)
    directions = [Direction(*sockets, f"{seed} there", there),
                  Direction(*sockets[::-1], f"{seed} back", back)]
    while True:
        dues = [due for due in [direction.send() for direction in directions] if due is not None]
        wait = max(min(dues) - time.monotonic(), 0) if dues else None
        ready = select.select([sys.stdin.buffer, *sockets], [], [], wait)[0]
        for direction in directions:
            if direction.source in ready:
                direction.read()
        if sys.stdin.buffer in ready and not control(directions):
            return


if __name__ == "__main__":
    if len(sys.argv) == 2:
        whole_packets(sys.argv[1])
    else:
        run(*sys.argv[1:])
