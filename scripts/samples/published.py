"""The published figures that the sample files reproduce, with where they were published."""

COLUMNS = ("call", "figure", "value", "source")

_RESULTS_2022 = "K1;K2;K3;K4"
_RESULTS_2023 = "K5;K6;K7;JSPA press text 2024-01"
_TERMS_2024 = "K8;K9;JSPA press text 2024-01"
_RESULTS_2018 = "P1;P2;IKVD press text 2020-03-02"
_RESULTS_2019 = "P3;IKVD press text 2020-03-02"

_FIGURES = (
    ("kontakts-2022", "applications", 55, _RESULTS_2022),
    ("kontakts-2022", "applications.municipality", 33, _RESULTS_2022),
    ("kontakts-2022", "applications.municipal-institution", 4, _RESULTS_2022),
    ("kontakts-2022", "applications.association", 13, _RESULTS_2022),
    ("kontakts-2022", "applications.foundation", 2, _RESULTS_2022),
    ("kontakts-2022", "applications.other", 3, _RESULTS_2022),
    ("kontakts-2022", "schools", 130, _RESULTS_2022),
    ("kontakts-2022", "requested_cents", 12844100, _RESULTS_2022),
    ("kontakts-2022", "approved_projects", 52, _RESULTS_2022),
    ("kontakts-2022", "approved_initiatives", 127, _RESULTS_2022),
    ("kontakts-2022", "budget_cents", 13500000, _RESULTS_2022),
    ("kontakts-2023", "approved_projects", 34, _RESULTS_2023),
    ("kontakts-2023", "approved_initiatives", 93, _RESULTS_2023),
    ("kontakts-2023", "budget_cents", 12000000, _RESULTS_2023),
    ("kontakts-2024", "budget_cents", 13500000, _TERMS_2024),
    ("pumpurs-2018", "approved_projects", 78, _RESULTS_2018),
    ("pumpurs-2018", "approved_municipalities", 36, _RESULTS_2018),
    ("pumpurs-2019", "approved_projects", 97, _RESULTS_2019),
    ("pumpurs-2019", "approved_municipalities", 50, _RESULTS_2019),
)


def rows():
    return [dict(zip(COLUMNS, figure)) for figure in _FIGURES]
