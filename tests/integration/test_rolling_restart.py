#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""All peers restarted in sequence, over the restart of the primary that runs it."""

import threading

from sextant_test import LabTest, main, netconf, wait_for


def operation(inner=""):
    return f'<rolling-restart xmlns="{netconf.CLUSTER}">{inner}</rolling-restart>'


class RollingRestart(LabTest):
    count = 3
    formed = True

    def setUp(self):
        self.alpha, self.beta, self.gamma = self.lab.daemons
        for daemon in self.lab.daemons:
            daemon.forget_session()
            if not daemon.alive:
                daemon.start()
        self.lab.wait_in_step()
        self.mark = self.lab.nms.mark()
        self.marks = [daemon.log.mark() for daemon in self.lab.daemons]

    def state(self):
        """What the primary says of it, also while it restarts."""
        try:
            data = self.alpha.session().get(f'<cluster xmlns="{netconf.CLUSTER}">'
                                            "<rolling-restart/></cluster>")
        except OSError:
            self.alpha.forget_session()
            return {}
        found = data.find(f".//{{{netconf.CLUSTER}}}rolling-restart")
        return {leaf.tag.split("}")[1]: leaf.text for leaf in found}

    def restarts(self):
        """How often each daemon began to serve since the test began."""
        return [sum("is serving" in line for line in daemon.log.all(mark))
                for daemon, mark in zip(self.lab.daemons, self.marks)]

    def turns(self):
        """The raises and clears of 20022 that the primary sent: (peer, raised)."""
        return [(int(found["resource"].split("'")[1]), found["raised"])
                for found in self.lab.nms.all(self.mark) if found["id"] == 20022]

    def test_all_restart_in_sequence(self):
        pids = [daemon.pid for daemon in self.lab.daemons]
        # A configuration that takes effect on restart is in force on all of them afterwards.
        for daemon in self.lab.daemons:
            daemon.edit(netconf.cluster("<name>other.example.com</name>"))
        done = self.alpha.ctl("rolling-restart")
        self.alpha.forget_session()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1], "[3/3] all systems have restarted")
        # A step may be over between two looks.
        steps = [f"[{number}/3] {daemon.address} restarts"
                 for number, daemon in enumerate(self.lab.daemons)]
        seen = done.stdout.splitlines()[:-1]
        self.assertEqual(seen, [step for step in steps if step in seen])
        self.assertGreater(len(seen), 0)
        self.assertEqual([daemon.pid for daemon in self.lab.daemons], pids)
        self.assertEqual(self.restarts(), [1, 1, 1])
        for daemon in self.lab.daemons:
            daemon.forget_session()
        self.lab.wait_in_step()
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: d.alarm_ids() == [40049], 5, "no other alarm is up")
        self.lab.nms.wait_alarm(20022, False, 5, self.mark, peer=3)
        self.assertEqual(self.turns(), [(1, True), (1, False), (2, True), (2, False), (3, True),
                                        (3, False)])
        self.assertEqual(self.state()["status"], "completed")

    def test_a_subordinate_refuses(self):
        self.assert_refused("operation-failed", lambda: self.beta.session().call(operation()),
                            app_tag="not-primary", message=self.alpha.address)
        done = self.beta.ctl("rolling-restart")
        self.assertEqual(done.returncode, 1)
        self.assertIn(self.alpha.address, done.stderr)
        with self.subTest("and the primary does when a peer is missing"):
            self.gamma.kill()
            wait_for(lambda: self.alpha.status()["peers"][3]["status"] == "failed", 5, "lost")
            self.assert_refused("operation-failed", lambda: self.alpha.session().call(operation()),
                                message=self.gamma.address)
            self.gamma.start()
            self.lab.wait_in_step()
        self.assertEqual(self.restarts()[:2], [0, 0])

    def test_it_stops_where_a_peer_does_not_come_back(self):
        # Beta takes its turn and dies before it is back.
        def die():
            self.beta.log.wait("rolling restart: peer 1", 30, self.marks[1])
            self.beta.process.kill()
        killer = threading.Thread(target=die)
        killer.start()
        session = self.alpha.session()
        session.call(operation("<time-limit>5</time-limit>"))
        killer.join()
        self.beta.kill()
        state = wait_for(lambda: self.state().get("status") == "stopped" and self.state(), 30,
                         "it stops")
        self.assertEqual(state["address"], self.beta.address)
        self.assertEqual((state["done"], state["total"]), ("1", "3"))
        self.lab.nms.wait_alarm(20023, True, 5, self.mark, peer=2, source=self.alpha.address)
        self.assertEqual(self.restarts()[2], 0)
        with self.subTest("the stop outlives a restart of the primary"):
            self.alpha.restart()
            self.assertEqual(self.state()["status"], "stopped")
            self.assertIn(20023, self.alpha.alarm_ids())
        with self.subTest("it goes on when the peer is back, which does not restart once more"):
            self.beta.start()
            self.lab.wait_in_step()
            before = self.restarts()
            done = self.alpha.ctl("rolling-restart", "resume")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.restarts(), [before[0], before[1], before[2] + 1])
            self.lab.nms.wait_alarm(20023, False, 5, self.mark, peer=2)
        for daemon in self.lab.daemons:
            daemon.forget_session()
        self.lab.wait_in_step()

    def test_it_goes_on_when_the_primary_crashes(self):
        self.alpha.session().call(operation())
        self.beta.log.wait("rolling restart: peer 1", 30, self.marks[1])
        self.alpha.kill()
        self.alpha.start()
        wait_for(lambda: self.state().get("status") == "completed", 30, "it is completed")
        self.assertEqual(self.restarts()[1:], [1, 1])
        for daemon in self.lab.daemons:
            daemon.forget_session()
        self.lab.wait_in_step()


if __name__ == "__main__":
    main()
