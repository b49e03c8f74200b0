#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The layout of C is what clang-format makes of it.

check_format.py ROOT
"""

import os
import re
import sys

import common

BATCH = 50


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = sys.argv[1]
    report = common.Report("format")
    style = os.path.abspath(os.path.join(root, ".clang-format"))
    if not os.path.exists(style):
        report.add(".clang-format", "is missing: without it there is no layout to hold")
        return report.finish()
    names = common.c_files(root)
    report.looked(len(names))
    for start in range(0, len(names), BATCH):
        done = common.run(["clang-format", f"--style=file:{style}", "--dry-run", "--Werror",
                           *names[start:start + BATCH]], cwd=root)
        places = re.findall(r"^(.+?):(\d+):\d+: error:", done.stderr, re.M)
        for place in sorted(dict(reversed(places)).items()):
            report.add(":".join(place), "is laid out differently; run clang-format -i on the file")
        if done.returncode and not places:
            report.add("clang-format", done.stderr.strip())
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
