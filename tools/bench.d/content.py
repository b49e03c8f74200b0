# SPDX-License-Identifier: Apache-2.0
"""What the datastore of a measurement holds, and the edits that are measured.

The size is that of the phone book; everything else is in proportion to it, up to its limit.
"""

from cluster_lab.netconf import BASE, CALL_CONTROL, phone_book

YANG = "urn:ietf:params:xml:ns:yang:1"
ROOM = 8  # entries that the phone book is short of its size, for those that are created
MANY = 1000  # entries that one large edit changes


def call_control(inner):
    return f'<call-control xmlns="{CALL_CONTROL}">{inner}</call-control>'


def share(size, divisor, limit):
    return max(4, min(size // divisor, limit))


class Content:
    """The configuration at one size. Makes edits, each of which changes something, and follows
    what they change."""

    def __init__(self, size, rng):
        self.size = size
        self.random = rng
        self.accounts = share(size, 20, 10000)  # and as many provisioned users
        self.rules = share(size, 10, 18000)  # below the limit, as some are inserted
        self.zones = share(size, 200, 1000)
        self.folders = share(size, 200, 1000)
        self.next = 0  # makes values that were never there
        self.moved = {}  # folder of the entries that are in another than at first
        self.created = []  # names of entries that were created and not deleted

    def entries(self):
        """How many entries all lists hold at first."""
        return self.size - ROOM + 2 * self.accounts + self.rules + self.zones + self.folders

    def xml(self):
        """All of it, in pieces."""
        yield f'<call-control xmlns="{CALL_CONTROL}"><zones>'
        for i in range(self.zones):
            yield (f"<zone><name>Zone {i}</name><type>neighbour</type><protocol>sip</protocol>"
                   f"<peer><index>1</index><address>sip{i}.example.com</address></peer></zone>")
        yield "</zones><search-rules>"
        for i in range(self.rules):
            yield (f"<rule><name>Rule {i}</name><prefix>{i}</prefix>"
                   f"<target-zone>Zone {i % self.zones}</target-zone></rule>")
        yield "</search-rules><accounts>"
        for i in range(self.accounts):
            yield (f"<account><name>Account {i}</name><find-me-id>account.{i}@example.com"
                   f"</find-me-id><device>desk.{i}@example.com</device></account>")
        for i in range(self.accounts):
            yield (f"<provisioned-user><name>User {i}</name><device-address>user.{i}@example.com"
                   f"</device-address><find-me-id>account.{i}@example.com</find-me-id>"
                   "</provisioned-user>")
        yield "</accounts><phone-book>"
        for i in range(self.folders):
            yield f"<folder><name>Folder {i}</name></folder>"
        for i in range(self.size - ROOM):
            yield (f"<entry><name>Entry {i}</name><number>+44118{i:07d}</number>"
                   f"<folder>Folder {i % self.folders}</folder></entry>")
        yield "</phone-book></call-control>"

    def fresh(self):
        self.next += 1
        return self.next

    def any_entry(self):
        return self.random.randrange(self.size - ROOM)

    # Edits: each returns the content of a <config>.

    def leaf(self):
        return phone_book(f"<entry><name>Entry {self.any_entry()}</name>"
                          f"<number>+44207{self.fresh():07d}</number></entry>")

    def unique(self):
        return call_control(f"<accounts><provisioned-user><name>User "
                            f"{self.random.randrange(self.accounts)}</name><device-address>"
                            f"new.{self.fresh()}@example.com</device-address>"
                            "</provisioned-user></accounts>")

    def leafref(self):
        at = self.any_entry()
        now = self.moved.get(at, at % self.folders)
        self.moved[at] = (now + 1 + self.random.randrange(self.folders - 1)) % self.folders
        return phone_book(f"<entry><name>Entry {at}</name><folder>Folder {self.moved[at]}"
                          "</folder></entry>")

    def target(self):
        at = self.random.randrange(self.accounts)
        alias = f"new.{self.fresh()}@example.com"
        return call_control(
            f"<accounts><account><name>Account {at}</name><find-me-id>{alias}</find-me-id>"
            f"</account><provisioned-user><name>User {at}</name><find-me-id>{alias}</find-me-id>"
            "</provisioned-user></accounts>")

    def rule(self, name, neighbour, more=""):
        return call_control(
            f'<search-rules xmlns:yang="{YANG}" xmlns:cc="{CALL_CONTROL}"><rule '
            f"yang:insert=\"after\" yang:key=\"[cc:name='Rule {neighbour}']\"><name>{name}</name>"
            f"{more}</rule></search-rules>")

    def insert(self):
        return self.rule(f"New rule {self.fresh()}", self.random.randrange(self.rules),
                         f"<target-zone>Zone {self.random.randrange(self.zones)}</target-zone>")

    def move(self):
        at, other = self.random.sample(range(self.rules), 2)
        return self.rule(f"Rule {at}", other)

    def create(self):
        name = f"New entry {self.fresh()}"
        self.created.append(name)
        return phone_book(f'<entry xmlns:nc="{BASE}" nc:operation="create"><name>{name}</name>'
                          f"<number>{self.next}</number></entry>")

    def delete(self):
        name = self.created.pop(self.random.randrange(len(self.created)))
        return phone_book(f'<entry xmlns:nc="{BASE}" nc:operation="delete"><name>{name}</name>'
                          "</entry>")

    def many(self):
        names = self.random.sample(range(self.size - ROOM), min(MANY, self.size - ROOM))
        return phone_book("".join(f"<entry><name>Entry {i}</name><number>+44207"
                                  f"{self.fresh():07d}</number></entry>" for i in names))

    # What is read

    def one(self):
        """A filter for one entry."""
        return phone_book(f"<entry><name>Entry {self.any_entry()}</name></entry>")


# The kinds of edit, in the order of a round: what is created is deleted in the same round.
EDITS = {
    "leaf": "a leaf of a random entry",
    "unique": "a leaf under a unique",
    "leafref": "a leafref",
    "target": "the target of a leafref, and what refers to it",
    "insert": "insert into a user-ordered list",
    "move": "move within a user-ordered list",
    "create": "create an entry near the size limit",
    "delete": "delete an entry",
}
