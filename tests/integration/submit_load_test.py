"""A large submission: memory that does not grow with it, progress, others who get through."""

import re
import statistics
import subprocess
import time
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES
from server import environment

CALL = "kontakts-2022"
FEW = 8_000
MANY = 48_000
# What forty thousand rows more may cost: a client that kept its rows would need a kilobyte each.
GROWTH_BYTES_MAX = 16 << 20
CLIENT_BYTES_MAX = 256 << 20
# A click beside a bulk load, the start of the tool included.
CLICK_SECONDS_MAX = 2.0


class SubmitLoadTest(ClusterCase):
    shared = True

    def test_memory_does_not_grow_with_the_file(self):
        few, _ = self.peak_bytes(self.write("few.csv", FEW))
        before = self.node_bytes()
        many, _ = self.peak_bytes(self.write("many.csv", MANY))
        self.assertLess(many, CLIENT_BYTES_MAX)
        self.assertLess(many - few, GROWTH_BYTES_MAX, f"{few} then {many}")
        # In a dry run a node keeps nothing, so neither may it grow.
        for name, grown in self.node_bytes().items():
            self.assertLess(grown - before[name], 2 * GROWTH_BYTES_MAX, name)

    def test_a_row_of_a_node_that_is_away_does_not_make_all_others_wait_in_memory(self):
        away = "zemgale"
        rows = self.rows(MANY, [name for name in NODES if name != away])
        rows.insert(0, apps.project(CALL, "L-99999", apps.municipality(away), [50_000])[0])
        file = apps.write_csv(self.path("one-away.csv"), CALL, rows)
        few, _ = self.peak_bytes(self.write("few.csv", FEW))
        self.cluster.nodes[away].kill()
        try:
            many, done = self.peak_bytes(file, "--timeout", "8", code=3)
        finally:
            self.cluster.nodes[away].start()
            self.cluster.wait_until_connected()
        self.assertLess(many - few, 2 * GROWTH_BYTES_MAX, f"{few} then {many}")
        self.assertIn(f"{MANY} accepted", done)

    def test_progress_off_a_terminal_is_plain_lines_and_a_summary(self):
        _, said = self.peak_bytes(self.write("many.csv", MANY), "--batch", "4")
        lines = said.splitlines()
        self.assertNotIn("\r", said)
        self.assertNotIn("\033", said)
        self.assertRegex(lines[-2], rf"{MANY} rows in \d+ s, \d+/s: {MANY} accepted, 0 replayed")
        self.assertEqual(lines[-1], "kopa: dry run: nothing was kept")
        shown = [line for line in lines if "/s" in line and " rows in " not in line]
        for line in shown:
            self.assertRegex(line, r"^kopa: \d+ of about \d+ rows, \d+/s(, \d+ (s|min) left)?")
            self.assertRegex(line, r": .*zemgale \d+")
        seconds = int(re.search(r" rows in (\d+) s", lines[-2]).group(1))
        self.assertGreaterEqual(len(shown), seconds // 5 - 1)

    def test_a_click_is_not_stuck_behind_a_bulk_load(self):
        apps.write_csv(self.path("click.csv"), CALL,
                       apps.flatten(apps.project(CALL, f"C-{index:03}", "Rīga", [50_000])
                                    for index in range(12)))
        self.cluster.submit(self.path("click.csv"), CALL)
        ids = [one["id"] for one in self.cluster.applications(CALL, node="riga-latgale")
               if one["externalRef"].startswith("C-")]
        bulk = self.write("bulk.csv", MANY, [NODES[0]], prefix="B")
        took = []
        with self.cluster.popen("submit", bulk, "--call", CALL, node=NODES[0]) as submitting:
            for one in ids:
                if submitting.poll() is not None:
                    break
                began = time.monotonic()
                self.kopa("app", "evaluate", one, *apps.score_flags(), node=NODES[0],
                          actor="evaluator").expect(0)
                took.append(time.monotonic() - began)
            out, err = submitting.communicate(timeout=120)
        self.assertEqual(submitting.returncode, 0, f"{out}\n{err}")
        self.assertGreaterEqual(len(took), 3, "the bulk load was over too soon to tell")
        self.assertLess(statistics.median(took), CLICK_SECONDS_MAX, took)

    # -- steps ------------------------------------------------------------------------------------

    @staticmethod
    def rows(count, nodes, prefix="L"):
        return apps.flatten(
            apps.project(CALL, f"{prefix}-{index:05}", apps.municipality(nodes[index % len(nodes)]),
                         [50_000]) for index in range(count))

    def write(self, name, count, nodes=NODES, prefix="L"):
        return apps.write_csv(self.path(name), CALL, self.rows(count, nodes, prefix))

    def peak_bytes(self, file, *more, code=0):
        """The most memory that a dry run took, and what it said on standard error."""
        command = self.cluster.tool.command(
            "submit", file, "--call", CALL, "--dry-run", *more,
            server=self.cluster.server_of())
        with open(self.path("said.txt"), "wb") as said:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=said, env=environment(self.cluster.folder))
            peak = 0
            while child.poll() is None:
                peak = max(peak, memory(child.pid, "VmHWM"))
                time.sleep(0.02)
        text = self.path("said.txt").read_text(encoding="utf-8")
        self.assertEqual(child.returncode, code, text)
        return peak, text

    def node_bytes(self):
        """What each node takes now."""
        return {name: memory(node.pid, "VmRSS") for name, node in self.cluster.nodes.items()}


def memory(pid, kind):
    """Bytes that a process takes now (VmRSS) or took at most (VmHWM); 0 where it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            sizes = [line.split()[1] for line in status if line.startswith(f"{kind}:")]
    except OSError:
        return 0
    return int(sizes[0]) * 1024 if sizes else 0


if __name__ == "__main__":
    unittest.main()
