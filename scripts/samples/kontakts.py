"""Kontakts: the projects of 2022, 2023 and 2024, and the teams of 2024."""

import dataclasses
import datetime

from samples import arrivals, judging, synthetic
from samples.dice import Dice

PROJECT_COLUMNS = (
    "external_ref municipality applicant_name applicant_reg_no applicant_type title school_name "
    "school_reg_no initiative_title activities participants amount_eur contact_name contact_email "
    "contact_phone received_time"
).split()
TEAM_COLUMNS = (
    "external_ref municipality school_name school_reg_no member1_name member1_birth_date "
    "member2_name member2_birth_date member3_name member3_birth_date support_name support_role "
    "support_email support_phone received_time"
).split()

CRITERIA = ("relevance", "participation", "feasibility", "impact")  # 0 to 10 points each
MIN_TOTAL_POINTS = 20

ACTIVITY_TITLES = {
    "council-work": ("Pašpārvaldes darba gads", "Pašpārvaldes komandas diena"),
    "civic-participation": ("Debašu vakars", "Skolas ideju balsojums"),
    "inclusion": ("Draugu skola", "Atvērto durvju pēcpusdiena"),
    "anti-bullying": ("Skola bez ņirgāšanās", "Cieņas nedēļa"),
    "communication": ("Pašpārvaldes ziņu lapa", "Skolu pašpārvalžu sarunas"),
}
PROJECT_TITLES = (
    "Skolēnu balss novadā",
    "Kopā ar pašpārvaldi",
    "Droša skola, cieņpilna skola",
    '"Sadzirdi mani!"',
    "Kontakts starp skolām",
    "Jauniešu padome rīkojas",
)
SUPPORT_ROLES = ("teacher", "teacher", "youth-worker", "mentor")
TEAMS = 122
TEAMS_PER_MUNICIPALITY = 3
# Whole years on every day of the teams' window; the first and the last are the ends of 13 to 25.
TEAM_YOUNGEST = datetime.date(2011, 1, 17)
TEAM_OLDEST = datetime.date(1998, 2, 1)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the file of one call has to add up to."""

    call: str
    prefix: str
    window: arrivals.Window
    ceiling_cents: int
    approved: dict  # applicant type -> applications
    approved_initiatives: int
    rejected: dict
    rejected_initiatives: int
    requested_cents: int = 0  # 0: not published, so whatever comes


# How many of each kind were approved is not published: for 2022 only what was handed in, for 2023
# only how many were approved in all, for 2024 nothing.
PLAN_2022 = Plan(
    "kontakts-2022", "K22", arrivals.Window("2022-04-01", "2022-05-20"), 100000,
    {"municipality": 33, "municipal-institution": 4, "association": 11, "foundation": 2,
     "other": 2}, 127, {"association": 2, "other": 1}, 3, 12844100)
PLAN_2023 = Plan(
    "kontakts-2023", "K23", arrivals.Window("2023-02-22", "2023-05-19"), 120000,
    {"municipality": 23, "municipal-institution": 3, "association": 7, "foundation": 1},
    93, {"municipality": 1, "association": 2, "foundation": 1}, 7)
PLAN_2024 = Plan(
    "kontakts-2024", "K24", arrivals.Window("2024-02-06", "2024-05-17"), 135000,
    {"municipality": 23, "municipal-institution": 5, "association": 7, "foundation": 2},
    86, {"municipal-institution": 1, "association": 2}, 4)
TEAM_WINDOW = arrivals.Window("2024-01-17", "2024-01-31")


@dataclasses.dataclass
class Project:
    kind: str
    approved: bool
    municipality: object
    schools: list
    amounts: list = dataclasses.field(default_factory=list)  # cents, one a school
    reference: str = ""


def tables(municipalities, registry):
    """Yields (file name, columns, rows) of the files of this programme."""
    schools = synthetic.schools(municipalities.current)
    for plan in (PLAN_2022, PLAN_2023):
        yield from _project_tables(plan, municipalities.current, schools, registry)
    trained = {}
    yield from _team_tables(municipalities.current, schools, registry, trained)
    yield from _project_tables(PLAN_2024, municipalities.current, trained, registry)


def _project_tables(plan, municipalities, schools, registry):
    dice = Dice(plan.call)
    projects = _projects(plan, municipalities, schools, dice)
    _set_amounts(plan, projects, dice)
    arrived = arrivals.times(plan.window, len(projects), dice)
    rows, scores, decisions = [], [], []
    for position, (project, time) in enumerate(zip(projects, arrived)):
        project.reference = f"{plan.prefix}-{position + 1:04}"
        rows.extend(_project_rows(project, arrivals.as_written(time, dice), registry, dice))
        points = _points(project.approved, dice)
        halves = {criterion: 2 * value for criterion, value in points.items()}
        scores.append(judging.score_row(project.reference, position, halves))
        decisions.append(_decision(project, points))
    yield f"{plan.call}.csv", PROJECT_COLUMNS, rows
    yield f"{plan.call}.scores.csv", judging.score_columns(CRITERIA), scores
    yield f"{plan.call}.decisions.csv", judging.DECISION_COLUMNS, decisions


def _projects(plan, municipalities, schools, dice):
    """The projects in a random order. No municipality applies twice itself, as it hands in one
    application for all its schools; no school stands in two applications."""
    wanted = [(kind, True) for kind, count in plan.approved.items() for _ in range(count)]
    wanted += [(kind, False) for kind, count in plan.rejected.items() for _ in range(count)]
    wanted.sort(key=lambda kind_and_outcome: kind_and_outcome[0] != "municipality")
    places = dice.shuffled(municipalities)
    left = {code: list(of_one) for code, of_one in schools.items()}
    projects = [
        Project(kind, approved, places[position % len(places)], [])
        for position, (kind, approved) in enumerate(wanted)
    ]
    for outcome, total in ((True, plan.approved_initiatives), (False, plan.rejected_initiatives)):
        chosen = [project for project in projects if project.approved == outcome]
        caps = [min(6, len(schools[project.municipality.code])) for project in chosen]
        for project, count in zip(chosen, dice.spread(caps, total)):
            pool = left[project.municipality.code]
            project.schools, pool[:] = pool[:count], pool[count:]
            assert len(project.schools) == count
    return dice.shuffled(projects)


def _set_amounts(plan, projects, dice):
    """Amounts up to the ceiling, in steps of half a euro; most ask for all that one may ask for."""
    count = sum(len(project.schools) for project in projects)
    below_ceiling = [0] * count
    if plan.requested_cents:
        missing = count * plan.ceiling_cents - plan.requested_cents
        asking_less = dice.some_of(range(count), count // 3)
        for index, part in zip(asking_less, dice.parts(missing // 50, len(asking_less))):
            below_ceiling[index] = 50 * part
    else:
        for index in dice.some_of(range(count), count // 2):
            below_ceiling[index] = 50 * dice.between(1, 800)
    amounts = iter([plan.ceiling_cents - less for less in below_ceiling])
    for project in projects:
        project.amounts = [next(amounts) for _ in project.schools]


def _project_rows(project, received_time, registry, dice):
    """One row a school; what belongs to the whole application is the same in each."""
    organisation = registry.organisation(project.kind, project.municipality)
    contact = registry.contact()
    application = {
        "external_ref": project.reference,
        "municipality": project.municipality.as_written(dice),
        "applicant_name": organisation.name,
        "applicant_reg_no": organisation.reg_no,
        "applicant_type": project.kind,
        "title": f"{dice.pick(PROJECT_TITLES)} {synthetic.MARK}",
        "contact_name": contact.name,
        "contact_email": contact.email,
        "contact_phone": synthetic.phone_as_written(contact.phone, dice),
        "received_time": received_time,
    }
    for school, cents in zip(project.schools, project.amounts):
        activities = dice.some_of(list(ACTIVITY_TITLES), dice.between(1, 3))
        title = dice.pick(ACTIVITY_TITLES[dice.pick(activities)])
        yield {
            **application,
            "school_name": school.name,
            "school_reg_no": school.reg_no,
            "initiative_title": f"{title} {synthetic.MARK}",
            "activities": "|".join(activities),
            "participants": str(dice.between(12, 180)),
            "amount_eur": synthetic.euros(cents),
        }


def _points(approved, dice):
    """Whole points that pass, or that fail for their total."""
    if not approved:
        return {criterion: dice.between(2, 4) for criterion in CRITERIA}
    if dice.chance(5):
        just_enough = MIN_TOTAL_POINTS // len(CRITERIA)
        return {criterion: just_enough for criterion in CRITERIA}
    return {criterion: dice.between(5, 10) for criterion in CRITERIA}


def _decision(project, points):
    if project.approved:
        return judging.approval(project.reference, sum(project.amounts))
    total = sum(points.values())
    return judging.rejection(
        project.reference, f"Kopā {total} punkti no vajadzīgajiem {MIN_TOTAL_POINTS}")


def _team_tables(municipalities, schools, registry, trained):
    """Also fills `trained`: code of the municipality -> schools whose team was approved."""
    dice = Dice("kontakts-teams-2024")
    candidates = [
        (municipality, school)
        for municipality in municipalities
        for school in schools[municipality.code][:TEAMS_PER_MUNICIPALITY]
    ]
    teams = dice.shuffled(candidates)[:TEAMS]
    refused = {
        30: "Skola pieteikta tikai vienu dienu mācībām",
        95: "Komanda uz mācībām nevar ierasties",
    }
    rows, decisions, training = [], [], []
    for position, (team, time) in enumerate(zip(teams, arrivals.times(TEAM_WINDOW, TEAMS, dice))):
        municipality, school = team
        reference = f"T24-{position + 1:04}"
        rows.append(_team_row(reference, position, municipality, school, time, registry, dice))
        if position in refused:
            decisions.append(judging.rejection(reference, refused[position]))
        else:
            decisions.append(judging.approval(reference, None))
            training.append(judging.training(reference))
            trained.setdefault(municipality.code, []).append(school)
    yield "kontakts-teams-2024.csv", TEAM_COLUMNS, rows
    yield "kontakts-teams-2024.decisions.csv", judging.DECISION_COLUMNS, decisions
    yield "kontakts-teams-2024.training.csv", judging.DECISION_COLUMNS, training


def _team_row(reference, position, municipality, school, time, registry, dice):
    support = registry.contact("Atbalstpersona")
    row = {
        "external_ref": reference,
        "municipality": municipality.as_written(dice),
        "school_name": school.name,
        "school_reg_no": school.reg_no,
        "support_name": support.name,
        "support_role": dice.pick(SUPPORT_ROLES),
        "support_email": support.email,
        "support_phone": support.phone,
        "received_time": arrivals.as_written(time, dice),
    }
    for member in (1, 2, 3):
        birth = TEAM_YOUNGEST - datetime.timedelta(days=dice.below(5 * 365))
        row[f"member{member}_name"] = f"Paraugs Dalībnieks {3 * position + member}"
        row[f"member{member}_birth_date"] = birth.isoformat()
    if position == 0:
        row["member1_birth_date"] = TEAM_YOUNGEST.isoformat()
        row["member2_birth_date"] = TEAM_OLDEST.isoformat()
    return row
