# SPDX-License-Identifier: Apache-2.0
"""A cluster in a temporary folder: certificates, daemons, an NMS."""

import os
import shutil
import tempfile

from . import pki, snmp
from .daemon import Daemon
from .netconf import IETF_SYSTEM, SYSTEM, cluster, peers
from .waiting import wait_for

NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
FIRST_ADDRESS = 11
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BUILD = os.path.join(SOURCE, "build", "release")

# What nobody asks, but a cluster requires to be configured.
SERVERS = ("<dns-resolver><server><name>lab</name><udp-and-tcp><address>127.0.0.1</address>"
           "</udp-and-tcp></server></dns-resolver>"
           "<ntp><server><name>lab</name><udp><address>127.0.0.1</address></udp></server></ntp>")


def interface(address):
    """Configuration of the interface with a daemon's address."""
    return ('<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces" '
            'xmlns:t="urn:ietf:params:xml:ns:yang:iana-if-type"><interface><name>lan0</name>'
            "<type>t:ethernetCsmacd</type>"
            '<ipv4 xmlns="urn:ietf:params:xml:ns:yang:ietf-ip"><address>'
            f"<ip>{address}</ip><prefix-length>8</prefix-length></address></ipv4></interface>"
            "</interfaces>")


class Lab:
    """Daemons on 127.0.0.11 and up. Close it, or use it in a `with` statement."""

    def __init__(self, count, traps=True, keep=False, names=None, initial=None, v3=False,
                 enforce=False, named=False, mapped=True, network=None):
        """`names` are DNS names for the certificates, one list a daemon. `initial` is more
        configuration for the initial file; `v3` adds a user of SNMPv3. With `named` peers are
        listed by name, through the address mapping unless `mapped` is false; with `enforce`
        certificates are enforced, too. With a `network` each has its own host there; the lab closes it."""
        self.source = SOURCE
        self.keep = keep
        self.sextantd = os.environ.get("SEXTANTD", os.path.join(DEFAULT_BUILD, "sextantd"))
        self.sextantctl = os.environ.get("SEXTANTCTL", os.path.join(DEFAULT_BUILD, "sextantctl"))
        self.modules = [os.path.join(SOURCE, "yang")]
        self.folder = tempfile.mkdtemp(prefix="sextant-lab-")
        self.daemons = []
        self.enforce = enforce
        self.network = network
        self.named = named or enforce
        self.mapped = mapped
        self.nms = None
        try:
            self._prepare(count, traps, names, initial, v3)
        except BaseException:
            self.close()
            raise

    def _prepare(self, count, traps, names, initial, v3):
        self.authority = pki.Authority(os.path.join(self.folder, "pki"))
        self.host_key = os.path.join(self.folder, "host_key")
        self.user_key = os.path.join(self.folder, "admin_key")
        pki.ssh_key(self.host_key)
        self.public_key = pki.ssh_key(self.user_key)
        if traps:
            self.nms = snmp.TrapReceiver(
                self, address=self.network.nms_address if self.network else "127.0.0.1")
        for i in range(count):
            address = (self.network.own_address(i + 1) if self.network else
                       f"127.0.0.{FIRST_ADDRESS + i}")
            daemon = Daemon(self, NAMES[i], address, *self.authority.issue(
                NAMES[i], names[i] if names else [f"{NAMES[i]}.example.com"]))
            if self.network:
                daemon.prefix = self.network.prefix(i + 1)
            self.write_initial(daemon, initial or "", v3)
            self.daemons.append(daemon)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __getitem__(self, index):
        """The daemon with this index of the list of peers, from 1."""
        return self.daemons[index - 1]

    def write_initial(self, daemon, more, v3):
        """The initial configuration: the first administrator, what a cluster requires of its
        members, a name, SNMP and its target."""
        algorithm, data = self.public_key
        user, authentication, privacy = snmp.V3_USER
        users = targets = ""
        if v3:
            users = (f"<v3-users><user><name>{user}</name><authentication><passphrase>"
                     f"{authentication}</passphrase></authentication><privacy><passphrase>"
                     f"{privacy}</passphrase></privacy></user></v3-users>")
        if self.nms:
            targets = (f"<notification-targets><target><name>nms</name><address>{self.nms.address}"
                       f"</address><port>{self.nms.port}</port><community>{snmp.COMMUNITY}"
                       "</community></target></notification-targets>")
        with open(daemon.initial, "w", encoding="utf-8") as stream:
            stream.write(
                f'<system xmlns="{IETF_SYSTEM}"><authentication><user><name>admin</name>'
                f"<authorized-key><name>lab</name><algorithm>{algorithm}</algorithm>"
                f"<key-data>{data}</key-data></authorized-key></user></authentication>"
                f"{SERVERS}</system>\n{interface(daemon.address)}\n"
                f'<system xmlns="{SYSTEM}"><name>{daemon.name}</name><snmp><v2c><enabled>true'
                f"</enabled><community>{snmp.COMMUNITY}</community></v2c>{users}{targets}"
                f"</snmp></system>\n{more}")

    def start(self):
        for daemon in self.daemons:
            daemon.start()
        return self

    def listed(self, daemon):
        """How the list of peers has it: by address, or by name where the lab is so."""
        return f"{daemon.name}.example.com" if self.named else daemon.address

    def addresses(self, count=None):
        return {i + 1: self.listed(daemon) for i, daemon in enumerate(self.daemons[:count])}

    def cluster_config(self, count, name="lab.example.com", primary=1):
        """Cluster settings as each of the first `count` peers has them."""
        more = ""
        if self.named and self.mapped:
            mapping = "".join(f"<mapping><fqdn>{self.listed(daemon)}</fqdn><ip-address>"
                              f"{daemon.address}</ip-address></mapping>"
                              for daemon in self.daemons)
            more = f"<address-mapping><enabled>true</enabled>{mapping}</address-mapping>"
        if self.enforce:
            more += "<tls-verification>enforce</tls-verification>"
        return cluster(f"<name>{name}</name><configuration-primary>{primary}"
                       f"</configuration-primary>{peers(self.addresses(count))}{more}")

    def form(self, name="lab.example.com"):
        """Starts all and makes them one cluster: a cluster of one, then one more at a time."""
        self.start()
        self[1].edit(self.cluster_config(1, name))
        self[1].restart()
        for count in range(2, len(self.daemons) + 1):
            self.add(count, name)
        return self

    def add(self, index, name="lab.example.com"):
        """Adds the daemon with this index to the cluster of those before it."""
        for daemon in self.daemons[:index - 1]:
            daemon.edit(cluster(peers({index: self.listed(self[index])})))
        self[index].edit(self.cluster_config(index, name))
        self[index].restart()
        self.wait_in_step(index)

    def wait_in_step(self, count=None, timeout=15):
        """Waits until the first `count` daemons are linked and have the primary's digest."""
        def in_step():
            states = [daemon.status() for daemon in self.daemons[:count]]
            return (all(state.get("database_status") == "active" for state in states) and
                    len({state.get("digest") for state in states}) == 1 and
                    all(peer.get("status") in ("active", "this-system")
                        for state in states for peer in state["peers"].values()))
        wait_for(in_step, timeout, "all peers linked and in step")

    def close(self):
        """Ends all processes that this object started, and removes the folder. A lab that is
        kept keeps both."""
        if self.keep:
            return
        for daemon in self.daemons:
            if daemon.alive:
                daemon.kill()
        if self.nms:
            self.nms.stop()
        if self.network:
            self.network.close()
        shutil.rmtree(self.folder, ignore_errors=True)
