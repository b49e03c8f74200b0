#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Six peers, each on a host of its own, and cables that are pulled out and put back: one peer is cut
off, the primary is, a network falls into two halves, packets are lost one way."""

from sextant_test import LabTest, main, netconf, network, wait_for

COUNT = 6
FORCE = f'<force-config-update xmlns="{netconf.CLUSTER}"/>'


class Partition(LabTest):
    count = COUNT
    formed = True

    @classmethod
    def setUpClass(cls):
        cls.network = network.Network(COUNT)
        cls.options = {"network": cls.network}
        super().setUpClass()

    def setUp(self):
        self.alpha = self.lab[1]
        self.lab.wait_in_step()
        self.quiet()
        self.mark = self.lab.nms.mark()

    def quiet(self):
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: d.alarm_ids() == [40049], 10, f"{daemon.name}: no alarm")

    def has(self, indexes, name, number):
        for index in indexes:
            daemon = self.lab[index]
            wait_for(lambda d=daemon: d.number_of(name) == number, 5,
                     f"{daemon.name} has {name} as {number}")

    def alarmed(self, index, alarm):
        daemon = self.lab[index]
        wait_for(lambda: alarm in daemon.alarm_ids(), 5, f"{daemon.name}: {alarm} is up")

    def name_primary(self, indexes, primary):
        for index in indexes:
            self.lab[index].edit(netconf.cluster(
                f"<configuration-primary>{primary}</configuration-primary>"))

    def test_a_peer_is_cut_off(self):
        self.network.cut(4)
        self.lab.nms.wait_alarm(20004, True, 5, self.mark, peer=4)
        self.alpha.edit(netconf.entry("Cut", "1"))
        self.has([2, 3, 5, 6], "Cut", "1")
        self.alarmed(4, 20016)
        self.assertIsNone(self.lab[4].number_of("Cut"))
        self.network.heal(4)
        self.lab.nms.wait_alarm(20004, False, 10, self.mark, peer=4)
        self.has([4], "Cut", "1")

    def test_b_the_primary_is_cut_off(self):
        self.network.cut(1)
        for index in range(2, COUNT + 1):
            self.alarmed(index, 20016)
        self.alpha.edit(netconf.entry("Alone", "1"))
        for index in range(2, COUNT + 1):
            self.assertIsNone(self.lab[index].number_of("Alone"))
        self.network.heal(1)
        self.has(range(2, COUNT + 1), "Alone", "1")

    def test_c_one_direction_is_lost(self):
        self.network.drop_from(3, 1)
        self.lab.nms.wait_alarm(20004, True, 5, self.mark, peer=3)
        self.alpha.edit(netconf.entry("One way", "1"))
        self.has([2, 4, 5, 6], "One way", "1")
        self.network.pass_from(3, 1)
        self.has([3], "One way", "1")

    def test_d_the_network_falls_into_halves(self):
        """Both halves are edited; nothing is merged or overwritten until the operator says so."""
        east = [4, 5, 6]
        self.network.split(east)
        for index in east:
            self.alarmed(index, 20016)
        self.name_primary(east, 4)
        self.alpha.edit(netconf.entry("West", "1"))
        self.lab[4].edit(netconf.entry("East", "2"))
        self.has([2, 3], "West", "1")
        self.has([5, 6], "East", "2")
        self.network.join(east)
        for index in (1, 4):
            self.alarmed(index, 20017)
        self.name_primary(east, 1)
        for index in east:
            self.alarmed(index, 20011)
        self.has(east, "East", "2")
        for index in east:
            self.assertIsNone(self.lab[index].number_of("West"))
            self.lab[index].session().call(FORCE)
        self.lab.wait_in_step()
        self.has(range(1, COUNT + 1), "West", "1")
        for index in east:
            self.assertIsNone(self.lab[index].number_of("East"))


if __name__ == "__main__":
    network.enter()
    main()
