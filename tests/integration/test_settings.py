#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Settings that peers must agree on: what each difference raises, and that it ends with it."""

from sextant_test import LabTest, main, netconf, wait_for


class Settings(LabTest):
    count = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alpha, cls.beta, cls.gamma = cls.lab.daemons
        cls.alpha.edit(cls.lab.cluster_config(1))
        cls.alpha.restart()
        cls.lab.add(2)

    def wait_ids(self, daemon, *ids):
        wait_for(lambda: daemon.alarm_ids() == sorted(ids), 15, f"{daemon.name} has alarms {ids}")

    def remove_peer(self, daemon, index):
        daemon.edit(netconf.cluster(
            f'<peers><peer xmlns:nc="{netconf.BASE}" nc:operation="delete"><index>{index}</index>'
            "</peer></peers>"))

    def test_lists_differ(self):
        """20012 on the subordinate whose list is not the primary's."""
        self.alpha.edit(netconf.cluster(netconf.peers({3: self.gamma.address})))
        wait_for(lambda: 20012 in self.beta.alarm_ids(), 15, "20012 is up")
        self.assertNotIn(20012, self.alpha.alarm_ids())
        self.alpha.edit(netconf.entry("Though lists differ", "100"))
        wait_for(lambda: self.beta.number_of("Though lists differ") == "100", 15, "replicated")
        self.remove_peer(self.alpha, 3)
        self.wait_ids(self.beta, 40049)
        self.wait_ids(self.alpha, 40049)

    def test_cluster_names_differ(self):
        """Another name takes effect at the restart; then there is no link. With a name in common, as
        while a cluster is renamed, there is one, and nothing is replicated."""
        self.beta.edit(netconf.cluster("<name>other.example.com</name>"))
        self.wait_ids(self.beta, 20007, 40049)
        self.alpha.edit(netconf.entry("Still replicated", "100"))
        wait_for(lambda: self.beta.number_of("Still replicated") == "100", 15, "replicated")
        self.beta.restart()
        self.wait_ids(self.beta, 20004, 20006, 20016, 40049)
        self.wait_ids(self.alpha, 20004, 20006, 40049)
        # The first attempt may have met a system that has not found its peers yet.
        wait_for(lambda: "it is of cluster 'other.example.com', this system of 'lab.example.com'" in
                 self.alpha.status()["peers"][2].get("failure", ""), 15, "the names")
        self.alpha.edit(netconf.entry("Not replicated", "100"))
        self.beta.edit(netconf.cluster("<name>lab.example.com</name>"))
        self.wait_ids(self.beta, 20006, 20007, 40049)
        self.wait_ids(self.alpha, 20006, 40049)
        self.assertIsNone(self.beta.number_of("Not replicated"))
        self.beta.restart()
        self.lab.wait_in_step(2)
        self.assertEqual(self.beta.number_of("Not replicated"), "100")
        self.wait_ids(self.beta, 40049)
        self.wait_ids(self.alpha, 40049)

    def test_not_in_the_list(self):
        """20015: the list of peers does not hold this system, which then replicates nothing."""
        self.gamma.edit(self.lab.cluster_config(2))
        self.gamma.restart()
        self.assertEqual(self.gamma.status()["role"], "not-in-list")
        self.assertIn(20015, self.gamma.alarm_ids())
        self.assert_refused("access-denied", lambda: self.gamma.edit(netconf.entry("Own", "1")),
                            app_tag="not-primary", message=self.alpha.address)


if __name__ == "__main__":
    main()
