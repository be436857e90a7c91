"""A region works alone while the centre is away, and the totals catch up by themselves."""

import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES, sums_of
from waiting import wait_until

CALL = "kontakts-2022"
CATCH_UP_SECONDS = 10


class CentreAwayTest(ClusterCase):
    def test_work_at_the_nodes_goes_on_and_totals_catch_up(self):
        for node in NODES:
            self.check_has_allotment(node)
        self.cluster.central.stop()
        rows = []
        for serial, node in enumerate(NODES):
            rows += self.work_at(node, serial)
        # The centre itself is away: what needs it says so.
        self.kopa("totals", "--call", CALL, "--timeout", "2").expect(5)
        for node in NODES:
            state = self.kopa("nodes", node=node).expect(0).json()["nodes"][0]
            self.assertFalse(state["connected"], state)

        self.cluster.central.start()
        expected = {**apps.sums(rows).total(),
                    "approved": 3, "approvedInitiatives": 3, "approvedCents": 3 * 50_003}

        def caught_up():
            answer = self.kopa("totals", "--call", CALL)
            return answer.code == 0 and sums_of(answer.json()["total"]) == expected
        wait_until("the totals have caught up", caught_up, CATCH_UP_SECONDS)
        self.cluster.wait_until_connected()
        self.cluster.verify()

    def test_nodes_that_start_while_the_centre_is_away_take_applications(self):
        self.cluster.central.stop()
        node = self.cluster.nodes["zemgale"]
        node.restart_after_kill()
        rows = apps.project(CALL, "A-0001", apps.municipality("zemgale"), [70_000])
        file = apps.write_csv(self.path("alone.csv"), CALL, rows)
        summary = self.cluster.submit(file, CALL, node="zemgale")
        self.assertEqual(summary["accepted"], "1", summary)
        self.cluster.central.start()
        wait_until("the application is counted",
                   lambda: self.cluster.totals(CALL)["total"]["applications"] == "1",
                   CATCH_UP_SECONDS)

    def check_has_allotment(self, node):
        """An award within the first chunk needs no centre, once the chunk is there."""
        def allotted():
            nodes = {one["node"]: one for one in self.cluster.budget(CALL)["nodes"]}
            return int(nodes[node]["headroomCents"]) >= 50_003
        wait_until(f"{node} has its first chunk", allotted, 15)

    def work_at(self, node, serial):
        """Submits, evaluates and approves at a node alone; returns the rows submitted."""
        place = apps.municipality(node, serial)
        rows = apps.flatten(apps.project(CALL, f"A-{serial}{index:03}", place, [50_003])
                            for index in range(10))
        file = apps.write_csv(self.path(f"{node}.csv"), CALL, rows)
        summary = self.cluster.submit(file, CALL, node=node)
        self.assertEqual((summary["accepted"], summary["rejected"]), ("10", "0"), summary)
        scores = apps.write_table(self.path(f"{node}.scores.csv"), [
            {"external_ref": row["external_ref"], "evaluator": "evaluator", **apps.KONTAKTS_SCORES}
            for row in rows])
        results = self.kopa("app", "evaluate", "--call", CALL, "--file", scores, node=node,
                            actor="importer").expect(0).json()["results"]
        self.assertEqual([result["status"] for result in results], ["EVALUATED"] * 10)
        approved = self.kopa("app", "approve", results[0]["id"], node=node,
                             actor="director").expect(0).json()["results"]
        self.assertEqual(approved[0]["status"], "APPROVED", "the allotment held covers it")
        return rows


if __name__ == "__main__":
    unittest.main()
