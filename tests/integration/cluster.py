"""The centre and its nodes as real processes in a temporary folder."""

import pathlib
import shutil
import tempfile

from server import Server
from tool import Tool
from waiting import wait_until

NODES = ("riga-latgale", "vidzeme-kurzeme", "zemgale")

_LOG_TAIL_CHARACTERS = 6000


class Cluster:
    """The servers on free loopback ports. close() ends them and removes the folder.

    `placement(name)` may say where a server runs and keeps its data: arguments of Server, and as
    "central" another way to the centre.
    """

    def __init__(self, nodes=NODES, central_flags=(), node_flags=(), placement=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kopa-integration-"))
        self.tool = Tool(self.folder)
        self.logs = {}
        self._placement = placement or (lambda name: {})
        self._node_flags = node_flags
        self.central = Server("central", "kopa-central", self.folder, central_flags,
                              **self._placement("central"))
        self.nodes = {}
        self._node_names = nodes

    def start(self):
        self.central.start()
        for name in self._node_names:
            self.nodes[name] = self.new_node(name).start()
        self.wait_until_connected()
        return self

    def new_node(self, name, *flags, as_name=None):
        """A node not yet started. `as_name` names its process and data folder, e.g. for a copy."""
        placement = dict(self._placement(as_name or name))
        central = placement.pop("central", self.central.address)
        return Server(as_name or name, "kopa-node", self.folder,
                      ["--node", name, "--central", central, *self._node_flags, *flags],
                      **placement)

    def close(self):
        for server in self.servers():
            server.kill()
            self.logs[server.name] = server.log()[-_LOG_TAIL_CHARACTERS:]
        shutil.rmtree(self.folder, ignore_errors=True)

    def servers(self):
        return [self.central, *self.nodes.values()]

    # -- the tool ---------------------------------------------------------------------------------

    def server_of(self, node=None):
        """The tool's flags for the centre, or for one node."""
        return ("--node", self.nodes[node].address) if node else ("--central", self.central.address)

    def kopa(self, *arguments, node=None, **options):
        """Runs `kopa` against the centre, or against `node`."""
        return self.tool.run(*arguments, server=self.server_of(node), **options)

    def popen(self, *arguments, node=None, **options):
        return self.tool.popen(*arguments, server=self.server_of(node), **options)

    def submit(self, path, call, *more, node=None, expect=(0,), **options):
        return self.kopa("submit", path, "--call", call, *more, node=node,
                         **options).expect(*expect).json()

    def totals(self, call, by=()):
        more = ["--by", ",".join(by)] if by else []
        return self.kopa("totals", "--call", call, *more).expect(0).json()

    def total(self, call):
        """The national sums as numbers, once every node's journal has reached the centre."""
        self.wait_until_drained()
        return sums_of(self.totals(call)["total"])

    def budget(self, call):
        return self.kopa("budget", "--call", call).expect(0).json()

    def applications(self, call, *more, node=None):
        return self.kopa("app", "list", "--call", call, *more,
                         node=node).expect(0).json()["applications"]

    def node_states(self):
        return {node["node"]: node for node in self.kopa("nodes").expect(0).json()["nodes"]}

    # -- waiting ----------------------------------------------------------------------------------

    def wait_until_connected(self, timeout=30):
        def connected():
            states = self.node_states()
            return all(name in states and states[name]["state"] == "ACTIVE"
                       and states[name]["connected"]
                       for name in self.nodes)
        wait_until("all nodes are ACTIVE and connected", connected, timeout)

    def head_seqs(self):
        """What each node itself says is the end of its journal."""
        return {name: self.kopa("nodes", node=name).expect(0).json()["nodes"][0]["headSeq"]
                for name in self.nodes}

    def wait_until_drained(self, timeout=30):
        """Until the centre has applied all that the nodes had journalled when this was called."""
        heads = {name: int(seq) for name, seq in self.head_seqs().items()}

        def drained():
            states = self.node_states()
            return all(name in states and int(states[name]["appliedSeq"]) >= seq
                       for name, seq in heads.items())
        wait_until(f"the centre has applied {heads}", drained, timeout)

    # -- checks -----------------------------------------------------------------------------------

    def verify(self):
        """`kopa verify` must find nothing."""
        self.wait_until_drained()
        report = self.kopa("verify").expect(0).json()
        assert report["ok"] and all(check["ok"] for check in report["checks"]), report
        assert report["checks"], "verify checked nothing"
        return report

    def verify_at_rest(self):
        """Stops everything in order and lets each program verify its own folder."""
        for server in [*self.nodes.values(), self.central]:
            server.stop()
        for server in self.servers():
            code, said = server.verify_at_rest()
            assert code == 0, f"{server.name} verify ended with {code}:\n{said}"
            assert "ok" in said and "DIFFERS" not in said, said


def sums_of(row):
    """The figures of a row of totals, as numbers."""
    return {field: int(row[field]) for field in
            ("applications", "initiatives", "requestedCents", "approved", "approvedInitiatives",
             "approvedCents")}
