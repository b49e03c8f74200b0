#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Address mappings that are suggested from what peers say of themselves."""

from sextant_test import LabTest, main, netconf, wait_for

MAPPING = netconf.cluster("<address-mapping/>")


def domain(name):
    return (f'<system xmlns="{netconf.IETF_SYSTEM}"><hostname>{name}</hostname><dns-resolver>'
            "<search>example.com</search></dns-resolver></system>")


class Mapping(LabTest):
    count = 3
    formed = True

    def mapping(self, daemon):
        data = daemon.session().get(MAPPING, config_of="running")
        return {entry.findtext(f"{{{netconf.CLUSTER}}}fqdn"):
                entry.findtext(f"{{{netconf.CLUSTER}}}ip-address")
                for entry in data.iter(f"{{{netconf.CLUSTER}}}mapping")}

    def suggested(self, daemon, *arguments):
        done = daemon.ctl("suggest-mappings", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_mappings_are_suggested_and_entered(self):
        alpha, beta, gamma = self.lab.daemons
        with self.subTest("a name without a domain is none"):
            self.assertEqual(self.suggested(beta)[0],
                             f"peer 1: (its name is not known) -> {alpha.address}: unknown")
        for daemon in (alpha, beta):
            daemon.edit(domain(daemon.name))
        wait_for(lambda: self.suggested(gamma)[:2] == [
            f"peer 1: alpha.example.com -> {alpha.address}: new",
            f"peer 2: beta.example.com -> {beta.address}: new"], 5, "gamma knows the names")
        self.assertEqual(self.mapping(alpha), {})
        with self.subTest("they are entered on the primary alone"):
            done = beta.ctl("suggest-mappings", "apply")
            self.assertEqual(done.returncode, 1)
            self.assertIn(alpha.address, done.stderr)
            self.assertEqual(self.suggested(alpha, "apply"), [
                f"peer 1: alpha.example.com -> {alpha.address}: entered",
                f"peer 2: beta.example.com -> {beta.address}: entered",
                f"peer 3: (its name is not known) -> {gamma.address}: unknown"])
        with self.subTest("and copied to all; what is there stays"):
            self.lab.wait_in_step()
            wanted = {"alpha.example.com": alpha.address, "beta.example.com": beta.address}
            for daemon in self.lab.daemons:
                self.assertEqual(self.mapping(daemon), wanted)
            beta.edit(domain("other"))
            wait_for(lambda: self.suggested(alpha, "apply")[1] ==
                     f"peer 2: other.example.com -> {beta.address}: conflict", 5, "a conflict")
            self.assertEqual(self.mapping(alpha), wanted)


if __name__ == "__main__":
    main()
