#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Our modules load in libyang without a word, and accept and refuse what they should.

check_yang.py ROOT

The documents of tests/checks/yang-data are configurations. The first line of each names the
modules to load, and in the folder invalid/ a part of the message that refuses it:
<!-- modules: sextant-cluster sextant-types; error: has a gap -->
"""

import os
import re
import sys

import common

# Where the standard modules are; Debian's package libyuma-base.
STANDARD = ["/usr/share/yuma/nmda-modules/ietf", "/usr/share/yuma/modules/ietf",
            "/usr/share/yuma/modules/ietf-derived", "/usr/share/yuma/modules/netconfcentral"]
DATA = "tests/checks/yang-data/"
HEADER = re.compile(r"<!--\s*modules:\s*([^;]*?)\s*(?:;\s*error:\s*(.*?)\s*)?-->")


def yanglint(root, *arguments):
    """What yanglint says about something: its exit status and stderr."""
    paths = [flag for folder in [os.path.join(root, "yang"), *STANDARD] for flag in ("-p", folder)]
    done = common.run(["yanglint", "-D", *paths, *arguments])
    return done.returncode, done.stderr.strip()


def first_line(text):
    return text.split("\n", 1)[0]


def check_module(root, name, report):
    report.looked()
    status, errors = yanglint(root, os.path.join(root, name))
    if status or errors:
        report.add(name, errors or f"yanglint ends with {status}")
    module = re.search(r"\b(?:sub)?module\s+([\w.-]+)", common.read(root, name))
    if not module or module.group(1) + ".yang" != os.path.basename(name):
        report.add(name, "the file is not named as its module")


def check_document(root, name, report):
    report.looked()
    header = HEADER.match(common.read(root, name))
    if not header or not header.group(1):
        report.add(f"{name}:1", "the first line does not name the modules: <!-- modules: … -->")
        return
    modules = [os.path.join(root, "yang", module + ".yang") for module in header.group(1).split()]
    expected = header.group(2)
    status, errors = yanglint(root, "-t", "config", *modules, os.path.join(root, name))
    if name.startswith(DATA + "valid/"):
        if status or errors:
            report.add(name, f"should be valid: {first_line(errors) or status}")
    elif not expected:
        report.add(f"{name}:1", "the first line does not name the error: "
                   "<!-- modules: …; error: … -->")
    elif not status:
        report.add(name, f'is accepted; it should be refused with "{expected}"')
    elif expected not in errors:
        report.add(name, f'is refused with "{first_line(errors)}", not with "{expected}"')


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = os.path.abspath(sys.argv[1])
    for folder in STANDARD:
        if not os.path.isdir(folder):
            sys.exit(f"{folder} is not there; run tools/install-deps")
    report = common.Report("yang")
    for name in common.files(root):
        if name.startswith("yang/") and name.endswith(".yang"):
            check_module(root, name, report)
        elif name.startswith((DATA + "valid/", DATA + "invalid/")) and name.endswith(".xml"):
            check_document(root, name, report)
        elif name.startswith(DATA):
            report.add(name, "is no document of valid/ or invalid/")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
