# SPDX-License-Identifier: Apache-2.0
"""etcd as a yardstick: what the same bytes take that a majority of its members must store."""

import base64
import http.client
import json
import os
import socket
import subprocess
import time

from cluster_lab.daemon import start_process
from cluster_lab.waiting import wait_for

HOST = "127.0.0.1"


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind((HOST, 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def encoded(text):
    return base64.b64encode(text.encode()).decode()


class Etcd:
    """A cluster of etcd's own members on loopback, asked over a connection that stays open."""

    def __init__(self, folder, count):
        ports = free_ports(2 * count)
        clients = [f"http://{HOST}:{port}" for port in ports[:count]]
        peers = [f"http://{HOST}:{port}" for port in ports[count:]]
        everybody = ",".join(f"m{i}={url}" for i, url in enumerate(peers))
        self._processes = [start_process(
            ["etcd", "--name", f"m{i}", "--data-dir", os.path.join(folder, f"etcd-{count}-{i}"),
             "--listen-client-urls", clients[i], "--advertise-client-urls", clients[i],
             "--listen-peer-urls", peers[i], "--initial-advertise-peer-urls", peers[i],
             "--initial-cluster", everybody, "--initial-cluster-state", "new"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for i in range(count)]
        self._leader = None
        try:
            port = wait_for(lambda: self._leader_of(ports[:count]), 30, "etcd has a leader")
        except BaseException:
            self.close()
            raise
        self._leader = http.client.HTTPConnection(HOST, port, timeout=30)

    @staticmethod
    def _leader_of(ports):
        for port in ports:
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            try:
                connection.request("POST", "/v3/maintenance/status", "{}")
                answer = json.loads(connection.getresponse().read())
            except (OSError, http.client.HTTPException, ValueError):
                return None
            finally:
                connection.close()
            if answer.get("leader") and answer["leader"] == answer["header"]["member_id"]:
                return port
        return None

    def _ask(self, path, body):
        start = time.monotonic()
        self._leader.request("POST", path, json.dumps(body))
        answer = self._leader.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"etcd answers {path} with {answer.status}")
        return time.monotonic() - start

    def put(self, key, value):
        """Seconds until the leader has answered that a majority has stored it."""
        return self._ask("/v3/kv/put", {"key": encoded(key), "value": encoded(value)})

    def nothing(self):
        """Seconds that a request takes which needs no other member: etcd's empty RPC."""
        return self._ask("/v3/kv/range", {"key": encoded("none"), "serializable": True})

    def close(self):
        if self._leader:
            self._leader.close()
        for process in self._processes:
            process.kill()
            process.wait()
