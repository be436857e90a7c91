"""A hundred kinds of broken row: each refused for what is wrong with it, and in once put right."""

import csv
import io
import json
import unittest

import applications as apps
from case import ClusterCase

PROJECTS = "kontakts-2022"
TEAMS = "kontakts-teams-2024"
GRANTS = "pumpurs-2019"

RIGHT_TO_LEFT = "\u202e"


class Raw(str):
    """A line of the file as it stands, instead of changed cells; {line} is the good one."""


def long_text(characters):
    return "ā" * characters


# What is changed in a good row -> what that is called: codes, and the fields that have them.
BROKEN_PROJECTS = [
    ({"external_ref": ""}, "MISSING_FIELD"),
    ({"external_ref": long_text(101)}, "TOO_LONG"),
    ({"external_ref": f"K{RIGHT_TO_LEFT}1"}, "BAD_TEXT"),
    ({"external_ref": "K\n1"}, "BAD_TEXT"),
    ({"municipality": ""}, "MISSING_FIELD"),
    ({"municipality": "Atlantīda"}, "UNKNOWN_MUNICIPALITY"),
    ({"municipality": "9999999"}, "UNKNOWN_MUNICIPALITY"),
    ({"municipality": "12345678"}, "UNKNOWN_MUNICIPALITY"),
    ({"municipality": "Aglonas novads"}, "AMBIGUOUS_MUNICIPALITY"),
    ({"municipality": "Inčukalna novads"}, "AMBIGUOUS_MUNICIPALITY"),
    ({"municipality": f"Rīga{RIGHT_TO_LEFT}"}, "BAD_TEXT"),
    # As a text, and as a name of a municipality.
    ({"municipality": long_text(101)}, "TOO_LONG TOO_LONG"),
    ({"applicant_name": ""}, "MISSING_FIELD"),
    ({"applicant_name": long_text(301)}, "TOO_LONG"),
    ({"applicant_name": "Biedrība\u2066"}, "BAD_TEXT"),
    ({"applicant_reg_no": ""}, "MISSING_FIELD"),
    ({"applicant_reg_no": "40008900008"}, "BAD_REG_NO"),
    ({"applicant_reg_no": "4000890000"}, "BAD_REG_NO"),
    ({"applicant_reg_no": "4,00089E+10"}, "BAD_REG_NO"),
    ({"applicant_reg_no": "LV40008900007"}, "BAD_REG_NO"),
    ({"applicant_reg_no": "4000890000O"}, "BAD_REG_NO"),
    ({"applicant_reg_no": "400089000070"}, "BAD_REG_NO"),
    ({"applicant_reg_no": "4" * 65}, "TOO_LONG BAD_REG_NO"),
    ({"applicant_type": ""}, "MISSING_FIELD"),
    ({"applicant_type": "asociation"}, "UNKNOWN_VALUE"),
    ({"applicant_type": "youth-organisation"}, "APPLICANT_TYPE_NOT_ALLOWED"),
    ({"title": ""}, "MISSING_FIELD"),
    ({"title": long_text(501)}, "TOO_LONG"),
    ({"title": "Kopā\u2067"}, "BAD_TEXT"),
    ({"title": "Kopā\u200fpā"}, "BAD_TEXT"),
    ({"title": "Kopā\x00pā"}, "BAD_TEXT"),
    ({"title": "Kopā\x07pā"}, "BAD_TEXT"),
    ({"title": "Kop\ufffd"}, "BAD_ENCODING"),
    ({"title": "Kop\u0081"}, "BAD_ENCODING"),
    ({"school_name": ""}, "MISSING_FIELD"),
    ({"school_name": long_text(301)}, "TOO_LONG"),
    ({"school_reg_no": "12345"}, "BAD_SCHOOL_REG_NO"),
    ({"school_reg_no": "990000001"}, "BAD_SCHOOL_REG_NO"),
    ({"school_reg_no": "99000000012"}, "BAD_SCHOOL_REG_NO"),
    ({"school_reg_no": "9,9E+09"}, "BAD_SCHOOL_REG_NO"),
    ({"school_reg_no": "990000000X"}, "BAD_SCHOOL_REG_NO"),
    ({"initiative_title": ""}, "MISSING_FIELD"),
    ({"initiative_title": long_text(501)}, "TOO_LONG"),
    ({"activities": ""}, "MISSING_FIELD"),
    ({"activities": "dancing"}, "UNKNOWN_VALUE"),
    ({"activities": "inclusion|dancing"}, "UNKNOWN_VALUE"),
    ({"activities": "inclusion;communication"}, "UNKNOWN_VALUE"),
    ({"activities": "|".join(["inclusion"] * 51)}, "TOO_LONG"),
    ({"participants": ""}, "MISSING_FIELD"),
    ({"participants": "0"}, "BAD_NUMBER"),
    ({"participants": "-5"}, "BAD_NUMBER"),
    ({"participants": "many"}, "BAD_NUMBER"),
    ({"participants": "2.5"}, "BAD_NUMBER"),
    ({"participants": "1000001"}, "BAD_NUMBER"),
    ({"participants": "9" * 20}, "BAD_NUMBER"),
    ({"amount_eur": ""}, "MISSING_FIELD"),
    ({"amount_eur": "0"}, "BAD_AMOUNT"),
    ({"amount_eur": "-5"}, "BAD_AMOUNT"),
    ({"amount_eur": "12,345"}, "BAD_AMOUNT"),
    ({"amount_eur": "1.234,50"}, "BAD_AMOUNT"),
    ({"amount_eur": "1 00,50"}, "BAD_AMOUNT"),
    ({"amount_eur": "500 EUR"}, "BAD_AMOUNT"),
    ({"amount_eur": "1e3"}, "BAD_AMOUNT"),
    ({"amount_eur": "99999999999"}, "BAD_AMOUNT"),
    ({"amount_eur": "9" * 30}, "BAD_AMOUNT"),
    ({"amount_eur": "1000.01"}, "AMOUNT_ABOVE_CEILING"),
    ({"contact_name": ""}, "MISSING_FIELD"),
    ({"contact_name": long_text(151)}, "TOO_LONG"),
    ({"contact_email": ""}, "MISSING_FIELD"),
    ({"contact_email": "not an address"}, "BAD_EMAIL"),
    ({"contact_email": "a@b"}, "BAD_EMAIL"),
    ({"contact_email": "a..b@example.org"}, "BAD_EMAIL"),
    ({"contact_email": "@example.org"}, "BAD_EMAIL"),
    ({"contact_phone": "12"}, "BAD_PHONE"),
    ({"contact_phone": "30000001"}, "BAD_PHONE"),
    ({"contact_phone": "+37220000001"}, "BAD_PHONE"),
    ({"received_time": "2022-03-31T23:59:59"}, "WINDOW_NOT_OPEN"),
    ({"received_time": "2022-05-21T00:00:00"}, "WINDOW_CLOSED"),
    ({"received_time": "2199-01-01 00:00:00"}, "RECEIVED_IN_FUTURE"),
    ({"received_time": ""}, "WINDOW_CLOSED"),
    ({"received_time": "yesterday"}, "BAD_DATE"),
    ({"received_time": "2022-02-30 10:00"}, "BAD_DATE"),
    ({"received_time": "20.04.2022"}, "BAD_DATE"),
    (Raw("{line},one cell too many"), "BAD_ROW"),
    (Raw("only,three,cells"), "BAD_ROW"),
    (Raw('"no end,{line}'), "BAD_ROW"),
    (Raw('"an end"and more,{line}'), "BAD_ROW"),
    (Raw('"a "quote" within",{line}'), "BAD_ROW"),
]
BROKEN_TEAMS = [
    ({"school_name": ""}, "MISSING_FIELD"),
    ({"school_reg_no": "99"}, "BAD_SCHOOL_REG_NO"),
    ({"municipality": "Atlantīda"}, "UNKNOWN_MUNICIPALITY"),
    ({"member3_name": "", "member3_birth_date": ""}, "TEAM_INCOMPLETE"),
    ({"member1_name": f"Paraugs{RIGHT_TO_LEFT}"}, "BAD_TEXT"),
    ({"member1_birth_date": "2011-02-01"}, "AGE_OUT_OF_RANGE"),
    ({"member1_birth_date": "1990-01-01"}, "AGE_OUT_OF_RANGE"),
    ({"member2_birth_date": "2008-02-30"}, "BAD_DATE"),
    ({"member2_birth_date": "17.05.2008"}, "BAD_DATE"),
    ({"member2_birth_date": ""}, "MISSING_FIELD"),
    ({"support_name": ""}, "MISSING_FIELD"),
    ({"support_role": ""}, "MISSING_FIELD"),
    ({"support_role": "uncle"}, "UNKNOWN_VALUE"),
    ({"support_email": ""}, "MISSING_FIELD"),
    ({"support_email": "x"}, "BAD_EMAIL"),
    ({"support_phone": ""}, "MISSING_FIELD"),
    ({"support_phone": "123"}, "BAD_PHONE"),
    ({"received_time": "2024-01-16T23:59:59"}, "WINDOW_NOT_OPEN"),
    ({"received_time": "2024-02-01T00:00:00"}, "WINDOW_CLOSED"),
]
BROKEN_GRANTS = [
    ({"applicant_type": "municipality"}, "APPLICANT_TYPE_NOT_ALLOWED"),
    ({"youth_group": ""}, "MISSING_FIELD"),
    ({"youth_group": "maybe"}, "UNKNOWN_VALUE"),
    ({"title": ""}, "MISSING_FIELD"),
    ({"activities": "sports"}, "UNKNOWN_VALUE"),
    ({"grades": ""}, "MISSING_FIELD"),
    ({"grades": "4"}, "UNKNOWN_VALUE"),
    ({"grades": "5-12"}, "UNKNOWN_VALUE"),
    ({"risks": ""}, "MISSING_FIELD"),
    ({"risks": "learning|boredom"}, "UNKNOWN_VALUE"),
    ({"participants": "0"}, "BAD_NUMBER"),
    ({"partners": long_text(301)}, "TOO_LONG"),
    ({"partners": "|".join(f"Partneris {n}" for n in range(51))}, "TOO_LONG"),
    ({"amount_eur": "4599.99"}, "AMOUNT_NOT_FIXED"),
    ({"amount_eur": "4600,01"}, "AMOUNT_NOT_FIXED"),
    ({"received_time": "2019-03-31 23:59:59"}, "WINDOW_NOT_OPEN"),
]
# Each instead of the whole line.
BROKEN_JSON = [
    "no JSON at all",
    '{"external_ref": "J-1"',
    '["a", "list"]',
    '"a text"',
    '{"external_ref": {"an": "object"}}',
    '{"title": ["one value", "not two"]}',
    '{"activities": [["a list"]]}',
    '{"title": true}',
    '{"title": "once", "title": "twice"}',
]


class BrokenRowsTest(ClusterCase):
    shared = True

    def test_the_table_is_of_a_hundred_kinds(self):
        kinds = {(call, repr(change)) for call, table in self.tables() for change, _ in table}
        self.assertGreaterEqual(len(kinds), 100)

    def test_each_broken_row_is_refused_for_what_it_is_and_taken_once_put_right(self):
        for call, table in self.tables():
            with self.subTest(call):
                self.check(call, table)

    def test_broken_json_is_told_with_its_line_and_the_good_lines_are_in(self):
        good = [json.dumps(row, ensure_ascii=False)
                for index in range(len(BROKEN_JSON))
                for row in apps.project(PROJECTS, f"J-{index:03}", "Rīga", [50_000])]
        lines = [line for pair in zip(good, BROKEN_JSON) for line in pair]
        file = self.path("broken.jsonl")
        file.write_text("\n".join(lines), encoding="utf-8")
        summary = self.cluster.submit(file, PROJECTS, expect=(3,))
        self.assertEqual((summary["accepted"], summary["rejected"]),
                         (str(len(good)), str(len(BROKEN_JSON))), summary)
        rejected = apps.read_table(self.path("broken.jsonl.rejected.csv"))
        self.assertEqual([(row["line"], row["code"]) for row in rejected],
                         [(str(2 * index + 2), "BAD_JSON") for index in range(len(BROKEN_JSON))])

    # -- steps ------------------------------------------------------------------------------------

    @staticmethod
    def tables():
        return ((PROJECTS, BROKEN_PROJECTS), (TEAMS, BROKEN_TEAMS), (GRANTS, BROKEN_GRANTS))

    @staticmethod
    def good_row(call, index):
        reference, place = f"B-{index:03}", apps.place(index)
        if call == TEAMS:
            return apps.team(reference, place)[0]
        if call == GRANTS:
            return apps.youth_project(call, reference, place)[0]
        return apps.project(call, reference, place, [50_000 + index])[0]

    def check(self, call, table):
        columns = apps.columns_of(call)
        good = [self.good_row(call, index) for index in range(len(table))]
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerow(columns)
        expected = []
        for row, (change, codes) in zip(good, table):
            line = text.getvalue().count("\n") + 1
            if isinstance(change, Raw):
                text.write(change.replace("{line}", self.line(columns, row)) + "\n")
                expected.append((line, codes.split(), {""}))
            else:
                text.write(self.line(columns, {**row, **change}) + "\n")
                expected.append((line, codes.split(), {next(iter(change))}))
        file = self.path(f"{call}.csv")
        file.write_text(text.getvalue(), encoding="utf-8", newline="")

        summary = self.cluster.submit(file, call, expect=(3,))
        rejects = self.path(f"{call}.csv.rejected.csv")
        rejected = apps.read_table(rejects)
        found = [(int(row["line"]), row["code"].split("|"), set(row["field"].split("|")))
                 for row in rejected]
        self.assertEqual(found, expected)
        self.assertEqual((summary["accepted"], summary["rejected"]), ("0", str(len(table))))
        self.assertTrue(all(row["message"] for row in rejected))

        for row, right in zip(rejected, good):
            row.update(right)
            row.pop(None, None)  # what was behind the last column
        apps.write_table(rejects, rejected)
        corrected = self.cluster.submit(rejects, call)
        self.assertEqual(corrected["accepted"], str(len(table)), corrected)

    @staticmethod
    def line(columns, row):
        out = io.StringIO(newline="")
        csv.DictWriter(out, columns, lineterminator="\n").writerow(row)
        return out.getvalue()[:-1]


if __name__ == "__main__":
    unittest.main()
