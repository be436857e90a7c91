"""What the fault tests have in common: a cluster with one call, clients, the last judgement."""

import json
import os
import threading
import unittest

import fault_rpc as rpc
import grpc
from case import ClusterCase
from cluster import NODES, Cluster
from fault_load import CALL, Load, write_definition
from fault_rpc import national, region
from waiting import wait_until

LIMITS = {"cents": 5_000_001, "initiatives": 77}
# What a run draws at random comes from this seed; another one can be tried without touching a file.
SEED = int(os.environ.get("KOPA_FAULT_SEED", "20250117"))


class BudgetWatch(threading.Thread):
    """Asks the centre for the budget again and again and shows it to the oracle."""

    def __init__(self, case, oracle):
        super().__init__(name="budget-watch", daemon=True)
        self._case = case
        self._oracle = oracle
        self._over = threading.Event()

    def run(self):
        while not self._over.wait(0.05):
            try:
                budget = self._case.central("GetBudget", national.GetBudgetRequest(call=CALL), 2.0)
            except grpc.RpcError:
                continue
            self._oracle.observed_budget(budget)

    def stop(self):
        self._over.set()
        self.join()


class FaultCase(ClusterCase):
    """Each test begins with the centre and its nodes up and connected, and no application."""

    limits = LIMITS
    nodes = NODES

    def setUp(self):
        self.load = None
        self.watch = None
        self._clients = {}
        self.cluster = self.new_cluster()
        self.addCleanup(self.cluster.close)
        self.addCleanup(self._end_clients)
        programmes = write_definition(self.cluster.folder / "programmes", self.limits)
        self.cluster.central.add_flags("--programmes", str(programmes))
        self.cluster.start()
        self.wait_until_call_is_known()

    def new_cluster(self):
        return Cluster(self.nodes)

    def central(self, method, request, timeout=10.0):
        """Asks the centre."""
        return self._ask(self.cluster.central.address, "director", method, request, timeout)

    def node(self, node, method, request, timeout=10.0, actor="director"):
        """Asks a node."""
        return self._ask(self.cluster.nodes[node].address, actor, method, request, timeout)

    def _ask(self, address, actor, method, request, timeout):
        if (address, actor) not in self._clients:
            self._clients[address, actor] = rpc.Client(address, actor)
        return self._clients[address, actor].call(method, request, timeout)

    def forget_connections(self):
        """Those to servers that were ended since say so once before they connect again."""
        for client in self._clients.values():
            client.close()
        self._clients = {}

    def wait_until_call_is_known(self):
        for node in self.nodes:
            wait_until(f"{node} knows the call", lambda node=node: any(
                call.id == CALL for call in self.node(
                    node, "ListNodeCalls", region.ListNodeCallsRequest()).calls), 20)

    # -- load -------------------------------------------------------------------------------------

    def start_load(self, **options):
        self.load = Load(lambda node: self.cluster.nodes[node].address, self.nodes, self.limits,
                         **{"seed": SEED, **options}).start()
        self.watch = BudgetWatch(self, self.load.oracle)
        self.watch.start()
        return self.load

    def wait_for_answers(self, more, timeout=30):
        """Until so many more requests were acknowledged: the servers do work."""
        wanted = self.load.acknowledged + more

        def answered():
            self.load.oracle.check()
            assert not self.load.failures, self.load.failures[:3]
            return self.load.acknowledged >= wanted
        wait_until(f"{more} more requests are answered", answered, timeout)

    def settle(self, verify=True):
        """After healing: every request gets its answer, and all that was answered must be so."""
        for server in self.cluster.servers():
            if not server.running:
                server.start()
        self.load.stop()
        self.watch.stop()
        self.cluster.wait_until_connected(60)
        self.check_everything(verify)
        print(f"{self.id()}: seed {SEED}: {json.dumps(self.load.oracle.counts, sort_keys=True)}")

    def check_everything(self, verify=True):
        oracle = self.load.oracle
        self.cluster.wait_until_drained(60)
        self.load.repeat_all()
        self.wait_until_still()
        for node in self.nodes:
            oracle.compare_node(node, self.list_applications(node), rpc.status_name)
        self.check_receipts()
        oracle.compare_totals(self.central("GetTotals",
                                           national.GetTotalsRequest(call=CALL)).total)
        oracle.observed_budget(self.central("GetBudget", national.GetBudgetRequest(call=CALL)))
        oracle.check()
        if verify:
            self.cluster.verify()

    def wait_until_still(self):
        """Until nodes fund nothing any more by themselves and the centre has all of it."""
        def heads():
            self.cluster.wait_until_drained(60)
            return self.cluster.head_seqs()
        before = heads()

        def still():
            nonlocal before
            now = heads()
            same, before = now == before, now
            return same
        wait_until("nothing moves any more", still, 60, pause=1.0)

    def list_applications(self, node):
        found, token = [], ""
        while True:
            page = self.node(node, "ListApplications", region.ListApplicationsRequest(
                call=CALL, page_size=500, page_token=token))
            found += page.applications
            token = page.next_page_token
            if not token:
                return found

    def check_receipts(self, most=60):
        """The receipts of some applications, by their hashes in the journal."""
        entries = list(self.load.oracle.entries.items())
        for application, entry in entries[-most:]:
            rows = self.node(entry.node, "ListApplicationHistory",
                             region.ListApplicationHistoryRequest(application_id=application,
                                                                  page_size=1000)).rows
            hashes = {row.seq: row.hash for row in rows}
            for seq, (digest, status) in entry.receipts.items():
                if hashes.get(seq) != digest:
                    self.load.oracle.violation(
                        f"{entry.reference}: the receipt of {seq} ({status}) does not fit")

    def _end_clients(self):
        if self.watch is not None and self.watch.is_alive():
            self.watch.stop()
        if self.load is not None:
            self.load.abandon()
            self.load.close()
        self.forget_connections()


def needs(condition, what):
    """A decorator that skips where the machine forbids something, with a word that says so."""
    return unittest.skipUnless(condition, f"this machine forbids it: {what}")
