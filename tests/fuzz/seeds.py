#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Writes inputs from which a fuzz target starts, one file each.

seeds.py TARGET FOLDER
"""

import os
import struct
import sys

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
HELLO = ('<?xml version="1.0" encoding="UTF-8"?><hello xmlns="%s"><capabilities><capability>'
         "urn:ietf:params:netconf:base:1.%d</capability></capabilities></hello>]]>]]>")
INSIDE = [
    "<get/>",
    "<get-config><source><running/></source><filter type='subtree'><a b=\"c\"/></filter>"
    "</get-config>",
    "<edit-config><target><candidate/></target><config><x xmlns='urn:x'>&lt;&#65;</x></config>"
    "</edit-config>",
    "<!-- note --><?target data?><a><![CDATA[<&]]]]></a>",
]


def rpc(inside):
    return f'<rpc message-id="1" xmlns="{BASE}">{inside}</rpc>'


def chunks(text, size):
    pieces = [text[i:i + size] for i in range(0, len(text), size)]
    return "".join(f"\n#{len(piece)}\n{piece}" for piece in pieces) + "\n##\n"


def guard():
    """A first byte of 0 or 1 lets the target send a hello of that version before the rest."""
    yield from (HELLO % (BASE, version) + text for version, text in
                ((0, rpc("<get/>") + "]]>]]>"), (1, chunks(rpc("<get/>"), 1000))))
    for inside in INSIDE:
        yield "0" + rpc(inside) + "]]>]]>"
        yield "1" + chunks(rpc(inside), 9)
        yield "1" + chunks(rpc(inside), 1000) * 2
    for frame in ("\n#0\n", "\n##\n", "\n#-1\n", "\n#18446744073709551615\n", "\n#4294967295\n"):
        yield "1" + frame


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


def fields(*values):
    """Fields 1, 2, 3 and so on; None leaves one out, a list repeats one."""
    return b"".join(field(number, item) for number, value in enumerate(values, 1)
                    if value is not None for item in (value if isinstance(value, list) else [value]))


def envelope():
    """One envelope of each kind; numbers of bodies as in envelope.proto."""
    digest, uuid = b"\xa5" * 32, "3bca6888-f622-11df-93be-07cc953d7b99"
    history = fields([fields(uuid, 7), fields(uuid, 300)], digest)
    changes = [fields(1, 0, 0, "/m:c/l[k='x']", '{"m:l":[{"k":"x"}]}', None, ""),
               fields(2, 0, 0, "/m:c/a", '{"m:a":2}', '{"m:a":1}'),
               fields(3, 0, 2, "/m:c/b", None, '{"m:b":1}'),
               fields(4, 0, 0, "/m:c/l[k='x']", None, None, "/m:c/l[k='y']")]
    rows = [fields(0, "/m:c/l", "[k='x']", "{}", "[k='y']"), fields(0, "/m:c", "", "{}")]
    greeting = field(1, 1) + b"\x11" + b"\x01" * 8 + field(3, "a.test") + field(4, "b.test")
    greeting += field(5, "lab.test") + field(5, "next.test")
    bodies = {1: greeting, 2: b"", 3: fields(1, 2, 3, 1), 4: fields(1, 2, 3, 0), 5: fields("why"),
              6: b"", 7: fields("one", "0.1.0", digest, 1, uuid, 9, digest),
              16: fields("0.1.0", digest, "one", "lab.test", "ipv4", "enforce",
                         ["a.test", "b.test"], 1, 2, 0, 1700000000000, history),
              17: fields(9, uuid, 1700000000000, fields("admin", "unix", 3), digest, changes),
              18: history, 19: fields(9, "no"), 20: fields(history, 1000),
              21: fields(rows, 500), 22: b"", 23: b"", 24: fields(changes[:2]), 25: history,
              26: fields(b"\x5a" * 32)}
    for number, body in bodies.items():
        yield field(number, body)


def xpath():
    """Expressions on the module of fuzz_xpath.c."""
    entry = "/m:c/m:e"
    for predicate in ("", "[m:k='a']", "[m:k='a']/m:n", "[m:n=1]", "[m:n]", "[2]", "[last()]",
                      "[m:number='1'][m:k='b']", "[contains(m:k, 'b')]", "[not(m:n = 1)]/m:k",
                      "[m:n > 1 and m:k != 'x' or m:mode]", "[position() = 2]", "[count(m:s)]",
                      "[m:k = /m:c/m:a]", "[m:k = ../m:a]", "/m:s[m:i=1][m:j='x']", "/m:s[1]",
                      "[m:s/m:j = m:k]", "/*", "/..", "//m:j", " | /m:c/m:a", "[.//m:j='x']",
                      "[string-length(m:k) = 1]", "[m:n + 1]", "[starts-with(m:k,'c')]/m:s/m:i"):
        yield entry + predicate
    yield from ("/m:v", "/m:v[m:t='a' or m:t='b']", "/m:v/m:w[m:u=1 and preceding::m:t]", "//m:u",
                "/m:v[m:w/m:u > 1]", "/m:v[not(m:t)]", "m:v/m:w[2]")
    yield from ("/", "//*", "//m:e[m:k='a']", "/m:c", "count(/m:c/m:e)", "/x:c", "/m:c[m:a='x']")


def archive():
    """Records of backups: without a row, with rows, and of more than one chunk."""
    def text(value):
        return b"\xff" * 4 if value is None else struct.pack(">I", len(value)) + value.encode()

    def whole(rows, lineages=()):
        chain = b"".join(text(lineage) + struct.pack(">Q", 7) for lineage in lineages)
        info = (b"\1" + text("0.1.0") + text("east") + b"s" * 32
                + struct.pack(">QI", 1, len(lineages))
                + chain + b"d" * 32 + b"k" * 32)
        body = b"".join(b"\2" + bytes([row[0]]) + b"".join(map(text, row[1:])) for row in rows)
        return info + body + b"\3" + struct.pack(">Q", len(rows))

    rows = [(0, "/m:c/l", "[k='x']", None, '{"m:l":[{"k":"x"}]}'), (1, "/m:c", "", None, "{}"),
            (2, "/m:c/o", "[k='y']", "[k='x']", "{}"), (2, "/m:c/o", "[k='z']", "", "{}")]
    yield whole([])
    yield whole(rows, ["3bca6888-f622-11df-93be-07cc953d7b99"] * 2)
    yield whole(rows + [(0, "/m:c/l", f"[k='{i}']", None, "x" * 1000) for i in range(100)])


def record(what, data):
    """Something that happens in fuzz_message.c; the bits of `what` are explained there."""
    return bytes([what]) + len(data).to_bytes(2, "big") + data


def message():
    """To a primary and to a subordinate: each message by itself, behind a hello that agrees, and as
    the parts of a snapshot."""
    bodies = list(envelope())
    hello, begin, piece, end = bodies[7], bodies[11], bodies[12], bodies[13]
    edit = field(17, fields(1, "3bca6888-f622-11df-93be-07cc953d7b99", 1700000000000,
                            fields("admin", "unix", 3), b"\xa5" * 32,
                            [fields(2, 0, 0, "/sextant-call-control:call-control/ip-protocol",
                                    '{"sextant-call-control:ip-protocol":"ipv6"}')]))
    row = field(21, fields([fields(0, "/sextant-call-control:call-control", "",
                                   '{"sextant-call-control:call-control":{"ip-protocol":"ipv6"}}')],
                           100))
    for role in (b"\0", b"\1"):
        for body in bodies + [edit, row]:
            yield role + record(0, hello) + record(0, body)
            yield role + record(8, hello) + record(8, body) + record(9, hello) + record(9, body)
        for rows in (piece, row):
            yield (role + record(8, hello) + record(8, begin) + record(8, rows) + record(4, b"") +
                   record(8, end))
        yield role + record(8, hello) + record(8, edit) * 3 + record(2, b"") + record(8, hello)


TARGETS = {"archive": archive, "envelope": envelope, "guard": guard, "message": message,
           "xpath": xpath}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    target, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for number, text in enumerate(TARGETS.get(target, lambda: [""])()):
        data = text if isinstance(text, bytes) else text.encode()
        with open(os.path.join(folder, f"seed-{number:03}"), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
