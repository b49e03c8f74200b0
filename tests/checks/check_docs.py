#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The layout of the top level, a README of a page in each folder, and links that lead somewhere.

check_docs.py ROOT
"""

import os
import re
import sys

import common

PAGE_LINES = 60
TOP_FILES = ["CMakeLists.txt", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE"]
TOP_FOLDERS = ["agent", "core", "yang", "mibs", "tests", "tools"]
MORE_TOP_FILES = ["CMakePresets.json"]
# These need a README where they exist.
FOLDERS = [f"agent/{name}" for name in ("netconf", "peer", "snmp")] + [
    f"tests/{name}" for name in
    ("lib", "unit", "sim", "integration", "fuzz", "checks", "conformance")]
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)[^)]*\)|^\s*\[[^\]]+\]:\s*(\S+)")
ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:", re.I)


def check_layout(names, report):
    tops = {name.split("/")[0] for name in names}
    folders = {name.split("/")[0] for name in names if "/" in name}
    for name in TOP_FILES + TOP_FOLDERS:
        if name not in tops:
            report.add(name, "is missing at the top level")
    for name in sorted(tops):
        expected = TOP_FOLDERS if name in folders else TOP_FILES + MORE_TOP_FILES
        if name not in expected and not name.startswith("."):
            report.add(name, "does not belong at the top level; see ARCHITECTURE.md")


def check_readmes(root, names, report):
    for folder in TOP_FOLDERS + FOLDERS:
        if not any(name.startswith(folder + "/") for name in names):
            continue
        page = folder + "/README.md"
        if page not in names:
            report.add(folder, "has no README.md")
            continue
        count = len(common.read(root, page).splitlines())
        if count > PAGE_LINES:
            report.add(page, f"has {count} lines; a page has {PAGE_LINES}")


def prose(text):
    """(number, line) of the lines outside fenced code; code inside a line is blanked."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchors(text):
    """The anchors of a page's headings, as the usual Markdown renderers make them."""
    found = []
    for _, line in prose(text):
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if heading:
            slug = re.sub(r"[^\w\- ]", "", heading.group(1).lower()).replace(" ", "-")
            count = sum(1 for name in found if re.fullmatch(re.escape(slug) + r"(-\d+)?", name))
            found.append(f"{slug}-{count}" if slug in found else slug)
    return found


def check_links(root, name, report):
    for number, line in prose(common.read(root, name)):
        for match in LINK.finditer(re.sub(r"`[^`]*`", "", line)):
            target = match.group(1) or match.group(2)
            if ELSEWHERE.match(target):
                continue
            path, _, anchor = target.partition("#")
            page = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            full = os.path.join(root, page)
            if page.startswith("..") or os.path.isabs(path) or not os.path.exists(full):
                report.add(f"{name}:{number}", f"the link to {target} leads nowhere")
            elif anchor and page.endswith(".md") and anchor not in anchors(common.read(root, page)):
                report.add(f"{name}:{number}", f"{page} has no heading #{anchor}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = sys.argv[1]
    report = common.Report("docs")
    names = common.files(root)
    check_layout(names, report)
    check_readmes(root, names, report)
    for name in names:
        if name.endswith(".md"):
            report.looked()
            check_links(root, name, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
