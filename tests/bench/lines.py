"""The lines that a benchmark prints: one JSON object each, as CONTRACT.md has them."""

import json
import statistics
import sys


class Lines:
    """Prints figures beside what they are held against. A ratio above 1 means that Kopa is ahead."""

    def __init__(self, only=None, out=sys.stdout):
        self._only = only
        self._out = out

    def wants(self, *groups):
        """Whether any line may be wanted whose name begins like one of these."""
        return self._only is None or any(self._only in group or group in self._only
                                         for group in groups)

    def rate(self, name, value, unit, peer, peer_value):
        """More is better."""
        self._print(name, value, unit, peer, peer_value, value / peer_value)

    def cost(self, name, value, unit, peer, peer_value):
        """Less is better: time, memory."""
        self._print(name, value, unit, peer, peer_value, peer_value / value)

    def _print(self, name, value, unit, peer, peer_value, ratio):
        if self._only is not None and self._only not in name:
            return
        line = {"name": name, "value": _rounded(value), "unit": unit, "peer": peer,
                "peer_value": _rounded(peer_value), "ratio": _rounded(ratio)}
        print(json.dumps(line), file=self._out, flush=True)


def _rounded(value):
    """Four digits that count."""
    return float(f"{value:.4g}")


def median_rate(results):
    return statistics.median(result["per_second"] for result in results)
