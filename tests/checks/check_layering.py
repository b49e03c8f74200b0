#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The core stays values in, values out, and others reach it through its public headers only.

check_layering.py ROOT [--library libsextant_core.a]
"""

import argparse
import fnmatch
import os
import re
import sys

import common

HERE = os.path.dirname(os.path.abspath(__file__))
# What compilers and sanitizers add on their own.
COMPILER = re.compile(
    r"_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__u?(div|mod|divmod|mul)[dt]i[34]|"
    r"__(asan|ubsan|tsan|sanitizer|sancov|gcov|llvm)_.*|__(start|stop)___sancov_.*")
FORTIFIED = re.compile(r"__(?:isoc\d\d_)?(\w+?)(?:_chk)?$")
LIBNETCONF2 = re.compile(r"nc_(server|client)[\w]*\.h|libnetconf2/.*")
CORE_HEADERS = "core/include/"


class Patterns:
    """An allow-list: the last pattern that matches a name decides."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as stream:
            lines = [line.strip() for line in stream]
        self.path = os.path.basename(path)
        self.patterns = [line for line in lines if line and not line.startswith("#")]

    def allow(self, name):
        allowed = False
        for pattern in self.patterns:
            if fnmatch.fnmatchcase(name, pattern.lstrip("!")):
                allowed = not pattern.startswith("!")
        return allowed


def symbols(library):
    """({symbol: its first user}, symbols that the library defines itself)"""
    used, defined, unit = {}, set(), ""
    listing = common.run(["nm", "--extern-only", "--format=posix", library], check=True).stdout
    for line in listing.splitlines():
        words = line.split()
        if line.endswith("]:"):
            unit = line[line.rindex("[") + 1:-2]
        elif len(words) >= 2 and words[1] in "Uwv":
            used.setdefault(words[0], unit)
        elif len(words) >= 2:
            defined.add(words[0])
    return used, defined


def check_symbols(library, report):
    allowed = Patterns(os.path.join(HERE, "core-symbols.allow"))
    used, defined = symbols(library)
    if not defined:
        report.add(library, "defines nothing; build the target sextant_core first")
    for name in sorted(set(used) - defined):
        report.looked()
        plain = FORTIFIED.match(name)
        if COMPILER.fullmatch(name) or allowed.allow(name):
            continue
        if not (plain and allowed.allow(plain.group(1))):
            report.add(used[name], f"uses {name}, which the core may not use ({allowed.path})")


def check_core_includes(root, name, report):
    """The core's files include headers of the core and of the allow-list."""
    allowed = Patterns(os.path.join(HERE, "core-headers.allow"))
    for line, quoted, path in common.includes(common.read(root, name)):
        folders = [os.path.dirname(name), "core", CORE_HEADERS]
        own = [os.path.normpath(os.path.join(folder, path)) for folder in folders]
        if quoted and any(candidate.startswith("core/") and
                          os.path.exists(os.path.join(root, candidate)) for candidate in own):
            if name.startswith(CORE_HEADERS) and not path.startswith("sextant/"):
                report.add(f"{name}:{line}", f"a public header includes the internal {path}")
        elif quoted or not allowed.allow(path):
            report.add(f"{name}:{line}",
                       f"includes {path}, which the core may not use ({allowed.path})")


def check_outside_includes(root, name, report):
    """Of the core, agent and tools include sextant/*.h and nothing else."""
    folder = os.path.dirname(name)
    for line, _, path in common.includes(common.read(root, name)):
        near = os.path.normpath(os.path.join(folder, path))
        own = os.path.exists(os.path.join(root, near)) and not near.startswith("core/")
        internal = near.startswith("core/") or "core/" in path or (
            not own and not os.path.exists(os.path.join(root, "agent", path)) and
            os.path.exists(os.path.join(root, "core", path)))
        if internal and not own:
            report.add(f"{name}:{line}", f"includes {path}, which is internal to the core; "
                       "its public headers are sextant/*.h")


def check_libnetconf2(root, names, report):
    """One file of the agent knows libnetconf2's API."""
    users = []
    for name in names:
        for line, _, path in common.includes(common.read(root, name)):
            if not LIBNETCONF2.fullmatch(path) or name.startswith(("tools/sextantctl/", "tests/")):
                continue
            if name.startswith("agent/") and name.endswith(".c"):
                users.append(f"{name}:{line}")
            else:
                report.add(f"{name}:{line}", f"includes {path}; only one .c file of agent/ and "
                           "tools/sextantctl may know libnetconf2")
    by_file = {user.split(":")[0]: user for user in reversed(users)}
    for name in sorted(by_file)[1:]:
        report.add(by_file[name], "includes libnetconf2, which "
                   f"{sorted(by_file)[0]} does already; only one file of agent/ may")


def check_engine_steps(root, names, report):
    """One file of the agent steps the engine: there the lock is held."""
    callers = [name for name in names if name.startswith("agent/") and re.search(
        r"\bsx_engine_step\s*\(", common.without_comments(common.read(root, name), False))]
    for name in callers[1:]:
        report.add(name, f"calls sx_engine_step(), which {callers[0]} does already; "
                   "only one place steps the engine")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root")
    parser.add_argument("--library", help="the core as a static library; without it only the "
                        "includes are checked")
    arguments = parser.parse_args()
    report = common.Report("layering")
    names = common.c_files(arguments.root)
    report.looked(len(names))
    for name in names:
        if name.startswith("core/"):
            check_core_includes(arguments.root, name, report)
        elif name.startswith(("agent/", "tools/")):
            check_outside_includes(arguments.root, name, report)
    check_libnetconf2(arguments.root, names, report)
    check_engine_steps(arguments.root, names, report)
    if arguments.library:
        check_symbols(arguments.library, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
