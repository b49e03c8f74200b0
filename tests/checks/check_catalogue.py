#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The alarm catalogue, the identities of sextant-alarms, the MIB and the manual page agree.

check_catalogue.py ROOT
"""

import os
import re
import sys

import common

CATALOGUE = "core/catalogue.c"
IDENTITIES = "yang/sextant-alarms.yang"
MIB = "mibs/SEXTANT-MIB.txt"
PAGE = "tools/man/sextant-alarms.7"
NOTIFICATIONS = ("sextantAlarmRaised", "sextantAlarmCleared")
SEVERITIES = {"notice", "warning", "error", "alert", "critical"}

ENTRY = re.compile(r"[{(]\s*(?:\.id\s*=\s*)?(\d{5})U?\s*,")
STRING = re.compile(r'"((?:\\.|[^"\\])*)"(?:\s*"((?:\\.|[^"\\])*)")*')
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEVERITY = re.compile(r"\bSX_SEVERITY_([A-Z]+)\b")


class Entry:
    """One line of the catalogue: its id, UUID, title, severity and words, and where it stands."""

    def __init__(self, text, match, end):
        body = text[match.start():end]
        strings = [joined(found) for found in STRING.finditer(body)]
        severity = SEVERITY.search(body)
        self.id = match.group(1)
        self.place = f"{CATALOGUE}:{common.line_of(text, match.start(1))}"
        self.uuid = strings[0] if strings else ""
        self.title = strings[1] if len(strings) > 1 else ""
        self.severity = severity.group(1).lower() if severity else ""
        self.words = [sentence(string) for string in strings[2:6]]


def joined(match):
    """The text of a C string literal and of those that follow it directly."""
    return "".join(re.findall(r'"((?:\\.|[^"\\])*)"', match.group()))


def sentence(text):
    return text[:1].upper() + text[1:].rstrip(".") + "."


def catalogue(root, report):
    text = common.without_comments(common.read(root, CATALOGUE))
    matches = list(ENTRY.finditer(text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    entries = [Entry(text, match, end) for match, end in zip(matches, ends)]
    report.looked(len(entries))
    ids = [int(entry.id) for entry in entries]
    if ids != sorted(ids):
        report.add(CATALOGUE, "the entries are not in the order of their ids")
    for number, entry in enumerate(entries):
        before = entries[:number]
        if entry.id in [other.id for other in before]:
            report.add(entry.place, f"alarm {entry.id} stands twice")
        if not UUID.fullmatch(entry.uuid):
            report.add(entry.place, f'alarm {entry.id}: "{entry.uuid}" is not a UUID')
        elif entry.uuid in [other.uuid for other in before]:
            report.add(entry.place, f"alarm {entry.id}: UUID {entry.uuid} has another alarm, too")
        if not entry.title:
            report.add(entry.place, f"alarm {entry.id} has no title")
        if entry.severity not in SEVERITIES:
            report.add(entry.place, f"alarm {entry.id} has no severity of "
                       f"{', '.join(sorted(SEVERITIES))}")
    return entries


def check_identities(root, entries, report):
    text = common.without_comments(common.read(root, IDENTITIES))
    matches = list(re.finditer(r"\bidentity\s+([\w.-]+?)(?:-(\d{5}))?\s*\{", text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    found = {}
    for match, end in zip(matches, ends):
        if match.group(2):
            place = f"{IDENTITIES}:{common.line_of(text, match.start(1))}"
            words = " ".join(text[match.end():end].split())
            found.setdefault(match.group(2), []).append((place, words))
    for entry in entries:
        identities = found.pop(entry.id, [])
        if not identities:
            report.add(entry.place, f"alarm {entry.id} has no identity in {IDENTITIES}; "
                       f"its name ends in -{entry.id}")
        for place, _ in identities[1:]:
            report.add(place, f"alarm {entry.id} has another identity already")
        for place, words in identities[:1]:
            if f'description "{entry.title}.' not in words:
                report.add(place, f'the description of alarm {entry.id} does not begin with its '
                           f'title, "{entry.title}."')
            if entry.severity and f"Severity: {entry.severity}." not in words:
                report.add(place, f"the description of alarm {entry.id} does not say "
                           f'"Severity: {entry.severity}."')
    for number, identities in found.items():
        report.add(identities[0][0], f"there is no alarm {number} in {CATALOGUE}")


def check_mib(root, report):
    text = re.sub(r"--.*", "", common.read(root, MIB))
    for name in NOTIFICATIONS:
        match = re.search(rf"\b{name}\s+NOTIFICATION-TYPE\s+OBJECTS\s*\{{([^}}]*)\}}", text)
        if not match:
            report.add(MIB, f"there is no notification {name} with objects")
            continue
        objects = match.group(1).replace(",", " ").split()
        for suffix, what in (("Id", "id"), ("Uuid", "UUID")):
            if not any(item.lower().endswith("alarm" + suffix.lower()) for item in objects):
                report.add(MIB, f"notification {name} does not carry the alarm's {what}")


def check_page(root, entries, report):
    text = re.sub(r"\\f[A-Z]|\\&", "", common.read(root, PAGE)).replace("\\-", "-")
    lines = text.split("\n")
    known = {entry.id for entry in entries}
    all_words = " ".join(text.split())
    for entry in entries:
        for words in entry.words:
            if words not in all_words:
                report.add(PAGE, f'alarm {entry.id}: the words of {CATALOGUE} are not there: '
                           f'"{words}"')
        # The title may stand in the request of the id or in one of the next two lines.
        places = [number for number, line in enumerate(lines)
                  if re.search(rf"\b{entry.id}\b", line)]
        if not places:
            report.add(PAGE, f"alarm {entry.id} is missing")
        elif not any(entry.title in " ".join(lines[number:number + 3]) for number in places):
            report.add(f"{PAGE}:{places[0] + 1}",
                       f'alarm {entry.id} stands without its title "{entry.title}"')
    for number, line in enumerate(lines, 1):
        heading = re.match(r'\.(?:SS|SH|TP|IP|B)\s+"?(\d{5})\b', line)
        if heading and heading.group(1) not in known:
            report.add(f"{PAGE}:{number}",
                       f"alarm {heading.group(1)} does not exist in {CATALOGUE}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = sys.argv[1]
    report = common.Report("catalogue")
    missing = [name for name in (CATALOGUE, IDENTITIES, MIB, PAGE)
               if not os.path.exists(os.path.join(root, name))]
    for name in missing:
        report.looked()
        report.add(name, "is missing")
    if not missing:
        entries = catalogue(root, report)
        check_identities(root, entries, report)
        check_mib(root, report)
        check_page(root, entries, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
