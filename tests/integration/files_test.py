"""What `kopa submit` reads, what it refuses and how it says so."""

import json
import stat
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES

CALL = "kontakts-2022"
RIGA = "Rīga"


class FilesTest(ClusterCase):
    shared = True

    def setUp(self):
        super().setUp()
        # References are unique per call, and the tests share a cluster.
        self.prefix = "".join(word[0] for word in self.id().split(".")[-1].split("_")).upper()
        self.before = self.cluster.total(CALL)

    # -- what is read -----------------------------------------------------------------------------

    def test_windows_1257_with_semicolons_and_decimal_commas(self):
        rows = self.good(4, place="Rēzekne", title="Šķēršļu josla (paraugs)")
        for row in rows:
            row["amount_eur"] = row["amount_eur"].replace(".", ",")
        text = apps.csv_text(rows, apps.KONTAKTS_COLUMNS, delimiter=";", line_end="\r\n")
        file = self.path(f"{self.prefix}.csv")
        file.write_bytes(text.encode("cp1257"))
        self.check_submits(file, rows)
        listed = self.find(rows[0])
        self.assertEqual((listed["municipalityName"], listed["title"]),
                         ("Rēzekne", "Šķēršļu josla (paraugs)"))

    def test_a_byte_order_mark_and_tabs(self):
        rows = self.good(2)
        text = apps.csv_text(rows, list(reversed(apps.KONTAKTS_COLUMNS)), delimiter="\t")
        file = self.path(f"{self.prefix}.csv")
        file.write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8"))
        self.check_submits(file, rows)

    def test_quoted_line_breaks_and_quotation_marks(self):
        rows = self.good(2, title='Pirmā rinda\n"Otrā", rinda (paraugs)')
        self.check_submits(self.write(rows), rows)
        self.assertEqual(self.find(rows[0])["title"].replace("\r\n", "\n"), rows[0]["title"])

    def test_json_lines(self):
        rows = self.good(3)
        lines = "".join(f"{_json_line(row)}\n" for row in rows)
        file = self.path(f"{self.prefix}.jsonl")
        file.write_text(lines, encoding="utf-8")
        self.check_submits(file, rows)

    def test_standard_input(self):
        rows = self.good(3)
        text = apps.csv_text(rows, apps.KONTAKTS_COLUMNS)
        rejects = self.path(f"{self.prefix}.rejects.csv")
        result = self.kopa("submit", "-", "--call", CALL, "--rejects", rejects,
                           stdin=text.encode()).expect(0)
        self.assertEqual(result.json()["accepted"], "3")
        self.check_added(rows)

    def test_results_tell_id_and_receipt_of_each(self):
        rows = self.good(3)
        results = self.path(f"{self.prefix}.results.csv")
        self.cluster.submit(self.write(rows), CALL, "--results", results)
        table = apps.read_table(results)
        self.assertEqual([row["reference"] for row in table], [row["external_ref"] for row in rows])
        listed = {one["externalRef"]: one["id"] for one in self.cluster.applications(CALL)}
        for row in table:
            self.assertEqual(row["id"], listed[row["reference"]])
            self.assertTrue(row["node"] and int(row["epoch"]) > 0 and int(row["seq"]) > 0
                            and len(row["hash"]) == 64)

    # -- what is refused --------------------------------------------------------------------------

    def test_each_kind_of_bad_row_gets_its_code_and_can_be_corrected(self):
        faults = {
            "MISSING_FIELD": {"applicant_name": ""},
            "BAD_REG_NO": {"applicant_reg_no": "40008900008"},
            "BAD_SCHOOL_REG_NO": {"school_reg_no": "12345"},
            "BAD_EMAIL": {"contact_email": "not an address"},
            "BAD_PHONE": {"contact_phone": "12"},
            "BAD_AMOUNT": {"amount_eur": "12,345"},
            "AMOUNT_ABOVE_CEILING": {"amount_eur": "1000.01"},
            "APPLICANT_TYPE_NOT_ALLOWED": {"applicant_type": "youth-organisation"},
            "UNKNOWN_VALUE": {"activities": "inclusion|dancing"},
            "WINDOW_NOT_OPEN": {"received_time": "2022-03-31T23:59:59"},
            "WINDOW_CLOSED": {"received_time": "2022-05-21T00:00:00"},
            "RECEIVED_IN_FUTURE": {"received_time": "2199-01-01 00:00:00"},
            "UNKNOWN_MUNICIPALITY": {"municipality": "Atlantīda"},
            "BAD_TEXT": {"title": "Teksts \u202e otrādi"},
            "TOO_LONG": {"title": "a" * 100_000},
        }
        good = self.good(len(faults) + 2)
        rows = [dict(row) for row in good]
        for row, cells in zip(rows, faults.values()):
            row.update(cells)
        file = self.write(rows)
        summary = self.cluster.submit(file, CALL, expect=(3,))
        self.assertEqual((summary["rows"], summary["accepted"], summary["rejected"]),
                         (str(len(rows)), "2", str(len(faults))), summary)
        self.check_added(good[len(faults):])

        rejects = self.path(f"{self.prefix}.csv.rejected.csv")
        self.assertEqual(summary["rejectsFile"], str(rejects))
        self.assertEqual(stat.S_IMODE(rejects.stat().st_mode), 0o600)
        rejected = apps.read_table(rejects)
        self.assertEqual(list(rejected[0]),
                         [*apps.KONTAKTS_COLUMNS, "line", "field", "code", "message"])
        for code, line, row in zip(faults, range(2, 100), rejected):
            with self.subTest(code):
                self.assertIn(code, row["code"].split("|"), row)
                self.assertEqual(row["line"], str(line))
                self.assertIn(next(iter(faults[code])), row["field"].split("|"))
                self.assertTrue(row["message"])
        self.assertEqual(len(rejected), len(faults))

        # Corrected in place, its four extra columns left as they are.
        for row, right in zip(rejected, good):
            row.update(right)
        apps.write_table(rejects, rejected)
        corrected = self.cluster.submit(rejects, CALL)
        self.assertEqual(corrected["accepted"], str(len(faults)), corrected)
        self.check_added(good)

    def test_several_faults_of_a_row_are_told_at_once(self):
        rows = self.good(1, contact_email="x", applicant_reg_no="1", amount_eur="-5")
        self.cluster.submit(self.write(rows), CALL, expect=(3,))
        [rejected] = self.rejected()
        codes = rejected["code"].split("|")
        self.assertEqual(set(codes), {"BAD_EMAIL", "BAD_REG_NO", "BAD_AMOUNT"})
        self.assertEqual(len(rejected["field"].split("|")), len(codes))
        self.assertEqual(len(rejected["message"].split("|")), len(codes))

    def test_one_bad_initiative_refuses_its_application(self):
        rows = apps.project(CALL, f"{self.prefix}-1", RIGA, [50_000, 60_000, 70_000])
        rows[1]["participants"] = "many"
        summary = self.cluster.submit(self.write(rows), CALL, expect=(3,))
        self.assertEqual((summary["accepted"], summary["rejected"]), ("0", "3"))
        self.assertEqual(self.codes(), ["SIBLING_REFUSED", "BAD_NUMBER", "SIBLING_REFUSED"])
        self.check_added([])

    def test_teams_have_rules_of_their_own(self):
        call = "kontakts-teams-2024"
        faults = {
            "TEAM_INCOMPLETE": {"member3_name": "", "member3_birth_date": ""},
            "AGE_OUT_OF_RANGE": {"member1_birth_date": "2011-02-01"},
            "BAD_DATE": {"member2_birth_date": "2008-02-30"},
            "UNKNOWN_VALUE": {"support_role": "uncle"},
        }
        rows = apps.flatten(apps.team(f"{self.prefix}-{index}", RIGA, **cells)
                            for index, cells in enumerate([*faults.values(), {}]))
        file = apps.write_csv(self.path(f"{self.prefix}.csv"), call, rows)
        summary = self.cluster.submit(file, call, expect=(3,))
        self.assertEqual((summary["accepted"], summary["rejected"]), ("1", "4"), summary)
        rejected = self.rejected()
        for code, row in zip(faults, rejected):
            self.assertIn(code, row["code"].split("|"), row)

    def test_pumpurs_grants_are_of_one_size_and_not_for_municipalities(self):
        call = "pumpurs-2019"
        rows = [*apps.youth_project(call, f"{self.prefix}-1", RIGA, amount_eur="4599.99"),
                *apps.youth_project(call, f"{self.prefix}-2", RIGA, applicant_type="municipality"),
                # Ķegums closed ten days earlier.
                *apps.youth_project(call, f"{self.prefix}-3", "Ķeguma novads",
                                    received_time="2019-06-21T00:00:00"),
                *apps.youth_project(call, f"{self.prefix}-4", "Ķeguma novads",
                                    received_time="2019-06-20T23:59:59")]
        file = apps.write_csv(self.path(f"{self.prefix}.csv"), call, rows)
        summary = self.cluster.submit(file, call, expect=(3,))
        self.assertEqual((summary["accepted"], summary["rejected"]), ("1", "3"), summary)
        self.assertEqual(self.codes(),
                         ["AMOUNT_NOT_FIXED", "APPLICANT_TYPE_NOT_ALLOWED", "WINDOW_CLOSED"])

    def test_without_a_time_of_arrival_now_counts(self):
        rows = self.good(1, received_time="")
        self.cluster.submit(self.write(rows), CALL, expect=(3,))
        self.assertEqual(self.codes(), ["WINDOW_CLOSED"])

    def test_a_node_refuses_rows_of_other_regions(self):
        rows = [*self.good(1), *apps.project(CALL, f"{self.prefix}-9", "Liepāja", [50_000])]
        summary = self.cluster.submit(self.write(rows), CALL, node="riga-latgale", expect=(3,))
        self.assertEqual((summary["accepted"], summary["rejected"]), ("1", "1"), summary)
        [rejected] = self.rejected()
        self.assertEqual((rejected["municipality"], rejected["code"]), ("Liepāja", "WRONG_REGION"))

    def test_a_divided_municipality_names_what_its_parts_came_to(self):
        rows = [*apps.project(CALL, f"{self.prefix}-1", "Aglonas novads", [50_000]),
                *apps.project(CALL, f"{self.prefix}-2", "Inčukalna novads", [50_000])]
        self.cluster.submit(self.write(rows), CALL, expect=(3,))
        self.assertEqual(self.codes(), ["AMBIGUOUS_MUNICIPALITY"] * 2)
        aglona, incukalns = (row["message"] for row in self.rejected())
        for name in ("Krāslavas novads", "Preiļu novads"):
            self.assertIn(name, aglona)
        for name in ("Ropažu novads", "Siguldas novads"):
            self.assertIn(name, incukalns)

    def test_every_row_is_counted_at_its_node(self):
        """Whoever refused it: the tool itself, or the node."""
        cells = ({}, {"contact_email": "x"}, {"amount_eur": "1000.01"}, {"participants": "many"})
        rows = apps.flatten(
            apps.project(CALL, f"{self.prefix}-{index}", place, [50_000], **changed)
            for index, (place, changed) in enumerate(
                (place, changed) for place in (RIGA, "Liepāja", "Jelgava") for changed in cells))
        summary = self.cluster.submit(self.write(rows), CALL, expect=(3,))
        self.assertEqual((summary["rows"], summary["accepted"], summary["rejected"]),
                         ("12", "3", "9"), summary)
        self.assertEqual([(node["node"], node["accepted"], node["replayed"], node["rejected"])
                          for node in summary["nodes"]],
                         [(node, "1", "0", "3") for node in sorted(NODES)])
        again = self.cluster.submit(self.write(rows), CALL, expect=(3,))
        self.assertEqual([(node["accepted"], node["replayed"], node["rejected"])
                          for node in again["nodes"]], [("0", "1", "3")] * len(NODES))

    def test_what_is_refused_as_a_whole_is_answered_in_json_too(self):
        file = self.path(f"{self.prefix}.csv")
        file.write_text("external_ref,particpants\nX-1,5\n", encoding="utf-8")
        summary = self.kopa("submit", file, "--call", CALL).expect(1).json()
        self.assertEqual((summary["call"], summary["accepted"], summary["nodes"]), (CALL, "0", []))
        result = self.kopa("submit", self.path("none.csv"), "--call", CALL).expect(1)
        self.assertEqual(result.json()["accepted"], "0", result)

    def test_a_local_time_may_have_a_fraction(self):
        rows = self.good(2)
        rows[0]["received_time"] = "2022-05-20 23:59:59.999999"
        rows[1]["received_time"] = "2022-05-21T00:00:00.5"
        summary = self.cluster.submit(self.write(rows), CALL, expect=(3,))
        self.assertEqual((summary["accepted"], summary["rejected"]), ("1", "1"), summary)
        self.assertEqual(self.codes(), ["WINDOW_CLOSED"])

    def test_a_school_takes_part_with_one_team(self):
        call = "kontakts-teams-2024"
        school = {"school_name": "Paraugu vidusskola", "school_reg_no": "9912345678"}
        rows = [*apps.team(f"{self.prefix}-1", RIGA, **school),
                *apps.team(f"{self.prefix}-2", RIGA, **school),
                *apps.team(f"{self.prefix}-3", RIGA)]
        file = apps.write_csv(self.path(f"{self.prefix}.csv"), call, rows)
        for dry in (["--dry-run"], []):
            summary = self.cluster.submit(file, call, *dry, expect=(3,))
            self.assertEqual((summary["accepted"], summary["rejected"]), ("2", "1"), summary)
            [rejected] = self.rejected()
            self.assertEqual((rejected["external_ref"], rejected["field"], rejected["code"]),
                             (f"{self.prefix}-2", "school_reg_no", "TEAM_EXISTS"))
        first = next(one["id"] for one in self.cluster.applications(call)
                     if one["externalRef"] == f"{self.prefix}-1")
        self.kopa("app", "withdraw", first, "--reason", "a mistake").expect(0)
        summary = self.cluster.submit(self.path(f"{self.prefix}.csv.rejected.csv"), call)
        self.assertEqual(summary["accepted"], "1", summary)

    def test_the_same_reference_with_other_content_is_a_conflict(self):
        rows = self.good(2)
        self.cluster.submit(self.write(rows), CALL)
        rows[1]["amount_eur"] = "999.99"
        summary = self.cluster.submit(self.write(rows), CALL, expect=(3,))
        self.assertEqual((summary["accepted"], summary["replayed"], summary["rejected"]),
                         ("0", "1", "1"))
        self.assertEqual(self.codes(), ["CONFLICT"])

    def test_a_dry_run_checks_everything_and_keeps_nothing(self):
        rows = self.good(3)
        rows[2]["contact_email"] = "x"
        summary = self.cluster.submit(self.write(rows), CALL, "--dry-run", expect=(3,))
        self.assertEqual((summary["accepted"], summary["rejected"]), ("2", "1"), summary)
        self.check_added([])
        self.assertEqual([one for one in self.cluster.applications(CALL)
                          if one["externalRef"].startswith(self.prefix + "-")], [])

    def test_a_missing_or_unknown_column_names_the_nearest_one(self):
        rows = self.good(1)
        text = apps.csv_text(rows, apps.KONTAKTS_COLUMNS).replace("participants", "particpants", 1)
        file = self.path(f"{self.prefix}.csv")
        file.write_text(text, encoding="utf-8")
        result = self.kopa("submit", file, "--call", CALL).expect(1)
        self.assertIn("particpants", result.err)
        self.assertRegex(result.err, 'did you mean "?participants"?')
        short = [column for column in apps.KONTAKTS_COLUMNS if column != "contact_email"]
        for row in rows:
            del row["contact_email"]
        file.write_text(apps.csv_text(rows, short), encoding="utf-8")
        result = self.kopa("submit", file, "--call", CALL).expect(1)
        self.assertIn("contact_email", result.err)
        self.check_added([])

    def test_files_and_calls_that_are_not_there(self):
        self.kopa("submit", self.path("none.csv"), "--call", CALL).expect(1)
        result = self.kopa("submit", self.write(self.good(1)), "--call", "kontakts-1999").expect(1)
        self.assertIn("kontakts-2022", result.err, "it names the calls there are")
        empty = self.path("empty.csv")
        empty.write_text("")
        self.kopa("submit", empty, "--call", CALL).expect(1)
        self.check_added([])

    def test_max_errors_ends_early(self):
        rows = self.good(30, contact_email="x")
        summary = self.cluster.submit(self.write(rows), CALL, "--max-errors", "5", "--batch", "1",
                                      expect=(3,))
        self.assertGreaterEqual(int(summary["rejected"]), 5)
        self.check_added([])

    # -- steps ------------------------------------------------------------------------------------

    def good(self, count, place=RIGA, **cells):
        return apps.flatten(apps.project(CALL, f"{self.prefix}-{index:04}", place, [50_000 + index],
                                         **cells)
                            for index in range(count))

    def write(self, rows):
        return apps.write_csv(self.path(f"{self.prefix}.csv"), CALL, rows)

    def rejected(self):
        """The rows of the rejects file that lies beside the test's file."""
        return apps.read_table(self.path(f"{self.prefix}.csv.rejected.csv"))

    def codes(self):
        return [row["code"] for row in self.rejected()]

    def find(self, row):
        return next(one for one in self.cluster.applications(CALL)
                    if one["externalRef"] == row["external_ref"])

    def check_submits(self, file, rows):
        summary = self.cluster.submit(file, CALL)
        self.assertEqual((summary["accepted"], summary["rejected"]), (str(len(rows)), "0"), summary)
        self.check_added(rows)

    def check_added(self, rows):
        """The totals have grown by just these rows since the test began."""
        added = apps.sums(rows).total()
        self.assertEqual(self.cluster.total(CALL),
                         {name: self.before[name] + added[name] for name in added})


def _json_line(row):
    return json.dumps({name: cell for name, cell in row.items() if cell != ""}, ensure_ascii=False)


if __name__ == "__main__":
    unittest.main()
