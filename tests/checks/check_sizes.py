#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""C files have at most 500 lines and functions at most 100, without exceptions.

check_sizes.py ROOT

Functions are found by their layout, which check_format.py holds: a body begins with a "{" and ends
with a "}" that stands alone in the first column.
"""

import re
import sys

import common

FILE_LINES = 500
FUNCTION_LINES = 100
NAME = re.compile(r"(\w+)\s*\(")


def functions(text):
    """(first line, number of lines, name) of each function; lines count from that of the name."""
    lines = common.without_comments(text, strings=False).split("\n")
    start = body = None
    for number, line in enumerate(lines, 1):
        if body is None and line.rstrip() == "{" and start:
            body = number
        elif body is not None and line.startswith("}"):
            name = NAME.search(" ".join(lines[start - 1:body]))
            yield start, number - start + 1, name.group(1) if name else "?"
            start = body = None
        elif body is None:
            # A declaration begins in the first column and goes on until something ends it.
            if not line.strip() or line[0] in "#}" or line.rstrip().endswith((";", "}")):
                start = None
            elif start is None and not line[0].isspace():
                start = number
    if body is not None:
        yield start, len(lines) - start + 1, "a function without an end"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    report = common.Report("sizes")
    for name in common.c_files(sys.argv[1]):
        text = common.read(sys.argv[1], name) or ""
        report.looked()
        count = len(text.splitlines())
        if count > FILE_LINES:
            report.add(name, f"has {count} lines, {FILE_LINES} are the most; "
                       "split it into files with one role each")
        for line, length, function in functions(text):
            if length > FUNCTION_LINES:
                report.add(f"{name}:{line}", f"{function} has {length} lines, "
                           f"{FUNCTION_LINES} are the most")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
