#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A database that cannot be used: the daemon comes up, says so to the NMS and to whoever asks, takes
no configuration and leaves the file as it is; and the way back, through purge and restore."""

import glob
import os
import shutil
import sqlite3

from sextant_test import LabTest, main, netconf, wait_for

PASSPHRASE = "correct horse battery"


def sql(text):
    def change(path):
        connection = sqlite3.connect(path)
        connection.executescript(text)
        connection.close()
    return change


def overwrite(offset, data):
    def change(path):
        with open(path, "r+b") as stream:
            stream.seek(offset)
            stream.write(data)
    return change


class DatabaseTest(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]
        cls.daemon.edit(netconf.entry("Kept", "100"))
        cls.backup = cls.daemon.session().call(
            f'<backup xmlns="{netconf.SYSTEM}"><passphrase>{PASSPHRASE}</passphrase></backup>'
        ).findtext(f"{{{netconf.SYSTEM}}}file")
        # What replaces a configuration keeps a copy, here with the targets of notifications.
        cls.daemon.session().call(
            f'<restore xmlns="{netconf.SYSTEM}"><file>{cls.backup}</file>'
            f"<passphrase>{PASSPHRASE}</passphrase></restore>")
        cls.daemon.stop()
        cls.path = os.path.join(cls.daemon.state, "store", "sextant.db")
        cls.good = os.path.join(cls.lab.folder, "good.db")
        shutil.copy(cls.path, cls.good)

    def setUp(self):
        self.put_good()

    def tearDown(self):
        if self.daemon.alive:
            self.daemon.stop()

    def put_good(self):
        for path in glob.glob(self.path + "*"):
            os.unlink(path)
        shutil.copy(self.good, self.path)

    def read(self):
        with open(self.path, "rb") as stream:
            return stream.read()


class Unusable(DatabaseTest):
    def unusable(self, what, pattern, change):
        with self.subTest(what):
            self.put_good()
            change(self.path)
            before = self.read()
            mark = self.lab.nms.mark()
            self.daemon.start()
            try:
                self.lab.nms.wait_alarm(15005, True, 15, mark)
                status = self.daemon.status()
                self.assertEqual([alarm["id"] for alarm in status["alarms"]], [15005])
                self.assertRegex(status["alarms"][0]["text"], pattern)
                self.assertIn(self.backup, " ".join(status["warnings"]))
                self.assertEqual(status["database_status"], "unavailable")
                self.assertIsNone(self.daemon.number_of("Kept"))
                self.assert_refused("operation-failed",
                                    lambda: self.daemon.edit(netconf.entry("New", "1")),
                                    message="database cannot be used")
            finally:
                self.assertEqual(self.daemon.stop(), 0)
            self.assertEqual(before, self.read(), "the database was written to")

    def test_unusable(self):
        self.unusable("an empty file", "it is empty", lambda path: os.truncate(path, 0))
        self.unusable("half of it", "damaged",
                      lambda path: os.truncate(path, os.path.getsize(path) // 2))
        self.unusable("not a database", "damaged", overwrite(0, b"something else " * 100))
        self.unusable("noise", "damaged", lambda path: overwrite(
            0, os.urandom(os.path.getsize(path)))(path))
        self.unusable("torn pages", "damaged", overwrite(4096, b"\xa5" * 8192))
        self.unusable("another program's", "not a database of Sextant",
                      sql("PRAGMA application_id=7"))
        self.unusable("a newer release's", "newer release", sql("PRAGMA user_version=9999"))
        self.unusable("a changed number", "changed from outside",
                      sql("UPDATE fragment SET body = replace(body, '\"100\"', '\"200\"')"))

    def test_backup_and_restore_wait_for_a_database(self):
        os.truncate(self.path, 0)
        self.daemon.start()
        for operation, tag in ((f"<passphrase>{PASSPHRASE}</passphrase>", "backup"),
                               (f"<file>{self.backup}</file><passphrase>{PASSPHRASE}</passphrase>",
                                "restore")):
            self.assert_refused("operation-failed", lambda: self.daemon.session().call(
                f'<{tag} xmlns="{netconf.SYSTEM}">{operation}</{tag}>'), message="15005")

    def test_it_is_fine_again_with_the_good_file(self):
        os.truncate(self.path, 0)
        self.daemon.start()
        self.daemon.stop()
        self.put_good()
        self.daemon.start()
        self.assertEqual(self.daemon.number_of("Kept"), "100")
        self.assertEqual(self.daemon.alarm_ids(), [])
        self.assertFalse(os.path.exists(os.path.join(self.daemon.state, "store", "stand-in")))


class SetAside(DatabaseTest):
    def test_a_row_that_does_not_fit(self):
        path = "/sextant-call-control:call-control/phone-book/entry[name='Kept']"
        sql("UPDATE fragment SET body = replace(body, 'number', 'colour') "
            "WHERE key = '[name=''Kept'']'")(self.path)
        mark = self.lab.nms.mark()
        self.daemon.start()
        self.lab.nms.wait_alarm(15008, True, 15, mark)
        self.assertIsNone(self.daemon.number_of("Kept"))
        self.assertEqual(self.daemon.leaf(f'<system xmlns="{netconf.SYSTEM}"><name/></system>',
                                          "name"), "alpha")
        text = self.daemon.ctl("set-aside").stdout
        self.assertIn(path, text)
        self.assertIn("colour", text)
        self.daemon.edit(netconf.entry("Kept", "300"))
        self.daemon.restart()
        self.assertIn(15008, self.daemon.alarm_ids())
        self.assertEqual(self.daemon.ctl("discard-set-aside", "/x").returncode, 1)
        self.assertEqual(self.daemon.ctl("discard-set-aside", path).returncode, 0)
        self.assertEqual(self.daemon.alarm_ids(), [])
        self.assertEqual(self.daemon.ctl("set-aside").stdout, "Nothing is set aside.\n")
        self.assertEqual(self.daemon.ctl("discard-set-aside").returncode, 1)


class Purge(DatabaseTest):
    def purge(self, *options, answers=None):
        return self.daemon.ctl("purge-database", "--state", self.daemon.state, *options,
                               stdin=answers)

    def test_purge_and_restore(self):
        os.truncate(self.path, os.path.getsize(self.path) // 2)
        damaged = self.read()
        self.daemon.start()
        done = self.purge("--yes", "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("stop it before its database goes", done.stderr)
        self.daemon.stop()
        for options, answers in (((), "yes\nno\n"), ((), "yes"), (("--yes",), "y\n"), ((), "")):
            done = self.purge(*options, answers=answers)
            self.assertEqual(done.returncode, 1)
            self.assertIn("nothing was changed", done.stderr)
            self.assertEqual(self.read(), damaged)
        done = self.purge(answers="yes\nyes\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        kept = done.stdout.split(" is kept in ")[1].splitlines()[0].rstrip(".")
        with open(kept, "rb") as stream:
            self.assertEqual(stream.read(), damaged)
        self.assertFalse(os.path.exists(self.path))
        self.assertEqual(self.purge("--yes", "--yes").returncode, 1)
        self.daemon.start()
        self.assertEqual(self.daemon.alarm_ids(), [])
        self.assertIsNone(self.daemon.number_of("Kept"))
        done = self.daemon.ctl("restore", "--passphrase-file", "-", self.backup,
                               stdin=PASSPHRASE + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_for(lambda: self.daemon.number_of("Kept") == "100", 15, "the backup is restored")

    def test_wrong_use(self):
        done = self.daemon.ctl("purge-database", "--state", "/nonexistent", "--yes", "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--state names the state folder", done.stderr)
        self.assertEqual(self.daemon.ctl("status", "--yes").returncode, 2)


if __name__ == "__main__":
    main()
