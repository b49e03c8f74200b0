# SPDX-License-Identifier: Apache-2.0
"""Clients over SSH that are not ours: ncclient, and a bare subsystem channel for hostile bytes."""

import logging

import paramiko
from lxml import etree
from ncclient import manager

from .daemon import PORTS
from .netconf import CLUSTER
from .waiting import wait_for

logging.getLogger("ncclient").setLevel(logging.CRITICAL)
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


def connect(daemon, user="admin", timeout=10):
    """An ncclient session with public-key log-in."""
    return manager.connect(host=daemon.address, port=PORTS["netconf"], username=user,
                           key_filename=daemon.lab.user_key, hostkey_verify=False,
                           look_for_keys=False, allow_agent=False, timeout=timeout)


def restart(daemon, timeout=10):
    """The restart operation; waits until the daemon is back."""
    daemon.forget_session()
    session = connect(daemon)
    session.dispatch(etree.fromstring(f'<restart xmlns="{CLUSTER}"/>'))
    wait_for(lambda: not session.connected, timeout, f"{daemon.name} ends its sessions")
    daemon.wait_serving(timeout)


class Channel:
    """The netconf subsystem of an SSH connection that has logged in: bytes in, bytes out."""

    def __init__(self, daemon, user="admin", password=None, timeout=10, sock=None):
        """`sock` is a socket that is connected already."""
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        self.client.connect(daemon.address, PORTS["netconf"], user, password=password,
                            key_filename=None if password else daemon.lab.user_key,
                            look_for_keys=False, allow_agent=False, timeout=timeout,
                            banner_timeout=timeout, auth_timeout=timeout, sock=sock)
        self.channel = self.client.get_transport().open_session(timeout=timeout)
        self.channel.settimeout(timeout)
        self.channel.invoke_subsystem("netconf")

    def send(self, data):
        self.channel.sendall(data)

    def receive_until(self, end):
        data = b""
        while end not in data:
            more = self.channel.recv(1 << 16)
            if not more:
                raise ConnectionError("the channel was closed")
            data += more
        return data

    def closed(self, timeout):
        """Whether the other side closes the channel within `timeout` seconds."""
        self.channel.settimeout(timeout)
        try:
            while self.channel.recv(1 << 16):
                pass
            return True
        except OSError:
            return False

    def close(self):
        self.client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
