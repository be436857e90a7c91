"""Copies the territory's tables, with each municipality as a node of its own.

Usage: municipal_territory.py DATA-TERRITORY OUT
"""

import csv
import pathlib
import sys


def main(source, out):
    source, out = pathlib.Path(source), pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for table in source.glob("*.csv"):
        text = table.read_text(encoding="utf-8")
        if table.name == "region_nodes.csv":
            rows = list(csv.DictReader(text.splitlines()))
            lines = [",".join(rows[0])]
            for row in rows:
                row["node_id"] = row["unit_id"]
                lines.append(",".join(row.values()))
            text = "\n".join(lines) + "\n"
        (out / table.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
