"""The municipalities of data/territory, with the node that covers each."""

import csv
import dataclasses
import operator


@dataclasses.dataclass(frozen=True)
class Municipality:
    code: str  # ATVK, seven digits as text
    name: str
    official_name: str
    node: str

    def as_written(self, dice):
        """One of the ways in which an applicant may name it in a file."""
        if dice.chance(35):
            return self.code
        return self.official_name if dice.chance(30) else self.name


@dataclasses.dataclass(frozen=True)
class Municipalities:
    current: list  # valid on 1 January 2022, so under the calls of 2022 to 2024
    old: list  # valid until 2021-06-30; the two that were split since are left out


def load(folder):
    def table(name):
        with open(folder / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    node_of_unit = {row["unit_id"]: row["node_id"] for row in table("region_nodes.csv")}
    current = [
        Municipality(
            row["atvk_code"], row["name_lv"], row["official_name_lv"], node_of_unit[row["unit_id"]])
        for row in table("municipalities.csv")
        if row["valid_from"] <= "2022-01-01"
    ]
    node_of_code = {municipality.code: municipality.node for municipality in current}
    successor = {
        row["from_atvk"]: row["to_atvk"]
        for row in table("succession.csv")
        if row["extent"] == "full"
    }
    old = [
        Municipality(
            row["atvk_code"], row["name_lv"], row["name_lv"],
            node_of_code[successor[row["atvk_code"]]])
        for row in table("municipalities_pre2021.csv")
        if row["atvk_code"] in successor
    ]
    by_code = operator.attrgetter("code")
    return Municipalities(sorted(current, key=by_code), sorted(old, key=by_code))
