# SPDX-License-Identifier: Apache-2.0
"""A peer that is none: it speaks the protocol of agent/peer as far as it takes to be let in, and
then says what a test wants. It has a good certificate, and answers heartbeats by itself."""

import select
import socket
import ssl
import struct
import threading

GREETING, CHOICE, PING, PONG, GOODBYE = 1, 2, 3, 4, 5
HELLO, REVISION, SNAPSHOT_BEGIN, SNAPSHOT_PIECE, SNAPSHOT_END = 16, 17, 20, 21, 22
VERSION = 1


def varint(number):
    head = b""
    while number > 127:
        head += bytes([number & 127 | 128])
        number >>= 7
    return head + bytes([number])


def field(number, value):
    """One protobuf field: an integer, or bytes after their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(values):
    """Protobuf of {number: value}, in their order; a list repeats a field."""
    return b"".join(field(number, item) for number, value in values.items()
                    for item in (value if isinstance(value, list) else [value]))


def take_varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return number, at


def parse(data):
    """The reverse of fields(): repeated ones are lists, the rest plain; fixed64 as bytes."""
    found, at = {}, 0
    while at < len(data):
        key, at = take_varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = take_varint(data, at)
        else:
            size = 8
            if kind == 2:
                size, at = take_varint(data, at)
            value, at = data[at:at + size], at + size
        if number in found:
            old = found[number]
            found[number] = (old if isinstance(old, list) else [old]) + [value]
        else:
            found[number] = value
    return found


def framed(data):
    return struct.pack(">I", len(data)) + data


class FakePeer:
    """Waits at an address for the dial of a daemon, and becomes its link."""

    def __init__(self, address, port, certificate, key, authority, greeting=None):
        """`greeting` replaces fields of the greeting: 1 version, 3 from, 4 to, 5 clusters."""
        self.greeting = {1: VERSION, 3: address, 4: "x", **(greeting or {})}
        self.listener = socket.create_server((address, port))
        self.listener.settimeout(10)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        # A daemon shows its certificate only when it is asked for it.
        self.context.verify_mode = ssl.CERT_OPTIONAL
        self.context.load_verify_locations(authority)
        # One thread at a time may use a TLS connection.
        self.lock = threading.Lock()
        self.stream = self.reader = None
        self.closing = False
        self.hello = None
        self.silent = False
        self.came = threading.Condition()
        self.envelopes = []
        self.ended = False

    def close(self):
        self.listener.close()
        self.closing = True
        if self.reader:
            self.reader.join()
        if self.stream:
            self.stream.close()

    def send(self, data):
        with self.lock:
            self.stream.settimeout(10)
            self.stream.sendall(data)

    def say(self, body, data=b""):
        """Sends an envelope with this body."""
        self.send(framed(field(body, data)))

    def greet(self):
        version = field(1, self.greeting[1])
        # The highest instance of all: the other side chooses.
        instance = varint(2 << 3 | 1) + b"\xff" * 8
        names = fields({number: self.greeting[number] for number in sorted(self.greeting)
                        if number > 1})
        self.say(GREETING, version + instance + names)

    def accept(self, source):
        """Takes a connection from this address, greets on it, and reads on in the background."""
        self.ended, self.envelopes, self.silent = False, [], False
        self.stream = None
        while not self.stream:
            raw, remote = self.listener.accept()
            raw.settimeout(10)
            try:
                if remote[0] == source:
                    self.stream = self.context.wrap_socket(raw, server_side=True)
                else:
                    raw.close()
            except OSError:
                raw.close()  # the daemon gave this one up, and dials again
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.greet()
        return self

    def link(self, source):
        """As accept(), and waits until the daemon has said hello; its hello, parsed."""
        self.accept(source)
        self.hello = parse(self.wait(HELLO))
        return self.hello

    def more(self):
        """What has come, or nothing after a while."""
        if not select.select([self.stream], [], [], 0.05)[0]:
            return b""
        with self.lock:
            self.stream.settimeout(0)
            try:
                data = self.stream.recv(1 << 16)
                while self.stream.pending():
                    data += self.stream.recv(self.stream.pending())
            except ssl.SSLWantReadError:
                return b""
        if not data:
            raise ConnectionError("closed")
        return data

    def take(self, envelope):
        body, data = next(iter(parse(envelope).items()))
        if body == PING and not self.silent:
            beat = parse(data)
            self.say(PONG, fields({1: beat[1], 2: beat[2], 3: 1, 4: 0}))
        with self.came:
            self.envelopes.append((body, data))
            self.came.notify_all()

    def read(self):
        waiting = b""
        try:
            while not self.closing:
                waiting += self.more()
                while len(waiting) >= 4:
                    size = struct.unpack(">I", waiting[:4])[0]
                    if len(waiting) < 4 + size:
                        break
                    self.take(waiting[4:4 + size])
                    waiting = waiting[4 + size:]
        except OSError:
            pass
        with self.came:
            self.ended = True
            self.came.notify_all()

    def wait(self, body, timeout=10):
        """The first envelope with this body that came; or raises when the link ends before."""
        def found():
            return next((data for kind, data in self.envelopes if kind == body), None)
        with self.came:
            self.came.wait_for(lambda: found() is not None or self.ended, timeout)
            if found() is None:
                raise ConnectionError(f"no envelope {body}: {[kind for kind, _ in self.envelopes]}")
            return found()

    def wait_end(self, timeout=10):
        """Waits until the daemon ends the link; the reason of its farewell, or ""."""
        with self.came:
            if not self.came.wait_for(lambda: self.ended, timeout):
                raise TimeoutError("the link stands")
        told = [parse(data)[1].decode() for kind, data in self.envelopes if kind == GOODBYE]
        return told[0] if told else ""
