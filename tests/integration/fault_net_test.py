"""Wires cut in one direction, slow or torn, and servers that stand still: all of it heals."""

import signal
import time
import unittest

import fault_network  # first of all: it moves the process into a network of its own
from cluster import Cluster
from fault_case import FaultCase, needs
from fault_network import CENTRE, WHY_NOT, Network
from fault_proxy import SlowProxy
from waiting import wait_until

NODE = "vidzeme-kurzeme"
# The link calls 5 s of silence a break; gRPC's keepalive and the farewell are about as long.
LONGER_THAN_ANY_TIMEOUT = 25
NOTICE_SECONDS = 20


@needs(not WHY_NOT, WHY_NOT)
class FaultNetTest(FaultCase):
    def new_cluster(self):
        self.network = Network(self.nodes)
        self.addCleanup(self.network.close)
        return Cluster(self.nodes, placement=self.network.placement)

    def setUp(self):
        super().setUp()
        self.wire = self.network.wires[NODE]
        self.start_load(clients=8)
        self.wait_for_answers(40)

    def test_cuts_in_one_direction(self):
        for cut in (self.wire.cut_to_centre, self.wire.cut_from_centre):
            with self.subTest(cut.__name__):
                cut()
                self.wait_until_away()
                self.wait_for_answers(20)
                self.wire.heal()
                self.cluster.wait_until_connected(NOTICE_SECONDS)
        self.settle()

    def test_cuts_that_come_and_go(self):
        for number in range(8):
            wire = list(self.network.wires.values())[number % 3]
            (wire.cut_to_centre, wire.cut_from_centre, wire.unplug)[number % 3]()
            time.sleep(1.5)
            wire.plug()
            wire.heal()
            self.load.oracle.check()
        self.settle()

    def test_a_long_partition_while_both_sides_work(self):
        self.wire.cut_to_centre()
        self.wire.cut_from_centre()
        self.wait_until_away()
        before = int(self.cluster.head_seqs()[NODE])
        self.wait_for_answers(200, timeout=60)
        self.assertGreater(int(self.cluster.head_seqs()[NODE]), before, "the region works alone")
        state = self.cluster.node_states()[NODE]
        self.assertLess(int(state["appliedSeq"]), int(self.cluster.head_seqs()[NODE]))
        self.wire.heal()
        self.settle()

    def test_packets_are_lost(self):
        for wire in self.network.wires.values():
            wire.lose(1)
        self.wait_for_answers(300, timeout=60)
        for wire in self.network.wires.values():
            wire.heal()
        self.settle()

    def test_the_centre_stands_still_for_longer_than_every_timeout(self):
        self.stand_still(self.cluster.central)
        self.settle()

    def test_a_node_stands_still_for_longer_than_every_timeout(self):
        self.stand_still(self.cluster.nodes[NODE])
        self.settle()

    # -- steps ------------------------------------------------------------------------------------

    def stand_still(self, server):
        server.signal(signal.SIGSTOP)
        time.sleep(LONGER_THAN_ANY_TIMEOUT)
        server.signal(signal.SIGCONT)
        self.cluster.wait_until_connected(NOTICE_SECONDS)
        self.wait_for_answers(30)

    def wait_until_away(self):
        wait_until(f"{NODE} is AWAY", lambda: self.cluster.node_states()[NODE]["state"] == "AWAY",
                   NOTICE_SECONDS)


@needs(not WHY_NOT, WHY_NOT)
class SlowLinkTest(FaultCase):
    """200 ms each way between a node and the centre, and one packet of a hundred lost."""

    def new_cluster(self):
        self.network = Network(self.nodes)
        self.addCleanup(self.network.close)
        self.proxy = SlowProxy(CENTRE, lambda: self.cluster.central.address, delay_seconds=0.2)
        self.addCleanup(self.proxy.close)
        return Cluster(self.nodes, placement=lambda name: {
            **self.network.placement(name),
            **({"central": self.proxy.address} if name == NODE else {})})

    def test_totals_follow(self):
        for wire in self.network.wires.values():
            wire.lose(1)
        self.start_load(clients=8)
        self.wait_for_answers(300, timeout=60)
        for wire in self.network.wires.values():
            wire.heal()
        self.settle()


if __name__ == "__main__":
    unittest.main()
