"""What the lines of a benchmark say does not depend on a benchmark: ratios, percentiles, the 43 nodes."""

import io
import json
import pathlib
import tempfile
import unittest

import municipal_territory
from kopa_servers import percentile_bound
from lines import Lines
from scale import municipalities

ROOT = pathlib.Path(__file__).resolve().parents[2]


def printed(measure, only=None):
    out = io.StringIO()
    measure(Lines(only, out))
    return [json.loads(line) for line in out.getvalue().splitlines()]


class LinesTest(unittest.TestCase):
    def test_line_has_the_contracts_fields(self):
        [line] = printed(lambda lines: lines.rate("submit", 12345.678, "applications/s", "floor",
                                                  49382.712))
        self.assertEqual(line, {"name": "submit", "value": 12350, "unit": "applications/s",
                                "peer": "floor", "peer_value": 49380, "ratio": 0.25})

    def test_ratio_above_one_means_ahead_for_rates_and_for_latencies(self):
        [rate] = printed(lambda lines: lines.rate("a", 200, "/s", "redis", 100))
        [cost] = printed(lambda lines: lines.cost("b", 5, "ms", "floor", 10))
        self.assertEqual((rate["ratio"], cost["ratio"]), (2, 2))

    def test_only_takes_the_lines_with_that_in_their_name(self):
        def measure(lines):
            lines.rate("submit", 1, "/s", "floor", 1)
            lines.rate("centre-applies", 1, "/s", "floor", 1)
        self.assertEqual([line["name"] for line in printed(measure, "applies")],
                         ["centre-applies"])

    def test_only_runs_what_a_wanted_line_needs(self):
        lines = Lines("approve-one-client")
        self.assertTrue(lines.wants("approve"))
        self.assertFalse(lines.wants("submit", "totals"))


class PercentileTest(unittest.TestCase):
    def test_is_the_end_of_the_bucket_that_enough_calls_kept(self):
        infinity = float("inf")
        before = {0.0005: 100, 0.001: 100, infinity: 100}
        after = {0.0005: 198, 0.001: 199, infinity: 200}
        self.assertEqual(percentile_bound(before, after, 0.98), 0.5)
        self.assertEqual(percentile_bound(before, after, 0.99), 1)
        self.assertEqual(percentile_bound(before, after, 1), infinity)


class MunicipalTerritoryTest(unittest.TestCase):
    def test_each_municipality_is_a_node(self):
        with tempfile.TemporaryDirectory() as out:
            municipal_territory.main(ROOT / "data" / "territory", out)
            rows = (pathlib.Path(out) / "region_nodes.csv").read_text(encoding="utf-8").split()
        nodes = municipalities(ROOT)
        self.assertEqual(len(nodes), 43)
        self.assertTrue(any(row.startswith("jelgava,jelgava,") for row in rows))
        self.assertEqual(nodes["jelgava"], "Jelgava")


if __name__ == "__main__":
    unittest.main()
