"""Synthetic applications for tests: rows of files, and what they add up to.

Written without Kopa's code, so that what the tests expect does not come from what they test.
"""

import csv
import dataclasses
import io

# Municipalities that were called the same before and after 2021, by the node that covers them.
MUNICIPALITIES = {
    "riga-latgale": ("Rīga", "Daugavpils", "Rēzekne"),
    "vidzeme-kurzeme": ("Liepāja", "Ventspils", "Gulbenes novads"),
    "zemgale": ("Jelgava", "Bauskas novads", "Dobeles novads"),
}

KONTAKTS_COLUMNS = (
    "external_ref", "municipality", "applicant_name", "applicant_reg_no", "applicant_type", "title",
    "school_name", "school_reg_no", "initiative_title", "activities", "participants", "amount_eur",
    "contact_name", "contact_email", "contact_phone", "received_time")
TEAM_COLUMNS = (
    "external_ref", "municipality", "school_name", "school_reg_no",
    "member1_name", "member1_birth_date", "member2_name", "member2_birth_date",
    "member3_name", "member3_birth_date",
    "support_name", "support_role", "support_email", "support_phone", "received_time")
PUMPURS_COLUMNS = (
    "external_ref", "municipality", "applicant_name", "applicant_reg_no", "applicant_type",
    "youth_group", "title", "activities", "grades", "risks", "participants", "partners",
    "amount_eur", "contact_name", "contact_email", "contact_phone", "received_time")

# A day within each call's window.
RECEIVED = {
    "kontakts-2022": "2022-04-20 10:00:00",
    "kontakts-2023": "2023-03-20 10:00:00",
    "kontakts-teams-2024": "2024-01-20 10:00:00",
    "kontakts-2024": "2024-03-20 10:00:00",
    "pumpurs-2018": "2018-10-10 10:00:00",
    "pumpurs-2019": "2019-05-10 10:00:00",
    "pumpurs-2020": "2020-03-10 10:00:00",
}
KONTAKTS_SCORES = {"relevance": "7", "participation": "6.5", "feasibility": "8", "impact": "5"}
PUMPURS_CRITERIA = ("2.1", "2.2", "2.3", "2.4.1", "2.4.2", "2.4.3", "2.5", "2.6", "2.7", "2.8")


def eur(cents):
    return f"{cents // 100}.{cents % 100:02}"


def cents(amount_eur):
    whole, _, fraction = amount_eur.replace(",", ".").partition(".")
    return 100 * int(whole) + int((fraction + "00")[:2])


def registration_number(serial):
    """An 11-digit number with the right check digit; no two serials share one."""
    weights = (9, 1, 4, 8, 3, 10, 2, 5, 7, 6)
    for filler in range(10):
        digits = f"4000{serial:05}{filler}"
        total = sum(int(digit) * weight for digit, weight in zip(digits, weights))
        check = (3 - total) % 11
        if check < 10:
            return f"{digits}{check}"
    raise AssertionError("every filler gave a check digit of 10")


def municipality(node, which=0):
    """The `which`-th municipality of a node; after the last comes the first."""
    names = MUNICIPALITIES[node]
    return names[which % len(names)]


def place(index):
    """A municipality: following indexes go round the nodes, and in each round its places."""
    nodes = list(MUNICIPALITIES)
    return municipality(nodes[index % len(nodes)], index // len(nodes))


def project(call, reference, in_place, amounts, **cells):
    """A Kontakts application: one row for each amount, in cents."""
    serial = _serial(reference)
    rows = []
    for number, amount in enumerate(amounts, 1):
        row = {
            "external_ref": reference,
            "municipality": in_place,
            "title": f"Kopā {reference} (paraugs)",
            "school_name": f"Parauga skola {serial}-{number}",
            "school_reg_no": f"{9900000000 + serial * 10 + number}",
            "initiative_title": f"Iniciatīva {number} (paraugs)",
            "activities": "inclusion|communication",
            "participants": "25",
            "amount_eur": eur(amount),
            "contact_phone": "20000001",
            "received_time": RECEIVED[call],
            **_organisation(serial)}
        row.update(cells)
        rows.append(row)
    return rows


def team(reference, in_place, **cells):
    """A team's application: always one row."""
    serial = _serial(reference)
    row = {
        "external_ref": reference,
        "municipality": in_place,
        "school_name": f"Parauga skola {serial}",
        "school_reg_no": str(9900000000 + serial),
        "support_name": f"Paraugs Atbalsts {serial}",
        "support_role": "teacher",
        "support_email": f"atbalsts{serial}@example.org",
        "support_phone": "20000002",
        "received_time": RECEIVED["kontakts-teams-2024"]}
    for member in (1, 2, 3):
        row[f"member{member}_name"] = f"Paraugs Dalībnieks {serial}-{member}"
        row[f"member{member}_birth_date"] = f"200{5 + member}-0{member}-1{member}"
    row.update(cells)
    return [row]


def youth_project(call, reference, in_place, **cells):
    """A PuMPuRS application: one row, exactly 4 600.00 EUR."""
    row = {
        "external_ref": reference,
        "municipality": in_place,
        "youth_group": "no",
        "title": f"Solis {reference} (paraugs)",
        "activities": "motivation",
        "grades": "7|v1",
        "risks": "learning|family",
        "participants": "12",
        "partners": "",
        "amount_eur": "4600.00",
        "contact_phone": "",
        "received_time": RECEIVED[call],
        **_organisation(_serial(reference))}
    row.update(cells)
    return [row]


def _organisation(serial):
    """Who applies, and whom to ask there."""
    return {
        "applicant_name": f"Biedrība Paraugs {serial}",
        "applicant_reg_no": registration_number(serial),
        "applicant_type": "association",
        "contact_name": f"Paraugs Cilvēks {serial}",
        "contact_email": f"cilveks{serial}@example.org"}


def columns_of(call):
    if call.startswith("pumpurs"):
        return PUMPURS_COLUMNS
    return TEAM_COLUMNS if "teams" in call else KONTAKTS_COLUMNS


def csv_text(rows, columns, delimiter=",", line_end="\n"):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_csv(path, call, rows):
    path.write_text(csv_text(rows, columns_of(call)), encoding="utf-8", newline="")
    return path


def write_table(path, rows):
    """A score or decision file: the columns are those of the first row."""
    path.write_text(csv_text(rows, list(rows[0])), encoding="utf-8", newline="")
    return path


def read_table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@dataclasses.dataclass
class Sums:
    applications: int = 0
    initiatives: int = 0
    requested_cents: int = 0

    def total(self):
        """As `totals` gives it while nothing is approved."""
        return {"applications": self.applications, "initiatives": self.initiatives,
                "requestedCents": self.requested_cents, "approved": 0, "approvedInitiatives": 0,
                "approvedCents": 0}


def sums(rows, has_initiatives=True):
    """What the rows add up to."""
    return Sums(len({row["external_ref"] for row in rows}), len(rows) if has_initiatives else 0,
                sum(cents(row["amount_eur"]) for row in rows if row.get("amount_eur")))


def node_of(row):
    for node, names in MUNICIPALITIES.items():
        if row["municipality"] in names:
            return node
    raise KeyError(row["municipality"])


def score_flags(scores=None):
    """The flags of `kopa app evaluate` for these points; well above the thresholds unless said."""
    points = KONTAKTS_SCORES if scores is None else scores
    return [f"--score={criterion}={value}" for criterion, value in points.items()]


def flatten(applications):
    return [row for rows in applications for row in rows]


def _serial(reference):
    """A number from a reference such as "E-0012"."""
    return int("".join(character for character in reference if character.isdigit()))
