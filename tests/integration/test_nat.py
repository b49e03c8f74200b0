#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A peer behind address translation: the others reach it at an address that is not its own."""

from sextant_test import DnsServer, LabTest, main, netconf, network, wait_for

BEHIND = 2  # beta


class Nat(LabTest):
    count = 2
    formed = True

    @classmethod
    def setUpClass(cls):
        cls.network = network.Network(cls.count, translated=[BEHIND])
        # A mapping would hold for beta, too, which could not find itself in the list any more.
        cls.options = {"network": cls.network, "named": True, "mapped": False}
        super().setUpClass()

    @classmethod
    def prepare(cls):
        alpha, beta = cls.lab.daemons
        own = {cls.lab.listed(daemon): daemon.address for daemon in (alpha, beta)}
        outside = {**own, cls.lab.listed(beta): cls.network.address(BEHIND)}
        cls.servers = [DnsServer(cls.lab, records, cls.network.nms_address, name)
                       for name, records in (("outside", outside), ("inside", own))]
        for daemon, server in zip(cls.lab.daemons, cls.servers):
            cls.addClassCleanup(server.stop)
            daemon.more_options = ["--resolv-conf", server.resolv_conf]

    def replicates(self, number):
        self.alpha.edit(netconf.entry("Nat", number))
        wait_for(lambda: self.beta.number_of("Nat") == number, 5, "beta has the edit")

    def test_alarm_until_the_translation_ends(self):
        self.alpha, self.beta = self.lab.daemons
        name, outside, inside = self.lab.listed(self.beta), self.network.address(BEHIND), \
            self.beta.address
        self.assertNotEqual(outside, inside)
        raised = self.lab.nms.wait_alarm(20030, True, 5, peer=BEHIND, source=self.alpha.address)
        self.assertEqual(raised["text"], f"Peer {BEHIND} ({name}) is reached at {outside}, "
                                         f"and says that it is {inside}")
        self.assertEqual(self.alpha.status()["peers"][BEHIND]["resolved-address"], outside)
        self.assertIn(raised["text"], self.alpha.ctl("status").stdout)
        self.assertEqual(self.alpha.alarm_ids(), [20030, 40049])
        self.assertEqual(self.beta.alarm_ids(), [40049])
        self.replicates("1")

        mark = self.lab.nms.mark()
        self.beta.stop()
        self.network.end_translation(BEHIND)
        self.beta.address = outside
        self.beta.more_options = self.alpha.more_options
        self.beta.start()
        self.lab.nms.wait_alarm(20030, False, 10, mark, peer=BEHIND, source=self.alpha.address)
        self.lab.wait_in_step()
        self.replicates("2")
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: d.alarm_ids() == [40049], 5, f"{daemon.name}: no alarm")


if __name__ == "__main__":
    network.enter()
    main()
