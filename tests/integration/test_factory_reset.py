#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The factory reset: armed by emptying the list of peers, announced to the NMS, done by the restart
or whatever ends the process, and what it leaves."""

from sextant_test import LabTest, main, netconf

IETF = netconf.IETF_SYSTEM
INTERFACES = "urn:ietf:params:xml:ns:yang:ietf-interfaces"
LEAVE = ('<cluster xmlns="%s" xmlns:nc="%s"><peers nc:operation="delete"/></cluster>'
         % (netconf.CLUSTER, netconf.BASE))
LANS = (f'<interfaces xmlns="{INTERFACES}" xmlns:t="urn:ietf:params:xml:ns:yang:iana-if-type">'
        + "".join(f"<interface><name>lan{number}</name><type>t:ethernetCsmacd</type>"
                  '<ipv4 xmlns="urn:ietf:params:xml:ns:yang:ietf-ip"><address>'
                  f"<ip>192.0.2.{number}</ip><prefix-length>24</prefix-length></address></ipv4>"
                  "</interface>" for number in (1, 2)) + "</interfaces>")


def users(inner):
    return f'<system xmlns="{IETF}"><authentication>{inner}</authentication></system>'


def system(inner):
    return f'<system xmlns="{netconf.SYSTEM}">{inner}</system>'


class Reset(LabTest):
    count = 2
    formed = True

    def texts(self, daemon, filter_xml, name):
        data = daemon.session().get(filter_xml, config_of="running")
        return sorted(node.text for node in data.iter() if node.tag.endswith("}" + name))

    def rejoin(self, daemon):
        daemon.edit(self.lab.cluster_config(2))
        daemon.restart()
        self.lab.wait_in_step()

    def setUp(self):
        self.primary, self.peer = self.lab.daemons
        self.primary.edit(netconf.entry("Shared", "100"))
        self.lab.wait_in_step()

    def test_armed_and_disarmed(self):
        text = self.peer.ctl("delete", "/cluster/peers/peer[index='1']",
                             "/cluster/peers/peer[index='2']").stdout
        self.assertIn("warning: The next restart resets this system to its factory state", text)
        status = self.peer.status()
        self.assertEqual(status["factory-reset-armed"], "true")
        self.assertIn(15012, self.peer.alarm_ids())
        self.assertIn("factory state", " ".join(status["warnings"]))
        self.assertEqual(self.primary.status()["factory-reset-armed"], "false")
        self.peer.edit(netconf.cluster(netconf.peers({1: self.peer.address,
                                                      2: self.primary.address})))
        self.assertIn(15012, self.peer.alarm_ids())
        self.peer.edit(LEAVE)
        self.peer.edit(netconf.cluster(netconf.peers({1: self.primary.address,
                                                      2: self.peer.address})))
        self.assertEqual(self.peer.status()["factory-reset-armed"], "false")
        self.assertNotIn(15012, self.peer.alarm_ids())
        self.peer.restart()
        self.lab.wait_in_step()
        self.assertEqual(self.peer.number_of("Shared"), "100")

    def test_what_it_leaves(self):
        self.primary.edit(users("<user><name>guest</name></user>"
                                "<user><name>admin</name><authorized-key><name>lab</name>"
                                "<algorithm>ssh-ed25519</algorithm><key-data>AAAA</key-data>"
                                "</authorized-key></user>"))
        self.lab.wait_in_step()
        self.peer.edit(LANS)
        self.peer.edit(system("<gateways><ipv4>192.0.2.254</ipv4></gateways><option-keys>"
                              "<option-key><key>116341C00-1-AAAA</key></option-key></option-keys>"
                              "<snmp><contact>gone</contact></snmp>"))
        mark = self.lab.nms.mark()
        self.peer.edit(LEAVE)
        self.peer.restart()
        self.peer.wait_reset()
        told = [(found["id"], found["raised"]) for found in self.lab.nms.all(mark)
                if found["source"] == self.peer.address]
        self.assertIn((15012, True), told)
        self.assertIn((15009, True), told)
        self.assertIsNone(self.peer.number_of("Shared"))
        self.assertEqual(self.peer.status()["role"], "stand-alone")
        self.assertEqual(self.texts(self.peer, f'<interfaces xmlns="{INTERFACES}"/>', "ip"),
                         [self.peer.address, "192.0.2.1"])
        self.assertEqual(self.texts(self.peer, system("<gateways/>"), "ipv4"), ["192.0.2.254"])
        self.assertEqual(self.texts(self.peer, system("<option-keys/>"), "key"),
                         ["116341C00-1-AAAA"])
        self.assertNotIn("gone", self.texts(self.peer, system("<snmp/>"), "contact"))
        # The initial configuration comes back, and leaves the account that was kept as it was.
        self.assertEqual(self.texts(self.peer, users("<user/>"), "key-data"), ["AAAA"])
        self.assertNotIn("guest", self.texts(self.peer, users("<user/>"), "name"))
        self.assertEqual(self.texts(self.peer, f'<system xmlns="{netconf.SYSTEM}"><name/></system>',
                                    "name"), ["beta"])
        self.peer.restart()
        self.assertEqual(self.texts(self.peer, users("<user/>"), "key-data"), ["AAAA"])
        self.rejoin(self.peer)
        self.assertEqual(self.peer.number_of("Shared"), "100")

    def test_unarmed_nothing_is_reset(self):
        mark = self.lab.nms.mark()
        for daemon in self.lab.daemons:
            self.assertEqual(daemon.status()["factory-reset-armed"], "false")
        self.peer.restart()
        self.lab.wait_in_step()
        self.primary.kill()
        self.primary.start()
        self.lab.wait_in_step()
        for daemon in self.lab.daemons:
            self.assertEqual(daemon.number_of("Shared"), "100")
        self.assertFalse({found["id"] for found in self.lab.nms.all(mark)} & {15009, 15012, 15013})

    def test_a_killed_daemon_resets_too(self):
        self.peer.edit(LEAVE)
        self.peer.kill()
        self.peer.start()
        self.peer.wait_reset()
        self.assertIsNone(self.peer.number_of("Shared"))
        self.rejoin(self.peer)

    def test_a_restore_waits(self):
        self.peer.edit(LEAVE)
        self.assert_refused(
            "operation-failed", lambda: self.peer.session().call(
                f'<restore xmlns="{netconf.SYSTEM}"><file>x</file>'
                "<passphrase>0123456789</passphrase></restore>"),
            message="factory reset is armed")
        self.peer.edit(netconf.cluster(netconf.peers({1: self.primary.address,
                                                      2: self.peer.address})))


if __name__ == "__main__":
    main()
