#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A user's own YANG modules in a modules folder: each of their items is replicated or kept by its
scope, and nothing of Sextant knew them before."""

import os

from sextant_test import LabTest, main, netconf, wait_for

PLAIN = """
module acme-menu {
  yang-version 1.1; namespace "urn:acme:menu"; prefix menu;
  container menu {
    leaf of-the-day { type string { length "1..40"; } }
    list dish {
      key "name";
      leaf name { type string; }
      leaf price { type decimal64 { fraction-digits 2; } mandatory true; }
    }
    container kitchen { leaf oven { type string; } }
  }
}
"""
ANNOTATED = """
module acme-wallboard {
  yang-version 1.1; namespace "urn:acme:wallboard"; prefix acme;
  import sextant-extensions { prefix sx; }
  container wallboard {
    container device {
      sx:scope "peer-specific";
      leaf serial-port { type string; sx:applies-on-restart; }
      leaf door-key { type string; sx:secret; }
    }
    list text {
      key "name";
      leaf name { type string; }
      leaf line { type string; }
    }
  }
}
"""
ANNOTATIONS = """
module acme-scopes {
  yang-version 1.1; namespace "urn:acme:scopes"; prefix as;
  import sextant-extensions { prefix sx; }
  import acme-menu { prefix menu; }
  sx:annotate "/menu:menu/menu:kitchen" { sx:scope "peer-specific"; }
}
"""
NEWS = """
module acme-news {
  yang-version 1.1; namespace "urn:acme:news"; prefix news;
  container news { leaf headline { type string; } }
}
"""


def menu(inner):
    return f'<menu xmlns="urn:acme:menu">{inner}</menu>'


def wallboard(inner):
    return f'<wallboard xmlns="urn:acme:wallboard">{inner}</wallboard>'


class OwnModules(LabTest):
    count = 2
    formed = True

    @classmethod
    def prepare(cls):
        folder = os.path.join(cls.lab.folder, "own-yang")
        os.mkdir(folder)
        for name, text in (("acme-menu", PLAIN), ("acme-wallboard", ANNOTATED),
                           ("acme-scopes", ANNOTATIONS)):
            with open(os.path.join(folder, name + ".yang"), "w", encoding="utf-8") as stream:
                stream.write(text)
        cls.lab.modules.append(folder)

    def setUp(self):
        self.alpha, self.beta = self.lab.daemons
        self.lab.wait_in_step()

    def leafs(self, filter_xml, name):
        return [daemon.leaf(filter_xml, name) for daemon in self.lab.daemons]

    def wait_leafs(self, filter_xml, name, value):
        wait_for(lambda: self.leafs(filter_xml, name) == [value] * 2, 10, f"{name} is {value}")

    def test_without_annotations_all_is_replicated(self):
        self.alpha.edit(menu("<of-the-day>soup</of-the-day><dish><name>pie</name><price>4.50"
                             "</price></dish>"))
        self.wait_leafs(menu("<of-the-day/>"), "of-the-day", "soup")
        self.wait_leafs(menu("<dish><name>pie</name></dish>"), "price", "4.5")
        self.assert_refused("access-denied",
                            lambda: self.beta.edit(menu("<of-the-day>fish</of-the-day>")),
                            app_tag="not-primary", message=self.alpha.address)
        self.assert_refused("data-missing", lambda: self.alpha.edit(
            menu("<dish><name>air</name></dish>")), message="price")

    def test_annotated_items_go_by_their_scope(self):
        self.alpha.edit(wallboard("<text><name>hall</name><line>Welcome</line></text>"))
        self.wait_leafs(wallboard("<text><name>hall</name></text>"), "line", "Welcome")
        self.beta.edit(wallboard("<device><serial-port>ttyS1</serial-port></device>"))
        self.alpha.edit(wallboard("<text><name>hall</name><line>Good bye</line></text>"))
        self.wait_leafs(wallboard("<text><name>hall</name></text>"), "line", "Good bye")
        self.assertEqual(self.leafs(wallboard("<device/>"), "serial-port"), [None, "ttyS1"])
        self.assertIn(20007, self.beta.alarm_ids())
        self.beta.restart()
        self.lab.wait_in_step()
        self.assertEqual(self.beta.alarm_ids(), [40049])
        self.assertEqual(self.leafs(wallboard("<device/>"), "serial-port"), [None, "ttyS1"])

    def test_secret_of_a_module_is_never_shown(self):
        self.beta.edit(wallboard("<device><door-key>open-sesame</door-key></device>"))
        self.beta.edit(wallboard("<device><door-key>new-sesame</door-key></device>"))
        shown = self.beta.leaf(wallboard("<device/>"), "door-key")
        self.assertTrue(shown)
        self.assertNotIn("sesame", shown)
        self.assertNotIn("sesame", "\n".join(self.beta.log.all()))

    def test_another_module_is_annotated(self):
        self.beta.edit(menu("<kitchen><oven>gas</oven></kitchen>"))
        self.alpha.edit(menu("<of-the-day>stew</of-the-day>"))
        self.wait_leafs(menu("<of-the-day/>"), "of-the-day", "stew")
        self.assertEqual(self.leafs(menu("<kitchen/>"), "oven"), [None, "gas"])

    def test_peer_with_other_modules_is_not_replicated_with(self):
        """20008 while schemas differ, as during an upgrade; all is well once they agree."""
        folder = os.path.join(self.lab.folder, "newer-yang")
        os.mkdir(folder)
        with open(os.path.join(folder, "acme-news.yang"), "w", encoding="utf-8") as stream:
            stream.write(NEWS)
        mark = self.lab.nms.mark()
        self.restart_beta(["--modules", folder])
        self.lab.nms.wait_alarm(20008, True, 15, mark, 2, self.alpha.address)
        self.alpha.edit(netconf.entry("Upgrade", "1"))
        self.assertEqual(self.beta.status()["database_status"], "unavailable")
        self.assertIsNone(self.beta.number_of("Upgrade"))
        self.restart_beta([])
        self.lab.nms.wait_alarm(20008, False, 15, mark, 2, self.alpha.address)
        self.lab.wait_in_step()
        self.assertEqual(self.beta.number_of("Upgrade"), "1")

    def restart_beta(self, more_options):
        self.beta.kill()
        self.beta.more_options = more_options
        self.beta.start()


if __name__ == "__main__":
    main()
