"""An old copy of a node's data is noticed and fenced; the newest data go on."""

import shutil
import unittest
import urllib.request

import applications as apps
from case import ClusterCase
from waiting import wait_until

CALL = "kontakts-2022"
NODE = "zemgale"
FENCE_SECONDS = 15
TURNED_AWAY = "UNAVAILABLE: another store of this node is connected"
# What belongs to one data folder: the folder, its fence file, the node's key and the key store.
SUFFIXES = ("", ".fence", ".key", ".keys")


class FenceTest(ClusterCase):
    def setUp(self):
        super().setUp()
        self.node = self.cluster.nodes[NODE]
        self.submitted = 0
        self.submit(3)
        self.cluster.wait_until_drained()

    def test_old_data_beside_the_current_fence_file_fence_themselves(self):
        self.copy_at_rest("old")
        self.go_on(3)
        self.node.stop()
        self.move_data(NODE, "newest")
        self.copy_data("old", NODE, suffixes=("",))
        self.copy_data("newest", NODE, suffixes=(".fence", ".key", ".keys"))
        # Even with nobody to ask.
        self.cluster.central.stop()
        self.node.start()
        self.check_fenced(self.node, visible=3)
        self.cluster.central.start()
        self.check_centre_says_fenced()
        self.put_back("newest")
        self.check_works(applications=6)

    def test_a_whole_old_copy_is_told_by_its_old_epoch(self):
        self.copy_at_rest("old")
        self.go_on(3)
        self.node.stop()
        self.go_on(0)  # one more opening, so that the copy's next epoch was used before
        self.node.stop()
        self.move_data(NODE, "newest")
        self.copy_data("old", NODE)
        self.node.start()
        self.check_fenced(self.node, visible=3)
        self.check_centre_says_fenced()
        self.put_back("newest")
        self.check_works(applications=6)

    def test_an_old_copy_without_a_fence_file_is_told_by_its_short_journal(self):
        self.copy_at_rest("old")
        self.go_on(3)
        self.node.stop()
        self.move_data(NODE, "newest")
        self.copy_data("old", NODE, suffixes=("", ".key", ".keys"))
        self.cluster.central.stop()
        for _ in range(3):  # each opening is an epoch; it gets past the one that the centre knows
            self.node.start()
            self.node.stop()
        self.node.start()
        # Nothing says that the data are old, nothing that they are not: applications yes, money no.
        self.submit(1, prefix="X")
        self.check_waits_for_proof()
        self.cluster.central.start()
        self.check_fenced(self.node, visible=4)
        self.check_centre_says_fenced()
        self.put_back("newest")
        self.check_works(applications=6)

    def test_a_copy_that_went_its_own_way_is_told_by_its_hash(self):
        self.copy_at_rest("old")
        self.go_on(2)
        self.node.stop()
        self.move_data(NODE, "newest")
        self.copy_data("old", NODE, suffixes=("", ".key", ".keys"))
        self.cluster.central.stop()
        for _ in range(3):
            self.node.start()
            self.node.stop()
        self.node.start()
        self.submit(9, prefix="X")  # more than the real one has
        self.cluster.central.start()
        self.check_fenced(self.node, visible=12)
        self.check_centre_says_fenced()
        self.assertEqual(self.cluster.totals(CALL)["total"]["applications"], "5")
        self.put_back("newest")
        self.check_works(applications=5)

    def test_two_copies_at_once_are_both_fenced(self):
        self.copy_at_rest("twin")
        self.go_on(0)
        self.cluster.wait_until_connected()
        twin = self.cluster.new_node(NODE, as_name="twin")
        self.addCleanup(twin.kill)
        twin.start()
        self.cluster.nodes["twin"] = twin
        self.check_fenced(twin, visible=3)
        self.check_fenced(self.node, visible=3)
        self.check_centre_says_fenced()
        # The others go on.
        file = apps.write_csv(self.path("other.csv"), CALL,
                              apps.project(CALL, "O-0001", apps.municipality("riga-latgale"),
                                           [50_000]))
        self.assertEqual(self.cluster.submit(file, CALL)["accepted"], "1")

    def test_a_copy_is_turned_away_while_the_real_one_is_connected(self):
        self.copy_at_rest("twin")
        self.cluster.central.stop()
        twin = self.cluster.new_node(NODE, "--log-level", "debug", as_name="twin")
        self.addCleanup(twin.kill)
        for _ in range(2):  # so that the twin's epoch is the higher one
            twin.start()
            twin.stop()
        self.cluster.central.start()
        self.go_on(2)
        twin.start()
        wait_until("it is turned away", lambda: TURNED_AWAY in twin.log(), FENCE_SECONDS)
        # It keeps knocking; meanwhile all is as if it were not there.
        for _ in range(3):
            self.submit(1)
            self.cluster.wait_until_drained()
            state = self.cluster.node_states()[NODE]
            self.assertEqual((state["state"], state["connected"], state["address"]),
                             ("ACTIVE", True, self.node.address))
        said = self.ask(twin, "nodes").expect(0).json()["nodes"][0]
        self.assertFalse(said["connected"], said)
        self.assertEqual(self.cluster.total(CALL)["applications"], 8)
        twin.stop()
        self.cluster.verify()

    # -- copies -----------------------------------------------------------------------------------

    def copy_at_rest(self, name):
        self.node.stop()
        self.copy_data(NODE, name)

    def copy_data(self, source, target, suffixes=SUFFIXES):
        for suffix in suffixes:
            path = self.path(source + suffix)
            if path.is_dir():
                shutil.copytree(path, self.path(target + suffix))
            else:
                shutil.copy2(path, self.path(target + suffix))

    def move_data(self, source, target):
        for suffix in SUFFIXES:
            self.path(source + suffix).rename(self.path(target + suffix))

    def put_back(self, name):
        self.node.stop()
        self.move_data(NODE, "thrown-away")
        self.move_data(name, NODE)
        self.node.start()
        self.cluster.wait_until_connected()

    # -- steps ------------------------------------------------------------------------------------

    def go_on(self, count):
        """The original starts again and takes `count` more applications, which reach the centre."""
        self.node.start()
        self.cluster.wait_until_connected()
        self.submit(count)
        self.cluster.wait_until_drained()

    def rows(self, count, prefix="F"):
        rows = []
        for _ in range(count):
            self.submitted += 1
            rows += apps.project(CALL, f"{prefix}-{self.submitted:04}", apps.municipality(NODE),
                                 [50_000])
        return rows

    def submit(self, count, prefix="F"):
        if count:
            file = apps.write_csv(self.path("fence.csv"), CALL, self.rows(count, prefix))
            self.assertEqual(self.cluster.submit(file, CALL, node=NODE)["accepted"], str(count))

    # -- checks -----------------------------------------------------------------------------------

    def ask(self, server, *arguments, **options):
        return self.cluster.tool.run(*arguments, server=("--node", server.address), **options)

    def check_fenced(self, server, visible):
        """FENCED by its own account, serves what it has, and refuses to write."""
        def fenced():
            answer = self.ask(server, "nodes")
            return answer.code == 0 and answer.json()["nodes"][0]["state"] == "FENCED"
        wait_until(f"{server.name} is FENCED", fenced, FENCE_SECONDS)
        with urllib.request.urlopen(f"http://{server.http_address}/readyz", timeout=10) as ready:
            self.assertIn("fenced: reads are served, changes are refused",
                          ready.read().decode("utf-8"))
        listed = self.ask(server, "app", "list", "--call", CALL).expect(0).json()["applications"]
        self.assertEqual(len(listed), visible, "reads are served from what the copy has")
        self.ask(server, "app", "show", listed[0]["id"]).expect(0)

        file = apps.write_csv(self.path("refused.csv"), CALL, self.rows(1, prefix="R"))
        refused = self.ask(server, "submit", file, "--call", CALL)
        self.assertNotEqual(refused.code, 0, refused)
        self.assertIn("NODE_FENCED", refused.out + refused.err)
        refused = self.ask(server, "app", "evaluate", listed[0]["id"], *apps.score_flags())
        self.assertNotEqual(refused.code, 0, refused)
        self.assertIn("NODE_FENCED", refused.out + refused.err)
        still = self.ask(server, "app", "list", "--call", CALL).expect(0).json()["applications"]
        self.assertEqual([one["id"] for one in still], [one["id"] for one in listed])

    def check_centre_says_fenced(self):
        wait_until("the centre shows FENCED",
                   lambda: self.cluster.node_states()[NODE]["state"] == "FENCED", FENCE_SECONDS)
        self.assertFalse(self.cluster.node_states()[NODE]["connected"])
        table = self.kopa("nodes", output="table").expect(0).out
        self.assertIn("FENCED", table)

    def check_waits_for_proof(self):
        one = self.cluster.applications(CALL, node=NODE)[0]["id"]
        self.kopa("app", "evaluate", one, *apps.score_flags(), node=NODE,
                  actor="evaluator").expect(0)
        result = self.kopa("app", "approve", one, node=NODE,
                           actor="director").expect(0).json()["results"][0]
        self.assertEqual(result["status"], "PENDING_FUNDS", "no proof, no money")

    def check_works(self, applications):
        """The newest data are taken up again: accepted, spending, counted."""
        self.assertEqual(self.cluster.total(CALL)["applications"], applications)
        self.submit(1)
        self.assertEqual(self.cluster.total(CALL)["applications"], applications + 1)
        self.cluster.verify()


if __name__ == "__main__":
    unittest.main()
