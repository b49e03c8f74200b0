#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Every header compiles alone, and twice, with the project's warnings.

check_headers.py ROOT [--cc gcc] [--generated DIR] [--system-include DIR]...
"""

import argparse
import os
import sys

import common

FLAGS = ["-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror", "-fsyntax-only",
         "-D_GNU_SOURCE", '-DSEXTANT_VERSION="0"', '-DSEXTANT_SOURCE_DIR="/"', "-x", "c"]
# Include folders of the files below a folder; the first that fits. {generated} is the build's.
FOLDERS = [
    ("core/include/", ["core/include"]),
    ("core/", ["core/include", "core"]),
    ("agent/", ["core/include", "agent", "{generated}"]),
    ("tools/", ["core/include"]),
    ("tests/", ["core/include", "core", "agent", "tests/lib", "{generated}"]),
]


def include_flags(arguments, name):
    flags = []
    for folder in next((folders for prefix, folders in FOLDERS if name.startswith(prefix)), []):
        if folder != "{generated}":
            flags += ["-I", os.path.join(arguments.root, folder)]
        elif arguments.generated:
            flags += ["-isystem", arguments.generated]
    for folder in arguments.system_include:
        flags += ["-isystem", folder]
    return flags


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--generated", help="where the build puts the headers that it makes")
    parser.add_argument("--system-include", action="append", default=[])
    arguments = parser.parse_args()
    arguments.root = os.path.abspath(arguments.root)
    report = common.Report("headers")
    for name in common.files(arguments.root):
        if not name.endswith(".h"):
            continue
        report.looked()
        path = os.path.join(arguments.root, name)
        done = common.run([arguments.cc, *FLAGS, *include_flags(arguments, name), "-"],
                          input=f'#include "{path}"\n#include "{path}"\n')
        if done.returncode:
            first = next((line for line in done.stderr.splitlines() if "error:" in line),
                         done.stderr.strip())
            report.add(name, f"does not compile alone: {first}")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
