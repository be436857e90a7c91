"""Kopa's own programs as they are shipped, in a folder of the benchmark."""

import pathlib
import re
import urllib.request

from processes import Process, wait_until

HERE = pathlib.Path(__file__).resolve().parent
CONNECT_SECONDS = 60


class Centre(Process):
    def __init__(self, binaries, folder, budget_cents, name="central", program="kopa-central"):
        programmes = pathlib.Path(folder) / f"{name}-programmes"
        programmes.mkdir(exist_ok=True)
        definition = (HERE / "bench.textproto").read_text(encoding="utf-8")
        (programmes / "bench.textproto").write_text(
            definition.replace("limits { budget_cents: BUDGET_CENTS",
                               f"limits {{ budget_cents: {budget_cents}"), encoding="utf-8")
        super().__init__(name, [
            binaries / program, "run", "--data-dir", pathlib.Path(folder) / name,
            "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--insecure",
            "--programmes", programmes], folder)

    def start_listening(self):
        super().start_listening()
        # The next start takes the same port, so that nodes find it again.
        self.command[self.command.index("--listen") + 1] = self.address
        return self


class Node(Process):
    def __init__(self, binaries, folder, node, central, program="kopa-node"):
        self.node = node
        super().__init__(node, [
            binaries / program, "run", "--node", node, "--data-dir", pathlib.Path(folder) / node,
            "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--insecure",
            "--central", central], folder)

    def wait_until_connected(self):
        wait_until(f"{self.name} is connected",
                   lambda: metrics(self)["kopa_link_connected"] == 1, CONNECT_SECONDS)
        return self

    def lag(self):
        """Records that the centre has not confirmed."""
        return metrics(self)["kopa_link_lag_records"]

    def wait_until_drained(self, timeout=600, pause=0.003):
        wait_until(f"the journal of {self.name} is at the centre", lambda: self.lag() == 0, timeout,
                   pause)


def metrics(server):
    """Every series of /metrics by its name with labels."""
    with urllib.request.urlopen(f"http://{server.http}/metrics", timeout=10) as answer:
        text = answer.read().decode("utf-8")
    return {name: float(value) for name, value in
            re.findall(r"^([^#\s]\S*) (\S+)$", text, re.MULTILINE)}


def handling_buckets(server, method):
    """Answered calls of a method by the upper end, in seconds, of the bucket they fall into."""
    buckets = {}
    for name, value in metrics(server).items():
        if name.startswith("grpc_server_handling_seconds_bucket") and f'"{method}"' in name:
            buckets[float(re.search(r'le="([^"]+)"', name).group(1))] = value
    return buckets


def percentile_bound(before, after, part):
    """The least upper end, in ms, of a bucket that at least `part` of the calls in between kept."""
    calls = {end: count - before.get(end, 0) for end, count in after.items()}
    total = calls[float("inf")]
    return min(end for end, count in calls.items() if count >= part * total) * 1000
