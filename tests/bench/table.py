"""Turns what scripts/bench printed into the tables of docs/performance.md.

Usage: scripts/bench | tests/bench/table.py        or: table.py FILE...
"""

import fileinput
import json


def shown(value):
    """Thousands with a thin gap for people: "12 350", "0.45"."""
    text = f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    whole, dot, fraction = text.partition(".")
    groups = []
    while len(whole) > 3:
        whole, last = whole[:-3], whole[-3:]
        groups.insert(0, last)
    return " ".join([whole, *groups]) + dot + fraction


def main():
    print("| name | Kopa | unit | peer | peer's | ratio |")
    print("|---|---:|---|---|---:|---:|")
    for text in fileinput.input():
        line = json.loads(text)
        print(f"| {line['name']} | {shown(line['value'])} | {line['unit']} | {line['peer']} "
              f"| {shown(line['peer_value'])} | {line['ratio']:.2f} |")


if __name__ == "__main__":
    main()
