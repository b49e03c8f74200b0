#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Event notifications over NETCONF (RFC 5277), as ncclient and as raw sessions see them."""

import threading

from sextant_test import LabTest, main, netconf, ssh, wait_for

STREAMS = "urn:ietf:params:xml:ns:netmod:notification"
SESSIONS = "urn:ietf:params:xml:ns:yang:ietf-netconf-notifications"
ALARM = f'<filter type="subtree"><alarm-notification xmlns="{netconf.ALARMS}"/></filter>'
PROGRESS = (f'<filter type="subtree"><rolling-restart-progress xmlns="{netconf.CLUSTER}"/>'
            "</filter>")
# Longer than anything that is waited for takes; shorter than a test may be.
SOON_S = 10
# As long as nothing may come, or be done.
QUIET_S = 0.5


def maintenance(on):
    """An edit that raises 15015, or clears it."""
    return (f'<system xmlns="{netconf.SYSTEM}"><maintenance-mode>{"true" if on else "false"}'
            "</maintenance-mode></system>")


def content(notification):
    """The local name of what a <notification> holds, and the texts of the leafs below."""
    time, found = list(notification)
    assert time.tag == f"{{{netconf.NOTIFICATION}}}eventTime", time.tag
    return (found.tag.split("}")[1],
            {node.tag.split("}")[1]: node.text for node in found.iter() if len(node) == 0})


class OneSystem(LabTest):
    def setUp(self):
        self.daemon = self.lab[1]
        self.session = self.daemon.new_session()
        self.addCleanup(self.session.close)
        self.daemon.edit(maintenance(False))

    def subscriber(self, inner="", **options):
        session = netconf.Session(self.daemon.socket, **options)
        self.addCleanup(session.close)
        session.subscribe(inner)
        return session

    def next_alarm(self, session):
        name, leafs = content(session.notification(SOON_S))
        self.assertEqual(name, "alarm-notification")
        return leafs["alarm-type-id"].split("-")[-1], leafs["perceived-severity"]

    def test_what_is_offered(self):
        with self.daemon.new_session() as session:
            offered = {node.text for node in session.hello.iter()}
        for name in ("notification", "interleave"):
            self.assertIn(f"urn:ietf:params:netconf:capability:{name}:1.0", offered)
        data = self.session.get(f'<netconf xmlns="{STREAMS}"><streams/></netconf>')
        self.assertEqual([node.text for node in data.iter(f"{{{STREAMS}}}name")], ["NETCONF"])
        self.assertEqual(data.findtext(f".//{{{STREAMS}}}replaySupport"), "false")

    def test_refusals(self):
        time = "<{0}>2026-11-21T18:00:00Z</{0}>"
        refused = [("<stream>SNMP</stream>", "invalid-value", "application"),
                   (time.format("startTime"), "operation-failed", "protocol"),
                   (time.format("stopTime"), "missing-element", "protocol"),
                   ('<filter type="xpath" select="1 mod 0"/>', "invalid-value", "application"),
                   ('<filter type="xpath" select="count(/*)"/>', "invalid-value", "application")]
        for inner, tag, kind in refused:
            with self.subTest(inner):
                error = self.assert_refused(tag, lambda i=inner: self.session.subscribe(i))
                self.assertEqual(error.type, kind)
        self.assertEqual(
            self.assert_refused("missing-element", lambda: self.session.subscribe(
                time.format("stopTime"))).info, {"bad-element": "startTime"})
        self.session.subscribe()
        self.assert_refused("operation-failed", self.session.subscribe,
                            message="the session has a subscription")

    def test_alarms_in_both_framings(self):
        sessions = [self.subscriber(ALARM, version=version) for version in ("1.0", "1.1")]
        for on, severity in ((True, "warning"), (False, "cleared")):
            self.daemon.edit(maintenance(on))
            for session in sessions:
                self.assertEqual(self.next_alarm(session), ("15015", severity))

    def test_alarms_below_the_level(self):
        def control(inner):
            self.daemon.edit(f'<alarms xmlns="{netconf.ALARMS}"><control>{inner}</control>'
                             "</alarms>")

        session = self.subscriber(ALARM)
        control("<notify-status-changes>severity-level</notify-status-changes>"
                "<notify-severity-level>major</notify-severity-level>")
        self.addCleanup(control, "<notify-status-changes>all-state-changes"
                        "</notify-status-changes>")
        for on in (True, False):
            self.daemon.edit(maintenance(on))
        self.assertEqual(self.next_alarm(session), ("15015", "cleared"))
        control("<notify-severity-level>warning</notify-severity-level>")
        self.daemon.edit(maintenance(True))
        self.assertEqual(self.next_alarm(session), ("15015", "warning"))

    def test_requests_go_on_beside_notifications(self):
        session = self.subscriber()
        for _ in range(20):
            session.edit(maintenance(True))
            session.edit(maintenance(False))
            self.assertIsNotNone(session.get(netconf.cluster("")))
        names = [content(session.notification(SOON_S))[0] for _ in range(80)]
        self.assertEqual(names.count("alarm-notification"), 40)
        self.assertEqual(names.count("netconf-config-change"), 40)
        with self.assertRaises(OSError):
            session.notification(QUIET_S)

    def test_changes_and_sessions(self):
        session = self.subscriber()
        with self.daemon.new_session() as other:
            name, leafs = content(session.notification(SOON_S))
            self.assertEqual((name, leafs["username"]), ("netconf-session-start", "root"))
            other.edit(netconf.entry("anna", "1"))
            name, changed = content(session.notification(SOON_S))
            self.assertEqual(name, "netconf-config-change")
            self.assertEqual(changed["session-id"], leafs["session-id"])
            self.assertEqual(changed["datastore"], "running")
            self.assertTrue(changed["target"].endswith(":call-control"), changed)
            other.call("<close-session/>")
        name, ended = content(session.notification(SOON_S))
        self.assertEqual((name, ended["session-id"], ended["termination-reason"]),
                         ("netconf-session-end", leafs["session-id"], "closed"))

    def test_ncclient(self):
        with ssh.connect(self.daemon) as client:
            client.create_subscription(filter=(
                "xpath", ({"al": netconf.ALARMS},
                          "/al:alarm-notification[al:perceived-severity='cleared']")))
            self.daemon.edit(maintenance(True))
            self.daemon.edit(maintenance(False))
            found = client.take_notification(timeout=SOON_S)
            self.assertIn("maintenance-mode-15015", found.notification_xml)
            self.assertIn("<perceived-severity>cleared", found.notification_xml)
            self.assertTrue(client.get_config("running").ok)
            self.assertIsNone(client.take_notification(timeout=QUIET_S))

    def test_subscribers_that_leave_or_are_killed(self):
        watcher = self.subscriber(f'<filter><netconf-session-end xmlns="{SESSIONS}"/></filter>')
        left, killed = self.subscriber(), self.subscriber()
        number = next(node.text for node in killed.hello.iter() if node.tag.endswith("session-id"))
        left.close()
        self.assertEqual(content(watcher.notification(SOON_S))[1]["termination-reason"], "dropped")
        self.session.call(f"<kill-session><session-id>{number}</session-id></kill-session>")
        self.assertTrue(killed.ended(SOON_S))
        ended = content(watcher.notification(SOON_S))[1]
        self.assertEqual((ended["session-id"], ended["termination-reason"]), (number, "killed"))
        self.daemon.edit(maintenance(True))

    def test_who_does_not_read_is_cut_off(self):
        mark = self.daemon.log.mark()
        silent, reader = self.subscriber(), self.subscriber(ALARM)
        before = self.daemon.memory_kb()
        edits = 0
        while not any("1000 notifications wait" in line for line in self.daemon.log.all(mark)):
            self.assertLess(edits, 20000, "nothing bounds what waits for a subscriber")
            for number in range(50):
                self.session.send(netconf.edit_config(maintenance(number % 2 == 0)))
            for _ in range(50):
                self.session.reply()
            edits += 50
            # Who reads has each, in order.
            self.assertEqual([self.next_alarm(reader)[1] for _ in range(50)],
                             ["warning", "cleared"] * 25)
        self.assertLess(self.daemon.memory_kb(), before + 8192)
        self.assertTrue(silent.ended(SOON_S))
        self.daemon.edit(maintenance(True))
        self.assertEqual(self.next_alarm(reader), ("15015", "warning"))

    def test_subscribers_cost_nothing_while_nothing_happens(self):
        sessions = [self.subscriber() for _ in range(20)]
        self.session.call("<discard-changes/>")
        last = sessions[-1]
        before = self.daemon.processor_s()
        with self.assertRaises(OSError):
            last.notification(1)
        self.assertLess(self.daemon.processor_s() - before, 0.1)


class Watcher:
    """A subscriber to the progress of restarts in sequence, who comes back after each restart of
    the daemon. Every session's notifications stand apart."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.sessions = []
        self.stopping = False
        self.session = None
        self.connect()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def connect(self):
        self.session = self.daemon.new_session()
        self.session.subscribe(PROGRESS)
        self.sessions.append([])

    def run(self):
        while not self.stopping:
            try:
                name, leafs = content(self.session.notification())
                assert name == "rolling-restart-progress"
                self.sessions[-1].append((leafs["status"], leafs.get("address"),
                                          leafs.get("done"), leafs.get("total")))
            except OSError:
                self.session.close()
                wait_for(self.back, 30, "the daemon is back")

    def back(self):
        try:
            self.connect()
        except OSError:
            return self.stopping
        return True

    def all(self):
        return [step for session in self.sessions for step in session]

    def stop(self):
        self.stopping = True
        self.session.close()


class Cluster(LabTest):
    count = 3
    formed = True

    def setUp(self):
        self.alpha, self.beta, self.gamma = self.lab.daemons
        for daemon in self.lab.daemons:
            daemon.forget_session()
        self.lab.wait_in_step()
        self.watchers = [Watcher(daemon) for daemon in self.lab.daemons]
        for watcher in self.watchers:
            self.addCleanup(watcher.stop)

    def rolling_restart(self, inner=""):
        self.alpha.session().call(f'<rolling-restart xmlns="{netconf.CLUSTER}">{inner}'
                                  "</rolling-restart>")
        self.alpha.forget_session()

    def test_every_step_of_a_restart_in_sequence(self):
        steps = [("running", daemon.address, str(number), "3")
                 for number, daemon in enumerate(self.lab.daemons)]
        completed = ("completed", None, "3", "3")
        self.rolling_restart()
        for watcher in self.watchers[:2]:
            wait_for(lambda w=watcher: completed in w.all(), 30, "it is completed")
        for daemon in self.lab.daemons:
            daemon.forget_session()
        # Each hears all until its own turn, and nothing twice. Who subscribes again in the middle
        # hears what comes from then on, and once how it stands.
        for number, watcher in enumerate(self.watchers):
            self.assertEqual(watcher.sessions[0], steps[:number + 1])
            later = [step for session in watcher.sessions[1:] for step in session]
            self.assertEqual(later, [step for step in steps[number:] + [completed]
                                     if step in later])
        self.assertIn(steps[2], self.watchers[0].all())
        self.lab.wait_in_step()

    def test_a_stop_an_alarm_and_a_change_of_the_primarys(self):
        beta = self.beta.new_session()
        self.addCleanup(beta.close)
        beta.subscribe(f'<filter><netconf-config-change xmlns="{SESSIONS}"/></filter>')
        self.alpha.edit(netconf.entry("anna", "1"))
        self.assertIn("server", content(beta.notification(SOON_S))[1])
        alarms = self.beta.new_session()
        self.addCleanup(alarms.close)
        alarms.subscribe(
            f'<filter type="xpath" xmlns:al="{netconf.ALARMS}" select="/al:alarm-notification['
            "contains(al:resource, &quot;index='3']&quot;) and al:alarm-text]\"/>")
        self.lab.wait_in_step()
        self.rolling_restart("<time-limit>5</time-limit>")
        self.gamma.kill()
        leafs = content(alarms.notification(SOON_S))[1]
        self.assertIn(leafs["perceived-severity"], ("warning", "major", "minor"))
        self.assertTrue(leafs["resource"].endswith("='3']"), leafs)
        watcher = self.watchers[1]
        wait_for(lambda: len(watcher.all()) == 2, 20, "it stops")
        self.assertEqual(watcher.all(), [("running", self.alpha.address, "0", "3"),
                                         ("stopped", self.alpha.address, "0", "3")])
        self.alpha.session().call(f'<rolling-restart xmlns="{netconf.CLUSTER}"><action>abandon'
                                  "</action></rolling-restart>")
        for watched in self.watchers[:2]:
            wait_for(lambda w=watched: w.all()[-1][0] == "idle", SOON_S, "it is abandoned")
        self.gamma.start()
        cleared = wait_for(
            lambda: content(alarms.notification(SOON_S))[1]["perceived-severity"] == "cleared", 20,
            "an alarm is cleared")
        self.assertTrue(cleared)
        self.lab.wait_in_step()


if __name__ == "__main__":
    main()
