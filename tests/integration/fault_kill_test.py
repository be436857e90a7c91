"""kill -9 around every step that makes something durable, and at random moments, under load."""

import random
import signal
import time
import unittest

from fault_case import SEED, FaultCase

KILLED = -signal.SIGKILL
# common/base/failpoint.h says where each of these is. The numbers are how often the place is passed
# before the process ends there.
WORKING = (("commit-begin", 7), ("commit-before-write", 4), ("commit-written", 1),
           ("commit-written", 9), ("commit-before-reply", 5), ("commit-replied", 3))
NODE_WORKING = WORKING + (("keys-written", 1), ("keys-written", 2), ("fence-before-update", 6),
                          ("fence-updated", 2))
CENTRAL_WORKING = WORKING + (("link-before-send", 1), ("link-before-send", 8), ("link-sent", 2))
# A node opens its store and its key store.
NODE_OPENING = (("store-before-open", 1), ("store-opened", 1), ("store-before-open", 2),
                ("store-opened", 2), ("epoch-before-write", 1), ("epoch-written", 1),
                ("epoch-fenced", 1))
CENTRAL_OPENING = (("store-before-open", 1), ("store-opened", 1), ("opening-before-write", 1),
                   ("opening-written", 1))
NODE_STOPPING = (("stop-before-clean", 1), ("stop-cleaned", 1), ("store-before-close", 1),
                 ("store-closed", 1), ("store-closed", 2))
CENTRAL_STOPPING = (("store-before-close", 1), ("store-closed", 1))

REACH_SECONDS = 20
RANDOM_KILLS = 25


class FaultKillTest(FaultCase):
    def test_at_every_failpoint(self):
        self.start_load(clients=8)
        self.wait_for_answers(30)
        servers = self.cluster.nodes
        rounds = [(servers["riga-latgale"], self.die_working, NODE_WORKING),
                  (self.cluster.central, self.die_working, CENTRAL_WORKING),
                  (servers["zemgale"], self.die_opening, NODE_OPENING),
                  (self.cluster.central, self.die_opening, CENTRAL_OPENING),
                  (servers["zemgale"], self.die_stopping, NODE_STOPPING),
                  (self.cluster.central, self.die_stopping, CENTRAL_STOPPING)]
        for server, die, places in rounds:
            for name, nth in places:
                with self.subTest(server=server.name, place=f"{name}:{nth}"):
                    server.more_environment = {"KOPA_FAILPOINT": f"{name}:{nth}"}
                    die(server)
                    server.more_environment = {}
                    server.start()
                    self.load.oracle.check()
            self.wait_for_answers(10)
        self.settle()

    def test_at_random_moments(self):
        self.start_load(clients=12)
        self.wait_for_answers(30)
        draw = random.Random(SEED)
        for _ in range(RANDOM_KILLS):
            time.sleep(draw.uniform(0.02, 0.6))
            victims = draw.sample(self.cluster.servers(), draw.choice((1, 1, 1, 2)))
            for victim in victims:
                victim.kill()
            time.sleep(draw.choice((0, 0, 0.3)))
            for victim in victims:
                victim.start()
            self.load.oracle.check()
        self.settle()

    # -- steps ------------------------------------------------------------------------------------

    def die_working(self, server):
        """It starts, works, and ends at its failpoint."""
        server.kill()
        try:
            server.start()
        except AssertionError:  # the failpoint was quicker than the line that it listens
            pass
        self.assertEqual(server.wait_for_end(REACH_SECONDS), KILLED, server.log()[-2000:])

    def die_opening(self, server):
        server.kill()
        code, said = server.start_and_end()
        self.assertEqual(code, KILLED, said)

    def die_stopping(self, server):
        server.kill()
        server.start()
        server.signal(signal.SIGTERM)
        self.assertEqual(server.wait_for_end(REACH_SECONDS), KILLED, server.log()[-2000:])


if __name__ == "__main__":
    unittest.main()
