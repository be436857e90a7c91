"""What clients were told, and what must therefore be so: nothing acknowledged is ever lost.

Knows nothing of how Kopa works: it adds up the answers that it was given. Every request is repeated
with the same id until it is answered, so in the end there is nothing whose fate is open, and what
the servers hold must be exactly what was answered: each effect once, no effect besides.
"""

import collections
import dataclasses
import threading

# An award is held in these. TERMINATED: what the applicant keeps.
HOLDING = ("APPROVED", "CONTRACTED", "REPORTED", "CLOSED", "TRAINED", "TERMINATED")
# What a node does by itself, in no client's name.
BY_THE_NODE = ("fund",)


@dataclasses.dataclass
class Entry:
    """One application, as far as its answers tell."""
    node: str
    reference: str
    requested_cents: int
    initiatives: int
    status: str = "SUBMITTED"
    awarded_cents: int = 0
    paid_cents: int = 0
    receipts: dict = dataclasses.field(default_factory=dict)  # seq -> (hash, status)
    is_counted: bool = False  # in the sum that is certainly held


class Oracle:
    """Thread-safe. `limits`: {"cents": n, "initiatives": n}; a unit without one may be left out."""

    def __init__(self, limits):
        self.limits = limits
        self.entries = {}
        self.answers = []  # (node, actor, method, request, answer)
        self.violations = []
        self.counts = collections.Counter()
        self._held = collections.Counter()
        self._lock = threading.Lock()

    # -- what clients report ----------------------------------------------------------------------

    def answered(self, node, actor, method, request, answer):
        with self._lock:
            self.answers.append((node, actor, method, request, answer))
            self.counts[method] += 1

    def submitted(self, application_id, entry, receipt):
        with self._lock:
            if application_id in self.entries:
                self._violation(f"two applications have the id {application_id.hex()}")
            entry.receipts[receipt.seq] = (receipt.hash, "SUBMITTED")
            self.entries[application_id] = entry

    def before_giving_back(self, application_id):
        """To be called before a request leaves that may free an award."""
        with self._lock:
            self._count_out(self.entries[application_id])

    def changed(self, application_id, status, receipt, awarded_cents=None, paid_cents=0):
        """The answer to a change; `awarded_cents` where it gives or changes an award."""
        with self._lock:
            entry = self.entries[application_id]
            if receipt is not None:
                if receipt.seq in entry.receipts:
                    self._violation(f"{entry.reference}: two changes have the number {receipt.seq}")
                entry.receipts[receipt.seq] = (receipt.hash, status)
            entry.status = status
            entry.paid_cents += paid_cents
            if awarded_cents is not None:
                self._count_out(entry)
                entry.awarded_cents = awarded_cents
                if status == "APPROVED":
                    self._count_in(entry)

    def violation(self, what):
        with self._lock:
            self._violation(what)

    # -- what must hold ---------------------------------------------------------------------------

    def observed_budget(self, budget):
        """A GetBudgetResponse of any moment."""
        self.counts["budgets observed"] += 1
        for unit in budget.units:
            limit = self.limits.get(unit.unit)
            if limit is None:
                continue
            if unit.approved > limit or (unit.HasField("available") and unit.available < 0):
                self.violation(f"{unit.unit}: {unit.approved} approved of {limit}, "
                               f"{unit.available} available")
        if any(node.headroom_cents < 0 for node in budget.nodes):
            self.violation(f"a node's headroom is below zero: {budget}")

    def compare_node(self, node, applications, status_name):
        """`applications` are all that the node lists now; nothing may be under way."""
        listed = {one.summary.application_id: one for one in applications}
        mine = {key: entry for key, entry in self.entries.items() if entry.node == node}
        for missing in mine.keys() - listed.keys():
            self.violation(f"{node}: acknowledged application {mine[missing].reference} is gone")
        for more in listed.keys() - mine.keys():
            self.violation(f"{node}: application {listed[more].content.external_ref} is there, "
                           "but no request for it was answered")
        for key in mine.keys() & listed.keys():
            self._compare_application(mine[key], listed[key], status_name)

    def _compare_application(self, entry, application, status_name):
        what = f"{entry.node}: {entry.reference}"
        history = {row.seq: row for row in application.history}
        for seq, (_, status) in entry.receipts.items():
            became = status_name(history[seq].status) if seq in history else "gone"
            # The answer to an approval that waited may be the end of the wait.
            if became not in (status, "PENDING_FUNDS"):
                self.violation(f"{what}: change {seq} was answered as {status}, it is {became}")
        rows = list(application.history)
        for row, following in zip(rows, [*rows[1:], None]):
            if row.seq in entry.receipts or row.verb in BY_THE_NODE:
                continue
            is_told_by_its_end = (following is not None and following.verb in BY_THE_NODE
                                  and following.seq in entry.receipts)
            if not is_told_by_its_end:
                self.violation(f"{what}: change {row.seq} ({row.verb}) was never answered")
        status = status_name(application.summary.status)
        if entry.status == "PENDING_FUNDS" and status == "APPROVED":
            entry.status, entry.awarded_cents = status, entry.requested_cents  # funded since
        if entry.status != status:
            self.violation(f"{what}: answered as {entry.status}, it is {status}")
        awarded = entry.awarded_cents if status in HOLDING else 0
        if application.summary.awarded.cents != awarded:
            self.violation(f"{what}: holds {application.summary.awarded.cents}, by the answers "
                           f"{awarded}")
        if application.summary.paid_cents != entry.paid_cents:
            self.violation(f"{what}: paid {application.summary.paid_cents}, by the answers "
                           f"{entry.paid_cents}")

    def compare_totals(self, total):
        """`total`: the centre's row over everything, with all journals applied."""
        entries = list(self.entries.values())
        counted = [one for one in entries if one.status != "WITHDRAWN"]
        holders = [one for one in entries if one.status in HOLDING
                   and (one.status != "TERMINATED" or one.awarded_cents > 0)]
        expected = {
            "applications": len(entries),
            "initiatives": sum(one.initiatives for one in counted),
            "requested_cents": sum(one.requested_cents for one in counted),
            "approved": len(holders),
            "approved_cents": sum(one.awarded_cents for one in holders)}
        for field, value in expected.items():
            if getattr(total, field) != value:
                self.violation(f"the centre's {field} is {getattr(total, field)}, by the answers "
                               f"{value}")

    def compare_answer(self, before, after, what):
        """A repeated request must get its first answer again, whatever came of it since."""
        if before.SerializeToString(deterministic=True) != after.SerializeToString(
                deterministic=True):
            self.violation(f"{what} was answered differently when repeated:\n{before}\n"
                           f"then\n{after}")

    def check(self):
        """AssertionError that names the violations, the first twenty."""
        assert not self.violations, (f"{len(self.violations)} violations:\n"
                                     + "\n".join(self.violations[:20]))

    # -- with the lock held -----------------------------------------------------------------------

    def _violation(self, what):
        self.violations.append(what)

    def _count_in(self, entry):
        """An award that certainly is held from now on: all these together must fit."""
        entry.is_counted = True
        self._held.update(cents=entry.awarded_cents, initiatives=entry.initiatives)
        for unit, limit in self.limits.items():
            if self._held[unit] > limit:
                self._violation(f"acknowledged awards hold {self._held[unit]} {unit} of {limit} "
                                f"(the last one: {entry.reference} at {entry.node})")

    def _count_out(self, entry):
        if entry.is_counted:
            entry.is_counted = False
            self._held.subtract(cents=entry.awarded_cents, initiatives=entry.initiatives)
