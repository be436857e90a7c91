"""Receipts: what was acknowledged can be proved later, and a forged one is found out."""

import csv
import json
import unittest

import applications as apps
from case import ClusterCase

CALL = "kontakts-2022"
NODE = "zemgale"


class ReceiptsTest(ClusterCase):
    def setUp(self):
        super().setUp()
        rows = []
        for number in range(12):
            rows += apps.project(CALL, f"Q-{number + 1:04}", apps.place(number), [40_000])
        file = apps.write_csv(self.path("many.csv"), CALL, rows)
        self.results = self.path("results.csv")
        self.cluster.submit(file, CALL, "--results", self.results)
        self.cluster.wait_until_drained()

    def test_what_was_acknowledged_is_proved(self):
        report = self.verify(self.results, 0)
        self.assertEqual(len(report["checks"]), 12)
        for check in report["checks"]:
            self.assertTrue(check["ok"], check)
            self.assertEqual(check["detail"], "the node has it; the centre has it")
        for server in self.cluster.servers():
            server.restart_after_kill()
        self.cluster.wait_until_connected()
        self.assertTrue(self.verify(self.results, 0)["ok"])

    def test_decisions_give_receipts_too(self):
        one = self.cluster.applications(CALL, node=NODE)[0]["id"]
        evaluated = self.kopa("app", "evaluate", one, *apps.score_flags(),
                              actor="evaluator").expect(0).json()
        self.assertEqual(evaluated["results"][0]["receipt"]["node"], NODE)
        answer = self.path("evaluated.json")
        answer.write_text(json.dumps(evaluated), encoding="utf-8")
        self.cluster.wait_until_drained()
        self.assertTrue(self.verify(answer, 0)["ok"])

    def test_a_forged_one_is_disproved(self):
        receipt = self.one_of(NODE)
        for forged in (dict(receipt, hash="ab" * 32), dict(receipt, epoch="99"),
                       dict(receipt, seq="99999")):
            report = self.verify(self.written(forged), 1)
            self.assertFalse(report["ok"], report)
        self.assertIn("not there", report["checks"][0]["detail"])

    def test_a_node_that_is_away_is_said(self):
        receipt = self.written(self.one_of(NODE))
        self.cluster.nodes[NODE].stop()
        report = self.verify(receipt, 3, "--timeout", "3s")
        self.assertIn("the centre has it; not checked at the node",
                      report["checks"][0]["detail"])
        self.cluster.nodes[NODE].start()
        self.cluster.wait_until_connected()
        self.cluster.central.stop()
        alone = self.kopa("verify", "--receipt", receipt, node=NODE).expect(0).json()
        self.assertTrue(alone["ok"], alone)

    def verify(self, path, code, *more):
        return self.kopa("verify", "--receipt", path, *more).expect(code).json()

    def one_of(self, node):
        with open(self.results, encoding="utf-8", newline="") as file:
            return next(row for row in csv.DictReader(file) if row["node"] == node)

    def written(self, receipt):
        path = self.path("receipt.json")
        path.write_text(json.dumps(receipt), encoding="utf-8")
        return path


if __name__ == "__main__":
    unittest.main()
