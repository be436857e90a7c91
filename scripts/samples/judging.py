"""Score and decision files. What passes the thresholds is approved, what fails one is rejected."""

from samples import synthetic

DECISION_COLUMNS = ("external_ref", "decision", "reason", "amount_eur")
EVALUATORS = 6


def score_columns(criteria):
    return ("external_ref", "evaluator", *criteria)


def score_row(external_ref, position, points):
    """`points`: criterion -> half points. Evaluators take turns."""
    row = {"external_ref": external_ref, "evaluator": f"evaluator-{position % EVALUATORS + 1}"}
    row.update({criterion: plain(half_points) for criterion, half_points in points.items()})
    return row


def approval(external_ref, cents):
    amount = "" if cents is None else synthetic.euros(cents)
    return {"external_ref": external_ref, "decision": "approve", "reason": "", "amount_eur": amount}


def training(external_ref):
    return {"external_ref": external_ref, "decision": "train", "reason": "", "amount_eur": ""}


def rejection(external_ref, reason):
    return {
        "external_ref": external_ref,
        "decision": "reject",
        "reason": f"{reason} {synthetic.MARK}",
        "amount_eur": "",
    }


def plain(half_points):
    """9 half points -> "4.5", 8 -> "4"."""
    return f"{half_points // 2}.5" if half_points % 2 else str(half_points // 2)


def latvian(half_points):
    return plain(half_points).replace(".", ",")
