# SPDX-License-Identifier: Apache-2.0
"""What the checks share: which files a tree has, how findings are told, how C is read."""

import os
import re
import subprocess
import sys

# Never part of the sources, also where git is not there to tell.
SKIPPED_FOLDERS = {".git", "build", "__pycache__"}


class Report:
    """Collects findings. A check that looked at nothing fails: it was pointed at the wrong tree."""

    def __init__(self, name):
        self.name = name
        self.findings = []
        self.looked_at = 0

    def looked(self, count=1):
        self.looked_at += count

    def add(self, where, message):
        self.findings.append(f"{where}: {message}")

    def finish(self):
        """Prints the findings and returns the exit status."""
        for finding in self.findings:
            print(finding)
        if not self.looked_at:
            print(f"{self.name}: there was nothing to look at; name the root of the source tree")
            return 1
        print(f"{self.name}: {self.looked_at} looked at, {len(self.findings)} findings")
        return 1 if self.findings else 0


def files(root):
    """Paths of the sources below `root`, relative to it and sorted: what git knows or would take,
    or in a tree without git everything but build folders."""
    if os.path.exists(os.path.join(root, ".git")):
        listing = run(["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached",
                       "--others", "--exclude-standard"], check=True).stdout.split("\0")
        names = [name for name in listing if name and os.path.isfile(os.path.join(root, name))]
    else:
        names = []
        for folder, folders, entries in os.walk(root):
            folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
            names += [os.path.relpath(os.path.join(folder, entry), root) for entry in entries]
    return sorted(name for name in set(names)
                  if not SKIPPED_FOLDERS.intersection(name.split("/")[:-1]))


def c_files(root):
    return [name for name in files(root) if name.endswith((".c", ".h"))]


def read(root, name):
    """The text of a file, or None when it is not text."""
    with open(os.path.join(root, name), "rb") as stream:
        content = stream.read()
    if b"\0" in content:
        return None
    return content.decode("utf-8", errors="replace")


def run(command, check=False, **options):
    """Runs a program and returns what it wrote. A program that is missing, or with `check` one
    that fails, ends the check."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", errors="replace", **options)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not installed; run tools/install-deps")
    if check and done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done


C_TOKEN = re.compile(r"""//(?:\\\n|[^\n])*|/\*.*?\*/"""
                     r"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def without_comments(text, strings=True):
    """C text with comments (and unless `strings`, the content of literals) blanked, lines kept."""
    def blank(match):
        token = match.group()
        if token[0] != "/":
            return token if strings else token[0] * 2
        return re.sub(r"[^\n]", " ", token)
    return C_TOKEN.sub(blank, text)


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def includes(text):
    """(line, quoted, path) of each #include of a C file."""
    text = without_comments(text)
    return [(line_of(text, match.start(2)), match.group(1) == '"', match.group(2))
            for match in INCLUDE.finditer(text)]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
