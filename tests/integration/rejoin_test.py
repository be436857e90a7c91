"""A node whose data were restored from an old copy rejoins; one that is lost is retired."""

import json
import shutil
import subprocess
import unittest

import applications as apps
from case import ClusterCase
from server import environment
from waiting import wait_until

CALL = "pumpurs-2018"
NODE = "zemgale"
GRANT_CENTS = 460_000
SECONDS = 30
SUFFIXES = ("", ".fence", ".key", ".keys")
SCORES = [f"--score={criterion}=4.5" for criterion in apps.PUMPURS_CRITERIA]


class RejoinTest(ClusterCase):
    def setUp(self):
        super().setUp()
        self.node = self.cluster.nodes[NODE]
        self.submitted = 0

    def test_an_old_copy_comes_back_and_nothing_is_spent_twice(self):
        first = self.evaluated(2)
        self.cluster.wait_until_drained()
        self.copy_at_rest("old")
        self.node.start()
        self.cluster.wait_until_connected()
        self.approve(first[:1])
        later = self.evaluated(1)
        self.approve(later)
        self.cluster.wait_until_drained()
        before = self.cluster.total(CALL)
        self.put_back("old", keep_fence=True)
        self.node.start()
        self.wait_for_state("FENCED")
        self.node.stop()

        # What an earlier rejoin listed and nobody has worked off.
        earlier = {"id": "0", "finding": "content-missing", "detail": "enter it again"}
        self.path(f"{NODE}.rejoined.json").write_text(
            json.dumps({"node": NODE, "applications": [earlier]}), encoding="utf-8")
        said = self.rejoin()
        self.assertIn("refilled from the centre", said)
        self.assertIn(f"frozen under {CALL}", said)
        listed = self.listed()
        self.assertEqual(listed[0], earlier)
        self.assertEqual([one["id"] for one in listed[1:] if one["finding"] == "content-missing"],
                         later)
        self.assertIn("nothing to do", self.rejoin(), "a second time changes nothing")
        self.node.start()
        self.cluster.wait_until_connected()
        self.assertEqual(self.cluster.total(CALL), before)
        self.assertEqual(self.status(later[0]), "APPROVED")
        self.kopa("app", "show", later[0], node=NODE).expect(0)
        self.cluster.verify()

        budget = self.budget()
        self.assertGreater(int(budget["frozenCents"]), 0)
        self.assertEqual(int(budget["headroomCents"]), 0)
        # New money is money.
        self.approve(first[1:])
        self.wait_for_status(first[1], "APPROVED")
        self.release_by_two()
        self.assertEqual(int(self.budget()["frozenCents"]), 0)
        self.cluster.verify()
        self.cluster.verify_at_rest()

    def test_awards_that_only_a_copy_knows_wait_for_funds_again(self):
        ids = self.evaluated(2)
        self.cluster.wait_until_drained()
        self.cluster.central.stop()
        own = [one for one in ids if self.approve([one])[0]["status"] == "APPROVED"]
        self.assertTrue(own, "the node held a chunk to spend on its own")
        self.copy_at_rest("old")
        self.node.start()
        self.evaluated(1)  # acknowledged, and lost with the newest data
        self.put_back("old", keep_fence=True)
        self.cluster.central.start()
        self.node.start()
        self.wait_for_state("FENCED")
        self.node.stop()
        said = self.rejoin()
        self.assertIn("journalled again", said)
        waiting = [one["id"] for one in self.listed() if one["finding"] == "award-waits"]
        self.assertEqual(sorted(waiting), sorted(own))
        self.node.start()
        self.cluster.wait_until_connected()
        for one in own:
            self.wait_for_status(one, "APPROVED")
        self.cluster.wait_until_drained()
        budget = self.cluster.budget(CALL)
        frozen = int(self.budget()["frozenCents"])
        self.assertGreaterEqual(frozen, GRANT_CENTS * len(own), "what they were paid from, too")
        self.assertLessEqual(int(budget["approvedCents"]) + frozen, int(budget["budgetCents"]))
        self.cluster.verify()

    def test_two_copies_are_fenced_until_one_rejoins(self):
        self.evaluated(1)
        self.cluster.wait_until_drained()
        self.copy_at_rest("twin")
        self.node.start()
        self.cluster.wait_until_connected()
        twin = self.cluster.new_node(NODE, as_name="twin")
        self.addCleanup(twin.kill)
        twin.start()
        self.wait_for_state("FENCED")
        twin.stop()
        self.node.restart_after_kill()
        self.wait_for_state("FENCED")
        self.node.stop()
        self.rejoin()
        self.node.start()
        self.cluster.wait_until_connected()
        # The other copy never gets in by being started often enough.
        self.node.stop()
        for _ in range(3):
            twin.start()
            self.wait_for_state("FENCED")
            twin.stop()
        self.node.start()
        self.cluster.wait_until_connected()
        self.cluster.verify()

    def test_a_lost_folder_is_made_anew_from_the_centre(self):
        ids = self.evaluated(2)
        self.approve(ids[:1])
        self.cluster.wait_until_drained()
        before = self.cluster.total(CALL)
        self.node.kill()
        for suffix in ("", ".fence"):  # keys are kept elsewhere
            self.remove(NODE + suffix)
        self.rejoin()
        self.assertEqual(sorted(one["id"] for one in self.listed()), sorted(ids))
        self.node.start()
        self.cluster.wait_until_connected()
        self.assertEqual(self.cluster.total(CALL), before)
        self.assertEqual(self.status(ids[0]), "APPROVED")
        self.kopa("app", "show", ids[1], node=NODE).expect(0)
        self.evaluated(1)
        self.cluster.verify()

    def test_a_rejoin_that_is_refused_or_killed_leaves_the_store_as_it_was(self):
        self.evaluated(1)
        self.cluster.wait_until_drained()
        self.assertIn("in use", self.rejoin(expect=1), "the node runs")
        self.copy_at_rest("old")
        self.node.start()
        self.cluster.wait_until_connected()
        self.evaluated(1)
        self.cluster.wait_until_drained()
        self.put_back("old", keep_fence=True)
        self.cluster.central.stop()
        self.rejoin(expect=1)
        self.cluster.central.start()
        self.rejoin(expect=-9, KOPA_FAILPOINT="rejoin-before-write")
        self.node.start()
        self.wait_for_state("FENCED")
        self.node.stop()
        self.rejoin(expect=-9, KOPA_FAILPOINT="rejoin-written")
        self.assertIn("nothing to do", self.rejoin())
        self.node.start()
        self.cluster.wait_until_connected()
        self.cluster.verify()

    def test_a_node_that_is_lost_is_retired_and_its_money_released(self):
        ids = self.evaluated(1)
        self.approve(ids)
        self.cluster.wait_until_drained()
        held = int(self.budget()["headroomCents"])
        self.kopa("node", "retire", NODE, "--attest", "seen", actor="anna").expect(1)
        self.node.kill()
        for suffix in SUFFIXES:
            self.remove(NODE + suffix)
        wait_until("it is away", lambda: self.state() == "AWAY", SECONDS)
        before = self.cluster.budget(CALL)
        self.kopa("node", "retire", NODE).expect(2)
        self.kopa("node", "retire", NODE, "--attest", "the disks are destroyed",
                  actor="anna").expect(0)
        self.assertEqual(self.state(), "AWAY", "one person is not enough")
        proposal = self.kopa("node", "retire", NODE, "--attest", "seen", actor="berta")
        self.assertEqual(proposal.expect(0).json()["proposal"]["state"], "CONFIRMED")
        self.assertEqual(self.state(), "RETIRED")
        budget = self.budget()
        self.assertEqual((int(budget["frozenCents"]), int(budget["headroomCents"])), (held, 0))
        self.assertEqual(int(budget["approvedCents"]), GRANT_CENTS, "its awards stay awards")
        self.assertEqual(self.cluster.budget(CALL)["availableCents"], before["availableCents"])

        self.release_by_two("--call", CALL, "--amount-eur", "1.00")
        self.assertEqual(int(self.budget()["frozenCents"]), held - 100)
        self.release_by_two()
        after = self.cluster.budget(CALL)
        self.assertEqual(int(after["availableCents"]), int(before["availableCents"]) + held)
        self.kopa("node", "release", NODE, "--attest", "again", actor="anna").expect(1)

        self.assertIn("retired", self.rejoin(expect=1))
        self.node.start()
        wait_until("it hears why", lambda: "retired" in self.node.log(), SECONDS)
        self.assertEqual(self.state(), "RETIRED")
        del self.cluster.nodes[NODE]
        self.addCleanup(self.node.kill)
        self.assertTrue(self.kopa("verify").expect(0).json()["ok"])

    # -- steps ------------------------------------------------------------------------------------

    def evaluated(self, count):
        """Hands in and evaluates `count` applications at the node; their ids."""
        rows = []
        for _ in range(count):
            self.submitted += 1
            rows += apps.youth_project(CALL, f"J-{self.submitted:04}",
                                       apps.municipality(NODE, self.submitted))
        file = apps.write_csv(self.path("rejoin.csv"), CALL, rows)
        self.assertEqual(self.cluster.submit(file, CALL, node=NODE)["accepted"], str(count))
        ids = [one["id"] for one in self.cluster.applications(CALL, "--status", "SUBMITTED",
                                                              node=NODE)]
        self.assertEqual(len(ids), count)
        for one in ids:
            self.kopa("app", "evaluate", one, *SCORES, node=NODE, actor="evaluator").expect(0)
        return ids

    def approve(self, ids):
        return self.kopa("app", "approve", *ids, node=NODE,
                         actor="director").expect(0).json()["results"]

    def release_by_two(self, *more):
        for actor in ("anna", "berta"):
            self.kopa("node", "release", NODE, "--attest", "every file was looked through", *more,
                      actor=actor).expect(0)

    def rejoin(self, expect=0, **more):
        command = self.node.command("rejoin")
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False,
                              env=environment(self.cluster.folder, **more))
        if expect is not None:
            self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def listed(self):
        path = self.path(f"{NODE}.rejoined.json")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        return json.loads(path.read_text(encoding="utf-8"))["applications"]

    # -- copies -----------------------------------------------------------------------------------

    def copy_at_rest(self, name):
        self.node.stop()
        for suffix in SUFFIXES:
            path = self.path(NODE + suffix)
            if path.is_dir():
                shutil.copytree(path, self.path(name + suffix))
            else:
                shutil.copy2(path, self.path(name + suffix))

    def put_back(self, name, keep_fence):
        """The old data folder takes the place of the newest; keys are the newest."""
        self.node.stop()
        self.remove(NODE)
        self.path(name).rename(self.path(NODE))
        if not keep_fence:
            self.remove(f"{NODE}.fence")

    def remove(self, name):
        path = self.path(name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    # -- what is seen -----------------------------------------------------------------------------

    def state(self):
        return self.cluster.node_states()[NODE]["state"]

    def wait_for_state(self, state):
        wait_until(f"{NODE} is {state}", lambda: self.state() == state, SECONDS)

    def status(self, application):
        listed = {one["id"]: one["status"] for one in self.cluster.applications(CALL, node=NODE)}
        return listed[application]

    def wait_for_status(self, application, status):
        wait_until(f"{application} is {status}", lambda: self.status(application) == status,
                   SECONDS)

    def budget(self):
        return {one["node"]: one for one in self.cluster.budget(CALL)["nodes"]}[NODE]


if __name__ == "__main__":
    unittest.main()
