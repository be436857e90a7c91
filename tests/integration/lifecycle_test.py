"""The life of an application: who may do what to it, in which order, and what is remembered."""

import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES

KONTAKTS = "kontakts-2022"
PUMPURS = "pumpurs-2018"


class LifecycleTest(ClusterCase):
    shared = True

    def setUp(self):
        super().setUp()
        # References are unique per call, and the tests share a cluster.
        self.prefix = "".join(word[0] for word in self.id().split(".")[-1].split("_")).upper()

    def test_who_evaluated_or_imported_may_not_decide(self):
        one, two = self.submitted(2)
        self.evaluate(one, actor="anna")
        self.check_refused("FOUR_EYES", "approve", one, actor="anna")
        self.check_refused("FOUR_EYES", "reject", one, "--reason", "nē (paraugs)", actor="anna")
        self.assertEqual(self.status(one), "EVALUATED")
        self.evaluate_by_file([two], evaluator="anna", actor="berta")
        self.check_refused("FOUR_EYES", "approve", two, actor="anna")
        self.check_refused("FOUR_EYES", "approve", two, actor="berta")
        self.check_decides("APPROVED", "approve", one, two, actor="cilda")
        # Approving what is approved changes nothing and is no error.
        self.check_decides("APPROVED", "approve", one, two, actor="cilda")

    def test_a_decision_needs_an_evaluation(self):
        [one] = self.submitted(1)
        self.check_refused("ILLEGAL_STEP", "approve", one)
        self.assertEqual(self.status(one), "SUBMITTED")

    def test_points_outside_the_criteria_are_refused(self):
        [one] = self.submitted(1)
        for scores in ({**apps.KONTAKTS_SCORES, "impact": "10.5"},
                       {**apps.KONTAKTS_SCORES, "impact": "3.25"},
                       {**apps.KONTAKTS_SCORES, "charm": "5"}, {"impact": "5"}):
            with self.subTest(scores):
                result = self.kopa("app", "evaluate", one, *apps.score_flags(scores),
                                   actor="anna").expect(3)
                self.assertTrue(result.json()["results"][0]["error"])
        self.assertEqual(self.status(one), "SUBMITTED")

    def test_the_attested_thresholds_of_pumpurs(self):
        fixtures = {
            "48": [5, 5, 4.5, 5, 4.5, 5, 5, 4.5, 5, 4.5],
            "44.5": [5, 2.5, 5, 5, 4.5, 5, 4.5, 4, 4.5, 4.5],
            "33": [4, 2.5, 4, 2.5, 4, 2.5, 3.5, 3.5, 3.5, 3],
            "17": [2, 1.5, 2, 1.5, 1.5, 1.5, 2, 2, 1.5, 1.5],
        }
        ids = dict(zip(fixtures, self.submitted(len(fixtures), call=PUMPURS)))
        for total, points in fixtures.items():
            self.assertEqual(sum(points), float(total), "the fixture itself")
            scores = dict(zip(apps.PUMPURS_CRITERIA, map(str, points)))
            self.kopa("app", "evaluate", ids[total], *apps.score_flags(scores),
                      actor="anna").expect(0)
        listed = {one["id"]: one for one in self.cluster.applications(PUMPURS)}
        self.assertEqual({total: listed[one]["score"] for total, one in ids.items()},
                         {total: total for total in fixtures})
        self.check_decides("APPROVED", "approve", ids["48"])
        self.assertEqual(self.listed(ids["48"], PUMPURS)["awardedCents"], "460000")
        for total, criteria in (("44.5", ["2.2"]), ("33", ["2.2", "2.4.1", "2.4.3"]),
                                ("17", ["2.2"])):
            error = self.check_refused("THRESHOLD", "approve", ids[total])
            for criterion in criteria:
                self.assertIn(criterion, error)
            self.check_decides("REJECTED", "reject", ids[total], "--reason",
                               "zem sliekšņa (paraugs)")
        self.assertIn("30", self.kopa("app", "history", ids["17"], output="table").out + error)

    def test_what_refuses_needs_a_reason(self):
        one, two, three = self.submitted(3)
        self.check_refused("MISSING_FIELD", "return", one)
        self.check_refused("MISSING_FIELD", "ineligible", two)
        self.evaluate(three)
        self.check_refused("MISSING_FIELD", "reject", three)
        self.check_decides("RETURNED", "return", one, "--reason", "trūkst lapas (paraugs)")
        self.check_decides("INELIGIBLE", "ineligible", two, "--reason", "ne tas (paraugs)")
        self.check_decides("REJECTED", "reject", three, "--reason", "nepietiek (paraugs)")

    def test_a_returned_application_is_replaced_by_its_correction(self):
        rows = self.rows(1)
        [one] = self.submit(rows)
        rows[0]["amount_eur"] = "700.00"
        self.check_submission(rows, accepted=0, rejected=1)  # not returned yet: a conflict
        self.check_decides("RETURNED", "return", one, "--reason", "summa (paraugs)")
        self.check_submission(rows, accepted=1)
        listed = self.listed(one)
        self.assertEqual((listed["status"], listed["requestedCents"]), ("SUBMITTED", "70000"))
        self.assertEqual(len([app for app in self.mine()
                              if app["externalRef"] == rows[0]["external_ref"]]), 1)
        self.check_submission(rows, accepted=0, replayed=1)

    def test_reserve_then_approve_then_withdraw(self):
        [one] = self.submitted(1)
        self.evaluate(one)
        before = self.cluster.total(KONTAKTS)
        self.check_decides("RESERVE", "reserve", one)
        self.check_decides("APPROVED", "approve", one)
        approved = self.cluster.total(KONTAKTS)
        self.assertEqual(approved["approvedCents"], before["approvedCents"] + 60_000)
        self.check_decides("WITHDRAWN", "withdraw", one, "--reason", "pārdomāja (paraugs)")
        withdrawn = self.cluster.total(KONTAKTS)
        self.assertEqual(withdrawn["approvedCents"], before["approvedCents"])
        self.assertEqual(withdrawn["requestedCents"], before["requestedCents"] - 60_000,
                         "withdrawn is not asked for")
        self.check_refused("ILLEGAL_STEP", "approve", one)

    def test_an_award_may_be_smaller_than_what_was_asked(self):
        one, two = self.submitted(2)
        self.evaluate(one)
        self.evaluate(two)
        self.check_refused("BAD_AMOUNT", "approve", one, "--amount", "600.01")
        self.check_decides("APPROVED", "approve", one, "--amount", "599.99")
        self.assertEqual(self.listed(one)["awardedCents"], "59999")
        file = apps.write_table(self.path(f"{self.prefix}.decisions.csv"), [
            {"application": two, "decision": "approve", "reason": "", "amount_eur": "100,50"}])
        self.check_decides("APPROVED", "approve", "--file", file)
        self.assertEqual(self.listed(two)["awardedCents"], "10050")

    def test_history_tells_what_was_done_by_whom_and_why(self):
        [one] = self.submitted(1)
        self.evaluate(one, actor="anna")
        self.check_decides("APPROVED", "approve", one, actor="cilda")
        self.check_decides("WITHDRAWN", "withdraw", one, "--reason", "pārdomāja (paraugs)",
                           actor="dace")
        rows = self.kopa("app", "history", one).expect(0).json()["rows"]
        self.assertEqual([row["verb"] for row in rows],
                         ["submit", "evaluate", "approve", "withdraw"])
        self.assertEqual([row["status"] for row in rows],
                         ["SUBMITTED", "EVALUATED", "APPROVED", "WITHDRAWN"])
        self.assertEqual([row["staff"]["actor"] for row in rows],
                         ["coordinator", "anna", "cilda", "dace"])
        self.assertEqual(rows[3]["staff"]["reason"], "pārdomāja (paraugs)")
        self.assertEqual(rows[2]["awardedCents"], "60000")
        seqs = [int(row["seq"]) for row in rows]
        self.assertEqual(seqs, sorted(set(seqs)))
        shown = self.kopa("app", "show", one).expect(0).json()
        self.assertEqual(shown["status"], "WITHDRAWN")
        self.assertIn("@example.org", shown["personal"]["contact"]["email"])

    def test_lists_page_through_all_and_filter(self):
        call = "kontakts-2023"
        rows = apps.flatten(apps.project(call, f"L-{index:04}", apps.place(index), [40_000])
                            for index in range(420))
        file = apps.write_csv(self.path("list.csv"), call, rows)
        self.cluster.submit(file, call)
        listed = self.cluster.applications(call)
        self.assertEqual([one["id"] for one in listed], sorted({one["id"] for one in listed}))
        self.assertEqual({one["externalRef"] for one in listed},
                         {row["external_ref"] for row in rows})
        for node in NODES:
            here = self.cluster.applications(call, node=node)
            self.assertEqual((len(here), {one["node"] for one in here}), (140, {node}))
        jelgava = self.cluster.applications(call, "--municipality", "Jelgava")
        self.assertEqual({one["municipalityName"] for one in jelgava}, {"Jelgava"})
        self.assertEqual(len(jelgava), sum(row["municipality"] == "Jelgava" for row in rows))
        by_code = self.cluster.applications(call, "--municipality", jelgava[0]["municipality"])
        self.assertEqual([one["id"] for one in by_code], [one["id"] for one in jelgava])
        self.kopa("app", "return", jelgava[0]["id"], "--reason", "x (paraugs)").expect(0)
        returned = self.cluster.applications(call, "--status", "RETURNED")
        self.assertEqual([one["id"] for one in returned], [jelgava[0]["id"]])
        self.assertEqual(self.cluster.applications(call, "--status", "APPROVED"), [])
        in_csv = self.kopa("app", "list", "--call", call, output="csv").expect(0).out
        self.assertEqual(len(in_csv.strip().splitlines()), 421)

    def test_score_and_decision_files_name_applications_by_reference(self):
        rows = self.rows(4)
        ids = self.submit(rows)
        references = [row["external_ref"] for row in rows]
        scores = apps.write_table(self.path(f"{self.prefix}.scores.csv"), [
            {"external_ref": reference, "evaluator": "anna",
             **apps.KONTAKTS_SCORES} for reference in references])
        results = self.kopa("app", "evaluate", "--call", KONTAKTS, "--file", scores,
                            actor="importer").expect(0).json()["results"]
        self.assertEqual({one["status"] for one in results}, {"EVALUATED"})
        verbs = ["approve", "reject", "reserve", "reject"]
        reasons = ["", "nē (paraugs)", "", ""]
        decisions = apps.write_table(self.path(f"{self.prefix}.decisions.csv"), [
            {"external_ref": reference, "decision": verb, "reason": reason}
            for reference, verb, reason in zip(references, verbs, reasons)])
        results = self.kopa("app", "approve", "--call", KONTAKTS, "--file", decisions,
                            actor="director").expect(3).json()["results"]
        refused = [one for one in results if one["error"]]
        self.assertEqual(len(refused), 1, "the rejection without a reason, and nothing else")
        self.assertEqual([self.status(one) for one in ids],
                         ["APPROVED", "REJECTED", "RESERVE", "EVALUATED"])

    def test_unknown_ids_are_refused_one_by_one(self):
        [one] = self.submitted(1)
        self.evaluate(one)
        unknown = "0198c0de-0000-7000-8000-000000000000"
        results = self.kopa("app", "approve", one, unknown,
                            actor="director").expect(3).json()["results"]
        by_id = {result["id"]: result for result in results}
        self.assertEqual(by_id[one]["status"], "APPROVED")
        self.assertIn(unknown, by_id[unknown]["error"])
        [at_node] = self.kopa("app", "approve", unknown, node="zemgale",
                              actor="director").expect(3).json()["results"]
        self.assertIn("UNKNOWN_APPLICATION", at_node["error"])

    # -- steps ------------------------------------------------------------------------------------

    def rows(self, count, call=KONTAKTS):
        def one(index):
            reference, place = f"{self.prefix}-{index:04}", apps.place(index)
            if call == PUMPURS:
                return apps.youth_project(call, reference, place)
            return apps.project(call, reference, place, [60_000])
        return apps.flatten(one(index) for index in range(count))

    def submit(self, rows, call=KONTAKTS):
        """Ids in the order of the rows, once the centre can say where each application is."""
        self.check_submission(rows, accepted=len(rows), call=call)
        self.cluster.wait_until_drained()
        listed = {one["externalRef"]: one["id"] for one in self.cluster.applications(call)}
        return [listed[row["external_ref"]] for row in rows]

    def submitted(self, count, call=KONTAKTS):
        return self.submit(self.rows(count, call), call)

    def check_submission(self, rows, accepted, replayed=0, rejected=0, call=KONTAKTS):
        file = apps.write_csv(self.path(f"{self.prefix}.csv"), call, rows)
        summary = self.cluster.submit(file, call, expect=(3 if rejected else 0,))
        self.assertEqual((summary["accepted"], summary["replayed"], summary["rejected"]),
                         (str(accepted), str(replayed), str(rejected)), summary)

    def evaluate(self, *ids, actor="evaluator"):
        for one in ids:
            self.kopa("app", "evaluate", one, *apps.score_flags(), actor=actor).expect(0)

    def evaluate_by_file(self, ids, evaluator, actor):
        file = apps.write_table(self.path(f"{self.prefix}.scores.csv"), [
            {"application": one, "evaluator": evaluator, **apps.KONTAKTS_SCORES} for one in ids])
        self.kopa("app", "evaluate", "--call", KONTAKTS, "--file", file, actor=actor).expect(0)

    def check_decides(self, status, verb, *arguments, actor="director"):
        results = self.kopa("app", verb, *arguments, actor=actor).expect(0).json()["results"]
        self.assertTrue(results)
        for result in results:
            self.assertEqual((result["status"], result["error"]), (status, ""), result)

    def check_refused(self, code, verb, one, *more, actor="director"):
        """Exit 3 with the code; returns the error's words."""
        before = self.status(one)
        result = self.kopa("app", verb, one, *more, actor=actor).expect(3).json()["results"][0]
        self.assertIn(code, result["error"])
        self.assertEqual(result["status"], before, "the status after the command")
        self.assertEqual(self.status(one), before)
        return result["error"]

    def mine(self, call=KONTAKTS):
        return [one for one in self.cluster.applications(call)
                if one["externalRef"].startswith(self.prefix + "-")]

    def listed(self, one, call=KONTAKTS):
        return next(app for app in self.cluster.applications(call) if app["id"] == one)

    def status(self, one):
        return self.kopa("app", "show", one).expect(0).json()["status"]



if __name__ == "__main__":
    unittest.main()
