"""Processes killed at random moments while work goes on: nothing lost, twice or overspent."""

import os
import random
import threading
import time
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES, sums_of
from waiting import wait_until

KILLS = 8
# The pauses between kills come from this seed; another one can be tried without touching the file.
SEED = int(os.environ.get("KOPA_CRASH_SEED", "20240517"))

BULK_CALL = "kontakts-2022"
FILE_APPLICATIONS = 150
FILE_SECONDS = 100

# 100 grants of 4 600 EUR; 40 are asked for at each node.
GRANTS_CALL = "pumpurs-2019"
GRANTS = 100
PER_NODE = 40
APPROVED_AT_ONCE = 5
APPROVAL_SECONDS = 100


class CrashTest(ClusterCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.kills_are_over = threading.Event()
        self.failures = []

    def test_a_bulk_submission_survives_kills(self):
        """Files go in one after the other, each until it is in, until all kills have happened."""
        submitted = []

        def submit_files():
            number = 0
            while not self.kills_are_over.is_set():
                rows = file_rows(number)
                file = apps.write_csv(self.path(f"bulk{number}.csv"), BULK_CALL, rows)
                submitted.extend(rows)
                self.submit_until_in(file, len(rows))
                number += 1

        self.run_under_kills([submit_files])
        self.assertEqual(self.cluster.total(BULK_CALL), apps.sums(submitted).total(),
                         f"seed {SEED}")
        references = [one["externalRef"] for one in self.cluster.applications(BULK_CALL)]
        self.assertEqual(sorted(references), sorted({row["external_ref"] for row in submitted}),
                         f"seed {SEED}")
        self.cluster.verify()
        self.cluster.verify_at_rest()

    def test_approvals_under_kills_are_kept_and_never_over_the_budget(self):
        ids = self.evaluated_applications()
        acknowledged = []
        self.run_under_kills([lambda node=node: self.approve_all(node, ids[node], acknowledged)
                              for node in NODES])

        def settled():
            statuses = [one["status"] for one in self.cluster.applications(GRANTS_CALL)]
            return (statuses.count("APPROVED"), statuses.count("PENDING_FUNDS")) == (
                GRANTS, len(NODES) * PER_NODE - GRANTS)
        wait_until(f"{GRANTS} are approved and the others wait; seed {SEED}", settled, 40)
        listed = self.cluster.applications(GRANTS_CALL, "--status", "APPROVED")
        approved = {one["id"] for one in listed}
        self.assertTrue(acknowledged, "no approval was acknowledged at all")
        self.assertEqual([one for one in acknowledged if one not in approved], [],
                         f"acknowledged approvals are gone; seed {SEED}")
        self.cluster.wait_until_drained()
        total = sums_of(self.cluster.totals(GRANTS_CALL)["total"])
        self.assertEqual((total["approved"], total["approvedCents"]), (GRANTS, GRANTS * 460_000))
        self.assertEqual(self.cluster.budget(GRANTS_CALL)["remainingCents"], "0")
        self.cluster.verify()
        self.cluster.verify_at_rest()

    # -- steps ------------------------------------------------------------------------------------

    def run_under_kills(self, jobs):
        """Runs the jobs, a thread each, while servers are killed; none may fail."""
        def run(job):
            try:
                job()
            except Exception as error:  # told to the test's own thread
                self.failures.append(error)
        threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            self.kill_at_random()
        finally:
            self.kills_are_over.set()
            for thread in threads:
                thread.join(150)
        self.assertFalse(any(thread.is_alive() for thread in threads), "a client hangs")
        self.assertEqual(self.failures, [], f"seed {SEED}")
        self.cluster.wait_until_connected()

    def kill_at_random(self):
        servers = self.cluster.servers()
        for _ in range(KILLS):
            time.sleep(self.random.uniform(0.1, 0.8))
            victim = self.random.choice(servers)
            victim.kill()
            time.sleep(self.random.choice([0, 0, 0.3]))
            victim.start()

    def submit_until_in(self, file, rows):
        """As a careful client does: the same command again until all of the file is in."""
        deadline = time.monotonic() + FILE_SECONDS
        while True:
            result = self.kopa("submit", file, "--call", BULK_CALL, "--batch", 7, "--timeout", "20")
            if result.code == 0:
                summary = result.json()
                assert int(summary["accepted"]) + int(summary["replayed"]) == rows, result
                return
            # Not all of it reached its node, or none; any other end is a fault.
            result.expect(3, 5)
            assert time.monotonic() < deadline, f"not in after {FILE_SECONDS} s: {result}"

    def evaluated_applications(self):
        """Node -> ids of evaluated applications: together more than the budget."""
        rows = apps.flatten(
            apps.youth_project(GRANTS_CALL, f"G-{index:04}", apps.place(index))
            for index in range(PER_NODE * len(NODES)))
        file = apps.write_csv(self.path("grants.csv"), GRANTS_CALL, rows)
        self.cluster.submit(file, GRANTS_CALL)
        scores = apps.write_table(self.path("scores.csv"), [
            {"external_ref": row["external_ref"], "evaluator": "evaluator",
             **dict.fromkeys(apps.PUMPURS_CRITERIA, "4")} for row in rows])
        self.kopa("app", "evaluate", "--call", GRANTS_CALL, "--file", scores,
                  actor="importer").expect(0)
        return {node: [one["id"] for one in self.cluster.applications(GRANTS_CALL, node=node)]
                for node in NODES}

    def approve_all(self, node, ids, acknowledged):
        """Approves a few at a time, each again until it is answered."""
        deadline = time.monotonic() + APPROVAL_SECONDS
        for first in range(0, len(ids), APPROVED_AT_ONCE):
            some = ids[first:first + APPROVED_AT_ONCE]
            while True:
                result = self.kopa("app", "approve", *some, "--timeout", "15", node=node,
                                   actor="director")
                if result.code in (0, 3):
                    acknowledged += [one["id"] for one in result.json()["results"]
                                     if one["status"] == "APPROVED" and not one["error"]]
                if result.code == 0:
                    break
                assert time.monotonic() < deadline, f"not answered: {result}"


def file_rows(number):
    """Applications of one file; no two files have one in common."""
    rows = []
    for index in range(FILE_APPLICATIONS):
        serial = number * FILE_APPLICATIONS + index
        rows += apps.project(BULK_CALL, f"K-{serial:05}", apps.place(serial),
                             [50_000 + serial % 977] * (serial % 2 + 1))
    return rows


if __name__ == "__main__":
    unittest.main()
