"""Bulk submission over the stream: many small batches, and a node that is away for a moment."""

import json
import threading
import time
import unittest

import applications as apps
from case import ClusterCase
from waiting import wait_until

CALL = "kontakts-2022"
NODE = "zemgale"
# How soon a client is done that only waited for a node to be back. It looks again every few seconds.
CATCH_UP_SECONDS = 15


class SubmissionTest(ClusterCase):
    shared = True

    def test_many_small_batches_keep_every_row_and_tell_the_right_id(self):
        rows = self.rows("M", 2500)
        results = self.path("results.csv")
        summary = self.cluster.submit(self.write(rows), CALL, "--batch", "1", "--results", results)
        self.assertEqual((summary["accepted"], summary["replayed"], summary["rejected"]),
                         (str(len(rows)), "0", "0"))
        listed = {one["externalRef"]: one for one in self.cluster.applications(CALL)
                  if one["externalRef"].startswith("M-")}
        self.assertEqual(set(listed), {row["external_ref"] for row in rows})
        for row in rows:
            self.assertEqual(listed[row["external_ref"]]["title"], row["title"])
        told = {row["reference"]: row["id"] for row in apps.read_table(results)}
        self.assertEqual(told, {reference: one["id"] for reference, one in listed.items()})

    def test_a_submission_goes_on_soon_after_its_node_is_back(self):
        node = self.cluster.nodes[NODE]
        rows = self.rows("R", 2500)
        with self.cluster.popen("submit", self.write(rows), "--call", CALL, "--batch", "1",
                                node=NODE) as submitting:
            time.sleep(0.3)
            node.kill()
            # Several attempts fail before it is back.
            time.sleep(1.5)
            node.start()
            back = time.monotonic()
            out, err = submitting.communicate(timeout=60)
        self.assertEqual(submitting.returncode, 0, f"{out}\n{err}")
        self.assertLess(time.monotonic() - back, CATCH_UP_SECONDS)
        listed = self.cluster.applications(CALL, node=NODE)
        self.assertEqual(len([one for one in listed if one["externalRef"].startswith("R-")]),
                         len(rows))

    def test_a_node_that_is_stopped_in_the_middle_loses_nothing_and_the_tool_goes_on(self):
        node = self.cluster.nodes[NODE]
        rows = self.rows("S", 2500)
        results = self.path("stopped.csv")
        with self.cluster.popen("submit", self.write(rows), "--call", CALL, "--batch", "1",
                                "--results", results, node=NODE) as submitting:
            wait_until("some are in", lambda: self.listed("S-", page=True), CATCH_UP_SECONDS)
            node.stop()  # asserts that it ends in order, and in time
            self.assertIsNone(submitting.poll(), "it was stopped in the middle")
            node.start()
            out, err = submitting.communicate(timeout=60)
        self.assertEqual(submitting.returncode, 0, f"{out}\n{err}")
        summary = json.loads(out)
        self.assertEqual(int(summary["accepted"]) + int(summary["replayed"]), len(rows), summary)
        self.assertEqual(summary["rejected"], "0", summary)
        listed = self.listed("S-")
        self.assertEqual(len(listed), len(rows))
        told = {row["reference"]: row["id"] for row in apps.read_table(results)}
        self.assertEqual(told, {one["externalRef"]: one["id"] for one in listed})

    def test_a_call_outlasts_a_restart(self):
        node = self.cluster.nodes[NODE]
        node.kill()
        back = threading.Timer(0.5, node.start)
        back.start()
        try:
            self.kopa("nodes", node=NODE).expect(0)
        finally:
            back.join()

    def listed(self, prefix, page=False):
        """The node's applications whose reference begins so; with `page` whatever comes first."""
        more = ["--timeout", "2"] if page else []
        return [one for one in self.cluster.applications(CALL, *more, node=NODE)
                if one["externalRef"].startswith(prefix)]

    def rows(self, prefix, count):
        """All of one node, so that its stream is busy."""
        return apps.flatten(
            apps.project(CALL, f"{prefix}-{index:05}", apps.municipality(NODE, index), [50_000])
            for index in range(count))

    def write(self, rows):
        return apps.write_csv(self.path("bulk.csv"), CALL, rows)


if __name__ == "__main__":
    unittest.main()
