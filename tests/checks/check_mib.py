#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""smilint finds nothing in our MIB modules but what mibs/README.md lists with a reason.

check_mib.py ROOT

A finding is listed by a line "- `name`: reason", with the name that smilint -m prints in braces. A
listed finding that smilint no longer makes is one, too.
"""

import glob
import os
import re
import sys

import common

LEVEL = "6"
# The base modules; Debian's package erlang-snmp has them as text.
BASE = "/usr/lib/erlang/lib/snmp-*/mibs"
README = "mibs/README.md"
FINDING = re.compile(r"(\S+?):(\d+): (?:\[\d\] )?\{([\w-]+)\} (.*)")
LISTED = re.compile(r"^\s*[-*|]\s*`\{?([\w-]+)\}?`\s*[:|,-]?\s*(\S.*)$", re.M)


def exceptions(root):
    path = os.path.join(root, README)
    if not os.path.exists(path):
        return {}
    known = set(re.findall(r"^(?:Error|Warning):\s+([\w-]+)",
                           common.run(["smilint", "-e", "-m"]).stdout, re.M))
    return {tag: reason for tag, reason in LISTED.findall(common.read(root, README))
            if tag in known}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = os.path.abspath(sys.argv[1])
    report = common.Report("mib")
    folders = glob.glob(BASE)
    if not folders:
        sys.exit(f"{BASE} is not there; run tools/install-deps")
    listed = exceptions(root)
    unused = set(listed)
    environment = dict(os.environ, SMIPATH=":".join([os.path.join(root, "mibs"), *folders]))
    for name in common.files(root):
        if not (name.startswith("mibs/") and name.endswith(".txt")):
            continue
        report.looked()
        done = common.run(["smilint", "-c", "/dev/null", "-m", "-s", "-l", LEVEL,
                           os.path.join(root, name)], env=environment)
        for line in (done.stdout + done.stderr).splitlines():
            finding = FINDING.fullmatch(line.strip())
            if finding and finding.group(3) in listed:
                unused.discard(finding.group(3))
            elif finding:
                report.add(f"{name}:{finding.group(2)}",
                           f"{finding.group(4)} ({finding.group(3)})")
            elif line.strip():
                report.add(name, line.strip())
    for tag in sorted(unused):
        report.add(README, f"lists {tag}, which smilint no longer finds")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
