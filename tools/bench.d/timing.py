# SPDX-License-Identifier: Apache-2.0
"""Requests with the time that they take."""

import statistics
import time

from cluster_lab import netconf
from cluster_lab.netconf import RpcError

START_S = 600  # the longest wait for a daemon


def ask(session, operation, wanted=b"<ok/>"):
    """Sends a request and waits for the answer; when it was sent, and when the answer was there."""
    start = time.monotonic()
    session.send(operation)
    answer = session.receive()
    end = time.monotonic()
    if wanted not in answer:
        raise RpcError(netconf.ET.fromstring(answer).find(f"{{{netconf.BASE}}}rpc-error"))
    return start, end


def milliseconds(seconds):
    """p50, p90, p99 and the most of durations."""
    ordered = sorted(seconds)

    def at(percent):
        return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] * 1000
    return {"count": len(ordered), "p50": statistics.median(ordered) * 1000, "p90": at(90),
            "p99": at(99), "max": ordered[-1] * 1000}
