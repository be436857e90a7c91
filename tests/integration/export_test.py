"""Exports: what is in the files, what must never be in them, and what is left where a node is away."""

import csv
import datetime
import decimal
import io
import json
import re
import unittest
import xml.etree.ElementTree as ElementTree
import zipfile
import zoneinfo

import applications as apps
from case import ClusterCase

CALL = "kontakts-2022"
APPLICATIONS = 12
AWARDS = 9
FORMULA = "=HYPERLINK(\"http://example.org\") biedrība"
MONEY_FORMAT = "#,##0.00\\ [$€-426]"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# What 360Giving needs of each grant.
REQUIRED = ("id", "title", "description", "currency", "amountAwarded", "awardDate",
            "recipientOrganization", "fundingOrganization")
REQUIRED_TITLES = (
    "Identifier", "Title", "Description", "Currency", "Amount Awarded", "Award Date",
    "Recipient Org:Identifier", "Recipient Org:Name", "Funding Org:Identifier",
    "Funding Org:Name")


class ExportTest(ClusterCase):
    shared = True
    awarded = None  # as `app list` has them, by id

    def setUp(self):
        super().setUp()
        if ExportTest.awarded is None:
            ExportTest.awarded = self.play()

    def test_csv_has_every_award_and_nothing_else(self):
        text = self.export("csv")
        rows = read_csv(text)
        self.assertEqual([row["id"] for row in rows], self.in_order())
        for row in rows:
            listed = self.awarded[row["id"]]
            for field, other in (("external_ref", "externalRef"), ("node", "node"),
                                 ("status", "status"), ("municipality", "municipality"),
                                 ("municipality_name", "municipalityName"), ("score", "score")):
                self.assertEqual(row[field], listed[other], field)
            self.assertEqual(row["requested_eur"], apps.eur(int(listed["requestedCents"])))
            self.assertEqual(row["awarded_eur"], apps.eur(int(listed["awardedCents"])))
            self.assertEqual(row["received_date"], "2022-04-20")
            self.assertEqual(row["award_date"], today())
        self.assertEqual([row["title"] for row in rows if row["title"]], [self.checked()["title"]])
        self.assertEqual(self.row_of(rows, "X-0001")["paid_eur"], "100.50")

    def test_csv_is_no_formula(self):
        rows = read_csv(self.export("csv"))
        self.assertEqual(self.row_of(rows, "X-0002")["organisation"], "'" + FORMULA)
        for row in rows:
            for name, cell in row.items():
                self.assertNotIn(cell[:1], ("=", "+", "-", "@", "\t", "\r"), name)

    def test_csv_of_all_with_a_byte_order_mark(self):
        text = self.export("csv", "--all", "--bom")
        self.assertTrue(text.startswith("\ufeff"))
        rows = read_csv(text.lstrip("\ufeff"))
        self.assertEqual(len(rows), APPLICATIONS)
        self.assertEqual(len([row for row in rows if row["award_date"]]), AWARDS)

    def test_a_workbook_has_typed_cells(self):
        out = self.path("awards.xlsx")
        summary = self.kopa("export", "--call", CALL, "--format", "xlsx", "--out",
                            out).expect(0).json()
        self.assertEqual(summary["rows"], str(AWARDS))
        book = Workbook(out)
        self.assertEqual(book.sheet_name, CALL)
        self.assertEqual(book.frozen_rows, "1")
        self.assertGreater(min(book.widths), 8)
        self.assertEqual(len(book.rows), AWARDS + 1)
        head = [cell.value for cell in book.rows[0]]
        self.assertEqual([row[head.index("id")].value for row in book.rows[1:]], self.in_order())
        for row in book.rows[1:]:
            cells = dict(zip(head, row))
            listed = self.awarded[cells["id"].value]
            self.assertTrue(cells["municipality"].is_text, "0038001 keeps its zeros")
            self.assertEqual(cells["municipality"].value, listed["municipality"])
            self.assertFalse(cells["awarded_eur"].is_text)
            self.assertEqual(decimal.Decimal(cells["awarded_eur"].value) * 100,
                             int(listed["awardedCents"]))
            self.assertEqual(cells["awarded_eur"].number_format, MONEY_FORMAT)
            self.assertEqual(cells["award_date"].number_format, "dd.mm.yyyy")
            days = datetime.date(1899, 12, 30) + datetime.timedelta(
                days=int(cells["award_date"].value))
            self.assertEqual(days.isoformat(), today())
            self.assertFalse(cells["score"].is_text)
        self.assertNotIn("<f>", book.text, "no formulas")

    def test_open_data_as_json(self):
        text = self.export("360giving")
        grants = json.loads(text, parse_float=decimal.Decimal)["grants"]
        self.assertEqual(len(grants), AWARDS)
        self.assertEqual(len({grant["id"] for grant in grants}), AWARDS)
        checked = self.checked()
        for grant in grants:
            for field in REQUIRED:
                self.assertTrue(grant[field], field)
            application = self.awarded[grant["id"].split("-", 2)[2]]
            self.assertTrue(grant["id"].startswith("360G-kopa-"))
            # Exactly two decimals, and exactly the cents.
            self.assertRegex(str(grant["amountAwarded"]), r"^\d+\.\d\d$")
            self.assertEqual(grant["amountAwarded"] * 100, int(application["awardedCents"]))
            self.assertEqual(grant["currency"], "EUR")
            self.assertRegex(grant["awardDate"], r"^\d{4}-\d\d-\d\d$")
            self.assertLess(len(grant["title"]), 140)
            self.assertRegex(grant["recipientOrganization"][0]["id"], r"^LV-RE-\d{11}$")
            self.assertEqual(grant["beneficiaryLocation"][0]["geoCode"],
                             application["municipality"])
        own = [grant["title"] for grant in grants if "paraugs" in grant["title"]]
        self.assertEqual(own, [checked["title"]])

    def test_open_data_as_csv(self):
        rows = read_csv(self.export("360giving-csv"))
        self.assertEqual(len(rows), AWARDS)
        for row in rows:
            for title in REQUIRED_TITLES:
                self.assertTrue(row[title], title)
            self.assertRegex(row["Amount Awarded"], r"^\d+\.\d\d$")

    def test_a_call_without_open_data_says_what_to_add(self):
        result = self.kopa("export", "--call", "kontakts-teams-2024", "--format",
                           "360giving").expect(1)
        for field in ("prefix", "funder_id", "funder_name", "description"):
            self.assertIn(f"open_data.{field}", result.err)
        self.assertEqual(result.out, "")

    def test_no_export_tells_of_people(self):
        workbook = self.path("people.xlsx")
        self.kopa("export", "--call", CALL, "--format", "xlsx", "--all", "--out",
                  workbook).expect(0)
        texts = [self.export("csv", "--all"), self.export("360giving"),
                 self.export("360giving-csv"), Workbook(workbook).text]
        for text in texts:
            for told in ("Paraugs Cilvēks", "cilveks", "@example", "20000001",
                         "Iniciatīva", "Parauga skola"):
                self.assertNotIn(told, text)
            titles = set(re.findall(r"Kopā X-\d+", text))
            self.assertLessEqual(titles, {"Kopā X-0001"}, "only what was checked")

    def test_a_node_that_is_away_leaves_nothing_under_the_name(self):
        node = self.cluster.nodes["zemgale"]
        node.stop()
        try:
            for kind in ("csv", "xlsx", "360giving"):
                out = self.path(f"away.{kind}")
                result = self.kopa("export", "--call", CALL, "--format", kind, "--out", out,
                                   "--timeout", "2").expect(3)
                self.assertIn("zemgale", result.err)
                self.assertEqual(list(self.cluster.folder.glob("away.*")), [])
        finally:
            node.start()
            self.cluster.wait_until_connected()
        self.export("csv")

    # -- steps ------------------------------------------------------------------------------------

    def play(self):
        """Twelve applications, nine with an award; one of these paid in part and checked."""
        rows = apps.flatten(
            apps.project(CALL, f"X-{index:04}", apps.place(index),
                         [40_007 + index, 50_000][:index % 2 + 1])
            for index in range(APPLICATIONS))
        for row in rows:
            if row["external_ref"] == "X-0002":
                row["applicant_name"] = FORMULA
        summary = self.cluster.submit(apps.write_csv(self.path("x.csv"), CALL, rows), CALL)
        self.assertEqual(summary["accepted"], str(len(rows)), summary)
        scores = apps.write_table(self.path("x.scores.csv"), [
            {"external_ref": f"X-{index:04}", "evaluator": "evaluator", **apps.KONTAKTS_SCORES}
            for index in range(APPLICATIONS)])
        self.kopa("app", "evaluate", "--call", CALL, "--file", scores, actor="importer").expect(0)
        ids = {one["externalRef"]: one["id"] for one in self.cluster.applications(CALL)}
        wanted = [ids[f"X-{index:04}"] for index in range(AWARDS)]
        self.kopa("app", "approve", *wanted, actor="director").expect(0)
        paid = ids["X-0001"]
        for verb in (["contract", paid], ["pay", paid, "--amount", "100.50"], ["publish", paid]):
            self.kopa("app", *verb, actor="director").expect(0)
        awarded = {one["id"]: one for one in self.cluster.applications(CALL)
                   if one["status"] in ("APPROVED", "CONTRACTED")}
        self.assertEqual(len(awarded), AWARDS)
        return awarded

    def export(self, kind, *more):
        """What it prints, which is the file itself."""
        return self.kopa("export", "--call", CALL, "--format", kind, *more,
                         output=None).expect(0).out

    def in_order(self):
        """Ids of the awards by node, then id."""
        return [one["id"] for one in sorted(self.awarded.values(),
                                            key=lambda one: (one["node"], one["id"]))]

    def row_of(self, rows, reference):
        return next(row for row in rows if row["external_ref"] == reference)

    def checked(self):
        return next(one for one in self.awarded.values() if one["externalRef"] == "X-0001")


class Workbook:
    """The one sheet of an .xlsx file, read by its parts."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()
                     if name.endswith(".xml")}
        self.text = "".join(parts.values())
        self.sheet_name = ElementTree.fromstring(parts["xl/workbook.xml"]).find(
            f"{SHEET}sheets/{SHEET}sheet").get("name")
        sheet = ElementTree.fromstring(parts["xl/worksheets/sheet1.xml"])
        pane = sheet.find(f"{SHEET}sheetViews/{SHEET}sheetView/{SHEET}pane")
        self.frozen_rows = pane.get("ySplit") if pane.get("state") == "frozen" else None
        self.widths = [float(column.get("width")) for column in sheet.iter(f"{SHEET}col")]
        formats = _formats(ElementTree.fromstring(parts["xl/styles.xml"]))
        names = [cell.get("r").rstrip("0123456789") for cell in sheet.find(f".//{SHEET}row")]
        self.rows = [[_cell(row, name, formats) for name in names]
                     for row in sheet.iter(f"{SHEET}row")]


class Cell:
    def __init__(self, value, is_text, number_format):
        self.value = value
        self.is_text = is_text
        self.number_format = number_format


def _formats(styles):
    """The number format of each style, by its index."""
    own = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{SHEET}numFmt")}
    return [own.get(style.get("numFmtId"), style.get("numFmtId"))
            for style in styles.find(f"{SHEET}cellXfs")]


def _cell(row, column, formats):
    for cell in row:
        if cell.get("r").rstrip("0123456789") != column:
            continue
        is_text = cell.get("t") == "inlineStr"
        value = "".join(cell.itertext())
        return Cell(value, is_text, formats[int(cell.get("s", "0"))])
    return Cell("", False, None)


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def today():
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Riga")).date().isoformat()


if __name__ == "__main__":
    unittest.main()
