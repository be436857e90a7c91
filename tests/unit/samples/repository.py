"""Reads the sample files, and what they are checked against: programme definitions, territory."""

import collections
import csv
import datetime
import os
import pathlib
import re

ROOT = pathlib.Path(os.environ.get("KOPA_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[3]))
SAMPLES = ROOT / "data" / "samples"


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def sample(name):
    """Rows of a sample file, as dicts."""
    return table(SAMPLES / name)


def applications(call):
    """External reference -> its rows, in the order of the file."""
    grouped = collections.OrderedDict()
    for row in sample(f"{call}.csv"):
        grouped.setdefault(row["external_ref"], []).append(row)
    return grouped


def cents(amount_eur):
    """"1000.00" -> 100000. Anything but two decimals is refused."""
    whole, fraction = re.fullmatch(r"([0-9]+)\.([0-9]{2})", amount_eur).groups()
    return 100 * int(whole) + int(fraction)


def programme(call):
    """The definition of the call: field -> list of values; messages are such dicts themselves."""
    text = (ROOT / "data" / "programmes" / f"{call}.textproto").read_text(encoding="utf-8")
    tokens = re.findall(r'#[^\n]*|"(?:[^"\\]|\\.)*"|[{}:]|[^\s{}:"#]+', text)
    return _message(iter([token for token in tokens if not token.startswith("#")]))


def _message(tokens):
    """A text-format message up to its closing brace, or to the end."""
    fields = collections.defaultdict(list)
    for name in tokens:
        if name == "}":
            break
        value = next(tokens)
        if value == ":":
            value = next(tokens)
        if value == "{":
            fields[name].append(_message(tokens))
        else:
            fields[name].append(value.strip('"'))
    return fields


def ids(definition, field):
    return [term["id"][0] for term in definition[field]]


def window(message):
    """A message with a window -> (opens, closes), local times; closes is exclusive."""
    only = message["window"][0]
    return tuple(datetime.datetime.fromisoformat(only[end][0]) for end in ("opens", "closes"))


class Territory:
    """The municipalities that are valid on a day, as codes, and the node that covers each."""

    def __init__(self, day):
        folder = ROOT / "data" / "territory"
        current = table(folder / "municipalities.csv")
        old = table(folder / "municipalities_pre2021.csv")
        successors = collections.defaultdict(set)
        for row in table(folder / "succession.csv"):
            successors[row["from_atvk"]].add(row["to_atvk"])
        nodes = table(folder / "region_nodes.csv")
        node_of_unit = {row["unit_id"]: row["node_id"] for row in nodes}
        unit_of_code = {row["atvk_code"]: row["unit_id"] for row in current}
        is_old = day < "2021-07-01"
        valid = old if is_old else [
            row for row in current
            if row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
        ]
        self._code_of = {}
        self.node_of = {}
        for row in valid:
            code = row["atvk_code"]
            for written in {code, row["name_lv"], row.get("official_name_lv") or row["name_lv"]}:
                assert written not in self._code_of, f"ambiguous: {written}"
                self._code_of[written] = code
            codes_now = successors[code] if is_old else {code}
            nodes_now = {node_of_unit[unit_of_code[now]] for now in codes_now}
            self.node_of[code] = nodes_now.pop() if len(nodes_now) == 1 else None
        self.split = {code for code in successors if len(successors[code]) > 1}

    def code(self, written):
        """KeyError where no municipality of the day is called that."""
        return self._code_of[written]
