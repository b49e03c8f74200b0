#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What a cluster requires of its members: each difference raises its alarm and its end clears it."""

from sextant_test import LabTest, main, netconf, wait_for

DELETE = f'xmlns:nc="{netconf.BASE}" nc:operation="delete"'


def system(inner):
    return f'<system xmlns="{netconf.SYSTEM}">{inner}</system>'


def ietf_system(inner):
    return f'<system xmlns="{netconf.IETF_SYSTEM}">{inner}</system>'


def interface(address):
    """The interface that a lab configures, with one more address."""
    return ('<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"><interface>'
            '<name>lan0</name><ipv4 xmlns="urn:ietf:params:xml:ns:yang:ietf-ip">'
            f"{address}</ipv4></interface></interfaces>")


def zone(address):
    return (f'<call-control xmlns="{netconf.CALL_CONTROL}"><zones><zone><name>north</name>'
            "<type>neighbour</type><protocol>sip</protocol><peer><index>1</index>"
            f"<address>{address}</address></peer></zone></zones></call-control>")


class Requirements(LabTest):
    count = 2
    formed = True

    def setUp(self):
        self.alpha, self.beta = self.lab.daemons
        self.lab.wait_in_step()
        for daemon in self.lab.daemons:
            self.wait_alarms(daemon, [40049])

    def wait_alarms(self, daemon, alarms):
        wait_for(lambda: daemon.alarm_ids() == alarms, 5, f"{daemon.name}: alarms {alarms}")

    def check(self, number, change, back, also=()):
        """beta's edit raises the alarm on both, with the other's index, and the reverse clears
        it."""
        self.beta.edit(change)
        for daemon, index in ((self.alpha, 2), (self.beta, 1)):
            self.wait_alarms(daemon, sorted([number, 40049, *also]))
            alarm = next(found for found in daemon.status()["alarms"] if found["id"] == number)
            self.assertIn(f"index='{index}']", alarm["resource"])
        self.alpha.edit(netconf.entry("Goes on", str(number)))
        self.lab.wait_in_step()
        self.beta.edit(back)
        for daemon in self.lab.daemons:
            self.wait_alarms(daemon, [40049])

    def test_product(self):
        product = "<product><{0}>{1}</{0}></product>"
        self.check(20027, system(product.format("type", "e")), system(product.format("type", "c")))
        self.check(20028, system(product.format("platform-class", "large")),
                   system(product.format("platform-class", "medium")))
        self.check(20029, system(product.format("feature", "find-me")),
                   system(f"<product><feature {DELETE}>find-me</feature></product>"))

    def test_unique_values(self):
        self.check(20032, system("<name>alpha</name>"), system("<name>beta</name>"))
        address = f"<ip>{self.alpha.address}</ip>"
        self.check(20032, interface(f"<address>{address}<prefix-length>8</prefix-length></address>"),
                   interface(f"<address {DELETE}>{address}</address>"))

    def test_servers(self):
        for number, path in ((45001, "dns-resolver"), (45002, "ntp")):
            kept = self.alpha.session().get(ietf_system(f"<{path}/>"), config_of="running")
            self.assertTrue(len(kept))
            self.alpha.edit(ietf_system(f"<{path}><server {DELETE}><name>lab</name></server>"
                                        f"</{path}>"))
            self.wait_alarms(self.alpha, sorted([40049, number]))
            self.assertEqual(self.beta.alarm_ids(), [40049])
            transport = "udp-and-tcp" if path == "dns-resolver" else "udp"
            self.alpha.edit(ietf_system(
                f"<{path}><server><name>lab</name><{transport}><address>127.0.0.1</address>"
                f"</{transport}></server></{path}>"))
            self.wait_alarms(self.alpha, [40049])

    def test_address(self):
        address = f"<ip>{self.alpha.address}</ip>"
        self.alpha.edit(interface(f"<address {DELETE}>{address}</address>"))
        self.wait_alarms(self.alpha, [40049, 45003])
        self.assertEqual(self.beta.alarm_ids(), [40049])
        self.alpha.edit(interface(f"<address>{address}<prefix-length>8</prefix-length></address>"))
        self.wait_alarms(self.alpha, [40049])

    def test_h323(self):
        mode = (f'<call-control xmlns="{netconf.CALL_CONTROL}"><h323><mode>%s</mode></h323>'
                "</call-control>")
        self.alpha.edit(mode % "off")
        for daemon in self.lab.daemons:
            self.wait_alarms(daemon, [20018, 20018, 40049])
        self.alpha.edit(mode % "on")
        for daemon in self.lab.daemons:
            self.wait_alarms(daemon, [40049])

    def test_neighbour(self):
        self.assert_refused("operation-failed", lambda: self.alpha.edit(zone(self.beta.address)),
                            app_tag="peer-is-neighbour", message="north")
        with self.subTest("two edits on different peers do it together"):
            third = "127.0.0.13"
            self.beta.edit(netconf.cluster(netconf.peers({3: third})))
            self.alpha.edit(zone(third))
            wait_for(lambda: 20033 in self.beta.alarm_ids(), 5, "20033")
            self.assertNotIn(20033, self.alpha.alarm_ids())
            self.alpha.edit(zone("127.0.0.14"))
            wait_for(lambda: 20033 not in self.beta.alarm_ids(), 5, "20033 is cleared")
            self.beta.edit(netconf.cluster(f"<peers><peer {DELETE}><index>3</index></peer></peers>"))
            for daemon in self.lab.daemons:
                self.wait_alarms(daemon, [40049])

    def test_ports(self):
        self.beta.kill()
        wait_for(lambda: 20021 in self.alpha.alarm_ids(), 5, "20021")
        self.beta.start()
        self.lab.wait_in_step()
        for daemon in self.lab.daemons:
            self.wait_alarms(daemon, [40049])


if __name__ == "__main__":
    main()
