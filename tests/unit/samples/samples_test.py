"""Checks data/samples: published figures, rules of the calls, form of the files, nothing real.

Run by ctest, or by itself from anywhere: python3 tests/unit/samples/samples_test.py
"""

import collections
import datetime
import itertools
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata
import unittest
import zoneinfo

import repository
from repository import applications, cents, programme, sample

RIGA = zoneinfo.ZoneInfo("Europe/Riga")
KONTAKTS = ("kontakts-2022", "kontakts-2023", "kontakts-2024")
PUMPURS = ("pumpurs-2018", "pumpurs-2019")
TEAMS = "kontakts-teams-2024"
CALLS = KONTAKTS + PUMPURS + (TEAMS,)

COLUMNS = {
    **dict.fromkeys(KONTAKTS, (
        "external_ref municipality applicant_name applicant_reg_no applicant_type title "
        "school_name school_reg_no initiative_title activities participants amount_eur "
        "contact_name contact_email contact_phone received_time").split()),
    **dict.fromkeys(PUMPURS, (
        "external_ref municipality applicant_name applicant_reg_no applicant_type youth_group "
        "title activities grades risks participants partners amount_eur "
        "contact_name contact_email contact_phone received_time").split()),
    TEAMS: (
        "external_ref municipality school_name school_reg_no member1_name member1_birth_date "
        "member2_name member2_birth_date member3_name member3_birth_date support_name "
        "support_role support_email support_phone received_time").split(),
}
# school_reg_no and received_time are optional too, but here they are always given.
OPTIONAL = {"partners", "contact_phone"}
# Column -> field of the call's definition that lists the words allowed in it.
VOCABULARIES = {
    "applicant_type": "applicant_types",
    "activities": "activities",
    "grades": "grades",
    "risks": "risks",
    "support_role": "support_roles",
}
# What may differ between the rows of one application.
OF_AN_INITIATIVE = {
    "school_name", "school_reg_no", "initiative_title", "activities", "participants", "amount_eur"}


def rows_of_all_calls():
    for call in CALLS:
        for row in sample(f"{call}.csv"):
            yield call, row


def amounts(applications_of_call):
    """Cents asked for in all; nothing where the form has no amount."""
    return sum(
        cents(row.get("amount_eur", "0.00"))
        for rows in applications_of_call.values() for row in rows)


def received(row):
    """Local time in Latvia."""
    time = datetime.datetime.fromisoformat(row["received_time"].replace("Z", "+00:00"))
    return time.astimezone(RIGA).replace(tzinfo=None) if time.tzinfo else time


def territory_of(call):
    return repository.Territory(repository.window(programme(call))[0].date().isoformat())


def decisions(call):
    return {row["external_ref"]: row for row in sample(f"{call}.decisions.csv")}


def approved(call):
    chosen = decisions(call)
    return {
        reference: rows for reference, rows in applications(call).items()
        if chosen[reference]["decision"] == "approve"
    }


def figures(call):
    """Every figure of published.csv, computed from the files of the call."""
    handed_in, awarded = applications(call), approved(call)
    territory = territory_of(call)
    places = {territory.code(rows[0]["municipality"]) for rows in awarded.values()}
    result = {
        "applications": len(handed_in),
        "schools": len({row.get("school_reg_no") for rows in handed_in.values() for row in rows}),
        "requested_cents": amounts(handed_in),
        "approved_projects": len(awarded),
        "approved_initiatives": sum(len(rows) for rows in awarded.values()),
        "approved_municipalities": len(places),
        "budget_cents": int(programme(call)["limits"][0]["budget_cents"][0]),
    }
    kinds = collections.Counter(rows[0]["applicant_type"] for rows in handed_in.values())
    result.update({f"applications.{kind}": count for kind, count in kinds.items()})
    return result


class PublishedFigures(unittest.TestCase):
    def test_every_published_figure_is_reproduced(self):
        published = sample("published.csv")
        self.assertGreaterEqual(len(published), 19)
        for row in published:
            with self.subTest(call=row["call"], figure=row["figure"]):
                self.assertEqual(figures(row["call"])[row["figure"]], int(row["value"]))
                self.assertTrue(row["source"])

    def test_the_figures_that_matter_are_among_them(self):
        """By hand, so that a wrong table cannot agree with wrong files."""
        published = collections.defaultdict(dict)
        for row in sample("published.csv"):
            published[row["call"]][row["figure"]] = int(row["value"])
        self.assertEqual(published["kontakts-2022"], {
            "applications": 55,
            "applications.municipality": 33,
            "applications.municipal-institution": 4,
            "applications.association": 13,
            "applications.foundation": 2,
            "applications.other": 3,
            "schools": 130,
            "requested_cents": 12844100,
            "approved_projects": 52,
            "approved_initiatives": 127,
            "budget_cents": 13500000,
        })
        self.assertEqual(published["kontakts-2023"], {
            "approved_projects": 34, "approved_initiatives": 93, "budget_cents": 12000000})
        self.assertEqual(published["pumpurs-2018"], {
            "approved_projects": 78, "approved_municipalities": 36})
        self.assertEqual(published["pumpurs-2019"], {
            "approved_projects": 97, "approved_municipalities": 50})

    def test_the_table_of_the_readme_is_right(self):
        readme = (repository.SAMPLES / "README.md").read_text(encoding="utf-8")
        for call in CALLS:
            cells = [f"`{call}`"]
            for chosen in (applications(call), approved(call)):
                parts = sum(len(rows) for rows in chosen.values())
                euros, rest = divmod(amounts(chosen), 100)
                cells += [
                    str(len(chosen)), "" if call in PUMPURS else str(parts),
                    "" if call == TEAMS else f"{euros}.{rest:02}"]
            self.assertIn(f"| {' | '.join(cells)} |", readme)

    def test_awards_stay_within_every_limit_of_the_call(self):
        for call in CALLS:
            awarded = approved(call)
            spent = {
                "budget_cents": amounts(awarded),
                "initiatives": sum(len(rows) for rows in awarded.values()),
                "teams": len(awarded),
            }
            for name, (limit,) in programme(call)["limits"][0].items():
                self.assertLessEqual(spent[name], int(limit), (call, name))


class Files(unittest.TestCase):
    def test_columns_are_those_of_the_contract(self):
        for call in CALLS:
            rows = sample(f"{call}.csv")
            self.assertEqual(list(rows[0]), COLUMNS[call], call)
            for row in rows:
                self.assertNotIn(None, row, (call, row["external_ref"]))
                empty = {name for name, value in row.items() if not value}
                self.assertLessEqual(empty, OPTIONAL, (call, row["external_ref"]))

    def test_text_is_plain(self):
        for path in repository.SAMPLES.glob("*.csv"):
            text = path.read_bytes().decode("utf-8")
            self.assertTrue(unicodedata.is_normalized("NFC", text), path)
            self.assertIsNone(re.search(r"[\r\0\ufeff\u202a-\u202e\u2066-\u2069]", text), path)

    def test_rows_of_an_application_lie_together_and_agree(self):
        for call in CALLS:
            references = [row["external_ref"] for row in sample(f"{call}.csv")]
            runs = len(list(itertools.groupby(references)))
            self.assertEqual(runs, len(set(references)), f"{call}: a reference comes twice")
            for reference, rows in applications(call).items():
                for name in set(COLUMNS[call]) - OF_AN_INITIATIVE:
                    self.assertEqual(len({row[name] for row in rows}), 1, (reference, name))
        for call in PUMPURS + (TEAMS,):
            self.assertTrue(all(len(rows) == 1 for rows in applications(call).values()), call)

    def test_generating_again_gives_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            program = repository.ROOT / "scripts" / "make-samples"
            subprocess.run([sys.executable, "-B", program, "--out", folder], check=True)
            made = {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}
        kept = {path.name: path.read_bytes() for path in repository.SAMPLES.glob("*.csv")}
        self.assertEqual(sorted(made), sorted(kept))
        differing = [name for name in made if made[name] != kept[name]]
        self.assertEqual(differing, [], "run scripts/make-samples, or undo the edit by hand")


class Rules(unittest.TestCase):
    def test_arrivals_lie_in_the_window_and_touch_both_of_its_ends(self):
        for call in CALLS:
            definition = programme(call)
            opens, closes = repository.window(definition)
            own = {terms["municipality"][0]: repository.window(terms)
                   for terms in definition["municipality_terms"] if terms["window"]}
            territory = territory_of(call)
            times = []
            for row in sample(f"{call}.csv"):
                first, end = own.get(territory.code(row["municipality"]), (opens, closes))
                time = received(row)
                self.assertTrue(first <= time < end, (call, row["external_ref"], time))
                times.append(time)
            self.assertEqual(times, sorted(times), call)
            self.assertEqual(times[0], opens, call)
            self.assertEqual(times[-1], closes - datetime.timedelta(seconds=1), call)

    def test_municipalities_are_of_the_day_and_in_all_three_regions(self):
        for call in CALLS:
            territory = territory_of(call)
            rows = sample(f"{call}.csv")
            codes = {territory.code(row["municipality"]) for row in rows}
            self.assertFalse(codes & territory.split, "split since: cannot be moved by its code")
            shares = collections.Counter(territory.node_of[code] for code in codes)
            self.assertEqual(sorted(shares), ["riga-latgale", "vidzeme-kurzeme", "zemgale"], call)
            written = {row["municipality"] for row in rows}
            self.assertTrue(written & codes and written - codes, f"{call}: both names and codes")

    def test_a_municipality_hands_in_one_application_for_all_its_schools(self):
        for call in KONTAKTS:
            territory = territory_of(call)
            own = [
                territory.code(rows[0]["municipality"]) for rows in applications(call).values()
                if rows[0]["applicant_type"] == "municipality"
            ]
            self.assertEqual(len(set(own)), len(own), call)

    def test_words_are_of_the_vocabularies_and_each_activity_is_used(self):
        for call in CALLS:
            definition = programme(call)
            rows = sample(f"{call}.csv")
            for column, field in VOCABULARIES.items():
                if column in rows[0]:
                    used = {word for row in rows for word in row[column].split("|")}
                    self.assertEqual(used, set(repository.ids(definition, field)), (call, column))
                else:
                    self.assertFalse(definition[field], (call, field))
        for call in PUMPURS:
            self.assertEqual({row["youth_group"] for row in sample(f"{call}.csv")}, {"yes", "no"})

    def test_amounts_follow_the_rule_of_the_call(self):
        for call in KONTAKTS + PUMPURS:
            (rule, (limit,)), = programme(call)["amount"][0].items()
            for row in sample(f"{call}.csv"):
                amount = cents(row["amount_eur"])
                if rule == "fixed_cents":
                    self.assertEqual(amount, int(limit), (call, row["external_ref"]))
                else:
                    self.assertEqual(rule, "ceiling_per_initiative_cents")
                    self.assertTrue(0 < amount <= int(limit), (call, row["external_ref"]))
                self.assertGreater(int(row["participants"]), 0)

    def test_team_members_have_the_age_on_every_day_of_the_window(self):
        rule = programme(TEAMS)["team"][0]
        least, most = int(rule["min_age"][0]), int(rule["max_age"][0])
        ages = set()
        for row in sample(f"{TEAMS}.csv"):
            for member in range(1, int(rule["members"][0]) + 1):
                birth = datetime.date.fromisoformat(row[f"member{member}_birth_date"])
                for day in (datetime.date(2024, 1, 17), datetime.date(2024, 1, 31)):
                    before_birthday = (day.month, day.day) < (birth.month, birth.day)
                    ages.add(day.year - birth.year - before_birthday)
        self.assertEqual((min(ages), max(ages)), (least, most))

    def test_each_school_stands_once_in_a_call_and_those_of_2024_were_trained(self):
        for call in KONTAKTS + (TEAMS,):
            schools = [row["school_reg_no"] for row in sample(f"{call}.csv")]
            self.assertEqual(len(set(schools)), len(schools), call)
        self.assertEqual(programme("kontakts-2024")["required_team_call"], [TEAMS])
        trained = {(rows[0]["school_reg_no"], territory_of(TEAMS).code(rows[0]["municipality"]))
                   for rows in approved(TEAMS).values()}
        applying = {(row["school_reg_no"], territory_of("kontakts-2024").code(row["municipality"]))
                    for row in sample("kontakts-2024.csv")}
        self.assertLess(applying, trained)


class Judging(unittest.TestCase):
    def passes(self, definition, points):
        """Whether the thresholds allow an approval; also checks range and step. In hundredths."""
        for criterion in definition["criteria"]:
            value = points[criterion["id"][0]]
            self.assertTrue(0 <= value <= int(criterion["max_hundredths"][0]))
            self.assertEqual(value % int(criterion["step_hundredths"][0]), 0)
        if sum(points.values()) < int(definition["min_total_hundredths"][0]):
            return False
        return all(points[criterion["id"][0]] >= int((criterion["min_hundredths"] or ["0"])[0])
                   for criterion in definition["criteria"])

    def scored(self, call):
        """External reference -> criterion -> hundredths of a point."""
        rows = sample(f"{call}.scores.csv")
        criteria = repository.ids(programme(call)["evaluation"][0], "criteria")
        self.assertEqual(list(rows[0]), ["external_ref", "evaluator", *criteria])
        self.assertEqual([row["external_ref"] for row in rows], list(applications(call)))
        self.assertTrue(all(re.fullmatch(r"evaluator-[1-9]", row["evaluator"]) for row in rows))
        return {
            row["external_ref"]: {name: round(100 * float(row[name])) for name in criteria}
            for row in rows
        }

    def test_what_passes_the_thresholds_is_approved_and_nothing_else(self):
        for call in KONTAKTS + PUMPURS:
            definition = programme(call)["evaluation"][0]
            for reference, points in self.scored(call).items():
                expected = "approve" if self.passes(definition, points) else "reject"
                self.assertEqual(decisions(call)[reference]["decision"], expected, reference)

    def test_each_team_that_was_approved_is_trained(self):
        trained = sample("kontakts-teams-2024.training.csv")
        self.assertEqual({row["decision"] for row in trained}, {"train"})
        approved = [reference for reference, row in decisions("kontakts-teams-2024").items()
                    if row["decision"] == "approve"]
        self.assertEqual([row["external_ref"] for row in trained], approved)

    def test_decisions_name_each_application_once_and_say_why_one_is_rejected(self):
        for call in CALLS:
            rows = sample(f"{call}.decisions.csv")
            self.assertEqual(list(rows[0]), ["external_ref", "decision", "reason", "amount_eur"])
            self.assertEqual([row["external_ref"] for row in rows], list(applications(call)))
            self.assertEqual({row["decision"] for row in rows}, {"approve", "reject"})
            for row in rows:
                asked = applications(call)[row["external_ref"]]
                if row["decision"] == "reject":
                    self.assertEqual((bool(row["reason"]), row["amount_eur"]), (True, ""))
                elif call != TEAMS:
                    self.assertEqual(cents(row["amount_eur"]), amounts({"": asked}))

    def test_the_attested_totals_of_2020_are_among_the_scores(self):
        for call in PUMPURS:
            totals = {(sum(points.values()), decisions(call)[reference]["decision"])
                      for reference, points in self.scored(call).items()}
            self.assertLessEqual({
                (4800, "approve"), (3000, "approve"),
                (4450, "reject"), (3300, "reject"), (1700, "reject"),
            }, totals, call)


class Synthetic(unittest.TestCase):
    def test_registration_numbers_are_right_and_mean_one_organisation(self):
        names = collections.defaultdict(set)
        for _, row in rows_of_all_calls():
            if "applicant_reg_no" not in row:
                continue
            number = row["applicant_reg_no"]
            self.assertRegex(number, r"^(4000890|5000890|9000990)[0-9]{4}$")
            weighted = zip(number, (9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1))
            self.assertEqual(sum(int(digit) * weight for digit, weight in weighted) % 11, 3, number)
            names[number].add(row["applicant_name"])
        self.assertEqual([number for number, of_one in names.items() if len(of_one) > 1], [])
        self.assertEqual(len({name for of_one in names.values() for name in of_one}), len(names))

    def test_schools_are_numbered_and_named_alike_everywhere(self):
        names = collections.defaultdict(set)
        for _, row in rows_of_all_calls():
            if "school_reg_no" in row:
                self.assertRegex(row["school_reg_no"], r"^990000[0-9]{4}$")
                names[row["school_reg_no"]].add(row["school_name"])
        self.assertTrue(all(len(of_one) == 1 for of_one in names.values()))

    def test_nobody_and_nothing_can_be_taken_for_real(self):
        email, phone, title = r"[a-z]+[0-9]+@example\.org", r"2000[0-9]{4}", r".+ \(paraugs\)"
        marks = {
            "applicant_name": r".*[Pp]araug.* [0-9]+ \(.+\)",
            "school_name": r"Parauga .+ Nr\. [0-9]+ \(.+\)",
            "partners": r"(Parauga [^|]+\|?)*",
            "title": title,
            "initiative_title": title,
            "contact_name": r"Parauga Kontaktpersona [0-9]+",
            "contact_email": email,
            "contact_phone": rf"((\+371 )?{phone})?",
            "support_name": r"Parauga Atbalstpersona [0-9]+",
            "support_email": email,
            "support_phone": phone,
            "member1_name": r"Paraugs Dalībnieks [0-9]+",
            "member2_name": r"Paraugs Dalībnieks [0-9]+",
            "member3_name": r"Paraugs Dalībnieks [0-9]+",
        }
        for call, row in rows_of_all_calls():
            for column, mark in marks.items():
                if column in row:
                    self.assertRegex(row[column], f"^{mark}$", (call, row["external_ref"], column))
        for call in CALLS:
            for row in sample(f"{call}.decisions.csv"):
                self.assertRegex(row["reason"], r"^(.+ \(paraugs\))?$")


if __name__ == "__main__":
    unittest.main()
