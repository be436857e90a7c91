"""The centre's data folder is replaced by an old copy: it asks every node before it allots again."""

import shutil
import unittest
import urllib.request

import applications as apps
from case import ClusterCase
from waiting import wait_until

CALL = "pumpurs-2018"
NODE = "zemgale"
AWAY = "vidzeme-kurzeme"
AWARDS_OF_A_CHUNK = 7  # nearly all that a node gets ahead of need: it asks for more
SECONDS = 30
SCORES = [f"--score={criterion}=4.5" for criterion in apps.PUMPURS_CRITERIA]


class CentreRestoreTest(ClusterCase):
    def setUp(self):
        super().setUp()
        self.central = self.cluster.central
        self.submitted = 0

    def test_an_old_copy_learns_from_the_nodes_before_it_allots(self):
        before = self.put_an_old_copy_back()
        self.cluster.nodes[AWAY].stop()
        self.central.start()
        wait_until("two nodes have reported", lambda: self.awaited() == AWAY, SECONDS)
        refused = self.cluster.kopa("rank", "--call", "kontakts-2024", "--apply", "--timeout", "3",
                                    actor="director")
        self.assertIn("waits for every node to report", refused.expect(5).err)

        self.cluster.nodes[AWAY].start()
        wait_until("all have reported", lambda: self.awaited() == "", SECONDS)
        self.assertEqual(self.cluster.total(CALL), before)
        report = self.cluster.verify()
        followed = [check for check in report["checks"] if "centre-history" in check["name"]]
        self.assertEqual(len(followed), len(self.cluster.nodes))
        self.assertEqual(self.metric("kopa_recovering_nodes"), "0")

        # It goes on as before, and a restart is no restore.
        self.approve_at_node()
        incarnation = self.central.log().count("of the centre begins")
        self.central.restart_after_kill()
        self.cluster.wait_until_connected()
        self.assertEqual(self.awaited(), "")
        self.assertEqual(self.central.log().count("of the centre begins"), incarnation)
        self.cluster.verify()
        self.cluster.verify_at_rest()

    def test_an_old_copy_without_its_fence_file_is_noticed_too(self):
        before = self.put_an_old_copy_back()
        self.path("central.fence").unlink()
        self.central.start()
        self.cluster.wait_until_connected()
        wait_until("all have reported", lambda: self.awaited() == "", SECONDS)
        self.assertIn("incarnation 2 of the centre begins", self.central.log())
        self.assertEqual(self.cluster.total(CALL), before)
        self.cluster.verify()

    def test_a_lost_data_folder_is_made_anew_from_the_nodes(self):
        self.approve_at_node()
        before = self.cluster.total(CALL)
        self.central.stop()
        shutil.rmtree(self.path("central"))
        self.central.start()
        self.cluster.wait_until_connected()
        wait_until("all have reported", lambda: self.awaited() == "", SECONDS)
        self.assertEqual(self.cluster.total(CALL), before)
        self.cluster.verify()

    def test_a_centre_that_has_lost_its_key_asks_every_node(self):
        self.approve_at_node()
        before = self.cluster.total(CALL)
        self.central.stop()
        self.path("central.key").unlink()
        self.central.start()
        self.cluster.wait_until_connected()
        wait_until("all have reported", lambda: self.awaited() == "", SECONDS)
        self.assertIn("incarnation 2 of the centre begins", self.central.log())
        self.assertEqual(self.cluster.total(CALL), before)

    # -- steps ------------------------------------------------------------------------------------

    def put_an_old_copy_back(self):
        """The centre is stopped, on a folder that lacks awards and an allotment; the totals then."""
        self.approve_at_node()
        self.cluster.wait_until_drained()
        self.central.stop()
        shutil.copytree(self.path("central"), self.path("old"))
        self.central.start()
        self.cluster.wait_until_connected()
        allotted = self.allotted()
        self.approve_at_node(AWARDS_OF_A_CHUNK)
        wait_until("more is allotted", lambda: self.allotted() > allotted, SECONDS)
        before = self.cluster.total(CALL)
        self.central.stop()
        shutil.rmtree(self.path("central"))
        self.path("old").rename(self.path("central"))
        return before

    def approve_at_node(self, count=1):
        rows = []
        for _ in range(count):
            self.submitted += 1
            rows += apps.youth_project(CALL, f"J-{self.submitted:04}",
                                       apps.municipality(NODE, self.submitted))
        file = apps.write_csv(self.path("restore.csv"), CALL, rows)
        self.assertEqual(self.cluster.submit(file, CALL, node=NODE)["accepted"], str(count))
        ids = [one["id"] for one in self.cluster.applications(CALL, "--status", "SUBMITTED",
                                                              node=NODE)]
        for one in ids:
            self.cluster.kopa("app", "evaluate", one, *SCORES, node=NODE,
                              actor="evaluator").expect(0)
        results = self.cluster.kopa("app", "approve", *ids, node=NODE,
                                    actor="director").expect(0).json()["results"]
        self.assertEqual([one["status"] for one in results], ["APPROVED"] * count)

    def allotted(self):
        (budget,) = [one for one in self.cluster.budget(CALL)["nodes"] if one["node"] == NODE]
        return int(budget["allottedCents"])

    # -- what is seen -----------------------------------------------------------------------------

    def path(self, name):
        return self.cluster.folder / name

    def fetch(self, what):
        with urllib.request.urlopen(f"http://{self.central.http_address}/{what}") as answer:
            return answer.read().decode()

    def awaited(self):
        """The nodes that the centre waits for, as it says itself; empty where it does not."""
        _, _, nodes = self.fetch("readyz").partition("have reported: ")
        return nodes.strip()

    def metric(self, name):
        lines = self.fetch("metrics").splitlines()
        (value,) = [line.split()[1] for line in lines if line.startswith(name + " ")]
        return value


if __name__ == "__main__":
    unittest.main()
