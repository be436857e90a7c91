"""Processes killed at random moments while work goes on: nothing lost, nothing twice."""

import os
import random
import threading
import time
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES, sums_of
from waiting import wait_until

CALL = "kontakts-2022"
KILLS = 8
# The pauses between kills come from this seed; another one can be tried without touching the file.
SEED = int(os.environ.get("KOPA_CRASH_SEED", "20240517"))


class CrashTest(ClusterCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.stop = threading.Event()

    def test_a_bulk_submission_survives_kills(self):
        """Files go in one after the other, each until it is in, until all kills have happened."""
        submitted = []
        failures = []

        def submit_files():
            number = 0
            while not self.stop.is_set() or number < 3:
                rows = file_rows(number)
                file = apps.write_csv(self.path(f"bulk{number}.csv"), CALL, rows)
                submitted.extend(rows)
                if not self.submit_until_in(file, len(rows), failures):
                    return
                number += 1

        thread = threading.Thread(target=submit_files)
        thread.start()
        try:
            self.kill_at_random([*self.cluster.nodes.values(), self.cluster.central])
        finally:
            self.stop.set()
            thread.join(120)
        self.assertFalse(thread.is_alive(), "the submission hangs")
        self.assertEqual(failures, [])
        self.cluster.wait_until_connected()
        self.assertEqual(self.cluster.total(CALL), apps.sums(submitted).total(), f"seed {SEED}")
        references = [one["externalRef"] for one in self.cluster.applications(CALL)]
        self.assertEqual(sorted(references), sorted({row["external_ref"] for row in submitted}), f"seed {SEED}")
        self.cluster.verify()
        self.cluster.verify_at_rest()

    def test_every_acknowledged_approval_is_in_the_totals(self):
        ids = self.evaluated_applications(per_node=45)
        acknowledged = []
        threads = [threading.Thread(target=self.approve_one_by_one, args=(node, ids[node], acknowledged))
                   for node in NODES]
        for thread in threads:
            thread.start()
        try:
            self.kill_at_random([*self.cluster.nodes.values(), self.cluster.central], kills=6)
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(120)
        self.assertTrue(acknowledged, "no approval was acknowledged at all")
        self.cluster.wait_until_connected()
        self.cluster.wait_until_drained()
        approved = {one["id"]: one for one in self.cluster.applications(CALL, "--status", "APPROVED")}
        lost = [one for one in acknowledged if one not in approved]
        self.assertEqual(lost, [], f"acknowledged approvals are gone; seed {SEED}")
        total = sums_of(self.cluster.totals(CALL)["total"])
        self.assertEqual(total["approved"], len(approved), f"seed {SEED}")
        self.assertEqual(total["approvedCents"], sum(int(one["awardedCents"]) for one in approved.values()))
        self.assertLessEqual(total["approvedCents"], 13_500_000)
        self.cluster.verify()

    # -- steps ------------------------------------------------------------------------------------

    def kill_at_random(self, servers, kills=KILLS):
        for _ in range(kills):
            time.sleep(self.random.uniform(0.1, 0.8))
            victim = self.random.choice(servers)
            victim.kill()
            time.sleep(self.random.choice([0, 0, 0.3]))
            victim.start()

    def submit_until_in(self, file, rows, failures):
        """As a careful client does: the same command again until all of the file is in."""
        deadline = time.monotonic() + 100
        while time.monotonic() < deadline:
            result = self.kopa("submit", file, "--call", CALL, "--batch", 7, "--timeout", "20")
            if result.code == 0:
                summary = result.json()
                if int(summary["accepted"]) + int(summary["replayed"]) != rows:
                    failures.append(f"{result}")
                return True
            if result.code not in (3, 5):
                failures.append(f"{result}")
                return False
        failures.append(f"{file} did not get in within 100 s; last: {result}")
        return False

    def evaluated_applications(self, per_node):
        """Node -> ids of evaluated applications: together more than the budget."""
        rows = apps.flatten(
            apps.project(CALL, f"C-{index:04}", apps.municipality(NODES[index % 3], index // 3), [99_000 + index, 9_901])
            for index in range(3 * per_node))
        self.cluster.submit(apps.write_csv(self.path("approvals.csv"), CALL, rows), CALL)
        scores = apps.write_table(self.path("scores.csv"), [
            {"external_ref": f"C-{index:04}", "evaluator": "evaluator", **apps.KONTAKTS_SCORES}
            for index in range(3 * per_node)])
        self.kopa("app", "evaluate", "--call", CALL, "--file", scores, actor="importer").expect(0)
        return {node: [one["id"] for one in self.cluster.applications(CALL, node=node)] for node in NODES}

    def approve_one_by_one(self, node, ids, acknowledged):
        for one in ids:
            result = self.kopa("app", "approve", one, "--timeout", "15", node=node, actor="director")
            if result.code == 0 and result.json()["results"][0]["status"] == "APPROVED":
                acknowledged.append(one)
            if self.stop.is_set():
                return


def file_rows(number):
    """150 applications; no two files have one in common."""
    rows = []
    for index in range(150):
        serial = number * 150 + index
        rows += apps.project(CALL, f"K-{serial:05}", apps.municipality(NODES[serial % 3], serial // 3),
                             [50_000 + serial % 977] * (serial % 2 + 1))
    return rows


if __name__ == "__main__":
    unittest.main()
