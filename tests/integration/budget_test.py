"""Approvals at all nodes at once: never over budget or cap, and what fits is always awarded."""

import threading
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES
from waiting import wait_until, wait_until_steady

SETTLE_SECONDS = 40


class BudgetWatch:
    """Asks for a call's budget again and again; keeps the most that was approved of each unit."""

    def __init__(self, cluster, call):
        self._cluster = cluster
        self._call = call
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = {}
        self.samples = 0
        self.failure = None

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        try:
            while not self._over.is_set():
                for unit in self._cluster.budget(self._call)["units"]:
                    approved = int(unit["approved"])
                    self.most[unit["unit"]] = max(self.most.get(unit["unit"], 0), approved)
                self.samples += 1
                self._over.wait(0.1)
        except Exception as error:  # told to the test's own thread
            self.failure = error


class BudgetCase(ClusterCase):
    """The steps of the tests below."""

    def submit(self, call, rows):
        summary = self.cluster.submit(apps.write_csv(self.path(f"{call}.csv"), call, rows), call)
        self.assertEqual(summary["accepted"], str(len(rows)), summary)

    def submit_and_evaluate(self, call, rows):
        self.submit(call, rows)
        points = apps.KONTAKTS_SCORES
        if call.startswith("pumpurs"):
            points = dict.fromkeys(apps.PUMPURS_CRITERIA, "4.5")
        references = sorted({row["external_ref"] for row in rows})
        scores = apps.write_table(self.path(f"{call}.scores.csv"), [
            {"external_ref": reference, "evaluator": "evaluator", **points}
            for reference in references])
        self.kopa("app", "evaluate", "--call", call, "--file", scores, actor="importer").expect(0)

    def train_teams(self, count):
        """Has `count` teams trained, round the nodes; gives the cells that name their schools."""
        call = "kontakts-teams-2024"
        rows = apps.flatten(apps.team(f"S-{index:04}", apps.place(index))
                            for index in range(count))
        self.submit(call, rows)
        for verb, status in (("approve", "SUBMITTED"), ("train", "APPROVED")):
            self.kopa("app", verb, "--call", call, "--status", status, "--all",
                      actor="director").expect(0)
        schools = [{"school_name": row["school_name"], "school_reg_no": row["school_reg_no"]}
                   for row in rows]
        self.wait_until_known_everywhere(schools[-1])
        return schools

    def wait_until_known_everywhere(self, school):
        """Until each node takes an initiative of this school, wherever its team is."""
        call = "kontakts-2024"
        for index, node in enumerate(NODES):
            file = apps.write_csv(self.path(f"{node}.csv"), call, apps.project(
                call, f"Z-{index}", apps.municipality(node), [100], **school))
            wait_until(f"{node} knows the school", lambda: self.kopa(
                "submit", file, "--call", call, "--dry-run", node=node).code == 0, 20)

    def approve_everywhere(self, call, limits, status="EVALUATED"):
        """Approves all, with two processes a node at once; watches the budget meanwhile."""
        commands = []
        for node in NODES:
            ids = [one["id"] for one in self.cluster.applications(call, "--status", status,
                                                                  node=node)]
            commands += [(node, ids[half::2]) for half in (0, 1)]
        with BudgetWatch(self.cluster, call) as watch:
            running = [self.cluster.popen("app", "approve", *ids, node=node, actor="director")
                       for node, ids in commands]
            for process in running:
                out, err = process.communicate(timeout=90)
                self.assertEqual(process.returncode, 0,
                                 f"waiting for funds is no error:\n{out}\n{err}")
            wait_until("the budget was seen", lambda: watch.samples or watch.failure, 30)
        if watch.failure:
            raise watch.failure
        for unit, limit in limits.items():
            self.assertLessEqual(watch.most[unit], limit, f"more {unit} approved than there are")

    def check_settled(self, call):
        """All are decided or wait, and nothing that waits would fit into what is left."""
        def observe():
            return [(one["id"], one["status"]) for one in self.cluster.applications(call)]
        wait_until_steady("what is approved", observe, SETTLE_SECONDS, steady=2.0)
        self.cluster.wait_until_drained()
        applications = self.cluster.applications(call)
        self.assertEqual({one["status"] for one in applications}, {"APPROVED", "PENDING_FUNDS"})
        left = {unit["unit"]: int(unit["limit"]) - int(unit["approved"])
                for unit in self.cluster.budget(call)["units"] if unit.get("limit") is not None}
        for unit, amount in left.items():
            self.assertGreaterEqual(amount, 0, f"{unit} overspent by {-amount}")
        approved = [one for one in applications if one["status"] == "APPROVED"]
        total = self.cluster.totals(call)["total"]
        self.assertEqual(int(total["approved"]), len(approved))
        self.assertEqual(int(total["approvedCents"]),
                         sum(int(one["awardedCents"]) for one in approved))
        stranded = [one for one in applications if one["status"] == "PENDING_FUNDS"
                    and _fits(one, left)]
        self.assertEqual(stranded, [], f"these could still be awarded: {left} is left")
        return applications

    def check_withdrawal_funds_another(self, call):
        """What one gives back goes to another that waits, with nobody asking for it."""
        applications = self.cluster.applications(call)
        waiting = {one["id"] for one in applications if one["status"] == "PENDING_FUNDS"}
        largest = max((one for one in applications if one["status"] == "APPROVED"),
                      key=lambda one: int(one["awardedCents"]))
        self.kopa("app", "withdraw", largest["id"], "--reason", "atsaukts (paraugs)",
                  actor="director").expect(0)

        def funded():
            now = {one["id"]: one["status"] for one in self.cluster.applications(call)}
            return [one for one in waiting if now[one] == "APPROVED"]
        wait_until("a waiting application was funded", funded, SETTLE_SECONDS)
        statuses = {one["id"]: one["status"] for one in self.cluster.applications(call)}
        self.assertEqual(statuses[largest["id"]], "WITHDRAWN")


class MoneyTest(BudgetCase):
    shared = True

    def test_money_of_odd_cents_is_never_overspent_and_never_stranded(self):
        call = "kontakts-2022"
        rows = apps.flatten(
            apps.project(call, f"B-{index:04}", apps.place(index),
                         [40_007 + 331 * (index % 170), 99_901 - 13 * index][:index % 2 + 1])
            for index in range(180))
        self.submit_and_evaluate(call, rows)
        self.approve_everywhere(call, {"cents": 13_500_000})
        self.check_settled(call)
        self.check_withdrawal_funds_another(call)
        self.cluster.verify()

    def test_a_fixed_sum_fits_the_budget_to_the_last_cent(self):
        call = "pumpurs-2019"
        rows = apps.flatten(apps.youth_project(call, f"P-{index:04}", apps.place(index))
                            for index in range(120))
        self.submit_and_evaluate(call, rows)
        self.approve_everywhere(call, {"cents": 46_000_000})
        applications = self.check_settled(call)
        self.assertEqual(_count(applications, "APPROVED"), 100, "100 x 4 600 EUR")
        self.assertEqual(self.cluster.budget(call)["remainingCents"], "0")

    def test_the_cap_on_initiatives_holds(self):
        call = "kontakts-2024"
        schools = self.train_teams(15)
        rows = apps.flatten(
            apps.project(call, f"I-{index:04}", apps.place(index),
                         [50_000 + index] * (index % 3 + 1), **schools[index % 15])
            for index in range(75))
        self.submit_and_evaluate(call, rows)
        self.approve_everywhere(call, {"cents": 13_500_000, "initiatives": 100})
        self.check_settled(call)


class TeamsTest(BudgetCase):
    def test_the_cap_on_teams_is_reached_and_not_passed(self):
        call = "kontakts-teams-2024"
        rows = apps.flatten(apps.team(f"T-{index:04}", apps.place(index))
                            for index in range(140))
        self.submit(call, rows)
        self.approve_everywhere(call, {"teams": 126}, status="SUBMITTED")
        applications = self.check_settled(call)
        self.assertEqual(_count(applications, "APPROVED"), 126)
        self.assertEqual(_count(applications, "PENDING_FUNDS"), 14)
        self.check_withdrawal_funds_another(call)


def _count(applications, status):
    return sum(1 for one in applications if one["status"] == status)


def _fits(application, left):
    needed = {"cents": int(application["requestedCents"]),
              "initiatives": int(application["initiatives"]), "teams": 1}
    return all(needed[unit] <= amount for unit, amount in left.items())


if __name__ == "__main__":
    unittest.main()
