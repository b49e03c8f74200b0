#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Each file of the core has a unit test of its own name.

check_units.py ROOT
"""

import re
import sys

import common

SOURCE = re.compile(r"core/(\w+)\.c")
TEST = "tests/unit/test_{}.c"
# A test that asserts nothing is none.
ASSERTION = re.compile(r"\b(assert_\w+|fail_msg|fail)\s*\(")
# Helpers assert for the tests that call them.
HELPER = re.compile(r"\b(sx_test|ag_test)_\w+\s*\(")
RUN = "cmocka_run_group_tests"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = sys.argv[1]
    report = common.Report("units")
    names = common.files(root)
    for name in names:
        match = SOURCE.fullmatch(name)
        if not match:
            continue
        report.looked()
        test = TEST.format(match.group(1))
        if test not in names:
            report.add(name, f"has no unit test; it belongs into {test}")
            continue
        text = common.without_comments(common.read(root, test) or "", strings=False)
        if RUN not in text or not (ASSERTION.search(text) or HELPER.search(text)):
            report.add(test, f"tests nothing of {name}: it runs no test, or asserts nothing")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
