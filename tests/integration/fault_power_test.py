"""Power loss: what was not synced is gone, and everything acknowledged is there all the same."""

import random
import signal
import time
import unittest

from cluster import Cluster
from fault_case import SEED, FaultCase, needs
from fault_machine import MIB, LoopDisk, why_no_loop_disk
from waiting import wait_until

NODE = "riga-latgale"
ROUNDS = 10


@needs(not why_no_loop_disk(), why_no_loop_disk())
class FaultPowerTest(FaultCase):
    def new_cluster(self):
        self.disks = {}
        for name in (NODE, "central"):
            disk = LoopDisk(name, 192 * MIB)
            self.addCleanup(disk.close)
            self.disks[name] = disk.mount()
        return Cluster(self.nodes, placement=lambda name: {
            "data_folder": self.disks[name].path / name} if name in self.disks else {})

    def test_acknowledged_work_survives(self):
        self.start_load(clients=12)
        self.wait_for_answers(30)
        draw = random.Random(SEED)
        for number in range(ROUNDS):
            time.sleep(draw.uniform(0.2, 1.2))
            victims = [self.cluster.nodes[NODE], self.cluster.central]
            for victim in (victims[number % 2:number % 2 + 1] if number < ROUNDS - 2 else victims):
                self.lose_power(victim)
            self.load.oracle.check()
        self.settle()

    def lose_power(self, server):
        """Its machine goes off and comes back; with it what the disk had, and no more."""
        disk = self.disks[server.name]
        # Stopped first, so that no answer leaves whose write the cut has swallowed.
        server.signal(signal.SIGSTOP)
        wait_until("it is stopped", lambda: _is_stopped(server.pid), 10, pause=0.002)
        control = disk.path / "control"
        control.write_bytes(b"not synced" * 10_000)
        disk.cut_power()
        server.kill()
        disk.unmount()
        disk.mount()
        self.assertFalse(control.exists() and control.stat().st_size,
                         "the control survived: this was no loss of power")
        server.start()


def _is_stopped(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "T"


if __name__ == "__main__":
    unittest.main()
