"""From a file to the national total, over every node, and again after each process was killed."""

import subprocess
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES, sums_of
from server import environment

CALL = "kontakts-2022"
COUNT = 90


def rows_for_all_regions():
    """Applications of one to three initiatives, spread over the three regions."""
    rows = []
    for index in range(COUNT):
        amounts = [60_001 + 17 * index + 1_000 * number for number in range(index % 3 + 1)]
        rows += apps.project(CALL, f"E-{index:04}", apps.place(index), amounts)
    return rows


class EndToEndTest(ClusterCase):
    def test_a_file_becomes_the_national_total_and_stays_it(self):
        rows = rows_for_all_regions()
        file = apps.write_csv(self.path("applications.csv"), CALL, rows)

        summary = self.cluster.submit(file, CALL)
        self.assertEqual((summary["rows"], summary["accepted"], summary["replayed"],
                          summary["rejected"]),
                         (str(len(rows)), str(len(rows)), "0", "0"), summary)
        self.assertEqual([node["node"] for node in summary["nodes"]], sorted(NODES))
        self.assertEqual(sum(int(node["accepted"]) for node in summary["nodes"]), len(rows))
        self.check_totals(rows)

        again = self.cluster.submit(file, CALL)
        self.assertEqual((again["accepted"], again["replayed"], again["rejected"]),
                         ("0", str(len(rows)), "0"), again)
        self.check_totals(rows)

        for server in self.cluster.servers():
            with self.subTest(killed=server.name):
                server.restart_after_kill()
                self.cluster.wait_until_connected()
                self.check_totals(rows)
        for server in self.cluster.servers():
            server.kill()
        for server in self.cluster.servers():
            server.start()
        self.cluster.wait_until_connected()
        self.check_totals(rows)
        self.cluster.verify()

        self.check_second_processes_are_refused()
        self.check_totals(rows)
        self.cluster.verify_at_rest()

    def check_totals(self, rows):
        expected = apps.sums(rows).total()
        self.assertEqual(self.cluster.total(CALL), expected)
        by_node = self.cluster.totals(CALL, by=["node"])
        self.assertEqual([row["node"] for row in by_node["rows"]], sorted(NODES))
        for row in by_node["rows"]:
            of_node = [one for one in rows if apps.node_of(one) == row["node"]]
            self.assertEqual(sums_of(row), apps.sums(of_node).total(), row["node"])
        self.assertEqual(sums_of(by_node["total"]), expected)
        places = self.cluster.totals(CALL, by=["municipality", "status"])["rows"]
        self.assertEqual({row["municipalityName"] for row in places},
                         {row["municipality"] for row in rows})
        self.assertEqual({row["status"] for row in places}, {"SUBMITTED"})
        # Of several activities an application has each: the rows overlap, the total counts it once.
        activities = self.cluster.totals(CALL, by=["activity"])
        self.assertEqual({row["activity"]: int(row["applications"]) for row in activities["rows"]},
                         {"inclusion": COUNT, "communication": COUNT})
        self.assertEqual(sums_of(activities["total"]), expected)

    def check_second_processes_are_refused(self):
        for server in self.cluster.servers():
            pid = server.pid
            before = _contents(server)
            # On ports of its own, so that the folder alone can be the reason.
            command = [part if part not in (server.address, server.http_address) else "127.0.0.1:0"
                       for part in server.command()]
            second = subprocess.run(command, capture_output=True, text=True, timeout=30,
                                    check=False,
                                    env=environment(self.cluster.folder))
            self.assertNotEqual(second.returncode, 0,
                                f"a second {server.name} started on the same folder")
            self.assertNotIn("listening", second.stdout)
            self.assertTrue(second.stderr.strip(), "it does not say why")
            self.assertEqual(_contents(server), before, "the refused process touched the folder")
            self.assertTrue(server.running and server.pid == pid)


def _contents(server):
    """Names and sizes below the data folder and beside it; logs of the running server may grow."""
    found = {}
    for root in server.data_folder.parent.glob(server.data_folder.name + "*"):
        if root.suffix in (".log", ".out"):
            continue
        for path in [root, *root.rglob("*")]:
            if path.is_file() and path.suffix != ".log":
                found[str(path)] = path.stat().st_size
    return found


if __name__ == "__main__":
    unittest.main()
