"""What scripts/bench measures in every run: speed, and what it is held against, on the same records."""

import contextlib
import dataclasses
import pathlib
import statistics
import time

from kopa_servers import Centre, Node, handling_buckets, percentile_bound
from lines import median_rate
from peers import Postgres, Redis
from processes import Load, Process, say

NODE = "zemgale"
PLACE = "Jelgava"
PLACE_CODE = "0003000"
AWARD_CENTS = 10_000
# Records a message, as a node batches them by bytes (regional-node/service/link_client.h).
LINK_BATCH = 200
# The targets that are no ratio to a peer.
VISIBLE_IDLE_MS, VISIBLE_LOADED_MS, TOTALS_MS = 50, 1000, 1


@dataclasses.dataclass
class Sizes:
    """How much of everything; rates are of the middle one of `repeats` runs."""
    rows: int            # applications of a bulk submission
    approvals: int       # by many clients, and as many in batches
    inserts: int         # transactions of PostgreSQL
    records: int         # of a journal that is played
    singles: int         # operations one after the other
    visible: int         # approvals that are looked for in the totals
    repeats: int

    @staticmethod
    def of(rows, quick):
        if quick:
            return Sizes(rows or 20_000, 4_000, 3_000, 40_000, 300, 20, 1)
        rows = rows or 100_000
        return Sizes(rows, rows // 5, max(2_000, rows // 5), 2 * rows, 2_000, 200, 3)

    @property
    def awards(self):
        """Approvals of all measurements together."""
        return self.repeats * (3 * self.approvals) + self.singles + 2 * self.visible


class Measurements:
    """One run: servers of its own in `folder`, all ended by close()."""

    def __init__(self, binaries, folder, sizes, lines):
        self._binaries = pathlib.Path(binaries)
        self._folder = pathlib.Path(folder)
        self._sizes = sizes
        self._lines = lines
        self._load = Load(self._binaries / "kopa-bench")
        self._open = contextlib.ExitStack()
        self._ids = self._folder / "ids"
        self._used = 0       # ids that were approved already
        self._next = 0       # number of the next application
        self._floor = self._centre = self._node = None
        # Operations a second of the peers, and of a node's backlog on its way.
        self._copy = self._inserts = self._hot_row = self._hot_row_many = None
        self._redis = self._redis_many = self._drained = None

    def close(self):
        self._open.close()

    def run(self):
        self._floors()
        self._start_kopa()
        self._peers()
        self._submission()
        self._drain()
        self._submission_linked()
        self._approvals()
        self._single_approval()
        self._visibility()
        self._reads()
        self._restart()
        self._link()

    # -- servers ----------------------------------------------------------------------------------

    def _own(self, process):
        self._open.callback(process.stop)
        return process

    def _floors(self):
        folder = self._folder / "floor"
        folder.mkdir()
        command = self._load.command("floor", folder=folder)
        self._floor = self._own(Process("floor-server", command, self._folder)).start_listening()

    def _start_kopa(self):
        # The budget lasts for this run four times: the node's share is used up and filled again.
        budget = 4 * AWARD_CENTS * self._sizes.awards
        self._centre = self._own(Centre(self._binaries, self._folder, budget)).start_listening()
        self._node = self._own(Node(self._binaries, self._folder, NODE, self._centre.address))
        self._node.start_listening().wait_until_connected().wait_until_drained()

    def _submit(self, address, count, **flags):
        """Hands in applications that nobody handed in before."""
        first = self._next
        self._next += count
        return self._load.run("submit", address=address, place=PLACE, first=first, count=count,
                              **flags)

    def _repeat(self, measure):
        return [measure() for _ in range(self._sizes.repeats)]

    # -- the measurements -------------------------------------------------------------------------

    def _peers(self):
        """PostgreSQL and Redis first, alone on the machine."""
        sizes, load = self._sizes, self._load
        if not self._lines.wants("submit", "approve"):
            return
        say("PostgreSQL: COPY, inserts with an outbox row, guarded awards")
        postgres = self._own(Postgres(self._folder)).start()
        sql = {"folder": postgres.folder, "place": PLACE}

        def fresh(mode, count, **flags):
            load.run("postgres", mode="schema", **sql)
            return load.run("postgres", mode=mode, count=count, **sql, **flags)
        self._copy = median_rate(self._repeat(lambda: fresh("copy", sizes.rows)))
        self._inserts = max(median_rate(self._repeat(
            lambda c=c: fresh("insert", sizes.inserts, clients=c))) for c in (8, 32))
        self._hot_row = max(median_rate(self._repeat(
            lambda c=c: fresh("award", sizes.inserts, clients=c))) for c in (1, 8, 64))
        self._hot_row_many = max(median_rate(self._repeat(
            lambda c=c: fresh("award", 10 * sizes.inserts, clients=c, batch=100)))
                                 for c in (1, 8))
        postgres.stop()
        say("Redis: a script that guards a counter")
        redis = self._own(Redis(self._folder)).start()
        self._redis = median_rate(self._repeat(lambda: load.run(
            "redis", socket=redis.socket, clients=50, count=10 * sizes.inserts)))
        self._redis_many = median_rate(self._repeat(lambda: load.run(
            "redis", socket=redis.socket, clients=50, batch=16, count=20 * sizes.inserts)))
        redis.stop()

    def _submission(self):
        if not self._lines.wants("submit", "approve", "visible", "start", "list", "drain"):
            return
        say(f"{self._sizes.rows} applications in bulk, the centre away")
        self._centre.stop()
        floors, kopas = [], []
        # In turns, so that a slower minute of the machine hits both.
        for _ in range(self._sizes.repeats):
            floors.append(self._submit(self._floor.address, self._sizes.rows, connections=2))
            kopas.append(self._submit(self._node.address, self._sizes.rows, connections=2,
                                      ids=self._ids))
        value = median_rate(kopas)
        self._lines.rate("submit", value, "applications/s", "floor", median_rate(floors))
        if self._lines.wants("submit"):
            self._lines.rate("submit", value, "applications/s", "postgres", self._inserts)
            self._lines.rate("submit", value, "applications/s", "postgres-copy", self._copy)

    def _drain(self):
        """What the node has taken in meanwhile goes to the centre that comes back."""
        records = self._node.lag()
        if records == 0:
            return
        say(f"{records:.0f} records of backlog to the centre")
        self._centre.start_listening()
        self._node.wait_until_connected()
        begin, left = time.monotonic(), self._node.lag()
        self._node.wait_until_drained()
        self._drained = left / (time.monotonic() - begin)

    def _submission_linked(self):
        say("bulk submission up to the national totals")

        def once():
            begin = time.monotonic()
            self._submit(self._node.address, self._sizes.rows, connections=2)
            self._node.wait_until_drained()
            return {"per_second": self._sizes.rows / (time.monotonic() - begin)}
        if self._lines.wants("submit-to-national-totals"):
            value = median_rate(self._repeat(once))
            floor = median_rate(self._repeat(lambda: self._submit(
                self._floor.address, self._sizes.rows, connections=2)))
            self._lines.rate("submit-to-national-totals", value, "applications/s", "floor", floor)

    def _take(self, count):
        """So many evaluated applications that wait for a decision."""
        first = self._used
        self._used += count
        return {"ids": self._ids, "first": first, "count": count}

    def _approvals(self):
        sizes, load, node = self._sizes, self._load, self._node.address
        if not self._lines.wants("evaluate", "approve", "visible"):
            return
        missing = sizes.awards - self._sizes.repeats * sizes.rows
        if missing > 0:
            self._submit(node, missing, ids=self._ids)
        say(f"{sizes.awards} evaluations")
        load.run("evaluate", address=node, ids=self._ids, count=sizes.awards, batch=100, clients=4,
                 actor="evaluator")
        if not self._lines.wants("approve"):
            return
        say("approvals of 64 clients, each its own request; then in batches of 100")
        single = self._repeat(lambda: load.run(
            "approve", address=node, actor="director", clients=64, connections=4,
            **self._take(sizes.approvals)))
        many = self._repeat(lambda: load.run(
            "approve", address=node, actor="director", clients=8, batch=100, connections=2,
            **self._take(2 * sizes.approvals)))
        for name, results, row, redis in (
                ("approve-64-clients", single, self._hot_row, self._redis),
                ("approve-in-batches", many, self._hot_row_many, self._redis_many)):
            value = median_rate(results)
            self._lines.rate(name, value, "approvals/s", "postgres", self._hot_row)
            if row is not self._hot_row:
                self._lines.rate(name, value, "approvals/s", "postgres-batched", row)
            self._lines.rate(name, value, "approvals/s", "redis", redis)

    def _sync(self):
        """Milliseconds that one durable append takes."""
        return self._load.run("sync", folder=self._folder, count=self._sizes.singles)["p50_ms"]

    def _single_approval(self):
        if not self._lines.wants("approve-one-client"):
            return
        say("one client, one approval at a time")
        sync, call = self._sync(), self._bare_call()["p50_ms"]
        ours = self._load.run("approve", address=self._node.address, actor="director",
                              **self._take(self._sizes.singles))
        # The disk's pace changes: before and after.
        sync = statistics.mean((sync, self._sync()))
        call = statistics.mean((call, self._bare_call()["p50_ms"]))
        self._lines.cost("fdatasync-p50", sync, "ms", "floor", sync)
        self._lines.cost("bare-call-p50", call, "ms", "floor", call)
        self._lines.cost("approve-one-client-p50", ours["p50_ms"], "ms", "floor", sync + call)
        self._lines.cost("approve-one-client-p99", ours["p99_ms"], "ms", "floor", sync + call)

    def _bare_call(self):
        """A unary call to a server that does nothing; what it is called with does not matter."""
        ids = self._folder / "any-ids"
        ids.write_bytes(bytes(16 * self._sizes.singles))
        return self._load.run("approve", address=self._floor.address, ids=ids,
                              count=self._sizes.singles)

    def _visibility(self):
        if not self._lines.wants("visible"):
            return
        flags = {"address": self._node.address, "central": self._centre.address,
                 "actor": "director", "pause_us": 200}
        say("approvals until they show in the national totals, idle")
        idle = self._load.run("visible", **self._take(self._sizes.visible), **flags)
        self._lines.cost("visible-idle-p50", idle["p50_ms"], "ms", "target", VISIBLE_IDLE_MS)
        self._lines.cost("visible-idle-p99", idle["p99_ms"], "ms", "target", VISIBLE_IDLE_MS)
        say("the same beside a bulk submission")
        first, self._next = self._next, self._next + 20 * self._sizes.rows
        bulk = self._load.begin("submit", address=self._node.address, place=PLACE, first=first,
                                count=20 * self._sizes.rows, connections=2, actor="back-office")
        try:
            loaded = self._load.run("visible", **self._take(self._sizes.visible), **flags)
            still = bulk.poll() is None
        finally:
            bulk.terminate()
            bulk.communicate()
        if not still:
            say("the bulk submission ended before the approvals: some were measured without it")
        self._lines.cost("visible-loaded-p50", loaded["p50_ms"], "ms", "target", VISIBLE_LOADED_MS)
        self._lines.cost("visible-loaded-p99", loaded["p99_ms"], "ms", "target", VISIBLE_LOADED_MS)
        self._lines.cost("approve-beside-bulk-p99", loaded["answer_p99_ms"], "ms", "target",
                         VISIBLE_LOADED_MS)
        self._node.wait_until_drained()

    def _reads(self):
        if not self._lines.wants("totals", "list"):
            return
        say("national totals and lists")
        call = self._bare_call()
        before = handling_buckets(self._centre, "GetTotals")
        asked = self._load.run("totals", address=self._centre.address,
                               count=4 * self._sizes.singles)
        after = handling_buckets(self._centre, "GetTotals")
        # The centre's histogram begins at half a millisecond: the figure is an upper bound.
        self._lines.cost("totals-in-server-p99", percentile_bound(before, after, 0.99), "ms",
                         "target", TOTALS_MS)
        self._lines.cost("totals-at-client-p99", asked["p99_ms"], "ms", "floor", call["p99_ms"])
        pages = self._load.run("list", address=self._node.address, batch=100,
                               count=self._sizes.singles)
        self._lines.cost("list-100-p50", pages["p50_ms"], "ms", "floor", call["p50_ms"])
        self._lines.cost("list-100-p99", pages["p99_ms"], "ms", "floor", call["p99_ms"])

    def _restart(self):
        if not self._lines.wants("start"):
            return
        say("a restart of the node")
        self._node.stop()
        self._node.start_listening()
        self._lines.cost("start-node", self._node.start_seconds, "s", "target", 2)
        self._lines.cost("start-node-memory", self._node.memory_mib()[0], "MiB", "target", 512)

    def _link(self):
        """A journal that is played to a fresh centre, and to one that only writes it down."""
        if not self._lines.wants("drain", "centre-applies"):
            return
        say(f"journals of {self._sizes.records} records to a centre that only applies")
        floors, kopas = [], []
        for number in range(self._sizes.repeats):
            flags = {"node": NODE, "place": PLACE_CODE, "count": self._sizes.records,
                     "batch": LINK_BATCH}
            floors.append(self._load.run("link", address=self._floor.address, **flags))
            centre = self._own(Centre(self._binaries, self._folder, AWARD_CENTS * 1000,
                                      name=f"central-{number}")).start_listening()
            kopas.append(self._load.run("link", address=centre.address, **flags))
            centre.stop()
        floor = median_rate(floors)
        self._lines.rate("centre-applies", median_rate(kopas), "records/s", "floor", floor)
        self._lines.rate("centre-applies", median_rate(kopas), "records/s", "target", 250_000)
        if self._drained:
            self._lines.rate("drain-node-to-centre", self._drained, "records/s", "floor", floor)
