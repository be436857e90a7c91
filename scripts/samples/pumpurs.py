"""PuMPuRS: the projects of autumn 2018 and spring 2019, on the municipalities of then."""

import dataclasses

from samples import arrivals, judging, synthetic
from samples.dice import Dice

COLUMNS = (
    "external_ref municipality applicant_name applicant_reg_no applicant_type youth_group title "
    "activities grades risks participants partners amount_eur contact_name contact_email "
    "contact_phone received_time"
).split()
AMOUNT_CENTS = 460000
CRITERIA = ("2.1", "2.2", "2.3", "2.4.1", "2.4.2", "2.4.3", "2.5", "2.6", "2.7", "2.8")
# Half points are given, so all points here are counted in halves: 0 to 10 a criterion.
MAX_HALVES = 10
MIN_HALVES = 6
MIN_TOTAL_HALVES = 60

# Seen in a municipality's decision of 2020: 48 points approved; 44.5 with 2.2 below 3, 33 with
# three criteria below 3, and 17 rejected. The other points are made up to give those totals.
BEST = (10, 10, 9, 10, 9, 10, 10, 9, 10, 9)
JUST_ENOUGH = (6,) * 10
WORST = (
    (10, 5, 10, 10, 10, 10, 10, 8, 8, 8),
    (8, 5, 8, 4, 8, 5, 7, 7, 7, 7),
    (4, 3, 4, 3, 4, 2, 4, 4, 3, 3),
)

ACTIVITIES = ("motivation", "participation", "initiative")
GRADES = ("5", "6", "7", "8", "9", "10", "11", "12", "v1", "v2", "v3", "v4")
RISKS = ("learning", "social-health", "economic", "family")
KINDS = 3 * ("association",) + 2 * ("youth-organisation",) + ("foundation",)
TITLES = (
    "Solis uz priekšu",
    "Mana nākotnes profesija",
    "Mācies darot",
    '"Es varu!"',
    "Pārgājiens ar mērķi",
    "Radošā darbnīca jauniešiem",
    "Atpakaļ skolā, kopā",
)
MOST_IN_ONE_MUNICIPALITY = 5


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the file of one call has to add up to."""

    call: str
    prefix: str
    window: arrivals.Window
    municipalities: dict  # node -> how many with an approved project; which is not published
    approved: int
    rejected: int
    always: dict = dataclasses.field(default_factory=dict)  # code -> window of its own, shorter


PLANS = (
    Plan("pumpurs-2018", "P18", arrivals.Window("2018-09-01", "2018-11-30"),
         {"riga-latgale": 13, "vidzeme-kurzeme": 14, "zemgale": 9}, 78, 8),
    Plan("pumpurs-2019", "P19", arrivals.Window("2019-04-01", "2019-06-30"),
         {"riga-latgale": 18, "vidzeme-kurzeme": 20, "zemgale": 12}, 97, 9,
         {"0741001": arrivals.Window("2019-04-01", "2019-06-20")}),  # Ķeguma novads
)


@dataclasses.dataclass
class Project:
    municipality: object
    which: int  # counts the projects of its municipality
    approved: bool
    time: object = None


def tables(municipalities, registry):
    """Yields (file name, columns, rows) of the files of this programme."""
    for plan in PLANS:
        dice = Dice(plan.call)
        rows, scores, decisions = [], [], []
        rejected = 0
        for position, project in enumerate(_projects(plan, municipalities.old, dice)):
            reference = f"{plan.prefix}-{position + 1:04}"
            rows.append(_row(reference, project, registry, dice))
            if project.approved:
                points = (BEST, JUST_ENOUGH)[position] if position < 2 else _passing(dice)
                decisions.append(judging.approval(reference, AMOUNT_CENTS))
            else:
                points = WORST[rejected] if rejected < len(WORST) else _failing(dice)
                decisions.append(judging.rejection(reference, _reason(points)))
                rejected += 1
            scores.append(judging.score_row(reference, position, dict(zip(CRITERIA, points))))
        yield f"{plan.call}.csv", COLUMNS, rows
        yield f"{plan.call}.scores.csv", judging.score_columns(CRITERIA), scores
        yield f"{plan.call}.decisions.csv", judging.DECISION_COLUMNS, decisions


def _projects(plan, municipalities, dice):
    """The projects in the order in which they came in. Half of the rejected ones come from
    municipalities without an approved project, so that counting the municipalities of all
    applicants gives another number."""
    with_award, without = [], []
    for node, count in plan.municipalities.items():
        of_node = [municipality for municipality in municipalities if municipality.node == node]
        chosen = [municipality for municipality in of_node if municipality.code in plan.always]
        others = dice.shuffled(
            municipality for municipality in of_node if municipality.code not in plan.always)
        chosen += others[:count - len(chosen)]
        with_award += chosen
        without.append(others[-1])
    counts = dice.spread([MOST_IN_ONE_MUNICIPALITY] * len(with_award), plan.approved)
    projects = [
        Project(municipality, which, True)
        for municipality, count in zip(with_award, counts) for which in range(count)
    ]
    for index in range(plan.rejected):
        place = dice.pick(without if index % 2 else with_award)
        taken = sum(1 for project in projects if project.municipality == place)
        projects.append(Project(place, taken, False))
    return _in_order_of_arrival(plan, projects, dice)


def _in_order_of_arrival(plan, projects, dice):
    for project in projects:
        project.time = plan.always.get(project.municipality.code, plan.window).some_time(dice)
    projects.sort(key=lambda project: project.time)
    ordinary = [project for project in projects if project.municipality.code not in plan.always]
    # The bounds of a window belong to it. The first two are approved ones: they carry the best
    # points and the least that are enough.
    early = [project for project in ordinary if project.approved][:2]
    early[0].time = early[1].time = plan.window.first_second()
    ordinary[-1].time = plan.window.last_second()
    for code, window in plan.always.items():
        of_one = [project for project in projects if project.municipality.code == code]
        of_one[-1].time = window.last_second()
    return sorted(projects, key=lambda project: project.time)


def _row(reference, project, registry, dice):
    kind = KINDS[(int(project.municipality.code) // 100 + project.which) % len(KINDS)]
    organisation = registry.organisation(kind, project.municipality, project.which)
    contact = registry.contact()
    return {
        "external_ref": reference,
        "municipality": project.municipality.as_written(dice),
        "applicant_name": organisation.name,
        "applicant_reg_no": organisation.reg_no,
        "applicant_type": kind,
        "youth_group": "yes" if dice.chance(40) else "no",
        "title": f"{dice.pick(TITLES)} {synthetic.MARK}",
        "activities": "|".join(dice.some_of(ACTIVITIES, dice.between(1, 3))),
        "grades": "|".join(dice.some_of(GRADES, dice.between(2, 5))),
        "risks": "|".join(dice.some_of(RISKS, dice.between(1, 3))),
        "participants": str(dice.between(10, 40)),
        "partners": _partners(project.municipality, dice),
        "amount_eur": synthetic.euros(AMOUNT_CENTS),
        "contact_name": contact.name,
        "contact_email": contact.email,
        "contact_phone": synthetic.phone_as_written(contact.phone, dice),
        "received_time": arrivals.as_written(project.time, dice),
    }


def _partners(municipality, dice):
    """None, one or two: the column is optional."""
    possible = ("Parauga jauniešu centrs", "Parauga bērnunams", "Parauga skola")
    chosen = dice.some_of(possible, dice.below(3))
    return "|".join(f"{name} ({municipality.name})" for name in chosen)


def _passing(dice):
    return [dice.between(MIN_HALVES + 1, MAX_HALVES) for _ in CRITERIA]


def _failing(dice):
    """One or two criteria below their minimum, whatever the total."""
    points = _passing(dice)
    for index in dice.some_of(range(len(points)), dice.between(1, 2)):
        points[index] = dice.between(0, MIN_HALVES - 1)
    return points


def _reason(points):
    total = sum(points)
    if total < MIN_TOTAL_HALVES:
        return f"Kopā {judging.latvian(total)} no vajadzīgajiem {judging.latvian(MIN_TOTAL_HALVES)}"
    low = ", ".join(
        f"{criterion}. ({judging.latvian(value)})"
        for criterion, value in zip(CRITERIA, points) if value < MIN_HALVES)
    return f"Kritērijos mazāk par {judging.latvian(MIN_HALVES)}: {low}"
