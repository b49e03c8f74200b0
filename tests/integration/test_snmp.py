# SPDX-License-Identifier: Apache-2.0
"""SNMP through Net-SNMP's own tools: reading, notifications, settings, and an NMS that is slow."""

import os
import signal
import time

import sextant_test
from cluster_lab.netconf import BASE, SYSTEM, cluster, entry
from sextant_test import HELD_UP_S, LabTest, snmp, wait_for


def system(inner):
    return f'<system xmlns="{SYSTEM}" xmlns:nc="{BASE}"><snmp>{inner}</snmp></system>'


def target(name, port, inner, operation="merge"):
    return system(f'<notification-targets><target nc:operation="{operation}"><name>{name}</name>'
                  f"<address>127.0.0.1</address><port>{port}</port>{inner}</target>"
                  "</notification-targets>")


def no_target(name):
    return system('<notification-targets><target nc:operation="remove">'
                  f"<name>{name}</name></target></notification-targets>")


class SnmpTest(LabTest):
    options = {"v3": True}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.lab[1]

    def get(self, *names, **options):
        return snmp.get(self.lab, self.daemon.address, *names, **options)

    def readable(self, **options):
        try:
            return bool(self.get("sextantRole.0", **options))
        except RuntimeError:
            return False

    def toggle_alarm(self):
        """Raises and clears alarm 20007; the texts of what was edited."""
        self.daemon.edit(cluster("<name>other.example.com</name>"))
        self.daemon.edit(cluster(f'<name xmlns:nc="{BASE}" nc:operation="delete"/>'))


class Reading(SnmpTest):
    count = 2
    formed = True

    def compare(self, daemon, values, status):
        enum = lambda text: text.title().replace("-", "")
        camel = lambda text: enum(text)[0].lower() + enum(text)[1:]
        self.assertEqual(values["sextantSystemName.0"], status["system-name"])
        self.assertEqual(values["sextantClusterName.0"], status["cluster-name"])
        self.assertEqual(values["sextantRole.0"], camel(status["role"]))
        self.assertEqual(values["sextantLocalIndex.0"], str(status["local-index"]))
        self.assertEqual(values["sextantConfigurationPrimary.0"],
                         str(status["configuration-primary"]))
        self.assertEqual(values["sextantRestartRequired.0"],
                         str(status["restart-required"]).lower())
        for name in ("lineage", "revision", "digest"):
            self.assertEqual(values[f"sextant{name.title()}.0"], str(status["database"][name]))
        for peer in status["peers"]:
            of = lambda name: values[f"sextantPeer{name}.{peer['index']}"]
            self.assertEqual(of("Address"), peer["address"])
            self.assertEqual(of("ResolvedAddress"), peer["resolved-address"])
            self.assertEqual(of("Status"), camel(peer["status"]))
            self.assertEqual(of("StatusText"), peer["status-text"])
            self.assertEqual(of("CertificateStatus"), peer.get("certificate-status", "unknown"))
            self.assertEqual(of("Role"), peer["role"])
            self.assertEqual(of("SystemName"), peer["system-name"])
            self.assertEqual(of("SoftwareVersion"), peer["software-version"])
            self.assertEqual(of("Revision"), str(peer["revision"]))
            self.assertEqual(of("Lag").split()[0], str(peer["lag"]))
        self.assertEqual(sum(name.startswith("sextantPeerAddress.") for name in values),
                         len(status["peers"]))
        rows = [name.split(".")[1] for name in values if name.startswith("sextantAlarmId.")]
        self.assertEqual(len(rows), len(status["alarms"]))
        for row in rows:
            of = lambda name: values[f"sextantAlarm{name}.{row}"]
            alarm = next(alarm for alarm in status["alarms"] if str(alarm["id"]) == of("Id") and
                         alarm["resource"] in (of("Resource"), "system"))
            for name in ("uuid", "title", "text", "severity"):
                self.assertEqual(of(name.title()), alarm[name], daemon.name)

    def test_walk_agrees_with_status(self):
        self.daemon.edit(entry("Walk", "1"))
        self.lab.wait_in_step()
        for daemon in self.lab.daemons:
            def agree():
                status = daemon.ctl_status()
                first = snmp.walk(self.lab, daemon.address)
                second = snmp.walk(self.lab, daemon.address, v3=True)
                return (first, second, status) if first["sextantRevision.0"] == str(
                    status["database"]["revision"]) else None
            first, second, status = wait_for(agree, 15, "SNMP shows the newest revision")
            self.compare(daemon, first, status)
            self.assertEqual(list(first), list(second))
            self.compare(daemon, second, status)

    def test_system_group(self):
        values = snmp.walk(self.lab, self.daemon.address, "SNMPv2-MIB::system")
        self.assertEqual(values["sysName.0"], "alpha")
        self.assertIn("Sextant", values["sysDescr.0"])
        self.daemon.edit(system("<contact>ops@example.com</contact><location>Lab</location>"))
        wait_for(lambda: self.get("SNMPv2-MIB::sysContact.0", "SNMPv2-MIB::sysLocation.0") ==
                 {"sysContact.0": "ops@example.com", "sysLocation.0": "Lab"}, 5,
                 "contact and location are shown")

    def test_strangers_are_refused(self):
        user, authentication, privacy = snmp.V3_USER
        v3 = ["-v3", "-u", user, "-a", "SHA-256", "-x", "AES"]
        wrong = {
            "community": ["-v2c", "-c", "wrong"],
            "SNMPv1": ["-v1", "-c", snmp.COMMUNITY],
            "user": ["-v3", "-l", "authPriv", "-u", "nobody", "-a", "SHA-256", "-A",
                     authentication, "-x", "AES", "-X", privacy],
            "authentication": [*v3, "-l", "authPriv", "-A", "wrong-words", "-X", privacy],
            "privacy": [*v3, "-l", "authPriv", "-A", authentication, "-X", "wrong-words"],
            "authNoPriv": ["-v3", "-l", "authNoPriv", "-u", user, "-a", "SHA-256", "-A",
                           authentication],
            "noAuthNoPriv": ["-v3", "-l", "noAuthNoPriv", "-u", user],
        }
        for what, access in wrong.items():
            with self.subTest(what=what):
                self.assertFalse(self.readable(access=[*access, "-r", "0", "-t", "0.5"]))
        self.assertTrue(self.readable())
        self.assertTrue(self.readable(v3=True))

    def test_nothing_can_be_written(self):
        for access in (["-v2c", "-c", snmp.COMMUNITY],):
            done = snmp.subprocess.run(
                ["snmpset", *access, "-t", "1", "-r", "0",
                 f"udp:{self.daemon.address}:{snmp.PORTS['snmp']}", "SNMPv2-MIB::sysName.0", "s",
                 "broken"], env=snmp.environment(self.lab), stdout=snmp.subprocess.PIPE,
                stderr=snmp.subprocess.STDOUT, timeout=10)
            self.assertNotEqual(done.returncode, 0)
        self.assertEqual(self.get("SNMPv2-MIB::sysName.0")["sysName.0"], "alpha")


class Notifications(SnmpTest):
    """Every kind of target at once: an snmptrapd of its own for each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        engine = snmp.engine_id(cls.lab, cls.daemon.address)
        community = f"<community>{snmp.COMMUNITY}</community>"
        user = f"<v3-user>{snmp.V3_USER[0]}</v3-user>"
        cls.receivers = {}
        for name, inner in {"trap-v2c": "<type>trap</type>" + community,
                            "inform-v2c": "<type>inform</type>" + community,
                            "trap-v3": "<type>trap</type>" + user,
                            "inform-v3": "<type>inform</type>" + user}.items():
            receiver = snmp.TrapReceiver(cls.lab, [engine], name)
            cls.addClassCleanup(receiver.stop)
            cls.receivers[name] = receiver
            cls.daemon.edit(target(name, receiver.port, inner))

    def both(self, receiver, start=0, timeout=10):
        return (receiver.wait(lambda found: found["id"] == 20007 and found["raised"], timeout,
                              start),
                receiver.wait(lambda found: found["id"] == 20007 and not found["raised"], timeout,
                              start))

    def test_all_objects_over_all_versions(self):
        marks = {name: receiver.mark() for name, receiver in self.receivers.items()}
        self.toggle_alarm()
        seen = []
        for name, receiver in self.receivers.items():
            with self.subTest(target=name):
                raised, cleared = self.both(receiver, marks[name])
                for found in (raised, cleared):
                    self.assertEqual(found["uuid"], "e2b8e3d1-b731-4d7d-b606-4682a8f0c2e6")
                    self.assertEqual(found["severity"], "warning")
                    self.assertIn("restart", found["text"])
                    self.assertRegex(found["event-time"], r"^\d{4}-\d+-\d+,\d+:\d+:\d+\.\d,")
                    self.assertEqual(found["source"], self.daemon.address)
                self.assertEqual(cleared["sequence"], raised["sequence"] + 1)
                seen.append((raised["sequence"], cleared["sequence"]))
        self.assertEqual(len(set(seen)), 1, seen)
        self.assertEqual(self.get("sextantAlarmSequence.0")["sextantAlarmSequence.0"],
                         str(seen[0][1]))
        self.assertEqual(self.get("sextantNotificationsDropped.0"),
                         {"sextantNotificationsDropped.0": "0"})

    def test_each_once_and_in_order(self):
        marks = {name: receiver.mark() for name, receiver in self.receivers.items()}
        for _ in range(5):
            self.toggle_alarm()
        last = int(self.get("sextantAlarmSequence.0")["sextantAlarmSequence.0"])
        for name, receiver in self.receivers.items():
            with self.subTest(target=name):
                receiver.wait(lambda found: found["sequence"] == last, 10, marks[name])
                sequences = [found["sequence"] for found in receiver.all(marks[name])]
                self.assertEqual(sorted(set(sequences)), list(range(last - 9, last + 1)))
                self.assertEqual(len(sequences), len(set(sequences)))

    def test_target_that_is_removed_hears_no_more(self):
        late = snmp.TrapReceiver(self.lab, name="late")
        self.addCleanup(late.stop)
        self.daemon.edit(target("late", late.port, f"<community>{snmp.COMMUNITY}</community>"))
        self.toggle_alarm()
        self.both(late)
        self.daemon.edit(no_target("late"))
        mark = late.mark()
        witness = self.receivers["trap-v2c"]
        witness_mark = witness.mark()
        self.toggle_alarm()
        self.both(witness, witness_mark)
        self.assertEqual(late.all(mark), [])


class Settings(SnmpTest):
    def takes_effect(self, config, expected, **options):
        self.daemon.edit(config)
        wait_for(lambda: self.readable(**options) == expected, 15, f"{config} takes effect")

    def test_settings_take_effect_at_once(self):
        quick = ["-t", "0.3", "-r", "0"]
        old = ["-v2c", "-c", snmp.COMMUNITY, *quick]
        new = ["-v2c", "-c", "new-community", *quick]
        self.takes_effect(system("<v2c><community>new-community</community></v2c>"), True,
                          access=new)
        self.assertFalse(self.readable(access=old))
        self.takes_effect(system("<v2c><enabled>false</enabled></v2c>"), False, access=new)
        self.assertTrue(self.readable(v3=True))
        self.takes_effect(system("<v2c><enabled>true</enabled><community>"
                                 f"{snmp.COMMUNITY}</community></v2c>"), True, access=old)
        user = ["-v3", "-l", "authPriv", "-u", "second", "-a", "SHA-512", "-A", "second-words-a",
                "-x", "AES", "-X", "second-words-p", *quick]
        self.takes_effect(system(
            "<v3-users><user><name>second</name><authentication><protocol>sha-512</protocol>"
            "<passphrase>second-words-a</passphrase></authentication><privacy><passphrase>"
            "second-words-p</passphrase></privacy></user></v3-users>"), True, access=user)
        self.takes_effect(system(
            "<v3-users><user><name>second</name><privacy><passphrase>third-words-p</passphrase>"
            "</privacy></user></v3-users>"), False, access=user)
        self.takes_effect(system(
            '<v3-users><user nc:operation="delete"><name>second</name></user></v3-users>'), False,
            access=[*user[:-5], "third-words-p", *quick])
        self.takes_effect(system("<enabled>false</enabled>"), False, access=old)
        self.assertFalse(self.readable(access=["-v3", "-l", "noAuthNoPriv", "-u", "x", *quick]))
        self.takes_effect(system("<enabled>true</enabled>"), True, access=old)
        self.assertTrue(self.readable(v3=True))

    def test_name_of_the_system(self):
        self.daemon.edit(f'<system xmlns="{SYSTEM}"><name>renamed</name></system>')
        wait_for(lambda: self.get("sextantSystemName.0")["sextantSystemName.0"] == "renamed", 15,
                 "the new name is shown")
        self.assertEqual(self.get("SNMPv2-MIB::sysName.0")["sysName.0"], "renamed")


class SlowManager(SnmpTest):
    """Managers that are down, frozen or not there hold up neither edits nor requests."""

    def measure(self, what):
        session = self.daemon.session()
        times = []
        for number in range(15):
            start = time.monotonic()
            self.toggle_alarm()
            session.edit(entry(what, str(number)))
            times.append(time.monotonic() - start)
        self.assertLess(max(times), HELD_UP_S, what)
        self.assertTrue(self.readable())

    def test_managers_that_are_slow(self):
        frozen = snmp.TrapReceiver(self.lab, name="frozen")
        self.addCleanup(frozen.stop)
        self.addCleanup(lambda: os.kill(frozen.process.pid, signal.SIGCONT))
        community = f"<community>{snmp.COMMUNITY}</community>"
        self.daemon.edit(target("frozen", frozen.port, "<type>inform</type>" + community))
        self.daemon.edit(target("frozen-v3", frozen.port, "<type>inform</type>"
                                f"<v3-user>{snmp.V3_USER[0]}</v3-user>"))
        self.daemon.edit(target("nobody", 9, "<type>inform</type>" + community))
        mark = self.lab.nms.mark()
        os.kill(frozen.process.pid, signal.SIGSTOP)
        self.measure("frozen")
        last = int(self.get("sextantAlarmSequence.0")["sextantAlarmSequence.0"])
        # The manager beside it hears everything at once.
        self.lab.nms.wait(lambda found: found["sequence"] == last, 10, mark)
        self.assertEqual(sorted({found["sequence"] for found in self.lab.nms.all(mark)}),
                         list(range(last - 29, last + 1)))
        os.kill(frozen.process.pid, signal.SIGCONT)
        frozen.wait(lambda found: found["sequence"] == last, 30)
        self.assertTrue(self.daemon.alive)

    def test_manager_that_is_down(self):
        down = snmp.TrapReceiver(self.lab, name="down")
        down.stop()
        self.daemon.edit(target("down", down.port, "<type>inform</type><community>"
                                f"{snmp.COMMUNITY}</community>"))
        self.measure("down")
        self.daemon.edit(no_target("down"))


if __name__ == "__main__":
    sextant_test.main()
