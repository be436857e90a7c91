"""Files damaged at rest: noticed at start, by verify or at the read, and never served."""

import collections
import random
import re
import shutil
import unittest

import fault_rpc as rpc
import grpc
from fault_case import SEED, FaultCase
from fault_load import CALL
from fault_rpc import national, region

NODE = "zemgale"
# What belongs to one server's data.
NODE_SUFFIXES = ("", ".fence", ".key", ".keys")
# RocksDB's own diary and the files that are only locked hold nothing that could be served.
NO_DATA = ("LOG", "LOCK", "lock")
FLIPS_PER_FILE = 3
FILES_PER_KIND = 2
ANSWER_SECONDS = 10
# What a server says that doesn't take another one, or its data, for what they should be.
_WHY = re.compile(r"DATA_LOSS|damaged|fenced|does not match|another history")
# What may come of damage. HARMLESS: every answer is what it was.
REFUSED, VERIFY, FENCED, AT_READ, HARMLESS = ("refused to start", "named by verify", "fenced",
                                              "DATA_LOSS at the read", "harmless")


class FaultBitsTest(FaultCase):
    nodes = (NODE, "riga-latgale")

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.outcomes = collections.defaultdict(collections.Counter)
        self.make_data()

    def make_data(self):
        """Some applications, in tables and logs: each start turns the log before it into tables."""
        self.start_load(clients=4)
        self.wait_for_answers(60)
        for _ in range(2):
            for server in self.cluster.servers():
                server.restart_after_kill()
            self.wait_for_answers(30)
        self.settle(verify=False)
        self.truth = {node: self.all_answers(node) for node in self.nodes}
        self.totals = self.central_answers()
        for server in [*self.cluster.nodes.values(), self.cluster.central]:
            server.stop()
        self.path("original").mkdir()
        for name in (*self.nodes, "central"):
            self.copy(self.path(""), self.path("original"), name)

    def test_a_node_never_serves_what_is_damaged(self):
        server = self.cluster.nodes[NODE]
        files = self.files_of(NODE, NODE_SUFFIXES)
        for what, relative, damage in self.damages(files):
            with self.subTest(what):
                self.restore(NODE)
                damage(self.path(relative))
                try:
                    outcome = self.judge_node(server, self.truth[NODE])
                finally:
                    server.kill()
                self.outcomes[_kind(relative)][outcome] += 1
        self.tell()

    def test_a_lost_key_is_told_from_an_erased_one(self):
        server = self.cluster.nodes[NODE]
        for log in self.path(f"{NODE}.keys").glob("*.log"):
            log.unlink()
        self.addCleanup(server.kill)
        code, said = server.verify_at_rest()
        self.assertEqual(code, 1, said)
        self.assertRegex(said, r"DIFFERS keys .*: the keys of \d+ of \d+ applications are missing")
        self.assertEqual(self.judge_node(server, self.truth[NODE]), AT_READ)
        self.assertNotEqual(self.cluster.kopa("verify").code, 0)

    def test_the_centre_never_serves_what_is_damaged(self):
        files = self.files_of("central", ("",))
        for what, relative, damage in self.damages(files, flips=2):
            with self.subTest(what):
                for name in (*self.nodes, "central"):
                    self.restore(name)
                damage(self.path(relative))
                try:
                    outcome = self.judge_centre()
                finally:
                    for server in self.cluster.servers():
                        server.kill()
                self.outcomes[_kind(relative)][outcome] += 1
        self.tell()

    # -- damage -----------------------------------------------------------------------------------

    def files_of(self, name, suffixes):
        """Paths below the cluster's folder: the largest of each kind of file."""
        kinds = collections.defaultdict(list)
        for suffix in suffixes:
            top = self.path("original") / (name + suffix)
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if path.is_file() and path.name not in NO_DATA and "LOG.old" not in path.name:
                    kinds[_kind(path)].append(path)
        chosen = []
        for paths in kinds.values():
            paths.sort(key=lambda path: path.stat().st_size, reverse=True)
            chosen += paths[:FILES_PER_KIND]
        return [path.relative_to(self.path("original")) for path in chosen]

    def damages(self, files, flips=FLIPS_PER_FILE):
        """(words, path, what to do to it) of each case."""
        for relative in files:
            size = (self.path("original") / relative).stat().st_size
            if size:
                for at in sorted({0, size - 1, *(self.random.randrange(size)
                                                 for _ in range(flips))})[:flips + 1]:
                    yield (f"a flipped bit at {at} of {size} in {relative}", relative,
                           lambda path, at=at: self.flip(path, at))
            yield f"{relative} deleted", relative, lambda path: path.unlink()
            if size > 1:
                yield (f"{relative} cut to a half", relative,
                       lambda path: path.write_bytes(path.read_bytes()[:path.stat().st_size // 2]))

    def flip(self, path, at):
        content = bytearray(path.read_bytes())
        content[at] ^= 1 << self.random.randrange(8)
        path.write_bytes(content)

    def copy(self, source, target, name):
        for suffix in NODE_SUFFIXES:
            path = source / (name + suffix)
            if path.is_dir():
                shutil.copytree(path, target / path.name)
            elif path.exists():
                shutil.copy2(path, target / path.name)

    def restore(self, name):
        for suffix in NODE_SUFFIXES:
            path = self.path(name + suffix)
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        self.copy(self.path("original"), self.path(""), name)

    # -- judgement --------------------------------------------------------------------------------

    def judge_node(self, server, truth):
        """What came of the damage; fails where a wrong answer was served as if it were right."""
        verified, said = server.verify_at_rest()
        outcome = self.try_start(server)
        if outcome is not None:
            return outcome
        answers = self.all_answers(NODE)
        losses = [key for key, answer in answers.items() if isinstance(answer, grpc.StatusCode)]
        wrong = [key for key in truth.keys() | answers.keys()
                 if key not in losses and answers.get(key) != truth.get(key)]
        if wrong or (losses and "list" in losses):
            state = self.node(NODE, "GetNodeStatus", region.GetNodeStatusRequest()).state
            if state == national.NODE_STATE_FENCED:
                return FENCED  # and serves what it has, as a copy does that somebody put back
        self.assertEqual([key if isinstance(key, str) else key.hex() for key in wrong], [],
                         f"wrong answers were served; verify ended with {verified}:\n{said}")
        if losses:
            self.assertEqual({answers[key] for key in losses}, {grpc.StatusCode.DATA_LOSS})
            return AT_READ
        return VERIFY if verified else HARMLESS

    def judge_centre(self):
        verified, _ = self.cluster.central.verify_at_rest()
        said_before = {server: len(server.log()) for server in self.cluster.servers()}
        outcome = self.try_start(self.cluster.central)
        if outcome is not None:
            return outcome
        for node in self.nodes:
            self.cluster.nodes[node].start()
        try:
            self.cluster.wait_until_connected(ANSWER_SECONDS)
            self.cluster.wait_until_drained(ANSWER_SECONDS)
        except AssertionError:
            # It takes no node in, and makes no use of what it has.
            self.check_tells_why(said_before)
            return FENCED
        now = self.central_answers()
        self.assertEqual(now["totals"], self.totals["totals"], "wrong totals are served")
        self.check_allotments(now["allotted"])
        return VERIFY if verified else HARMLESS

    def check_tells_why(self, said_before):
        """All run and answer, and a node's state or a log says why a node is not taken in."""
        states = self.cluster.node_states()
        told = [state["fenceDetail"] for state in states.values() if state["state"] == "FENCED"]
        for server in self.cluster.servers():
            self.assertTrue(server.running, f"{server.name} ended:\n{server.log()[-3000:]}")
            told += _WHY.findall(server.log()[said_before[server]:])
        self.assertTrue(any(told), f"nobody says why a node is not taken in: {states}")

    def check_allotments(self, allotted):
        """The centre must know of all that it has ever allotted: else it would do so twice."""
        for node in self.nodes:
            status = self.node(node, "GetNodeStatus", region.GetNodeStatusRequest())
            held = sum(budget.allotted_cents for budget in status.budgets if budget.call == CALL)
            self.assertGreaterEqual(allotted[node], held, f"{node} holds what the centre forgot")

    def try_start(self, server):
        """REFUSED where it ends in order at its start; None where it serves.

        Neither a crash nor a start that hangs (and is killed in the end) is in order.
        """
        try:
            server.start()
            return None
        except AssertionError as ended:
            self.assertEqual(server.wait_for_end(1), 1, ended)
            return REFUSED

    # -- answers ----------------------------------------------------------------------------------

    def all_answers(self, node):
        """Everything that a client can read of the applications: bytes, or the code of an error."""
        client = rpc.Client(self.cluster.nodes[node].address, "director")
        answers = {}

        def ask(key, method, request):
            try:
                answer = client.call(method, request, ANSWER_SECONDS)
                answers[key] = answer.SerializeToString(deterministic=True)
                return answer
            except grpc.RpcError as error:
                answers[key] = error.code()
                return None
        ask("list", "ListApplications",
            region.ListApplicationsRequest(call=CALL, page_size=1000))
        for key, entry in self.load.oracle.entries.items():
            if entry.node == node:
                ask(key, "GetApplication", region.GetApplicationRequest(application_id=key))
                ask(key + b"history", "ListApplicationHistory",
                    region.ListApplicationHistoryRequest(application_id=key, page_size=1000))
        client.close()
        return answers

    def central_answers(self):
        self.forget_connections()
        totals = self.central("GetTotals", national.GetTotalsRequest(
            call=CALL, by=[national.TOTALS_DIMENSION_NODE, national.TOTALS_DIMENSION_STATUS]))
        budget = self.central("GetBudget", national.GetBudgetRequest(call=CALL))
        return {"totals": [row.SerializeToString(deterministic=True) for row in totals.rows],
                "allotted": {node.node: node.allotted_cents for node in budget.nodes}}

    def tell(self):
        for kind, outcomes in sorted(self.outcomes.items()):
            print(f"{self.id()}: {kind}: {dict(outcomes)}")


def _kind(path):
    """What a file is for: its extension, or its name without the number, in its store."""
    name = path.name.split("-")[0] if "-" in path.name else path.suffix or path.name
    return ("keys: " if ".keys" in str(path) else "") + name


if __name__ == "__main__":
    unittest.main()
