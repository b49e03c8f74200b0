#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A peer joins a cluster that has much configuration: by a snapshot in pieces, while edits go on."""

import threading
import time

from sextant_test import LabTest, main, netconf, wait_for

ENTRIES = 10000
A_BATCH = 2500


def entries(first, count):
    return netconf.phone_book("".join(
        f"<entry><name>Person {number:06}</name><number>{number + 100}</number></entry>"
        for number in range(first, first + count)))


class Join(LabTest):
    count = 2

    def test_join_with_much_configuration(self):
        alpha, beta = self.lab.daemons
        alpha.edit(self.lab.cluster_config(1))
        alpha.restart()
        for first in range(0, ENTRIES, A_BATCH):
            alpha.edit(entries(first, A_BATCH))
        mark = self.lab.nms.mark()
        alpha.edit(netconf.cluster(netconf.peers({2: beta.address})))
        beta.edit(self.lab.cluster_config(2))
        stop, meanwhile = threading.Event(), {}

        def edit():
            with alpha.new_session() as session:
                while not stop.is_set():
                    number = str(len(meanwhile) + 1)
                    session.edit(netconf.entry(f"Meanwhile {number}", number))
                    meanwhile[f"Meanwhile {number}"] = number
                    stop.wait(0.01)

        editor = threading.Thread(target=edit)
        editor.start()
        try:
            start = time.monotonic()
            beta.restart()
            beta.wait_status(lambda now: now["database_status"] == "active" and
                             int(now["revision"]) > 0, "beta has joined", 20)
            taken = time.monotonic() - start
        finally:
            stop.set()
            editor.join()
        print(f"joined with {ENTRIES} entries and {len(meanwhile)} edits meanwhile in {taken:.2f} s")
        self.lab.wait_in_step()
        self.assertGreater(len(meanwhile), 0)
        book = netconf.all_numbers(beta.session())
        self.assertEqual(len(book), ENTRIES + len(meanwhile))
        self.assertEqual(book, netconf.all_numbers(alpha.session()))
        self.assertEqual({**book, **meanwhile}, book)
        wait_for(lambda: alpha.alarm_ids() == [40049], 15, "no other alarm is up")
        # Before its restart beta is listed and takes no part: 20004 is right once, until it does.
        raised = [found for found in self.lab.nms.all(mark)
                  if found["id"] == 20004 and found["raised"] and found["source"] == alpha.address]
        self.assertLessEqual(len(raised), 1)


if __name__ == "__main__":
    main()
