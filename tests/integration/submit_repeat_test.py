"""A submission that was cut short is simply run again: each application is in exactly once."""

import json
import signal
import socket
import threading
import time
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES
from waiting import wait_until

CALL = "kontakts-2022"
NODE = "zemgale"
ROWS = 3000
# Until a submission of so many rows, sent one by one, has some of them in.
SOME_SECONDS = 20
END_SECONDS = 90


class SubmitRepeatTest(ClusterCase):
    shared = True

    def setUp(self):
        super().setUp()
        self.prefix = "".join(word[0] for word in self.id().split(".")[-1].split("_")).upper()
        self.file = self.write(range(ROWS))

    def test_an_interrupted_submission_says_how_to_go_on(self):
        results = self.path("results.csv")
        with self.begin("--results", results) as submitting:
            self.wait_for_some()
            submitting.send_signal(signal.SIGINT)
            out, err = submitting.communicate(timeout=END_SECONDS)
        self.assertEqual(submitting.returncode, 130, err)
        self.assertIn("Run the same command again", err)
        summary = json.loads(out)
        kept = int(summary["accepted"])
        self.assertTrue(0 < kept < ROWS, summary)
        self.assertEqual(summary["rejected"], "0", summary)
        self.assertEqual(summary["rejectsFile"], "")
        self.assertEqual(len(apps.read_table(results)), kept, "what was answered is written down")
        again = self.submit_again("--results", results)
        # What was on its way when it was interrupted may be in without having been counted.
        self.assertGreaterEqual(int(again["replayed"]), kept)
        self.assertEqual(len(apps.read_table(results)), ROWS)

    def test_a_killed_client_leaves_nothing_twice_and_nothing_in_the_way(self):
        with self.begin() as submitting:
            self.wait_for_some()
            submitting.kill()
            submitting.wait(END_SECONDS)
        again = self.submit_again()
        self.assertGreater(int(again["replayed"]), 0)
        left = [path.name for path in self.cluster.folder.iterdir() if path.suffix == ".tmp"]
        self.assertEqual(left, [])

    def test_a_submission_outlives_a_node_that_is_killed(self):
        node = self.cluster.nodes[NODE]
        with self.begin(node=NODE) as submitting:
            self.wait_for_some()
            for _ in range(2):
                node.restart_after_kill()
                time.sleep(0.3)
            out, err = submitting.communicate(timeout=END_SECONDS)
        self.assertEqual(submitting.returncode, 0, err)
        summary = json.loads(out)
        self.assertEqual(int(summary["accepted"]) + int(summary["replayed"]), ROWS, summary)
        self.check_each_once()

    def test_a_submission_outlives_a_lost_link(self):
        wire = Wire(self.cluster.nodes[NODE].address)
        self.addCleanup(wire.close)
        with self.begin(server=("--node", wire.address)) as submitting:
            self.wait_for_some()
            for _ in range(3):
                wire.cut()
                time.sleep(0.3)
            out, err = submitting.communicate(timeout=END_SECONDS)
        self.assertEqual(submitting.returncode, 0, err)
        summary = json.loads(out)
        # A batch that is sent again under its own id is told the same as the first time.
        self.assertEqual(int(summary["accepted"]) + int(summary["replayed"]), ROWS, summary)
        self.assertGreaterEqual(wire.connections, 2, "the wire was cut for nothing")
        self.check_each_once()

    def test_a_node_that_is_away_leaves_its_rows_to_be_submitted_again(self):
        """The others' rows are in; exit 3, and a file to go on with."""
        rows = apps.flatten(apps.project(CALL, f"{self.prefix}-{index:05}", apps.place(index),
                                         [60_000]) for index in range(600))
        file = apps.write_csv(self.path("away.csv"), CALL, rows)
        of_away = sum(apps.node_of(row) == NODE for row in rows)
        node = self.cluster.nodes[NODE]
        node.kill()
        try:
            began = time.monotonic()
            result = self.kopa("submit", file, "--call", CALL, "--timeout", "5").expect(3)
        finally:
            node.start()
        self.assertLess(time.monotonic() - began, 15)
        summary = result.json()
        self.assertEqual([summary[name] for name in ("rows", "accepted", "rejected",
                                                     "undelivered")],
                         ["600", str(600 - of_away), str(of_away), str(of_away)], summary)
        self.assertEqual({one["node"]: one["undelivered"] for one in summary["nodes"]},
                         {name: str(of_away if name == NODE else 0) for name in NODES})
        [fault] = summary["faults"]
        self.assertEqual((fault["code"], fault["rows"]), ("UNDELIVERED", str(of_away)))
        self.assertIn("to go on, submit the rejected rows", result.err)
        rejects = self.path("away.csv.rejected.csv")
        self.cluster.wait_until_connected()
        self.assertEqual(self.cluster.submit(rejects, CALL)["accepted"], str(of_away))
        self.assertEqual(self.cluster.submit(file, CALL)["replayed"], "600")

    def test_a_node_that_stands_still_does_not_stop_the_others(self):
        rows = apps.flatten(apps.project(CALL, f"{self.prefix}-{index:05}", apps.place(index),
                                         [60_000]) for index in range(300))
        file = apps.write_csv(self.path("still.csv"), CALL, rows)
        of_still = sum(apps.node_of(row) == NODE for row in rows)
        node = self.cluster.nodes[NODE]
        node.signal(signal.SIGSTOP)
        try:
            summary = self.cluster.submit(file, CALL, "--timeout", "4", expect=(3,))
        finally:
            node.signal(signal.SIGCONT)
        self.assertEqual((summary["accepted"], summary["undelivered"]),
                         (str(300 - of_still), str(of_still)), summary)
        self.cluster.wait_until_connected()
        # What lay in the wires may have arrived after all: then it is a replay.
        again = self.cluster.submit(self.path("still.csv.rejected.csv"), CALL)
        self.assertEqual(int(again["accepted"]) + int(again["replayed"]), of_still, again)
        self.assertEqual(self.cluster.submit(file, CALL)["replayed"], "300")

    # -- steps ------------------------------------------------------------------------------------

    def write(self, numbers):
        """All of one node, so that its stream is busy."""
        rows = apps.flatten(
            apps.project(CALL, f"{self.prefix}-{index:05}", apps.municipality(NODE, index),
                         [50_000]) for index in numbers)
        return apps.write_csv(self.path(f"{self.prefix}.csv"), CALL, rows)

    def begin(self, *more, node=None, server=None):
        """One application a message, so that it takes a while."""
        command = ("submit", self.file, "--call", CALL, "--batch", "1", *more)
        if server is not None:
            return self.cluster.tool.popen(*command, server=server)
        return self.cluster.popen(*command, node=node)

    def references(self):
        return [one["externalRef"] for one in self.cluster.applications(CALL, node=NODE)
                if one["externalRef"].startswith(f"{self.prefix}-")]

    def head_seq(self):
        return int(self.kopa("nodes", node=NODE).expect(0).json()["nodes"][0]["headSeq"])

    def wait_for_some(self):
        before = self.head_seq()
        wait_until("some of it is in", lambda: self.head_seq() > before + 20, SOME_SECONDS, 0.01)

    def submit_again(self, *more):
        summary = self.cluster.submit(self.file, CALL, *more)
        self.assertEqual(int(summary["accepted"]) + int(summary["replayed"]), ROWS, summary)
        self.check_each_once()
        return summary

    def check_each_once(self):
        self.assertEqual(sorted(self.references()),
                         [f"{self.prefix}-{index:05}" for index in range(ROWS)])
        last = self.cluster.submit(self.file, CALL)
        self.assertEqual(last["replayed"], str(ROWS), last)


class Wire:
    """A TCP connection between a client and `target` that can be cut, and made again."""

    def __init__(self, target):
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server((host, 0))
        self.address = f"{host}:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        for one in self._open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # cut before
        self._open.clear()

    def close(self):
        self._listener.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                here, _ = self._listener.accept()
                there = socket.create_connection(self._target, 10)
            except OSError:
                return
            there.settimeout(None)
            self.connections += 1
            self._open += [here, there]
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for one in (source, sink):
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other direction was first
    source.close()


if __name__ == "__main__":
    unittest.main()
