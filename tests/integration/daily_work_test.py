"""Daily work beside decisions: evaluators, conflicts of interest, notes and documents, in real processes."""

import os
import unittest

import applications as apps
from case import ClusterCase

KONTAKTS = "kontakts-2022"
DOCUMENT_BYTES_MAX = 10 * 1024 * 1024


class DailyWorkTest(ClusterCase):
    def setUp(self):
        super().setUp()
        file = apps.write_csv(self.path("one.csv"), KONTAKTS, apps.project(
            KONTAKTS, "D-1", apps.municipality("zemgale"), [80_000]))
        self.cluster.submit(file, KONTAKTS)
        self.cluster.wait_until_drained()
        [application] = self.cluster.applications(KONTAKTS)
        self.application = application["id"]

    def document(self, name, begin, size):
        path = self.path(name)
        path.write_bytes(begin + os.urandom(size - len(begin)))
        return path

    def rows(self, command, key):
        return self.kopa("app", command, self.application).expect(0).json()[key]

    def test_notes_and_documents_come_back_after_a_crash(self):
        contract = self.document("contract.pdf", b"%PDF-1.7\n", DOCUMENT_BYTES_MAX)
        self.kopa("app", "note", self.application, "--text", "zvanīju skolai", actor="dace").expect(0)
        self.kopa("app", "attach", self.application, contract, actor="dace").expect(0)
        larger = self.document("larger.pdf", b"%PDF-1.7\n", DOCUMENT_BYTES_MAX + 1)
        picture = self.document("picture.pdf", b"\x89PNG", 5000)
        for refused in (larger, picture):
            self.assertIn(self.kopa("app", "attach", self.application, refused).code, (1, 3))
        self.cluster.nodes["zemgale"].restart_after_kill()
        self.cluster.wait_until_connected()
        [note] = self.rows("notes", "notes")
        self.assertEqual((note["author"], note["text"]), ("dace", "zvanīju skolai"))
        [kept] = self.rows("documents", "documents")
        self.assertEqual((kept["name"], kept["sizeBytes"]),
                         ("contract.pdf", str(DOCUMENT_BYTES_MAX)))
        fetched = self.path("fetched.pdf")
        self.kopa("app", "fetch", self.application, kept["seq"], "--out", fetched).expect(0)
        self.assertEqual(fetched.read_bytes(), contract.read_bytes())
        self.cluster.wait_until_drained()
        self.assertTrue(self.cluster.verify()["ok"])

    def test_a_conflict_of_interest_takes_the_evaluation_out(self):
        self.kopa("app", "assign", self.application, "--evaluator", "anna", "berta").expect(0)
        self.kopa("app", "evaluate", self.application, *apps.score_flags(), actor="anna").expect(0)
        self.kopa("app", "conflict", self.application, "--reason", "radiniece", actor="anna").expect(0)
        [application] = self.cluster.applications(KONTAKTS)
        self.assertEqual(application["status"], "SUBMITTED")
        self.kopa("app", "evaluate", self.application, *apps.score_flags(), actor="anna").expect(3)
        self.kopa("app", "evaluate", self.application, *apps.score_flags(), actor="berta").expect(0)
        verbs = [row["verb"] for row in self.rows("history", "rows")]
        self.assertEqual(verbs, ["submit", "assign", "evaluate", "conflict", "conflict", "evaluate"])
        self.cluster.wait_until_drained()
        self.assertEqual(self.cluster.total(KONTAKTS)["applications"], 1)


if __name__ == "__main__":
    unittest.main()
