"""Prints the figures that were published beside those that Kopa adds up. Exit 1 if one differs.

Usage: compare_published.py PUBLISHED.csv KOPA CENTRAL-ADDRESS CALL...

data/samples/README.md says what each published figure counts.
"""

import csv
import json
import subprocess
import sys


class Kopa:
    """Answers of the centre."""

    def __init__(self, tool, address):
        self._command = [tool, "--central", address, "--insecure", "--actor", "demo", "-o", "json"]

    def _ask(self, *arguments):
        done = subprocess.run([*self._command, *arguments], stdout=subprocess.PIPE, check=True,
                              timeout=60)
        return json.loads(done.stdout)

    def total(self, call):
        return self._ask("totals", "--call", call)["total"]

    def rows(self, call, dimension):
        return self._ask("totals", "--call", call, "--by", dimension)["rows"]

    def budget(self, call):
        return self._ask("budget", "--call", call)


def figure(kopa, call, name):
    """Kopa's number for one published figure."""
    name, _, of_type = name.partition(".")
    if name == "applications" and of_type:
        return sum(int(row["applications"]) for row in kopa.rows(call, "applicant-type")
                   if row["applicantType"] == of_type)
    if name == "approved_municipalities":
        return sum(int(row["approved"]) > 0 for row in kopa.rows(call, "municipality"))
    if name == "budget_cents":
        return int(kopa.budget(call)["budgetCents"])
    field = {"applications": "applications", "schools": "initiatives",
             "requested_cents": "requestedCents",
             "approved_projects": "approved", "approved_initiatives": "approvedInitiatives"}[name]
    return int(kopa.total(call)[field])


def shown(name, value):
    """Cents as EUR, the rest as it is."""
    return f"{value // 100}.{value % 100:02} EUR" if name.endswith("_cents") else str(value)


def eur(cents):
    return shown("_cents", int(cents))


def print_call(kopa, call, published):
    """Prints a call's table and budget; returns how many figures differ."""
    total = kopa.total(call)
    budget = kopa.budget(call)
    print(f"\n{call}: {total['applications']} applications, {total['approved']} approved")
    differing = 0
    rows = [("figure", "published", "Kopa", "equal", "source")]
    for row in published:
        mine = figure(kopa, call, row["figure"])
        equal = mine == int(row["value"])
        differing += not equal
        name = row["figure"].removesuffix("_cents").replace("_", " ")
        rows.append((name, shown(row["figure"], int(row["value"])), shown(row["figure"], mine),
                     "yes" if equal else "NO", row["source"]))
    if len(rows) > 1:
        print_table(rows)
    for unit in budget["units"]:
        if unit.get("limit") is None:
            continue
        form = eur if unit["unit"] == "cents" else str
        name = "budget" if unit["unit"] == "cents" else unit["unit"]
        left = int(unit["limit"]) - int(unit["approved"])
        print(f"  {name}: {form(unit['limit'])}, approved {form(unit['approved'])}, "
              f"remaining {form(left)}")
        if left < 0:
            differing += 1
            print("  OVERSPENT")
    return differing


def print_table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        left, *middle, equal, source = row
        numbers = [cell.rjust(width) for cell, width in zip(middle, widths[1:])]
        cells = [left.ljust(widths[0]), *numbers, equal.ljust(widths[3]), source]
        print("  " + "  ".join(cells).rstrip())


def main(arguments):
    path, tool, address, *calls = arguments
    with open(path, encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    kopa = Kopa(tool, address)
    compared = 0
    differing = 0
    for call in calls:
        of_call = [row for row in published if row["call"] == call]
        compared += len(of_call)
        differing += print_call(kopa, call, of_call)
    unseen = [row for row in published if row["call"] not in calls]
    for row in unseen:
        print(f"not compared: {row['call']} {row['figure']}")
    print(f"\n{compared} published figures, {differing or 'none'} differing")
    return 1 if differing or unseen or not compared else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
