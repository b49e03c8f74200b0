#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Sources begin with their licence, hold no left-over markers and no path of one machine; scripts
parse.

check_sources.py ROOT
"""

import os
import re
import sys

import common

LICENCE = "SPDX-License-Identifier: Apache-2.0"
# How a source's first line goes, by the end of its name.
COMMENTS = {
    ".c": "// ", ".h": "// ", ".proto": "// ", ".yang": "// ", ".py": "# ", ".sh": "# ",
    ".cmake": "# ", "CMakeLists.txt": "# ", "-MIB.txt": "-- ",
}
# Put together here, so that this file is not a finding of its own.
MARKERS = re.compile(rf"\b({'|'.join(['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'])})\b")
MACHINE_PATHS = re.compile(r"(?<![\w./~-])/(?:work|tmp/sx)(?![\w-])")
PYTHON = "#!/usr/bin/python3"
SHELLS = {"/bin/sh": "sh", "/bin/bash": "bash", "/usr/bin/bash": "bash"}


def check_licence(name, lines, report):
    comment = next((text for end, text in COMMENTS.items() if name.endswith(end)), None)
    if lines and lines[0].startswith("#!"):
        comment = "# "
        lines = lines[1:]
    if comment and (not lines or lines[0].strip() != comment + LICENCE):
        report.add(f"{name}:1", f'does not begin with "{comment}{LICENCE}"')


def check_words(name, lines, report):
    for number, line in enumerate(lines, 1):
        for match in MARKERS.finditer(line):
            report.add(f"{name}:{number}", f"{match.group()} is left over; do it or say what is so")
        for match in MACHINE_PATHS.finditer(line):
            report.add(f"{name}:{number}", f"{match.group()} is a path of one machine")


def check_script(root, name, text, report):
    first = text.split("\n", 1)[0].strip()
    interpreter = first[2:].strip().split(" ")[0] if first.startswith("#!") else ""
    path = os.path.join(root, name)
    if interpreter and not os.access(path, os.X_OK):
        report.add(f"{name}:1", "begins with #! but is not executable")
    if name.endswith(".py") or "python" in first:
        if interpreter and not first.startswith(PYTHON):
            report.add(f"{name}:1", f'begins with "{first}", not with "{PYTHON}"')
        try:
            compile(text, name, "exec", dont_inherit=True)
        except SyntaxError as error:
            report.add(f"{name}:{error.lineno}", f"does not compile: {error.msg}")
    elif interpreter in SHELLS or name.endswith(".sh"):
        done = common.run([SHELLS.get(interpreter, "sh"), "-n", path])
        if done.returncode:
            report.add(name, f"does not parse: {done.stderr.strip()}")
    elif interpreter:
        report.add(f"{name}:1", f"{interpreter} is none of {PYTHON[2:]}, {', '.join(SHELLS)}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = sys.argv[1]
    report = common.Report("sources")
    for name in common.files(root):
        text = common.read(root, name)
        if text is None or name == "LICENSE":
            continue
        report.looked()
        lines = text.split("\n")
        check_licence(name, lines, report)
        check_words(name, lines, report)
        check_script(root, name, text, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
