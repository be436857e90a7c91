"""Clocks that jump by hours: no wait gets stuck, windows go by the clock, journals go on."""

import itertools
import pathlib
import shutil
import tempfile
import time
import unittest

import fault_rpc as rpc
import grpc
from cluster import Cluster
from fault_case import FaultCase, needs
from fault_load import CALL, form
from fault_rpc import region
from waiting import wait_until

LIBRARIES = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
NODE = "riga-latgale"
HOUR = 3600
DAY = 24 * HOUR
CENTURY = 100 * 365 * DAY
NOTICE_SECONDS = 20
JUMPS = (3 * HOUR, -5 * HOUR, 2 * DAY, -2 * DAY, 90, -HOUR, 0)


class FakeClock:
    """The wall clock of one server, changed while it runs. Its monotonic clock stays as it is."""

    def __init__(self, folder, name):
        self._file = pathlib.Path(folder) / f"{name}.clock"
        self.jump(0)
        self.environment = {
            "LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def jump(self, seconds):
        """To so many seconds off the machine's clock."""
        replacement = self._file.with_suffix(".new")
        replacement.write_text(f"{seconds:+d}\n", encoding="ascii")
        replacement.replace(self._file)


@needs(LIBRARIES, "Debian's libfaketime is not installed")
class FaultClockTest(FaultCase):
    def new_cluster(self):
        folder = tempfile.mkdtemp(prefix="kopa-clocks-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.clocks = {name: FakeClock(folder, name) for name in ("central", NODE)}
        return Cluster(self.nodes, placement=lambda name: {
            "more_environment": self.clocks[name].environment} if name in self.clocks else {})

    def test_jumps_hold_nothing_up(self):
        self.start_load(clients=8)
        self.wait_for_answers(30)
        for name in ("central", NODE):
            for offset in JUMPS:
                with self.subTest(f"{name} {offset:+d} s"):
                    self.clocks[name].jump(offset)
                    time.sleep(1.5)
                    self.wait_for_answers(15, timeout=20)
                    self.cluster.wait_until_connected(20)
        self.settle()

    def test_a_restart_in_the_past_goes_on(self):
        self.start_load(clients=8)
        self.wait_for_answers(30)
        for name, server in (("central", self.cluster.central), (NODE, self.cluster.nodes[NODE])):
            self.clocks[name].jump(-6 * HOUR)
            server.restart_after_kill()
            self.wait_for_answers(15)
            self.clocks[name].jump(0)
            self.wait_for_answers(15)
        self.settle()

    def test_the_window_goes_by_the_node_s_own_clock(self):
        self.clocks[NODE].jump(CENTURY)

        def faults():
            return [fault.code for fault in self.submit(1, CENTURY, dry_run=True).faults]
        wait_until("the window is closed", lambda: faults() == ["WINDOW_CLOSED"], NOTICE_SECONDS)
        self.clocks[NODE].jump(0)
        wait_until("the window is open", lambda: faults() == [], NOTICE_SECONDS)
        self.assertEqual(self.submit(1).outcome, region.SUBMIT_OUTCOME_ACCEPTED)

    def test_a_clock_that_was_months_ahead_makes_nothing_happen_twice(self):
        """Answers are forgotten after a month; a clock that jumps there and back must not do it."""
        application = self.submit(2).application_id
        request = region.EvaluateApplicationsRequest(request_id=rpc.request_id(), call=CALL)
        evaluation = request.evaluations.add(application_id=application)
        evaluation.scores.add(criterion="idea", hundredths=800)
        self.node(NODE, "EvaluateApplications", request, actor="evaluator")
        self.decide(application, "APPROVE")
        self.decide(application, "CONTRACT")
        pay = self.decide(application, "PAY", amount=1_000)
        serials = itertools.count(3)
        for offset in (90 * DAY, 0):
            self.clocks[NODE].jump(offset)
            # Each is a group of its own; after the jump ahead, a time to forget.
            wait_until("its clock has jumped", lambda offset=offset: abs(
                self.submit_time(next(serials), 90 * DAY) - time.time() - offset) < 60,
                       NOTICE_SECONDS)
        self.cluster.nodes[NODE].restart_after_kill()  # what it only remembers is gone, too
        self.forget_connections()
        with self.assertRaises(grpc.RpcError) as refused:
            self.node(NODE, "DecideApplications", pay)
        self.assertEqual(refused.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertEqual([fault.code for fault in rpc.error_info(refused.exception).faults],
                         ["REQUEST_TOO_OLD"])
        self.decide(application, "REPORT")  # what was never asked before is done
        found = self.node(NODE, "GetApplication",
                          region.GetApplicationRequest(application_id=application))
        self.assertEqual(found.application.summary.paid_cents, 1_000, "paid twice")

    def decide(self, application, verb, amount=0):
        """The request, once it was answered without a fault."""
        request = region.DecideApplicationsRequest(request_id=rpc.request_id(), call=CALL)
        request.decisions.add(application_id=application, amount_cents=amount, reason="paraugs",
                              verb=region.DecisionVerb.Value(f"DECISION_VERB_{verb}"))
        [result] = self.node(NODE, "DecideApplications", request).results
        self.assertFalse(result.HasField("error"), result)
        return request

    def submit_time(self, serial, ahead_seconds):
        """What the node's clock said when it took this one, in seconds since 1970."""
        application = self.submit(serial, ahead_seconds).application_id
        found = self.node(NODE, "GetApplication",
                          region.GetApplicationRequest(application_id=application))
        return found.application.submit_time.ToSeconds()

    def submit(self, serial, ahead_seconds=0, dry_run=False):
        return self.node(NODE, "SubmitApplication", region.SubmitApplicationRequest(
            request_id=rpc.request_id(ahead_seconds), call=CALL, dry_run=dry_run,
            application=form(NODE, serial, [50_000])), actor="coordinator").result


if __name__ == "__main__":
    unittest.main()
