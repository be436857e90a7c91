"""A third programme out of a text file alone: no code, no restart, from the template to the award."""

import csv
import io
import unittest

import applications as apps
from case import ClusterCase
from waiting import wait_until

CALL = "zala-klase-2025"
# Another sum, other words, two evaluators whose lower result counts, no bundles and no teams.
DEFINITION = """
# proto-file: kopa/programme/v1/call.proto
# proto-message: kopa.programme.v1.Call
id: "zala-klase-2025"
programme: "zala-klase"
name { lv: "Zaļā klase 2025 (paraugs)" en: "Green classroom 2025 (sample)" }
version: 1
form: APPLICATION_FORM_PROJECT
limits { budget_cents: 470000 }
window { opens: "2025-01-10T00:00:00" closes: "2025-03-01T00:00:00" zone: "Europe/Riga" }
territory_date: "2025-07-01"
amount { fixed_cents: 150050 }
applicant_types { id: "municipality" name { lv: "Pašvaldība" en: "Municipality" } }
applicant_types { id: "association" name { lv: "Biedrība" en: "Association" } }
activities { id: "garden" name { lv: "Dārzs" en: "Garden" } }
activities { id: "energy" name { lv: "Enerģija" en: "Energy" } }
grades { id: "1" name { lv: "1. klase" en: "Grade 1" } }
grades { id: "2" name { lv: "2. klase" en: "Grade 2" } }
risks { id: "none" name { lv: "nav" en: "none" } }
evaluation {
  criteria {
    id: "idea" name { lv: "Ideja" en: "Idea" }
    max_hundredths: 1000 step_hundredths: 100
  }
  min_total_hundredths: 500
  evaluations_needed: 2
  four_eyes: true
  combination: COMBINATION_LOWEST
}
allotment { policy: ALLOTMENT_POLICY_ON_DEMAND pending: PENDING_POLICY_STRICT }
assumptions: "All of it is made up for a test."
"""


class NewCallTest(ClusterCase):
    shared = True

    def test_a_text_file_is_all_that_a_new_call_takes(self):
        self.kopa("call", "show", CALL).expect(1)
        file = self.path(f"{CALL}.textproto")
        file.write_text(DEFINITION, encoding="utf-8")
        self.kopa("call", "load", file, "--reason", "jauns konkurss (paraugs)",
                  actor="officer").expect(0)
        self.assertEqual(self.kopa("call", "show", CALL).expect(0).json()["version"], 1)
        rows = self.rows_like_the_template()
        submitted = self.path("green.csv")
        apps.write_table(submitted, rows)
        wait_until("all nodes know the call", lambda: self.kopa(
            "submit", submitted, "--call", CALL, "--dry-run").code == 0, 20)
        self.assertEqual(self.cluster.submit(submitted, CALL)["accepted"], "4")
        self.cluster.wait_until_drained()
        ids = {one["externalRef"]: one["id"] for one in self.cluster.applications(CALL)}
        for evaluator, points in (("anna", "9"), ("berta", "5")):
            for one in ids.values():
                self.kopa("app", "evaluate", one, f"--score=idea={points}",
                          actor=evaluator).expect(0)
        self.kopa("app", "evaluate", ids["G-4"], "--score=idea=4", actor="berta").expect(0)
        listed = {one["externalRef"]: one["score"] for one in self.cluster.applications(CALL)}
        self.assertEqual({listed[ref] for ref in ("G-1", "G-2", "G-3")}, {"5"})
        refused = self.kopa("app", "approve", ids["G-4"], actor="dace").expect(3).json()
        self.assertIn("THRESHOLD", refused["results"][0]["error"])
        for ref in ("G-1", "G-2", "G-3"):
            [result] = self.kopa("app", "approve", ids[ref],
                                 actor="dace").expect(0).json()["results"]
            self.assertEqual(result["status"], "APPROVED")
        self.cluster.wait_until_drained()
        budget = self.cluster.budget(CALL)
        self.assertEqual((budget["approvedCents"], budget["remainingCents"]), ("450150", "19850"))
        self.cluster.verify()

    def test_a_bad_definition_is_refused_with_line_and_field(self):
        file = self.path("bad.textproto")
        file.write_text(DEFINITION.replace("fixed_cents: 150050", "fixed_cents: -1")
                        .replace(CALL, "bad"), encoding="utf-8")
        result = self.kopa("call", "load", file, "--reason", "x (paraugs)", actor="officer")
        self.assertEqual(result.code, 1, result)
        self.assertIn("bad.textproto:", result.err)
        self.assertIn("fixed_cents", result.err)
        file.write_text("id: \"x\"\nbudgt: 5\n", encoding="utf-8")
        result = self.kopa("call", "load", file, "--reason", "x (paraugs)", actor="officer")
        self.assertEqual(result.code, 1, result)
        self.assertIn("bad.textproto:2", result.err)

    def rows_like_the_template(self):
        """Four rows of the call's own template, one a region and one more."""
        template = self.kopa("call", "template", CALL, output=None).expect(0).out
        [example] = csv.DictReader(io.StringIO(template.lstrip("\ufeff")))
        places = ["Rīga", "Liepāja", "Jelgava", "Bauskas novads"]
        return [{**example, "external_ref": f"G-{number}", "municipality": place,
                 "applicant_reg_no": apps.registration_number(900 + number)}
                for number, place in enumerate(places, 1)]


if __name__ == "__main__":
    unittest.main()
