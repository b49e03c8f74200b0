#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Backups: made on any peer while edits go on, verified without the daemon, restored on a system
that stands alone. Every wrong use is refused with its reason and leaves what was there."""

import os
import stat
import threading

from sextant_test import LabTest, RpcError, main, netconf, wait_for

PASSPHRASE = "correct horse battery"
SYSTEM = netconf.SYSTEM
MAPPING = netconf.cluster(
    "<address-mapping><enabled>true</enabled><mapping><fqdn>beta.example.com</fqdn>"
    "<ip-address>127.0.0.12</ip-address></mapping></address-mapping>")
ACME = """
module acme-rows {
  yang-version 1.1; namespace "urn:acme:rows"; prefix ar;
  container acme { leaf colour { type string; } }
}
"""


def backup(daemon, passphrase=PASSPHRASE):
    """Has the daemon make a backup: what the operation gives, as a dict."""
    reply = daemon.session().call(
        f'<backup xmlns="{SYSTEM}"><passphrase>{passphrase}</passphrase></backup>')
    return {node.tag.split("}")[1]: node.text for node in reply}


def restore(daemon, path, passphrase=PASSPHRASE):
    reply = daemon.session().call(f'<restore xmlns="{SYSTEM}"><file>{path}</file>'
                                  f"<passphrase>{passphrase}</passphrase></restore>")
    return {node.tag.split("}")[1]: node.text for node in reply}


class BackupTest(LabTest):
    def ctl(self, daemon, *arguments, status=0, passphrase=PASSPHRASE):
        done = daemon.ctl(*arguments, stdin=passphrase + "\n")
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stderr if status else done.stdout

    def changed(self, path, change):
        """A copy of a file, with its bytes passed through `change`."""
        copy = os.path.join(self.lab.folder, self.id().rsplit(".", 1)[1])
        with open(path, "rb") as stream:
            data = bytearray(stream.read())
        data = change(data) or data
        with open(copy, "wb") as stream:
            stream.write(data)
        return copy


class Members(BackupTest):
    count = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.primary, cls.subordinate, cls.alone = cls.lab.daemons
        cls.primary.edit(cls.lab.cluster_config(1))
        cls.primary.restart()
        cls.lab.add(2)
        cls.primary.edit(MAPPING)
        cls.primary.edit(netconf.entry("Kept", "100"))
        cls.lab.wait_in_step(2)

    def test_a_subordinates_backup_restores_on_a_stand_alone_system(self):
        stop = threading.Event()

        def edit():
            with self.primary.new_session() as session:
                number = 0
                while not stop.is_set():
                    number += 1
                    session.edit(netconf.entry("Busy", str(number)))

        editor = threading.Thread(target=edit)
        editor.start()
        try:
            made = backup(self.subordinate)
        finally:
            stop.set()
            editor.join()
        self.assertEqual(stat.S_IMODE(os.stat(made["file"]).st_mode), 0o600)
        self.assertTrue(made["file"].startswith(
            os.path.join(self.subordinate.state, "store", "backups", "")), made)
        with open(made["file"], "rb") as stream:
            data = stream.read()
        for word in (b"Kept", b"phone-book", b"Busy"):
            self.assertNotIn(word, data)

        text = self.ctl(self.subordinate, "verify-backup", "--passphrase-file", "-", made["file"])
        self.assertIn(f"{made['revision']} of lineage {made['lineage']}", text)
        self.assertIn(" on beta with release", text)

        self.alone.edit(netconf.entry("Alone", "1"))
        done = self.ctl(self.alone, "restore", "--passphrase-file", "-", made["file"])
        self.assertIn("127.0.0.11 127.0.0.12", done)
        former = done.split(" is kept in ")[1].splitlines()[0]
        self.assertTrue(os.path.isfile(former), done)
        status = self.alone.status()
        self.assertEqual(status["digest"], made["digest"])
        self.assertEqual(status["role"], "stand-alone")
        self.assertNotEqual(status["lineage"], made["lineage"])
        self.assertEqual(int(status["revision"]), int(made["revision"]) + 1)
        book = netconf.all_numbers(self.alone.session())
        self.assertEqual(book["Kept"], "100")
        self.assertNotIn("Alone", book)
        mapping = self.alone.leaf(netconf.cluster("<address-mapping/>"), "ip-address")
        self.assertEqual(mapping, "127.0.0.12")
        self.assertEqual(self.alone.leaf(f'<system xmlns="{SYSTEM}"><name/></system>', "name"),
                         "beta")
        self.alone.restart()
        status = self.alone.status()
        self.assertEqual((status["role"], status["digest"]), ("stand-alone", made["digest"]))
        self.assertEqual(status["peers"], {})

    def test_a_member_refuses_to_restore(self):
        made = backup(self.primary)
        before = [daemon.status()["digest"] for daemon in (self.primary, self.subordinate)]
        for daemon in (self.primary, self.subordinate):
            self.assert_refused("operation-failed", lambda: restore(daemon, made["file"]),
                                message="member of a cluster")
            error = self.ctl(daemon, "restore", "--passphrase-file", "-", made["file"], status=1)
            self.assertIn("then restore, then let it join again", error)
            self.assertNotIn(15023, daemon.alarm_ids())
        self.assertEqual(before, [daemon.status()["digest"]
                                  for daemon in (self.primary, self.subordinate)])


class AloneTest(BackupTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]
        cls.daemon.edit(netconf.entry("Kept", "100"))
        cls.made = backup(cls.daemon)["file"]

    def setUp(self):
        self.daemon.edit(netconf.entry("Kept", "200"))

    def refused(self, tag, message, path, passphrase=PASSPHRASE, alarm=False):
        """The restore is refused and everything is as it was."""
        before = self.daemon.status()
        self.assert_refused(tag, lambda: restore(self.daemon, path, passphrase), message=message)
        after = self.daemon.status()
        for name in ("digest", "lineage", "revision"):
            self.assertEqual(before[name], after[name])
        self.assertEqual(self.daemon.number_of("Kept"), "200")
        self.assertEqual(15023 in self.daemon.alarm_ids(), alarm)


class StandAlone(AloneTest):
    def test_with_sextantctl(self):
        copy = os.path.join(self.lab.folder, "copy.backup")
        text = self.ctl(self.daemon, "backup", "--passphrase-file", "-", copy)
        self.assertIn(copy, text)
        self.assertEqual(stat.S_IMODE(os.stat(copy).st_mode), 0o600)
        error = self.ctl(self.daemon, "backup", "--passphrase-file", "-", copy, status=1)
        self.assertIn("is there already", error)
        self.ctl(self.daemon, "set",
                 "/call-control/phone-book/entry[name='Kept']/number", "300")
        self.ctl(self.daemon, "restore", "--passphrase-file", "-", copy)
        self.assertEqual(self.daemon.number_of("Kept"), "200")
        # By its name alone it is looked for in the daemon's folder.
        self.ctl(self.daemon, "restore", "--passphrase-file", "-", os.path.basename(self.made))
        self.assertEqual(self.daemon.number_of("Kept"), "100")
        secret = os.path.join(self.lab.folder, "passphrase")
        with open(secret, "w", encoding="utf-8") as stream:
            stream.write(PASSPHRASE + "\n")
        self.ctl(self.daemon, "verify-backup", "--passphrase-file", secret, copy, passphrase="")
        for wrong in ("short", "x" * 257, "tabs\tin it"):
            self.ctl(self.daemon, "backup", "--passphrase-file", "-", passphrase=wrong, status=2)
        error = self.ctl(self.daemon, "verify-backup", "--passphrase-file", "-", copy,
                         passphrase="another passphrase", status=1)
        self.assertIn("passphrase is not the one", error)

    def test_wrong_passphrase(self):
        self.refused("access-denied", "passphrase is not the one", self.made, "wrong passphrase")
        for passphrase in ("short", "", "x" * 257):
            self.refused("invalid-value", "8 to 256 characters", self.made, passphrase)
            self.assert_refused("invalid-value", lambda: backup(self.daemon, passphrase),
                                message="8 to 256 characters")
        self.assert_refused("missing-element", lambda: self.daemon.session().call(
            f'<backup xmlns="{SYSTEM}"/>'), message="passphrase")

    def test_not_a_backup(self):
        noise = self.changed(self.made, lambda data: os.urandom(len(data)))
        self.refused("invalid-value", "not a backup made by Sextant", noise)
        self.refused("invalid-value", "not a backup", self.changed(self.made, lambda data: b"\n"))
        self.refused("invalid-value", "not a file with a backup", "/dev/zero")
        self.refused("invalid-value", "not a file with a backup", self.lab.folder)
        self.refused("invalid-value", "No such file", self.made + ".missing")
        self.refused("invalid-value", "not a file with a backup", "..")
        for path in ("../backups/x", "backups/x", "./x"):
            self.refused("invalid-value", "absolute path is needed", path)
        # No backup is as large as this; nothing of it is read.
        large = self.changed(self.made, lambda data: None)
        os.truncate(large, (1 << 30) + 1)
        self.refused("too-big", "1073741824 bytes", large)

    def test_newer_version(self):
        def newer(data):
            data[9] = 2
        self.refused("invalid-value", "format version 2", self.changed(self.made, newer))

    def test_greedy_parameters(self):
        def greedy(data):
            data[10] = 20
            data[12:16] = (32).to_bytes(4, "big")
        self.refused("invalid-value", "scrypt parameters", self.changed(self.made, greedy))

    def test_damaged(self):
        def flip(at):
            def change(data):
                data[at] ^= 1
            return change
        # Each bit is tried by the unit tests, without scrypt, which takes its time.
        for at in (30, -200):
            self.refused("access-denied" if at == 30 else "invalid-value", "damaged",
                         self.changed(self.made, flip(at)))

    def test_cut_short(self):
        for length in (20, 67, 69, os.path.getsize(self.made) - 1):
            self.refused("invalid-value", "cut short",
                         self.changed(self.made, lambda data: data[:length]))

    def test_other_modules(self):
        folder = os.path.join(self.lab.folder, "acme")
        os.mkdir(folder)
        with open(os.path.join(folder, "acme-rows.yang"), "w", encoding="utf-8") as stream:
            stream.write(ACME)
        self.daemon.stop()
        self.daemon.more_options = ["--modules", folder]
        self.daemon.start()
        self.daemon.edit('<acme xmlns="urn:acme:rows"><colour>red</colour></acme>')
        made = backup(self.daemon)["file"]
        # Without a row that only they know, other modules are no obstacle.
        restore(self.daemon, self.made)
        self.assertEqual(self.daemon.number_of("Kept"), "100")
        self.daemon.edit(netconf.entry("Kept", "200"))
        self.daemon.stop()
        self.daemon.more_options = []
        self.daemon.start()
        self.refused("unknown-element", "other YANG modules", made)

    def test_who_is_about_to_join(self):
        self.daemon.edit(self.lab.cluster_config(1))
        self.refused("operation-failed", "enters a cluster at its next restart", self.made)
        self.daemon.edit('<cluster xmlns="%s" xmlns:nc="%s"><peers nc:operation="delete"/>'
                         "</cluster>" % (netconf.CLUSTER, netconf.BASE))
        restore(self.daemon, self.made)
        self.assertEqual(self.daemon.number_of("Kept"), "100")

    def test_two_at_once(self):
        others = [self.daemon.new_session() for _ in range(3)]
        for session in others:
            session.send(f'<backup xmlns="{SYSTEM}"><passphrase>{PASSPHRASE}</passphrase></backup>')
        made, refused = 0, 0
        for session in others:
            try:
                session.reply()
                made += 1
            except RpcError as error:
                self.assertEqual(error.tag, "in-use")
                refused += 1
            session.close()
        self.assertGreaterEqual(made, 1)
        self.assertEqual(made + refused, 3)

    def test_what_is_left_of_a_killed_backup_goes(self):
        folder = os.path.dirname(self.made)
        left = os.path.join(folder, "x.backup.unfinished")
        with open(left, "wb"):
            pass
        backup(self.daemon)
        self.assertFalse(os.path.exists(left))

    def test_the_folder_has_a_limit(self):
        folder = os.path.dirname(self.made)
        more = [os.path.join(folder, f"0{number}.backup") for number in range(100)]
        for path in more:
            with open(path, "wb"):
                pass
        try:
            self.assert_refused("resource-denied", lambda: backup(self.daemon),
                                message="move some of them elsewhere")
        finally:
            for path in more:
                os.unlink(path)
        wait_for(lambda: backup(self.daemon), 15, "a backup can be made again")


class Begun(AloneTest):
    def test_cut_after_it_began(self):
        book = netconf.phone_book("".join(
            f"<entry><name>Many {number}</name><number>{number + 1}</number></entry>"
            for number in range(5000)))
        self.daemon.edit(book)
        made = backup(self.daemon)["file"]
        cut = self.changed(made, lambda data: data[:-5])
        self.refused("invalid-value", "cut short", cut, alarm=True)
        self.assertEqual(len(netconf.all_numbers(self.daemon.session())), 5001)
        restore(self.daemon, made)
        self.assertNotIn(15023, self.daemon.alarm_ids())
        self.refused("invalid-value", "cut short", cut, alarm=True)
        self.daemon.restart()
        self.assertNotIn(15023, self.daemon.alarm_ids())


if __name__ == "__main__":
    main()
