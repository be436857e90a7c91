"""One region's node is away: the others go on, answers say what is missing, and nothing is lost."""

import time
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES
from waiting import wait_until

CALL = "kontakts-2022"
AWAY = "vidzeme-kurzeme"
# How soon the centre notices that a link is gone, and with it a client that the node is.
NOTICE_SECONDS = 10


class NodeAwayTest(ClusterCase):
    def test_the_others_go_on_and_what_is_missing_is_said(self):
        rows = apps.flatten(apps.project(CALL, f"N-{index:04}", apps.place(index), [60_000])
                            for index in range(30))
        of_away = [row for row in rows if apps.node_of(row) == AWAY]
        others = [row for row in rows if apps.node_of(row) != AWAY]
        self.cluster.nodes[AWAY].stop()
        wait_until("the centre knows that it is away",
                   lambda: self.cluster.node_states()[AWAY]["state"] == "AWAY", NOTICE_SECONDS)

        file = apps.write_csv(self.path("rows.csv"), CALL, rows)
        summary = self.cluster.submit(file, CALL, "--timeout", "5", expect=(3,))
        self.assertEqual((summary["accepted"], summary["rejected"]),
                         (str(len(others)), str(len(of_away))), summary)
        rejected = apps.read_table(self.path("rows.csv.rejected.csv"))
        self.assertEqual({row["code"] for row in rejected}, {"UNDELIVERED"})
        self.assertEqual({row["external_ref"] for row in rejected},
                         {row["external_ref"] for row in of_away})

        def counted():
            return self.cluster.totals(CALL)["total"]["applications"] == str(len(others))
        wait_until("the others' applications are counted", counted, NOTICE_SECONDS)
        freshness = {one["node"]: one["connected"] for one in self.cluster.totals(CALL)["freshness"]}
        self.assertEqual(freshness, {node: node != AWAY for node in NODES})
        listed = self.kopa("app", "list", "--call", CALL, "--timeout", "3").expect(3).json()
        self.assertEqual(len(listed["applications"]), len(others))
        began = time.monotonic()
        listed = self.kopa("app", "list", "--call", CALL).expect(3).json()
        self.assertLess(time.monotonic() - began, 5, "a node known to be away is not waited for")
        self.assertEqual(len(listed["applications"]), len(others))
        here = next(row for row in others)
        of_one = self.kopa("app", "list", "--call", CALL, "--municipality", here["municipality"])
        self.assertGreater(len(of_one.expect(0).json()["applications"]), 0)
        report = self.kopa("verify", "--timeout", "3").expect(3)
        self.assertIn(AWAY, report.out)

        self.cluster.nodes[AWAY].start()
        self.cluster.wait_until_connected()
        again = self.cluster.submit(self.path("rows.csv.rejected.csv"), CALL)
        self.assertEqual(again["accepted"], str(len(of_away)))
        self.assertEqual(self.cluster.total(CALL), apps.sums(rows).total())
        self.cluster.verify()


if __name__ == "__main__":
    unittest.main()
