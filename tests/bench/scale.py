"""How Kopa grows: a node up to a million applications, a centre up to ten million, 43 nodes at one centre.

The first step is what the following ones are held against, so that a ratio of 1 means "no slower than when small".
"""

import contextlib
import csv
import pathlib
import time

from kopa_servers import Centre, Node, handling_buckets, percentile_bound
from measurements import AWARD_CENTS, LINK_BATCH, NODE, PLACE, PLACE_CODE, TOTALS_MS
from processes import Load, say

PARTS = (10, 4, 2, 1)  # of the largest size: a tenth, a quarter, a half, all
START_SECONDS, MEMORY_MIB = 2, 512
PAGES = 500


class Scale:
    def __init__(self, binaries, folder, rows, lines, source):
        self._binaries = pathlib.Path(binaries)
        self._folder = pathlib.Path(folder)
        self._rows = rows
        self._lines = lines
        self._source = pathlib.Path(source)
        self._load = Load(self._binaries / "kopa-bench")
        self._open = contextlib.ExitStack()
        self._first = {}

    def close(self):
        self._open.close()

    def run(self):
        if self._lines.wants("node-grows"):
            self._node()
            self._open.close()
        if self._lines.wants("centre-grows"):
            self._centre()
            self._open.close()
        if self._lines.wants("43-nodes"):
            self._municipal_nodes()
            self._open.close()

    def _own(self, process):
        self._open.callback(process.stop)
        return process

    def _step(self, name, size, value, unit, more_is_better=False):
        """One figure at one size, held against the same figure at the first size."""
        first = self._first.setdefault(name, value)
        line = self._lines.rate if more_is_better else self._lines.cost
        line(f"{name}-{size}", value, unit, "smallest", first)

    def _node(self):
        centre = self._own(Centre(self._binaries, self._folder, AWARD_CENTS * 1000))
        centre.start_listening()
        node = self._own(Node(self._binaries, self._folder, NODE, centre.address))
        node.start_listening().wait_until_connected()
        done = 0
        for part in PARTS:
            size = self._rows // part
            say(f"a node with {size} applications")
            begin = time.monotonic()
            self._load.run("submit", address=node.address, place=PLACE, first=done,
                           count=size - done, connections=2)
            submitted = (size - done) / (time.monotonic() - begin)
            node.wait_until_drained()
            done = size
            self._step("node-grows-submit", size, submitted, "applications/s", more_is_better=True)
            self._step("node-grows-memory-loaded", size, node.memory_mib()[0], "MiB")
            node.stop()
            node.start_listening()
            self._step("node-grows-start", size, node.start_seconds, "s")
            pages = self._load.run("list", address=node.address, batch=100, count=PAGES)
            self._step("node-grows-list-100-p99", size, pages["p99_ms"], "ms")
            self._step("node-grows-memory", size, node.memory_mib()[0], "MiB")
            node.wait_until_connected()
        self._lines.cost("node-grows-start", node.start_seconds, "s", "target", START_SECONDS)
        self._lines.cost("node-grows-memory", node.memory_mib()[0], "MiB", "target", MEMORY_MIB)

    def _centre(self):
        centre = self._own(Centre(self._binaries, self._folder, AWARD_CENTS * 1000,
                                  name="central-grows")).start_listening()
        state = self._folder / "journal-state"
        done = 0
        for part in PARTS:
            size = 10 * self._rows // part
            say(f"a centre with {size} summaries")
            played = self._load.run("link", address=centre.address, node=NODE, place=PLACE_CODE,
                                    count=size - done, batch=LINK_BATCH, state=state)
            done = size
            self._step("centre-grows-applies", size, played["per_second"], "records/s",
                       more_is_better=True)
            self._step("centre-grows-memory-loaded", size, centre.memory_mib()[0], "MiB")
            before = handling_buckets(centre, "GetTotals")
            asked = self._load.run("totals", address=centre.address, count=4 * PAGES)
            after = handling_buckets(centre, "GetTotals")
            self._step("centre-grows-totals-at-client-p99", size, asked["p99_ms"], "ms")
            self._lines.cost(f"centre-grows-totals-in-server-p99-{size}",
                             percentile_bound(before, after, 0.99), "ms", "target", TOTALS_MS)
            centre.stop()
            centre.start_listening()
            self._step("centre-grows-start", size, centre.start_seconds, "s")
            self._step("centre-grows-memory", size, centre.memory_mib()[0], "MiB")

    def _municipal_nodes(self):
        """A node for each municipality, all at one centre; applications handed in to all at once."""
        nodes = municipalities(self._source)
        say(f"{len(nodes)} nodes at one centre")
        centre = self._own(Centre(self._binaries, self._folder, AWARD_CENTS * 1000,
                                  name="central-43", program="kopa-bench-central"))
        centre.start_listening()
        begin = time.monotonic()
        running = [self._own(Node(self._binaries, self._folder, name, centre.address,
                                  program="kopa-bench-node")).start_listening() for name in nodes]
        for node in running:
            node.wait_until_connected()
        name = f"{len(nodes)}-nodes"
        self._lines.cost(f"{name}-all-connected", time.monotonic() - begin, "s", "target", 60)
        rows = max(100, self._rows // 10 // len(nodes))
        begin = time.monotonic()
        loads = [self._load.begin("submit", address=node.address, place=place, first=rows * number,
                                  count=rows)
                 for number, (node, place) in enumerate(zip(running, nodes.values()))]
        for load in loads:
            self._load.finish(load)
        for node in running:
            node.wait_until_drained()
        rate = rows * len(nodes) / (time.monotonic() - begin)
        submitted = self._first.get("node-grows-submit", rate)
        self._lines.rate(f"{name}-submit-to-national-totals", rate, "applications/s", "one-node",
                         submitted)
        own = sum(node.memory_mib()[1] for node in running) / len(nodes)
        self._lines.cost(f"{name}-memory-of-a-node", own, "MiB", "target", MEMORY_MIB)
        self._lines.cost(f"{name}-memory-of-the-centre", centre.memory_mib()[0], "MiB", "target",
                         MEMORY_MIB)
        asked = self._load.run("totals", address=centre.address, count=4 * PAGES)
        total = asked["applications"]
        if total != rows * len(nodes):
            raise AssertionError(f"the centre counts {total}, {rows * len(nodes)} were handed in")
        self._lines.cost(f"{name}-totals-at-client-p99", asked["p99_ms"], "ms", "target", TOTALS_MS)


def municipalities(source):
    """Names of the municipalities by the node that bears their id, as in municipal_territory.py."""
    table = source / "data" / "territory" / "region_nodes.csv"
    with open(table, encoding="utf-8", newline="") as file:
        return {row["unit_id"]: row["name_lv"] for row in csv.DictReader(file)}
