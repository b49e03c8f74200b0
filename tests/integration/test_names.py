#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Peers that are listed by name: the move from addresses to names, DNS, and the address mapping
that comes before DNS."""

from sextant_test import DnsServer, LabTest, main, netconf, wait_for

NOWHERE = "127.0.0.99"


def name_of(daemon):
    return f"{daemon.name}.example.com"


def mapping(entries, enabled="true"):
    inner = "".join(f"<mapping><fqdn>{name}</fqdn><ip-address>{address}</ip-address></mapping>"
                    for name, address in entries.items())
    return netconf.cluster(f"<address-mapping><enabled>{enabled}</enabled>{inner}"
                           "</address-mapping>")


class Names(LabTest):
    count = 3
    formed = True

    @classmethod
    def prepare(cls):
        cls.dns = DnsServer(cls.lab, {name_of(daemon): daemon.address
                                      for daemon in cls.lab.daemons})
        cls.addClassCleanup(cls.dns.stop)
        for daemon in cls.lab.daemons:
            daemon.more_options += ["--resolv-conf", cls.dns.resolv_conf]

    def setUp(self):
        self.alpha, self.beta, self.gamma = self.lab.daemons

    def replicates(self, number):
        self.alpha.edit(netconf.entry("Names", number))
        for daemon in (self.beta, self.gamma):
            wait_for(lambda d=daemon: d.number_of("Names") == number, 5, "replicated")

    def relist(self, index, address):
        """Enters another address of a peer everywhere, and restarts that peer, which alone has to:
        20007 tells it."""
        for daemon in self.lab.daemons:
            daemon.edit(netconf.cluster(netconf.peers({index: address})))
        changed = self.lab[index]
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: (20007 in d.alarm_ids()) == (d is changed), 5,
                     f"{daemon.name}: 20007 only where the own address changed")
        changed.restart()
        self.lab.wait_in_step()
        for daemon in self.lab.daemons:
            wait_for(lambda d=daemon: d.alarm_ids() == [40049], 5, f"{daemon.name}: no alarm")

    def test_a_from_addresses_to_names(self):
        for index, daemon in enumerate(self.lab.daemons, 1):
            with self.subTest(daemon.name):
                self.relist(index, name_of(daemon))
                self.assertTrue(self.dns.asked(name_of(daemon)))
                for other in self.lab.daemons:
                    text = "This system" if other is daemon else (
                        f"Active as {daemon.name} (Resolved '{name_of(daemon)}' as "
                        f"'{daemon.address}')")
                    # A link is up a moment before the peer has told its name.
                    now = other.wait_status(
                        lambda now: now["peers"][index]["status-text"] == text, text, 5)
                    self.assertEqual(now["peers"][index]["resolved-address"], daemon.address)
                self.replicates(str(index))

    def test_b_mapping_comes_before_dns(self):
        names = {name_of(daemon): daemon.address for daemon in self.lab.daemons}
        with self.subTest("entered on the primary, copied to all"):
            self.alpha.edit(mapping(names))
            self.lab.wait_in_step()
            for daemon in (self.beta, self.gamma):
                self.assertEqual(daemon.leaf(netconf.cluster(
                    f"<address-mapping><mapping><fqdn>{name_of(self.gamma)}</fqdn></mapping>"
                    "</address-mapping>"), "ip-address"), self.gamma.address)
            self.assert_refused("access-denied", lambda: self.beta.edit(mapping(
                {name_of(self.gamma): NOWHERE})), app_tag="not-primary")
        with self.subTest("DNS is not asked any more"):
            mark = self.dns.mark()
            for daemon in (self.gamma, self.beta, self.alpha):
                daemon.restart()
            self.lab.wait_in_step()
            self.replicates("10")
            for name in names:
                self.assertEqual(self.dns.asked(name, mark), [])
        with self.subTest("a mapping that is wrong counts too"):
            self.alpha.edit(mapping({name_of(self.gamma): NOWHERE}))
            self.alpha.wait_status(lambda now: now["peers"][3]["status"] == "failed", "gamma lost")
            self.assertEqual(self.alpha.status()["peers"][3]["resolved-address"], NOWHERE)
            self.alpha.edit(mapping({name_of(self.gamma): self.gamma.address}))
            self.lab.wait_in_step()
        with self.subTest("switched off, DNS is asked again"):
            mark = self.dns.mark()
            self.alpha.edit(mapping({}, "false"))
            self.lab.wait_in_step()
            self.gamma.restart()
            self.lab.wait_in_step()
            self.assertTrue(self.dns.asked(name_of(self.alpha), mark))
            self.replicates("11")


if __name__ == "__main__":
    main()
