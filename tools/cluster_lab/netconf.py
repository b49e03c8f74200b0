# SPDX-License-Identifier: Apache-2.0
"""A small NETCONF client over the daemon's UNIX socket. It waits for answers without polling."""

import socket
import xml.etree.ElementTree as ET

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
CLUSTER = "urn:sextant:params:xml:ns:yang:sextant-cluster"
CALL_CONTROL = "urn:sextant:params:xml:ns:yang:sextant-call-control"
SYSTEM = "urn:sextant:params:xml:ns:yang:sextant-system"
IETF_SYSTEM = "urn:ietf:params:xml:ns:yang:ietf-system"
ALARMS = "urn:ietf:params:xml:ns:yang:ietf-alarms"
NOTIFICATION = "urn:ietf:params:xml:ns:netconf:notification:1.0"

END = b"]]>]]>"


def hello(*versions):
    """A <hello> that offers these versions of the protocol, with its framing."""
    capabilities = "".join(f"<capability>urn:ietf:params:netconf:base:{version}</capability>"
                           for version in versions)
    return (f'<hello xmlns="{BASE}"><capabilities>{capabilities}</capabilities></hello>'
            .encode() + END)


class RpcError(Exception):
    """The daemon refused. Carries the fields of the first <rpc-error>; `info` is a dict of what
    stands in its <error-info>, `more` the errors behind it."""

    def __init__(self, error, *more):
        text = {name: (error.findtext(f"{{{BASE}}}error-{name}") or "").strip()
                for name in ("tag", "app-tag", "path", "message", "type")}
        self.tag, self.app_tag = text["tag"], text["app-tag"]
        self.path, self.message = text["path"], text["message"]
        self.type = text["type"]
        self.more = [RpcError(other) for other in more]
        self.info = {child.tag.split("}")[-1]: (child.text or "").strip()
                     for child in error.findall(f"{{{BASE}}}error-info/*")}
        super().__init__(f"{self.tag} {self.app_tag} {self.path}: {self.message}")


class Session:
    """A NETCONF session; one request at a time."""

    def __init__(self, path=None, timeout=30, version="1.1", stream=None):
        """Connects to the UNIX socket `path`, or takes `stream`: a channel of SSH."""
        self._socket = stream or socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        self._buffer = bytearray()
        self._id = 0
        self._notifications = []
        self._chunked = version == "1.1"
        try:
            if path:
                self._socket.connect(path)
            self._socket.sendall(hello(version))
            self.hello = ET.fromstring(self._until(END))
        except BaseException:
            self._socket.close()
            raise

    def close(self):
        self._socket.close()

    def fileno(self):
        """For select: readable when an answer comes."""
        return self._socket.fileno()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _more(self):
        data = self._socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the daemon closed the session")
        self._buffer += data

    def _until(self, end):
        start = 0
        while (at := self._buffer.find(end, start)) < 0:
            start = max(len(self._buffer) - len(end) + 1, 0)
            self._more()
        found = bytes(self._buffer[:at])
        del self._buffer[:at + len(end)]
        return found

    def _exactly(self, size):
        while len(self._buffer) < size:
            self._more()
        found = bytes(self._buffer[:size])
        del self._buffer[:size]
        return found

    def receive(self):
        """The next message, as bytes."""
        if not self._chunked:
            return self._until(END)
        parts = []
        while True:
            if self._exactly(2) != b"\n#":
                raise ConnectionError("the daemon broke the framing")
            size = self._until(b"\n")
            if size == b"#":
                return b"".join(parts)
            parts.append(self._exactly(int(size)))

    def send(self, operation):
        """Sends a request and does not wait for the answer."""
        self._id += 1
        self.send_message(f'<rpc xmlns="{BASE}" message-id="{self._id}">{operation}</rpc>'.encode())

    def send_message(self, body):
        """Sends a whole message, in the framing of the session."""
        self._socket.sendall(b"\n#%d\n%s\n##\n" % (len(body), body) if self._chunked
                             else body + END)

    def send_bytes(self, data):
        """Sends bytes as they are."""
        self._socket.sendall(data)

    def ended(self, timeout):
        """Whether the daemon ends the session within `timeout` seconds."""
        self._socket.settimeout(timeout)
        try:
            while self._socket.recv(1 << 16):
                pass
            return True
        except ConnectionError:
            return True
        except OSError:
            return False

    def call(self, operation):
        """Sends a request; the <rpc-reply>, or RpcError."""
        self.send(operation)
        return self.reply()

    def reply(self):
        """The next <rpc-reply>, or RpcError. Notifications that come before it are kept."""
        while (reply := ET.fromstring(self.receive())).tag == f"{{{NOTIFICATION}}}notification":
            self._notifications.append(reply)
        errors = reply.findall(f"{{{BASE}}}rpc-error")
        if errors:
            raise RpcError(*errors)
        return reply

    def subscribe(self, inner=""):
        """Subscribes to events; `inner` stands in <create-subscription>."""
        return self.call(f'<create-subscription xmlns="{NOTIFICATION}">{inner}'
                         "</create-subscription>")

    def notification(self, timeout=None):
        """The next <notification>; OSError when none comes within `timeout` seconds."""
        if self._notifications:
            return self._notifications.pop(0)
        before = self._socket.gettimeout()
        self._socket.settimeout(timeout or before)
        try:
            return ET.fromstring(self.receive())
        finally:
            self._socket.settimeout(before)

    def edit(self, config, target="running", default="merge", more=""):
        """edit-config; `more` stands before <config>: test-option, error-option."""
        return self.call(f"<edit-config><target><{target}/></target><default-operation>{default}"
                         f"</default-operation>{more}<config>{config}</config></edit-config>")

    def get(self, filter_xml=None, config_of=None):
        """<data> of a <get>, or of a <get-config> of the datastore `config_of`."""
        filter_xml = f'<filter type="subtree">{filter_xml}</filter>' if filter_xml else ""
        if config_of:
            reply = self.call(f"<get-config><source><{config_of}/></source>{filter_xml}"
                              "</get-config>")
        else:
            reply = self.call(f"<get>{filter_xml}</get>")
        return reply.find(f"{{{BASE}}}data")


def edit_config(config, target="running", default="merge"):
    """An <edit-config> operation."""
    return (f"<edit-config><target><{target}/></target><default-operation>{default}"
            f"</default-operation><config>{config}</config></edit-config>")


def phone_book(inner):
    return (f'<call-control xmlns="{CALL_CONTROL}"><phone-book>{inner}</phone-book>'
            '</call-control>')


def entry(name, number):
    """Configuration of one phone book entry."""
    return phone_book(f"<entry><name>{name}</name><number>{number}</number></entry>")


def number_of(session, name):
    """The number that the phone book has for a name, or None."""
    data = session.get(phone_book(f"<entry><name>{name}</name></entry>"), config_of="running")
    return data.findtext(f".//{{{CALL_CONTROL}}}number")


def all_numbers(session):
    """The whole phone book: {name: number}."""
    data = session.get(phone_book(""), config_of="running")
    return {found.findtext(f"{{{CALL_CONTROL}}}name"): found.findtext(f"{{{CALL_CONTROL}}}number")
            for found in data.iter(f"{{{CALL_CONTROL}}}entry")}


def cluster(inner):
    return f'<cluster xmlns="{CLUSTER}">{inner}</cluster>'


def peers(addresses):
    """Configuration of the list of peers: {index: address}."""
    inner = "".join(f"<peer><index>{index}</index><address>{address}</address></peer>"
                    for index, address in addresses.items())
    return f"<peers>{inner}</peers>"
