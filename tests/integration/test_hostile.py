# SPDX-License-Identifier: Apache-2.0
"""Bytes that are none of what a port expects: they end that connection only, and the log names
where they came from."""

import os
import random
import socket
import ssl
import struct
import time

import sextant_test
from cluster_lab import netconf
from cluster_lab.daemon import PORTS
from cluster_lab.netconf import BASE, END, Session, entry, hello
from sextant_test import HELD_UP_S, LabTest, TimedOut, ssh

RPC = (f'<rpc xmlns="{BASE}" message-id="1"><get-config><source><running/></source></get-config>'
       "</rpc>")
CHUNK = b"\n#%d\n%s\n##\n" % (len(RPC), RPC.encode())
# Frames of base:1.1 that have ended or corrupted NETCONF servers.
FRAMES = {
    "chunk of length 0": b"\n#0\n",
    "end of chunks without a chunk": b"\n##\n",
    "negative length": b"\n#-1\n",
    "length of 2^64-1": b"\n#18446744073709551615\n",
    "length of 2^32-1 with bytes": b"\n#4294967295\n" + b"x" * 100,
    "length with a plus": b"\n#+5\n<rpc/",
    "length with leading zero": b"\n#05\n<rpc/",
    "length of 11 digits": b"\n#11111111111\n",
    "no framing": RPC.encode() + END,
    "no newline": b"#5\n<rpc>\n##\n",
    "no XML": b"\n#5\nhello\n##\n",
    "XML that does not end": b"\n#12\n<rpc><a></b>\n##\n",
    "document type": b"\n#33\n<!DOCTYPE x [<!ENTITY a \"aaa\">]>\n##\n",
    "deep nesting": b"\n#3000\n" + b"<a>" * 1000 + b"\n##\n",
    "NUL": b"\n#6\n<r\0c/>\n##\n",
    "second hello": b"\n#%d\n%s\n##\n" % (len(hello("1.1")) - 6, hello("1.1")[:-6]),
}
QUIET = {"second hello"}  # answered with an error: the session may go on


def framed(data):
    """Bytes behind a length, as an envelope between peers has it."""
    return struct.pack(">I", len(data)) + data


class HostileTest(LabTest):
    edits = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]

    def setUp(self):
        self.pid = self.daemon.pid
        self.bystander = self.daemon.new_session()
        self.addCleanup(self.bystander.close)

    def assert_others_work(self):
        """A session that was open before can edit at once, in the same process."""
        start = time.monotonic()
        HostileTest.edits += 1
        self.bystander.edit(entry("Bystander", str(self.edits)))
        self.assertLess(time.monotonic() - start, HELD_UP_S)
        self.assertTrue(self.daemon.alive)
        self.assertEqual(self.daemon.pid, self.pid)

    def resident(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as stream:
            return next(int(line.split()[1]) for line in stream if line.startswith("VmRSS:"))


class Frames(HostileTest):
    def streams(self):
        """A session after its log-in, over each transport; the source that the log names."""
        yield Session(self.daemon.socket), "root@unix"
        channel = ssh.Channel(self.daemon)
        self.addCleanup(channel.close)
        yield Session(stream=channel.channel), "admin@127.0.0.1"

    def test_frames(self):
        for what, frame in FRAMES.items():
            for session, source in self.streams():
                with self.subTest(what=what, source=source), session:
                    mark = self.daemon.log.mark()
                    session.send_bytes(CHUNK)
                    self.assertIn(b"<data", session.receive())
                    session.send_bytes(frame)
                    self.assert_others_work()
                    if what in QUIET:
                        self.assertIn(b"<rpc-error>", session.receive())
                    else:
                        self.assertTrue(session.ended(20))
                        self.daemon.log.wait(rf"warning session \d+ of {source} ends: ", 20, mark)
                    self.assert_others_work()

    def test_frames_after_a_request_in_the_same_packet(self):
        for what, frame in FRAMES.items():
            if what in QUIET:
                continue
            with self.subTest(what=what), Session(self.daemon.socket) as session:
                session.send_bytes(CHUNK + frame)
                self.assertTrue(session.ended(20))
                self.assert_others_work()

    def test_half_a_chunk_and_silence(self):
        for session, _ in self.streams():
            self.addCleanup(session.close)
            session.send_bytes(CHUNK[:40])
            for _ in range(5):
                self.assert_others_work()
            with Session(self.daemon.socket) as other:
                other.send_bytes(CHUNK)
                self.assertIn(b"<data", other.receive())
            # It is only slow: the rest makes it whole.
            session.send_bytes(CHUNK[40:])
            self.assertIn(b"<data", session.receive())

    def test_many_half_chunks(self):
        halves = [Session(self.daemon.socket) for _ in range(30)]
        for session in halves:
            self.addCleanup(session.close)
            session.send_bytes(b"\n#1000000\n<rpc")
        self.assert_others_work()
        with ssh.connect(self.daemon) as client:
            self.assertTrue(client.connected)

    def test_no_hello(self):
        for first in (CHUNK, b"<hello/>" + END, RPC.encode() + END, b"\0\1\2" + END,
                      b'<hello xmlns="urn:x"/>' + END, END):
            with self.subTest(first=first[:20]):
                mark = self.daemon.log.mark()
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
                    raw.settimeout(20)
                    raw.connect(self.daemon.socket)
                    raw.sendall(first)
                    while raw.recv(1 << 16):
                        pass
                self.daemon.log.wait(r"warning session \d+ of root@unix ends: |root@unix .*left",
                                     20, mark)
                self.assert_others_work()

    def test_memory_is_bounded(self):
        """Endless messages: no session may take more than one message of the greatest length."""
        before = self.resident()
        block = b"\n#65536\n" + b" " * 65536
        for start in (b"\n#1\n<", b"\n#4\n<a>b", b"\n#5\n<!-- "):
            with Session(self.daemon.socket) as session:
                session.send_bytes(start)
                try:
                    for _ in range(600):
                        session.send_bytes(block)
                except OSError:
                    pass
                self.assertTrue(session.ended(20))
            self.assert_others_work()
        self.assertLess(self.resident() - before, 64 << 10)


class Ports(HostileTest):
    """Garbage on the ports, from an address of its own so that the log can be asked for it, and
    from that of a peer that is listed but does not run."""

    STRANGER = "127.0.0.99"
    PEER = "127.0.0.12"
    # The log of connections from outside is limited to so many lines a second.
    TRIES = 5

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"SEED={cls.seed}", flush=True)
        cls.daemon.edit(f'<system xmlns="{netconf.SYSTEM}"><log-level>debug</log-level></system>')
        cls.daemon.edit(cls.lab.cluster_config(1))
        cls.daemon.restart()
        cls.daemon.edit(netconf.cluster(netconf.peers({2: cls.PEER})))

    def garbage(self):
        random_source = random.Random(self.seed)
        yield b"GET / HTTP/1.0\r\n\r\n"
        yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32)
        yield b"SSH-2.0-" + b"x" * 5000 + b"\r\n"
        yield b"SSH-2.0-test\r\n" + b"\xff" * 4096
        yield b"\n" * 10000
        yield bytes(100000)
        for _ in range(5):
            yield random_source.randbytes(random_source.randrange(1, 70000))

    def throw(self, port, data, source):
        """Sends bytes to a port, and waits until the other side closes the connection."""
        with socket.create_connection((self.daemon.address, port), 5, (source, 0)) as raw:
            raw.settimeout(30)
            try:
                raw.sendall(data)
                raw.shutdown(socket.SHUT_WR)
                while raw.recv(1 << 16):
                    pass
            except TimeoutError:
                raise
            except OSError:
                pass

    def check_port(self, port, pattern, source):
        for data in self.garbage():
            with self.subTest(port=port, data=data[:20], source=source):
                mark = self.daemon.log.mark()
                for attempt in range(self.TRIES):
                    self.throw(port, data, source)
                    try:
                        self.daemon.log.wait(pattern, 0.5, mark)
                        break
                    except TimedOut:
                        if attempt == self.TRIES - 1:
                            raise
                self.assert_others_work()

    def test_netconf(self):
        self.check_port(PORTS["netconf"], rf"warning SSH: .*{self.STRANGER}", self.STRANGER)

    def test_cluster(self):
        self.check_port(PORTS["cluster"], rf"warning .*{self.STRANGER}", self.STRANGER)
        self.check_port(PORTS["cluster"], rf"{self.PEER}", self.PEER)

    def test_recovery(self):
        self.check_port(PORTS["recovery"], rf"warning .*{self.STRANGER}", self.STRANGER)
        self.check_port(PORTS["recovery"], rf"warning .*{self.PEER}", self.PEER)

    def test_snmp(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw:
            raw.bind((self.STRANGER, 0))
            for data in self.garbage():
                raw.sendto(data[:60000], (self.daemon.address, PORTS["snmp"]))
                self.assert_others_work()
        self.assertTrue(sextant_test.snmp.get(self.lab, self.daemon.address, "sextantRole.0"))

    def test_tls_and_then_no_envelope(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        own = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        own.check_hostname = False
        own.verify_mode = ssl.CERT_NONE
        own.load_cert_chain(self.daemon.certificate, self.daemon.key)
        for port in ("cluster", "recovery"):
            for with_context in (context, own):
                for data in [*self.garbage(), *map(framed, self.garbage())]:
                    with self.subTest(port=port, own=with_context is own, data=data[:20]):
                        self.through_tls(PORTS[port], with_context, data)
                self.assert_others_work()

    def through_tls(self, port, context, data):
        with socket.create_connection((self.daemon.address, port), 5, (self.PEER, 0)) as raw:
            raw.settimeout(30)
            try:
                with context.wrap_socket(raw) as wrapped:
                    wrapped.sendall(data)
                    while wrapped.recv(1 << 16):
                        pass
            except TimeoutError:
                raise
            except OSError:
                pass

    def test_half_open_things(self):
        """Connections that stop in the middle of something, on every port, hold up nobody."""
        opened = []
        self.addCleanup(lambda: [raw.close() for raw in opened])
        starts = {"netconf": [b"", b"S", b"SSH-2.0-half\r\n", b"SSH-2.0-half\r\n\0\0\x05"],
                  "cluster": [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01"],
                  "recovery": [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01"]}
        for port, beginnings in starts.items():
            for beginning in beginnings * 10:
                raw = socket.create_connection((self.daemon.address, PORTS[port]), 5,
                                               (self.PEER, 0))
                opened.append(raw)
                raw.sendall(beginning)
        for _ in range(20):
            raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            raw.connect(self.daemon.socket)
            raw.sendall(b"<hel")
            opened.append(raw)
        self.assert_others_work()
        start = time.monotonic()
        with ssh.Channel(self.daemon) as channel:
            Session(stream=channel.channel).get("<none/>")
        self.assertLess(time.monotonic() - start, HELD_UP_S)
        self.assert_others_work()


if __name__ == "__main__":
    sextant_test.main()
