"""Full and read-only disks: changes are refused with a word, reads go on, nothing is lost."""

import unittest

import fault_rpc as rpc
import grpc
from cluster import NODES, Cluster
from fault_case import FaultCase, needs
from fault_load import CALL, form
from fault_machine import (MIB, LoopDisk, MemoryDisk, why_no_loop_disk, why_no_memory_disk,
                           why_no_read_only_disk)
from fault_rpc import national, region
from oracle import Entry
from waiting import wait_until

NODE = "zemgale"
# Above --disk-reserve-mib (64 by default), with room for some work.
DISK_BYTES = 192 * MIB
NEARLY_FULL = 40 * MIB
# The servers look at their disks twice a second.
NOTICE_SECONDS = 5
FULL = "the disk is nearly full"


class DiskCase(FaultCase):
    """Steps of the tests below."""

    def new_disk(self, name, kind, size=DISK_BYTES):
        disk = kind(name, size)
        self.addCleanup(disk.close)
        return disk.mount()

    def setUp(self):
        super().setUp()
        self.serial = 90_000
        self.start_load(clients=8)
        self.wait_for_answers(40)

    def submit(self, node=NODE):
        """One application more at the node, outside the load: the error, or None."""
        self.serial += 1
        request = region.SubmitApplicationRequest(
            request_id=rpc.request_id(), call=CALL, dry_run=False,
            application=form(node, self.serial, [50_000]))
        try:
            result = self.node(node, "SubmitApplication", request, actor="coordinator").result
        except grpc.RpcError as error:
            return error
        self.load.oracle.submitted(result.application_id, _entry(node, request), result.receipt)
        return None

    def wait_until_refused(self, node=NODE):
        def refused():
            error = self.submit(node)
            return error is not None and error
        error = wait_until("submissions are refused", refused, NOTICE_SECONDS)
        self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED, error)
        self.assertIn(FULL, error.details())
        self.assertIn("until there is space", error.details())
        self.assertGreater(rpc.error_info(error).retry_delay_ms, 0, "when to try again is not said")

    def check_reads(self, node=NODE):
        listed = self.list_applications(node)
        self.assertTrue(listed)
        self.node(node, "GetApplication", region.GetApplicationRequest(
            application_id=listed[0].summary.application_id))
        self.cluster.kopa("app", "list", "--call", CALL, node=node).expect(0)

    def check_start_is_refused(self, server, folder):
        """In order and with a word, however often it is tried."""
        for _ in range(2):
            code, said = server.start_and_end()
            self.assertEqual(code, 1, said)
            self.assertRegex(said, rf"the disk of {folder}\S* is full: \d+ MiB are free, and "
                                   r"\d+ MiB are needed .*; make room and start again")

    def wait_until_taken(self, node=NODE):
        wait_until("submissions are taken again", lambda: self.submit(node) is None,
                   NOTICE_SECONDS)


@needs(not why_no_memory_disk(), why_no_memory_disk())
class FullNodeTest(DiskCase):
    def new_cluster(self):
        self.disk = self.new_disk("node", MemoryDisk)
        return Cluster(self.nodes, placement=lambda name: {
            "data_folder": self.disk.path / name} if name == NODE else {})

    def test_writes_are_refused_first_and_reads_live(self):
        server = self.cluster.nodes[NODE]
        for _ in range(2):
            self.disk.fill(NEARLY_FULL)
            self.wait_until_refused()
            self.check_reads()
            others = next(node for node in NODES if node != NODE)
            self.assertIsNone(self.submit(others), "the other nodes have space")
            self.wait_for_answers(10)
            self.assertTrue(server.running, server.log()[-2000:])
            self.disk.make_room()
            self.wait_until_taken()
        self.settle()

    def test_a_restart_on_a_full_disk_loses_nothing(self):
        server = self.cluster.nodes[NODE]
        server.kill()
        self.disk.fill(0)
        self.check_start_is_refused(server, server.data_folder)
        self.disk.make_room()
        server.start()
        self.wait_until_taken()
        self.settle()

    def test_a_restart_on_a_nearly_full_disk_serves_reads(self):
        server = self.cluster.nodes[NODE]
        server.kill()
        self.disk.fill(NEARLY_FULL)
        server.start()
        self.forget_connections()
        self.check_reads()
        self.wait_until_refused()
        self.disk.make_room()
        self.wait_until_taken()
        self.settle()


@needs(not why_no_memory_disk(), why_no_memory_disk())
class FullKeyStoreTest(DiskCase):
    def new_cluster(self):
        self.disk = self.new_disk("keys", MemoryDisk)
        return Cluster(self.nodes, placement=lambda name: {
            "more_flags": ("--key-store", str(self.disk.path / "keys"))} if name == NODE else {})

    def test_a_full_disk_of_keys_refuses_submissions(self):
        self.disk.fill(NEARLY_FULL)
        self.wait_until_refused()
        self.check_reads()
        server = self.cluster.nodes[NODE]
        self.assertTrue(server.running)
        server.kill()
        self.disk.fill(0)
        self.check_start_is_refused(server, self.disk.path / "keys")
        self.disk.make_room()
        server.start()
        self.wait_until_taken()
        self.settle()


@needs(not why_no_memory_disk(), why_no_memory_disk())
class FullCentreTest(DiskCase):
    def new_cluster(self):
        self.disk = self.new_disk("central", MemoryDisk)
        return Cluster(self.nodes, placement=lambda name: {
            "data_folder": self.disk.path / name} if name == "central" else {})

    def test_nodes_go_on_and_are_caught_up_with(self):
        self.disk.fill(NEARLY_FULL)

        def lags():
            self.submit()
            states = self.cluster.node_states()
            heads = self.cluster.head_seqs()
            return any(int(heads[node]) > int(states[node]["appliedSeq"]) + 5 for node in NODES)
        wait_until("the centre takes nothing more", lags, 20)
        for node in NODES:
            self.assertIsNone(self.submit(node), "the regions work alone")
        self.central("GetTotals", national.GetTotalsRequest(call=CALL))
        server = self.cluster.central
        self.assertTrue(server.running)
        server.kill()
        self.disk.fill(0)
        self.check_start_is_refused(server, server.data_folder)
        self.disk.make_room()
        server.start()
        self.settle()


@needs(not why_no_loop_disk(), why_no_loop_disk())
@needs(not why_no_read_only_disk(), why_no_read_only_disk())
class ReadOnlyTest(DiskCase):
    def new_cluster(self):
        self.disks = {name: self.new_disk(name, LoopDisk) for name in (NODE, "central")}
        return Cluster(self.nodes, placement=lambda name: {
            "data_folder": self.disks[name].path / name} if name in self.disks else {})

    def test_a_disk_that_turns_read_only_ends_the_server_and_nothing_is_lost(self):
        for server in (self.cluster.nodes[NODE], self.cluster.central):
            with self.subTest(server.name):
                disk = self.disks[server.name]
                disk.turn_read_only()
                if server is not self.cluster.central:
                    self.submit()
                code = server.wait_for_end(20)
                self.assertNotEqual(code, 0)
                self.assertIn("broken invariant: status.ok()", server.log()[-4000:])
                code, said = server.start_and_end()
                self.assertEqual(code, 1, said)
                self.assertIn("Read-only file system", said)
                disk.unmount()
                disk.repair()
                disk.mount()
                server.start()
                self.wait_until_taken()
        self.settle()


def _entry(node, request):
    return Entry(node, request.application.external_ref,
                 sum(one.amount_cents for one in request.application.initiatives),
                 len(request.application.initiatives))


if __name__ == "__main__":
    unittest.main()
