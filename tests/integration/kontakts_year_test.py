"""A whole year of Kontakts 2024, as the central office and the coordinators live it.

Teams, training, projects, a national ranking, contracts, payments, reports, closing; one project ends
early and the next of the reserve takes its place. After each stage totals and budget are right to the
cent.
"""

import unittest

import applications as apps
from case import ClusterCase
from waiting import wait_until

TEAMS = "kontakts-teams-2024"
PROJECTS = "kontakts-2024"
TEAM_CAP = 126
BUDGET_CENTS = 13_500_000
INITIATIVE_CENTS = 135_000
# Two initiatives each: 50 projects take the 100 initiatives and every cent there is.
PROJECT_COUNT = 56
AWARDED = 50
PROJECT_CENTS = 2 * INITIATIVE_CENTS


class KontaktsYearTest(ClusterCase):
    shared = True

    def test_the_year(self):
        self.teams_are_taken_up_to_the_cap()
        self.taken_teams_are_trained()
        self.only_trained_schools_take_part()
        self.projects_are_handed_in_and_evaluated()
        self.the_ranking_is_looked_at()
        self.the_ranking_is_applied()
        self.contracts_are_signed_and_advances_paid()
        self.one_ends_early_and_the_next_of_the_reserve_is_promoted()
        self.reports_come_in_and_projects_are_closed()
        self.the_call_is_closed()
        self.cluster.verify()
        self.awards_are_published()

    # -- stages -----------------------------------------------------------------------------------

    def teams_are_taken_up_to_the_cap(self):
        rows = apps.flatten(apps.team(f"T-{index:04}", apps.place(index)) for index in range(140))
        self.submit(TEAMS, rows)
        self.decide("approve", TEAMS, "SUBMITTED")
        wait_until("all teams that fit are in", lambda: self.count(TEAMS, "APPROVED") == TEAM_CAP,
                   30)
        self.decide("reserve", TEAMS, "PENDING_FUNDS")
        self.check_statuses(TEAMS, {"APPROVED": TEAM_CAP, "RESERVE": 14})
        units = {unit["unit"]: unit for unit in self.cluster.budget(TEAMS)["units"]}
        self.assertEqual((units["teams"]["limit"], units["teams"]["approved"]), ("126", "126"))

    def taken_teams_are_trained(self):
        self.decide("train", TEAMS, "APPROVED")
        self.check_statuses(TEAMS, {"TRAINED": TEAM_CAP, "RESERVE": 14})

    def only_trained_schools_take_part(self):
        stranger = apps.project(PROJECTS, "X-0001", "Jelgava", [INITIATIVE_CENTS],
                                school_name="Nemācītā skola (paraugs)", school_reg_no="9911111111")
        file = apps.write_csv(self.path("stranger.csv"), PROJECTS, stranger)
        summary = self.cluster.submit(file, PROJECTS, expect=(3,))
        self.assertEqual((summary["accepted"], summary["rejected"]), ("0", "1"))
        refused = (self.path("stranger.csv.rejected.csv")).read_text(encoding="utf-8")
        self.assertIn("SCHOOL_NOT_TRAINED", refused)

    def projects_are_handed_in_and_evaluated(self):
        trained = [one for one in self.cluster.applications(TEAMS, "--status", "TRAINED")]
        names = sorted(one["organisation"] for one in trained)
        rows = []
        for index in range(PROJECT_COUNT):
            project = apps.project(PROJECTS, f"P-{index:04}", apps.place(index),
                                   [INITIATIVE_CENTS, INITIATIVE_CENTS])
            for row, name in zip(project, names[2 * index:2 * index + 2]):
                row.update(school_name=name, school_reg_no="",
                           received_time=f"2024-03-20 10:{index:02}:00")
            rows += project
        # A school of another region is known once the centre has told of it.
        def taken():
            file = apps.write_csv(self.path("projects.csv"), PROJECTS, rows)
            return self.kopa("submit", file, "--call", PROJECTS).code == 0
        wait_until("every node has taken its projects", taken, 30)
        # Two and two have the same points, and who came first goes first; the last one misses the
        # threshold.
        scores = []
        for index in range(PROJECT_COUNT):
            half_points = 79 - index // 2 if index < PROJECT_COUNT - 1 else 20
            scores.append({"external_ref": f"P-{index:04}", "evaluator": "evaluator",
                           **_spread(half_points)})
        file = apps.write_table(self.path("scores.csv"), scores)
        self.kopa("app", "evaluate", "--call", PROJECTS, "--file", file,
                  actor="importer").expect(0)
        self.check_statuses(PROJECTS, {"EVALUATED": PROJECT_COUNT})
        self.check_money(approved=0, initiatives=0)

    def the_ranking_is_looked_at(self):
        ranking = self.kopa("rank", "--call", PROJECTS).expect(0).json()
        self.assertEqual(ranking["cutRank"], AWARDED)
        self.assertEqual([row["rank"] for row in ranking["rows"]],
                         list(range(1, PROJECT_COUNT + 1)))
        by_id = {one["id"]: one["externalRef"] for one in self.cluster.applications(PROJECTS)}
        self.assertEqual([by_id[row["id"]] for row in ranking["rows"]],
                         [f"P-{index:04}" for index in range(PROJECT_COUNT)])
        self.assertEqual(sum(int(row["awardCents"]) for row in ranking["rows"]), BUDGET_CENTS)
        self.assertEqual([row["outcome"] for row in ranking["rows"]],
                         ["AWARD"] * AWARDED + ["RESERVE"] * 5 + ["BELOW_THRESHOLD"])
        self.check_statuses(PROJECTS, {"EVALUATED": PROJECT_COUNT})

    def the_ranking_is_applied(self):
        self.kopa("rank", "--call", PROJECTS, "--apply", "--reason", "komisijas sēde (paraugs)",
                  actor="director").expect(0)
        wait_until("the nodes have taken the decisions",
                   lambda: self.count(PROJECTS, "EVALUATED") == 0, 30)
        self.check_statuses(PROJECTS, {"APPROVED": AWARDED, "RESERVE": 5, "REJECTED": 1})
        self.check_money(approved=BUDGET_CENTS, initiatives=100)
        budget = self.cluster.budget(PROJECTS)
        self.assertEqual((budget["availableCents"], budget["remainingCents"]), ("0", "0"))

    def contracts_are_signed_and_advances_paid(self):
        self.decide("contract", PROJECTS, "APPROVED")
        self.pay("CONTRACTED", PROJECT_CENTS * 9 // 10)
        [one] = self.with_status("CONTRACTED")[:1]
        refused = self.kopa("app", "pay", one["id"], "--amount", "0.01", actor="director").expect(3)
        self.assertIn("BAD_AMOUNT", refused.json()["results"][0]["error"])
        self.check_statuses(PROJECTS, {"CONTRACTED": AWARDED, "RESERVE": 5, "REJECTED": 1})
        self.check_money(approved=BUDGET_CENTS, initiatives=100,
                         paid=AWARDED * PROJECT_CENTS * 9 // 10)

    def one_ends_early_and_the_next_of_the_reserve_is_promoted(self):
        ended = self.with_status("CONTRACTED")[0]
        self.kopa("app", "terminate", ended["id"], "--reason", "pārtraukts (paraugs)",
                  actor="director").expect(0)
        self.kopa("app", "repay", ended["id"], "--amount", apps.eur(PROJECT_CENTS * 9 // 10),
                  "--reason", "avanss atmaksāts (paraugs)", actor="director").expect(0)
        self.check_money(approved=BUDGET_CENTS - PROJECT_CENTS, initiatives=98,
                         paid=(AWARDED - 1) * PROJECT_CENTS * 9 // 10)
        ranking = self.kopa("rank", "--call", PROJECTS).expect(0).json()
        promoted = [row for row in ranking["rows"] if row["outcome"] == "AWARD"]
        self.assertEqual(len(promoted), 1, "the money that came back reaches one more")
        self.kopa("rank", "--call", PROJECTS, "--apply", "--reason", "rezerve (paraugs)",
                  actor="director").expect(0)
        wait_until("the first of the reserve is in",
                   lambda: self.count(PROJECTS, "APPROVED") == 1, 30)
        [one] = self.with_status("APPROVED")
        self.assertEqual((one["id"], one["externalRef"]), (promoted[0]["id"], "P-0050"))
        self.check_money(approved=BUDGET_CENTS, initiatives=100)
        self.decide("contract", PROJECTS, "APPROVED")

    def reports_come_in_and_projects_are_closed(self):
        self.decide("report", PROJECTS, "CONTRACTED")
        rest = [{"application": one["id"], "decision": "pay", "reason": "",
                 "amount_eur": apps.eur(PROJECT_CENTS - (0 if one["externalRef"] == "P-0050" else
                                                         PROJECT_CENTS * 9 // 10))}
                for one in self.with_status("REPORTED")]
        self.decide_by_file("pay", rest)
        self.decide("close", PROJECTS, "REPORTED")
        self.check_statuses(PROJECTS, {"CLOSED": AWARDED, "RESERVE": 4, "REJECTED": 1,
                                       "TERMINATED": 1})
        self.check_money(approved=BUDGET_CENTS, initiatives=100, paid=BUDGET_CENTS)

    def the_call_is_closed(self):
        self.kopa("call", "close", PROJECTS, "--reason", "gads noslēdzies (paraugs)",
                  actor="director").expect(0)
        late = apps.project(PROJECTS, "L-0001", "Jelgava", [100])
        file = apps.write_csv(self.path("late.csv"), PROJECTS, late)

        def refused():
            self.kopa("submit", file, "--call", PROJECTS).expect(3)
            rejected = self.path("late.csv.rejected.csv").read_text(encoding="utf-8")
            return "CALL_CLOSED" in rejected
        wait_until("the node knows that the call is closed", refused, 20)
        self.check_money(approved=BUDGET_CENTS, initiatives=100, paid=BUDGET_CENTS)

    def awards_are_published(self):
        out = self.path("awards.json")
        self.kopa("export", "--call", PROJECTS, "--format", "360giving", "--out", out).expect(0)
        text = out.read_text(encoding="utf-8")
        self.assertEqual(text.count('"awardDate"'), AWARDED)
        self.assertNotIn("@example.org", text)

    # -- steps ------------------------------------------------------------------------------------

    def submit(self, call, rows):
        summary = self.cluster.submit(apps.write_csv(self.path(f"{call}.csv"), call, rows), call)
        self.assertEqual(summary["accepted"], str(len(rows)), summary)
        self.cluster.wait_until_drained()

    def decide(self, verb, call, status):
        self.kopa("app", verb, "--call", call, "--status", status, "--all",
                  actor="director").expect(0)
        self.cluster.wait_until_drained()

    def decide_by_file(self, verb, rows):
        file = apps.write_table(self.path(f"{verb}.decisions.csv"), rows)
        self.kopa("app", verb, "--call", PROJECTS, "--file", file, actor="director").expect(0)
        self.cluster.wait_until_drained()

    def pay(self, status, cents):
        self.decide_by_file("pay", [
            {"application": one["id"], "decision": "pay", "reason": "",
             "amount_eur": apps.eur(cents)} for one in self.with_status(status)])

    def with_status(self, status):
        return sorted(self.cluster.applications(PROJECTS, "--status", status),
                      key=lambda one: one["externalRef"])

    def count(self, call, status):
        return len(self.cluster.applications(call, "--status", status))

    def check_statuses(self, call, expected):
        self.cluster.wait_until_drained()
        rows = self.cluster.totals(call, by=["status"])["rows"]
        self.assertEqual({row["status"]: int(row["applications"]) for row in rows}, expected)

    def check_money(self, approved, initiatives, paid=None):
        self.cluster.wait_until_drained()
        total = self.cluster.totals(PROJECTS)["total"]
        self.assertEqual(int(total["approvedCents"]), approved)
        self.assertEqual(int(total["approvedInitiatives"]), initiatives)
        budget = self.cluster.budget(PROJECTS)
        self.assertEqual(int(budget["approvedCents"]), approved)
        self.assertEqual(int(budget["remainingCents"]), BUDGET_CENTS - approved)
        if paid is not None:
            self.assertEqual(int(budget["paidCents"]), paid)


def _spread(half_points):
    """Points of the four criteria that add up to `half_points` halves."""
    points = [half_points // 4 + (1 if which < half_points % 4 else 0) for which in range(4)]
    return dict(zip(apps.KONTAKTS_SCORES, (f"{value / 2:g}" for value in points)))


if __name__ == "__main__":
    unittest.main()
