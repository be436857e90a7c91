"""A whole PuMPuRS call, spring 2019, on the municipalities of that time: 97 grants in 50 of them.

The applications, scores and decisions are the synthetic samples, whose sums are the published ones.
"""

import pathlib
import unittest

import applications as apps
from case import ClusterCase

CALL = "pumpurs-2019"
GRANT_CENTS = 460_000
APPLICATIONS = 106
GRANTS = 97
MUNICIPALITIES = 50
SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "data" / "samples"


class PumpursYearTest(ClusterCase):
    shared = True

    def test_the_call(self):
        self.applications_are_handed_in()
        self.applications_are_evaluated_and_decided()
        self.the_sum_is_fixed()
        self.grants_are_paid_in_two_parts()
        self.projects_are_closed()
        self.cluster.verify()
        self.cluster.verify_at_rest()

    # -- stages -----------------------------------------------------------------------------------

    def applications_are_handed_in(self):
        summary = self.cluster.submit(SAMPLES / f"{CALL}.csv", CALL, "--rejects",
                                      self.path("rejected.csv"))
        self.assertEqual(summary["accepted"], str(APPLICATIONS), summary)
        again = self.cluster.submit(SAMPLES / f"{CALL}.csv", CALL)
        self.assertEqual((again["accepted"], again["replayed"]), ("0", str(APPLICATIONS)))
        self.check({"SUBMITTED": APPLICATIONS}, grants=0)

    def applications_are_evaluated_and_decided(self):
        self.kopa("app", "evaluate", "--call", CALL, "--file", SAMPLES / f"{CALL}.scores.csv",
                  actor="importer").expect(0)
        self.check({"EVALUATED": APPLICATIONS}, grants=0)
        ranking = self.kopa("rank", "--call", CALL).expect(0).json()
        outcomes = [row["outcome"] for row in ranking["rows"]]
        self.assertEqual(outcomes.count("AWARD"), GRANTS)
        self.assertEqual(outcomes.count("BELOW_THRESHOLD"), APPLICATIONS - GRANTS)
        refused = self.kopa("rank", "--call", CALL, "--apply", "--reason", "x (paraugs)",
                            actor="director")
        self.assertNotEqual(refused.code, 0, "the call is decided by the municipalities")
        self.kopa("app", "approve", "--call", CALL, "--file", SAMPLES / f"{CALL}.decisions.csv",
                  actor="director").expect(0)
        self.check({"APPROVED": GRANTS, "REJECTED": APPLICATIONS - GRANTS}, grants=GRANTS)
        rows = self.cluster.totals(CALL, by=["municipality"])["rows"]
        with_grants = [row for row in rows if int(row["approved"]) > 0]
        self.assertEqual(len(with_grants), MUNICIPALITIES)
        self.assertEqual({int(row["approvedCents"]) % GRANT_CENTS for row in with_grants}, {0})

    def the_sum_is_fixed(self):
        one = self.with_status("APPROVED")[0]
        refused = self.kopa("app", "amend", one["id"], "--amount", "4599.99", "--reason",
                            "mazāk (paraugs)", actor="director").expect(3)
        self.assertIn("BAD_AMOUNT", refused.json()["results"][0]["error"])

    def grants_are_paid_in_two_parts(self):
        self.decide("contract", "APPROVED")
        self.pay("CONTRACTED", 300_000)
        self.check({"CONTRACTED": GRANTS, "REJECTED": APPLICATIONS - GRANTS}, grants=GRANTS,
                   paid=GRANTS * 300_000)
        self.decide("report", "CONTRACTED")
        self.pay("REPORTED", 160_000)
        one = self.with_status("REPORTED")[0]
        self.kopa("app", "pay", one["id"], "--amount", "0.01", actor="director").expect(3)

    def projects_are_closed(self):
        self.decide("close", "REPORTED")
        self.check({"CLOSED": GRANTS, "REJECTED": APPLICATIONS - GRANTS}, grants=GRANTS,
                   paid=GRANTS * GRANT_CENTS)
        self.assertEqual(self.kopa("findings", "--call", CALL).expect(0).json()["findings"], [])

    # -- steps ------------------------------------------------------------------------------------

    def decide(self, verb, status):
        self.kopa("app", verb, "--call", CALL, "--status", status, "--all",
                  actor="director").expect(0)

    def pay(self, status, cents):
        file = apps.write_table(self.path("payments.csv"), [
            {"application": one["id"], "decision": "pay", "reason": "",
             "amount_eur": apps.eur(cents)} for one in self.with_status(status)])
        self.kopa("app", "pay", "--call", CALL, "--file", file, actor="director").expect(0)

    def with_status(self, status):
        return self.cluster.applications(CALL, "--status", status)

    def check(self, statuses, grants, paid=0):
        self.cluster.wait_until_drained()
        rows = self.cluster.totals(CALL, by=["status"])["rows"]
        self.assertEqual({row["status"]: int(row["applications"]) for row in rows}, statuses)
        total = self.cluster.totals(CALL)["total"]
        self.assertEqual(int(total["approved"]), grants)
        self.assertEqual(int(total["approvedCents"]), grants * GRANT_CENTS)
        budget = self.cluster.budget(CALL)
        self.assertEqual(int(budget["paidCents"]), paid)
        self.assertEqual(int(budget["approvedCents"]) + int(budget["remainingCents"]),
                         int(budget["budgetCents"]))


if __name__ == "__main__":
    unittest.main()
