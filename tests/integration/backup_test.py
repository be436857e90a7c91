"""Backup while the servers work, kill -9, and restore: nothing lost that was in it or doubled."""

import os
import shutil
import subprocess
import unittest

import applications as apps
from case import ClusterCase
from fault_case import needs
from fault_machine import (MIB, LoopDisk, MemoryDisk, why_no_memory_disk,
                           why_no_read_only_disk)
from server import binary, environment
from waiting import wait_until

CALL = "kontakts-2022"
NODE = "zemgale"
SECONDS = 60


class BackupTest(ClusterCase):
    def setUp(self):
        super().setUp()
        self.node = self.cluster.nodes[NODE]
        self.submitted = 0

    # -- a node -----------------------------------------------------------------------------------

    def test_a_node_is_copied_at_work_and_restored_after_a_crash(self):
        self.submit(20)
        load = self.submit_in_background(150)
        copies = self.path("copies-node")
        numbers = []
        while load.poll() is None or len(numbers) < 2:
            numbers.append(self.backed_up(self.node, copies))
        self.assertEqual(load.wait(SECONDS), 0, load.communicate())
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertGreaterEqual(len(numbers), 2)
        self.cluster.wait_until_drained()
        before = self.cluster.total(CALL)

        self.node.kill()
        # At rest it copies by itself, all that was acknowledged before the kill.
        self.backed_up(self.node, copies, "--keep", "2")
        refused = self.run_server(self.node, "restore", "--from", copies)
        self.assertEqual(refused.returncode, 1, refused)
        self.assertIn("--force", refused.stderr)
        restored = self.run_server(self.node, "restore", "--from", copies, "--force")
        self.assertEqual(restored.returncode, 0, restored)
        self.assertIn("key file, key store and fence file", restored.stdout)
        self.assertIn("erasures of persons", restored.stdout)
        self.assertTrue((self.node.data_folder / "RESTORED").exists())
        self.assertTrue(list(self.cluster.folder.glob(f"{NODE}.before-restore-*")))

        self.node.start()
        self.assertFalse((self.node.data_folder / "RESTORED").exists())
        self.cluster.wait_until_connected()
        self.assertEqual(self.cluster.total(CALL), before)
        self.submit(1)
        self.assertEqual(self.cluster.total(CALL)["applications"], before["applications"] + 1)
        one = self.cluster.applications(CALL, node=NODE)[0]["id"]
        self.kopa("app", "show", one, node=NODE).expect(0)
        self.cluster.verify()

    def test_a_restore_that_is_broken_off_is_seen(self):
        self.submit(4)
        self.cluster.wait_until_drained()
        self.node.stop()
        copies = self.path("copies-node")
        self.backed_up(self.node, copies)
        # Over a store, killed with the copy whole but not opened: that store goes on.
        killed = self.run_server(self.node, "restore", "--from", copies, "--force",
                                 KOPA_FAILPOINT="store-before-open:2")
        self.assertEqual(killed.returncode, -9, killed)
        self.assertTrue((self.node.data_folder / "store.restoring").exists())
        self.node.start()
        self.cluster.wait_until_connected()
        self.assertEqual(self.cluster.total(CALL)["applications"], 4)
        self.node.stop()
        # Into an empty folder: neither a server nor a rejoin takes it for one to begin in.
        shutil.rmtree(self.node.data_folder)
        killed = self.run_server(self.node, "restore", "--from", copies,
                                 KOPA_FAILPOINT="store-before-open")
        self.assertEqual(killed.returncode, -9, killed)
        code, said = self.node.start_and_end()
        self.assertEqual(code, 1, said)
        self.assertIn("was broken off; run it again", said)
        rejoin = self.run_server(self.node, "rejoin", "--central", self.cluster.central.address,
                                 "--node", NODE)
        self.assertEqual(rejoin.returncode, 1, rejoin)
        self.assertIn("was broken off; run it again", rejoin.stderr)
        self.run_server(self.node, "restore", "--from", copies).check_returncode()
        self.node.start()
        self.assertEqual(len(self.cluster.applications(CALL, node=NODE)), 4)

    def test_without_the_centre_a_restored_node_does_not_spend(self):
        self.submit(2)
        self.cluster.wait_until_drained()
        copies = self.path("copies-node")
        self.node.stop()
        self.backed_up(self.node, copies)
        self.cluster.central.stop()
        self.run_server(self.node, "restore", "--from", copies, "--force").check_returncode()
        self.node.start()
        one = self.cluster.applications(CALL, node=NODE)[0]["id"]
        self.kopa("app", "evaluate", one, *apps.score_flags(), node=NODE,
                  actor="evaluator").expect(0)
        answer = self.kopa("app", "approve", one, node=NODE, actor="director").expect(0).json()
        self.assertEqual(answer["results"][0]["status"], "PENDING_FUNDS")
        # Nor after a restart: what is not known to be the newest stays so.
        self.node.restart_after_kill()
        self.assertEqual(self.status_of(one), "PENDING_FUNDS")
        self.cluster.central.start()
        wait_until("it is proved and the award comes",
                   lambda: self.status_of(one) == "APPROVED", SECONDS)

    def test_an_older_copy_is_fenced(self):
        self.submit(3)
        copies = self.path("copies-node")
        self.backed_up(self.node, copies)
        self.submit(3)
        self.cluster.wait_until_drained()
        self.node.kill()
        self.run_server(self.node, "restore", "--from", copies, "--force").check_returncode()
        self.node.start()
        wait_until("it is FENCED", lambda: self.kopa(
            "nodes", node=NODE).expect(0).json()["nodes"][0]["state"] == "FENCED", SECONDS)
        self.assertEqual(len(self.cluster.applications(CALL, node=NODE)), 3)
        # The same, where the fence file is lost too: the centre knows more.
        self.node.kill()
        os.unlink(f"{self.node.data_folder}.fence")
        self.run_server(self.node, "restore", "--from", copies, "--force").check_returncode()
        self.node.start()
        wait_until("the centre shows FENCED",
                   lambda: self.cluster.node_states()[NODE]["state"] == "FENCED", SECONDS)

    def test_a_copy_that_nothing_shows_to_be_the_newest_is_fenced_until_it_rejoins(self):
        self.submit(2)
        self.cluster.wait_until_drained()
        self.cluster.central.stop()
        copies = self.path("copies-node")
        self.backed_up(self.node, copies)
        self.submit(1)  # acknowledged, and lost with the disk: the centre never hears of it
        self.node.kill()
        os.unlink(f"{self.node.data_folder}.fence")
        self.run_server(self.node, "restore", "--from", copies, "--force").check_returncode()
        self.cluster.central.start()
        marker = self.node.data_folder / "RESTORED"
        for _ in range(2):  # nor does it help to start it again
            self.node.start()
            wait_until("the centre shows FENCED",
                       lambda: self.cluster.node_states()[NODE]["state"] == "FENCED", SECONDS)
            self.assertTrue(marker.exists())
            self.node.kill()
        rejoined = subprocess.run(self.node.command("rejoin"), capture_output=True, text=True,
                                  timeout=SECONDS, check=False,
                                  env=environment(self.cluster.folder))
        self.assertEqual(rejoined.returncode, 0, rejoined)
        self.assertFalse(marker.exists())
        self.node.start()
        self.cluster.wait_until_connected()
        self.submit(1)
        self.cluster.wait_until_drained()
        self.assertEqual(self.cluster.total(CALL)["applications"], 3)
        self.cluster.verify()

    # -- the centre -------------------------------------------------------------------------------

    def test_the_centre_is_copied_at_work_restored_and_catches_up(self):
        self.submit(5)
        load = self.submit_in_background(150)
        copies = self.path("copies-central")
        self.backed_up(self.cluster.central, copies)
        self.assertEqual(load.wait(SECONDS), 0, load.communicate())
        ids = [one["id"] for one in self.cluster.applications(CALL, node=NODE)][:6]
        self.kopa("app", "evaluate", *ids, *apps.score_flags(), actor="evaluator").expect(0)
        self.kopa("app", "approve", *ids, actor="director").expect(0)
        before = self.cluster.total(CALL)
        self.assertEqual(before["approved"], 6)

        central = self.cluster.central
        central.kill()
        self.run_server(central, "restore", "--from", copies, "--force").check_returncode()
        central.start()
        self.assertFalse((central.data_folder / "RESTORED").exists())
        self.cluster.wait_until_connected(SECONDS)
        self.assertEqual(self.cluster.total(CALL), before)
        begun = [line for line in self.kopa("journal", "export").expect(0).out.splitlines()
                 if "incarnationBegun" in line]
        self.assertEqual(len(begun), 2, "the first incarnation, and the one after the restore")
        budget = self.cluster.budget(CALL)
        self.assertLessEqual(int(budget["approvedCents"]), int(budget["budgetCents"]))
        self.submit(1)
        self.assertEqual(self.cluster.total(CALL)["applications"], before["applications"] + 1)
        self.cluster.verify()

    # -- disks ------------------------------------------------------------------------------------

    @needs(not why_no_memory_disk(), why_no_memory_disk())
    def test_a_data_folder_that_is_a_disk_of_its_own_is_restored(self):
        disk = MemoryDisk("restore", 256 * MIB).mount()
        self.addCleanup(disk.close)
        self.addCleanup(self.node.kill)
        self.submit(2)
        self.node.stop()
        copies = self.path("copies-node")
        self.backed_up(self.node, copies)
        shutil.rmtree(self.node.data_folder)
        self.node.data_folder.symlink_to(disk.path)
        self.run_server(self.node, "restore", "--from", copies).check_returncode()
        done = self.run_server(self.node, "restore", "--from", copies, "--force")
        self.assertEqual(done.returncode, 0, done)
        self.assertTrue(list(disk.path.glob("before-restore-*/store/CURRENT")), done)
        self.node.start()
        self.assertEqual(len(self.cluster.applications(CALL, node=NODE)), 2)

    @needs(not why_no_read_only_disk(), why_no_read_only_disk())
    def test_copies_on_a_disk_that_can_only_be_read_are_restored(self):
        disk = LoopDisk("copies", 128 * MIB).mount()
        self.addCleanup(disk.close)
        self.addCleanup(self.node.kill)
        self.submit(2)
        self.node.stop()
        self.backed_up(self.node, disk.path)
        (disk.path / "kopa.lock").unlink()
        disk.turn_read_only()
        done = self.run_server(self.node, "restore", "--from", disk.path, "--force")
        self.assertEqual(done.returncode, 0, done)
        self.node.start()
        self.assertEqual(len(self.cluster.applications(CALL, node=NODE)), 2)

    # -- what is refused --------------------------------------------------------------------------

    def test_what_can_not_be_right_is_refused(self):
        inside = self.run_server(self.node, "backup", "--to", self.node.data_folder / "copies")
        self.assertEqual(inside.returncode, 2, inside)
        self.assertIn("lies in the data folder", inside.stderr)
        copies = self.path("copies-node")
        self.backed_up(self.node, copies)
        other = self.run_server(self.cluster.nodes["riga-latgale"], "backup", "--to", copies)
        self.assertNotEqual(other.returncode, 0, other)
        self.assertIn(f"has backups of kopa-node {NODE}", other.stderr)
        in_use = self.run_server(self.node, "restore", "--from", copies, "--force")
        self.assertEqual(in_use.returncode, 1, in_use)
        self.assertIn("in use", in_use.stderr)
        self.node.stop()
        named = self.run_server(self.node, "restore", "--from", copies, "--force", "--node",
                                "riga-latgale")
        self.assertEqual(named.returncode, 1, named)
        self.assertIn(f"are of kopa-node {NODE}, this is kopa-node riga-latgale", named.stderr)
        self.cluster.nodes["riga-latgale"].stop()
        other = self.run_server(self.cluster.nodes["riga-latgale"], "restore", "--from", copies,
                                "--force")
        self.assertEqual(other.returncode, 1, other)
        self.assertIn(f"is of kopa-node riga-latgale, the backup is of kopa-node {NODE}",
                      other.stderr)
        self.cluster.central.stop()
        shutil.rmtree(self.cluster.central.data_folder)
        wrong = self.run_server(self.cluster.central, "restore", "--from", copies)
        self.assertEqual(wrong.returncode, 1, wrong)
        self.assertIn("this is kopa-central", wrong.stderr)
        self.assertFalse(self.cluster.central.data_folder.exists())

    # -- steps ------------------------------------------------------------------------------------

    def run_server(self, server, word, *more, **variables):
        program = "kopa-central" if server is self.cluster.central else "kopa-node"
        return subprocess.run(
            [binary(program), word, "--data-dir", str(server.data_folder), "--insecure",
             *map(str, more)],
            capture_output=True, text=True, timeout=SECONDS, check=False,
            env=environment(self.cluster.folder, **variables))

    def backed_up(self, server, copies, *more):
        """The number of the copy that was made."""
        done = self.run_server(server, "backup", "--to", copies, *more)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("verified", done.stdout)
        return int(done.stdout.split()[1])

    def file_of(self, count):
        rows = []
        for _ in range(count):
            self.submitted += 1
            rows += apps.project(CALL, f"B-{self.submitted:04}", apps.municipality(NODE), [50_000])
        return apps.write_csv(self.path(f"file-{self.submitted}.csv"), CALL, rows)

    def submit(self, count):
        answer = self.cluster.submit(self.file_of(count), CALL, node=NODE)
        self.assertEqual(answer["accepted"], str(count))

    def submit_in_background(self, count):
        return self.cluster.popen("submit", self.file_of(count), "--call", CALL, "--batch", "1",
                                  node=NODE)

    def status_of(self, one):
        return self.kopa("app", "show", one, node=NODE).expect(0).json()["status"]


if __name__ == "__main__":
    unittest.main()
