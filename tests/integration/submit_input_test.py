"""What `kopa submit` says of its input: what it found, what it put right, what is wrong."""

import stat
import unittest

import applications as apps
from case import ClusterCase

CALL = "kontakts-2022"
RIGA_CODE = "0001000"


class SubmitInputTest(ClusterCase):
    shared = True

    def setUp(self):
        super().setUp()
        self.prefix = "".join(word[0] for word in self.id().split(".")[-1].split("_")).upper()

    # -- what was found ---------------------------------------------------------------------------

    def test_a_line_before_anything_is_sent_says_what_was_found(self):
        text = apps.csv_text(self.good(1, title="Šķēres (paraugs)"), apps.KONTAKTS_COLUMNS,
                             delimiter=";")
        for content, found in ((text.encode("cp1257"), "windows-1257, separator ';', 16 columns"),
                               (b"\xef\xbb\xbf" + text.encode(), "UTF-8 with BOM, separator ';'"),
                               (text.replace(";", "\t").encode(), "UTF-8, separator tab")):
            with self.subTest(found):
                result = self.kopa("submit", self.file(content), "--call", CALL).expect(0)
                self.assertIn(found, result.err)
        self.assertEqual(self.find(0)["title"], "Šķēres (paraugs)")

    def test_another_encoding_can_be_named(self):
        text = apps.csv_text(self.good(1, title="Žagata (paraugs)"), apps.KONTAKTS_COLUMNS)
        file = self.file(text.encode("cp775"))
        result = self.kopa("submit", file, "--call", CALL, "--encoding", "ibm-775").expect(0)
        self.assertIn("ibm-775", result.err)
        self.assertEqual(self.find(0)["title"], "Žagata (paraugs)")
        self.kopa("submit", file, "--call", CALL, "--encoding", "klingon").expect(1)
        self.kopa("submit", self.file(text.encode("utf-16")), "--call", CALL).expect(1)

    def test_a_damaged_character_spoils_its_own_row_only(self):
        rows = self.good(6, title="Rīgas šķēres (paraugs)")
        content = apps.csv_text(rows, apps.KONTAKTS_COLUMNS).encode()
        at = content.index("šķ".encode(), content.index(f"{self.prefix}-0002".encode()))
        file = self.file(content[:at] + b"\xf0" + content[at + 1:])
        summary = self.submit(file, expect=3)
        self.assertEqual((summary["accepted"], summary["rejected"]), ("5", "1"), summary)
        [rejected] = self.rejected(file)
        self.assertEqual((rejected["field"], rejected["code"]), ("title", "BAD_ENCODING"))

    # -- what spreadsheets do to numbers ----------------------------------------------------------

    def test_lost_zeros_of_a_municipality_are_put_back_and_told(self):
        rows = self.good(2)
        rows[0]["municipality"] = "1000"
        rows[1]["municipality"] = "1000,0"
        summary = self.submit(self.csv(rows))
        self.assertEqual(summary["accepted"], "2", summary)
        self.assertEqual([self.find(index)["municipality"] for index in (0, 1)], [RIGA_CODE] * 2)
        self.assertEqual({(one["code"], one["field"], one["rows"]) for one in summary["notices"]},
                         {("MUNICIPALITY_REPAIRED", "municipality", "2"),
                          ("NUMBER_REPAIRED", "municipality", "1")})
        result = self.kopa("submit", self.csv(rows), "--call", CALL).expect(0)
        self.assertRegex(result.err, r"MUNICIPALITY_REPAIRED in municipality, 2 rows \(lines 2-3\)")

    def test_lost_digits_of_a_registration_number_are_told_and_not_guessed(self):
        rows = self.good(4)
        rows[0]["applicant_reg_no"] = rows[0]["applicant_reg_no"][1:]
        rows[1]["applicant_reg_no"] = "4,00089E+10"
        rows[2]["applicant_reg_no"] += ".0"
        rows[3]["school_reg_no"] = "990000001"
        file = self.csv(rows)
        summary = self.submit(file, expect=3)
        self.assertEqual((summary["accepted"], summary["rejected"]), ("1", "3"), summary)
        lost, rounded, school = self.rejected(file)
        self.assertEqual([row["code"] for row in (lost, rounded, school)],
                         ["BAD_REG_NO", "BAD_REG_NO", "BAD_SCHOOL_REG_NO"])
        self.assertIn("leading zeros", lost["message"])
        self.assertIn("rounded", rounded["message"])
        self.assertIn("9 digits instead of 10", school["message"])
        [notice] = summary["notices"]
        self.assertEqual((notice["code"], notice["lines"]), ("NUMBER_REPAIRED", "line 4"))

    # -- what is wrong ----------------------------------------------------------------------------

    def test_faults_are_told_by_cause_with_their_lines(self):
        rows = self.good(60)
        for index in (0, 1, 2, 9):
            rows[index]["contact_email"] = "x"
        for index in range(20, 60):
            rows[index]["amount_eur"] = f"{2000 + index}"
        rows[30]["municipality"] = "Atlantīda"
        file = self.csv(rows)
        result = self.kopa("submit", file, "--call", CALL).expect(3)
        lines = [line for line in result.err.splitlines() if ": " in line and ", " in line]
        told = [line for line in lines if " row (" in line or " rows (" in line]
        self.assertEqual(len(told), 3, result.err)
        self.assertIn("AMOUNT_ABOVE_CEILING in amount_eur, 40 rows (lines 22-61)", told[0])
        self.assertIn("BAD_EMAIL in contact_email, 4 rows (lines 2-4, 11)", told[1])
        self.assertIn("UNKNOWN_MUNICIPALITY in municipality, 1 row (line 32)", told[2])
        self.assertEqual([(one["code"], one["rows"]) for one in result.json()["faults"]],
                         [("AMOUNT_ABOVE_CEILING", "40"), ("BAD_EMAIL", "4"),
                          ("UNKNOWN_MUNICIPALITY", "1")])
        self.assertEqual(len(self.rejected(file)), 44, "every row is in the file all the same")

    def test_several_files_have_rejects_of_their_own(self):
        rows = self.good(4)
        rows[1]["contact_email"] = rows[3]["contact_email"] = "x"
        files = [self.csv(rows[:2], "1"), self.csv(rows[2:], "2")]
        summary = self.kopa("submit", *files, "--call", CALL).expect(3).json()
        self.assertEqual((summary["rows"], summary["accepted"], summary["rejected"]),
                         ("4", "2", "2"), summary)
        for file, row in zip(files, (rows[1], rows[3])):
            [rejected] = self.rejected(file)
            self.assertEqual((rejected["external_ref"], rejected["line"]),
                             (row["external_ref"], "3"))
        [fault, other] = summary["faults"]
        self.assertEqual({fault["file"], other["file"]}, {str(file) for file in files})
        self.kopa("submit", files[0], files[0], "--call", CALL).expect(2)

    def test_rejects_of_any_input_can_be_corrected_and_submitted(self):
        rows = self.good(3, title='Rindas\n"pēdiņas", šķ', amount_eur="999,50")
        for row in rows[1:]:
            row["contact_email"] = "x"
        text = apps.csv_text(rows, list(reversed(apps.KONTAKTS_COLUMNS)), delimiter=";",
                             line_end="\r\n").replace("contact_email", "e-pasts", 1)
        file = self.file(text.encode("cp1257"))
        self.submit(file, expect=3)
        rejects = self.path(file.name + ".rejected.csv")
        self.assertEqual(stat.S_IMODE(rejects.stat().st_mode), 0o600)
        rejected = apps.read_table(rejects)
        for row in rejected:
            row["e-pasts"] = "right@example.org"
        apps.write_table(rejects, rejected)
        self.assertEqual(self.submit(rejects)["accepted"], "2")
        self.assertEqual(self.find(2)["title"].replace("\r\n", "\n"), rows[2]["title"])
        self.assertEqual(self.find(2)["requestedCents"], "99950")

    # -- references that come twice ---------------------------------------------------------------

    def test_what_comes_twice_is_taken_once_and_told_of_the_first(self):
        one, two, three = self.good(3)
        [same], [other] = self.good(1), self.good(1, amount_eur="777")
        # Apart, else they would be rows of one application.
        rows = [one, two, same, three, other]
        for batch in ("1", "100"):
            for dry in (["--dry-run"], []):
                with self.subTest(batch=batch, dry=dry):
                    for row in rows:
                        row["external_ref"] = f"{self.prefix}{batch}-{row['external_ref'][-4:]}"
                    file = self.csv(rows)
                    summary = self.submit(file, "--batch", batch, *dry, expect=3)
                    self.assertEqual([summary[name] for name in ("accepted", "replayed",
                                                                 "rejected")],
                                     ["3", "1", "1"], summary)
                    [rejected] = self.rejected(file)
                    self.assertEqual((rejected["line"], rejected["code"]), ("6", "CONFLICT"))
                    self.assertIn("line 2 of", rejected["message"])
                    [notice] = summary["notices"]
                    self.assertEqual((notice["code"], notice["lines"]), ("REPEATED", "line 4"))
                    self.assertIn("line 2 of", notice["message"])

    def test_a_row_that_was_refused_does_not_stand_in_the_way_of_a_right_one(self):
        rows = [*self.good(1, contact_email="x"), *self.good(2)]
        rows[1], rows[2] = rows[2], rows[1]  # apart, else they would be one application
        for dry in (["--dry-run"], []):
            summary = self.submit(self.csv(rows), "--batch", "1", *dry, expect=3)
            self.assertEqual((summary["accepted"], summary["rejected"]), ("2", "1"), summary)

    # -- files that are written -------------------------------------------------------------------

    def test_results_are_private_and_those_of_a_replay_are_the_same(self):
        rows = self.good(3)
        results = self.path("results.csv")
        results.write_text("old")
        results.chmod(0o644)
        self.submit(self.csv(rows), "--results", results)
        first = results.read_bytes()
        self.assertEqual(stat.S_IMODE(results.stat().st_mode), 0o600)
        self.assertEqual(len(apps.read_table(results)), 3)
        summary = self.submit(self.csv(rows), "--results", results)
        self.assertEqual(summary["replayed"], "3")
        self.assertEqual(results.read_bytes(), first)

    def test_a_place_for_rejects_that_is_none_is_said_before_anything_is_sent(self):
        rows = self.good(1)
        result = self.kopa("submit", self.csv(rows), "--call", CALL, "--rejects",
                           self.path("nowhere/rejects.csv")).expect(1)
        self.assertIn("Nothing was submitted", result.err)
        self.assertEqual(self.submit(self.csv(rows))["accepted"], "1")

    # -- steps ------------------------------------------------------------------------------------

    def good(self, count, **cells):
        return apps.flatten(apps.project(CALL, f"{self.prefix}-{index:04}", "Rīga",
                                         [50_000 + index], **cells)
                            for index in range(count))

    def file(self, content, name=""):
        path = self.path(f"{self.prefix}{name}.csv")
        path.write_bytes(content)
        return path

    def csv(self, rows, name=""):
        return self.file(apps.csv_text(rows, apps.KONTAKTS_COLUMNS).encode(), name)

    def submit(self, file, *more, expect=0):
        return self.cluster.submit(file, CALL, *more, expect=(expect,))

    def rejected(self, file):
        return apps.read_table(self.path(file.name + ".rejected.csv"))

    def find(self, index):
        return next(one for one in self.cluster.applications(CALL)
                    if one["externalRef"] == f"{self.prefix}-{index:04}")


if __name__ == "__main__":
    unittest.main()
