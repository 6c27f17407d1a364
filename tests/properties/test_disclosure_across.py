"""An adversary who adds and subtracts the counts of shared results, three at a time, finds no count of one to four patients.

Who is counted where is worked out here from the drawn courses, by meaning, not from the measures the sharing uses.
"""

from itertools import combinations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cartwise.analyses import run
from cartwise.basis import DAYS_PER_MONTH
from cartwise.reports import shared
from cartwise.reports.sharing_across import shared_together
from tests.drawing import study_of

NAMES = ("cohort_description", "overall_survival", "leukaemia_free_survival")
course = st.fixed_dictionaries(
    {
        "infused": st.sampled_from([True] * 9 + [False]),
        "sex": st.sampled_from(["female", "male", "male", ""]),
        "end": st.integers(60, 800),
        "dies": st.sampled_from([True, False, False]),
        "relapse": st.sampled_from([None, None, 50, 150, 400]),
        "hct": st.sampled_from([None, 55]),
    }
)
cohorts = st.lists(course, min_size=10, max_size=36).map(
    lambda drawn: {f"P{place:02}": patient for place, patient in enumerate(drawn)}
)


def relapsed(patient):
    return patient["infused"] and patient["relapse"] is not None and patient["relapse"] <= patient["end"]


def lines(header, found):
    return "\n".join([header, *found])


def study_from(cohort):
    infused = {name: patient for name, patient in cohort.items() if patient["infused"]}
    return study_of(
        patients=lines("patient_id | sex", (f"{name} | {cohort[name]['sex']}" for name in cohort)),
        infusions=lines("patient_id | day", (f"{name} | 0" for name in infused)),
        treatments=lines(
            "patient_id | day | kind",
            [
                *(f"{name} | -99 | chemotherapy" for name in cohort),
                *(f"{name} | {p['hct']} | HCT" for name, p in infused.items() if p["hct"]),
            ],
        ),
        relapses=lines(
            "patient_id | day", (f"{n} | {p['relapse']}" for n, p in infused.items() if relapsed(p))
        ),
        deaths=lines("patient_id | day", (f"{n} | {p['end']}" for n, p in infused.items() if p["dies"])),
        follow_up=lines(
            "patient_id | day | status",
            (f"{n} | {p['end']} | alive" for n, p in infused.items() if not p["dies"]),
        ),
    )


def followed(patient, name):
    """Months to the event or the end of follow-up, and whether it was the event."""
    if name == "leukaemia_free_survival" and relapsed(patient):
        return patient["relapse"] / DAYS_PER_MONTH, True
    return patient["end"] / DAYS_PER_MONTH, patient["dies"]


def described(cohort, characteristic, level):
    """Whom a line of the description counts; None where this adversary has no view of it."""
    views = {
        ("Patients", ""): lambda p: True,
        ("Infused", "yes"): lambda p: p["infused"],
        ("Infused", "no"): lambda p: not p["infused"],
        ("Sex", "female"): lambda p: p["sex"] == "female",
        ("Sex", "male"): lambda p: p["sex"] == "male",
        ("Sex", "not known"): lambda p: not p["sex"],
        ("Relapsed after infusion", "yes"): relapsed,
        ("Relapsed after infusion", "no"): lambda p: p["infused"] and not relapsed(p),
        ("HCT after infusion", "yes"): lambda p: p["infused"] and p["hct"],
        ("HCT after infusion", "no"): lambda p: p["infused"] and not p["hct"],
    }
    view = views.get((characteristic, level))
    return None if view is None else {name for name, patient in cohort.items() if view(patient)}


def times_of(result, cohort):
    return {name: followed(p, result.name) for name, p in cohort.items() if p["infused"]}


def tabulated(result, cohort):
    """Every count of the tables with those it counts: (count, patients)."""
    steps = result.attrition.set_index("step")["patients"]
    yield steps["In the study"], frozenset(cohort)
    if result.name == "cohort_description":
        for row in result.tables["description"].to_dict("records"):
            if (who := described(cohort, row["characteristic"], row["level"])) is not None:
                yield row["n"], frozenset(who)
        return
    times = times_of(result, cohort)
    yield steps["Analysed"], frozenset(times)
    for row in result.tables["risk_table"].to_dict("records"):
        month = row["month"]
        yield row["at_risk"], frozenset(n for n, (time, _) in times.items() if time >= month)
        yield row["events"], frozenset(n for n, (time, event) in times.items() if time <= month and event)
        yield row["censored"], frozenset(n for n, (t, event) in times.items() if t <= month and not event)


def stepping(result, cohort):
    """What can be read off a survival curve: how many had the event by each step of it."""
    for figure in result.figures.values() if result.name != "cohort_description" else ():
        for time in figure.curves[0].times:
            times = times_of(result, cohort)
            who = frozenset(n for n, (end, event) in times.items() if end <= time and event)
            yield len(who), who


def sums_of_three(seen, n):
    """Every sum and difference of three counts and, once, of all n patients, that counts 1 to 4 patients once each."""
    sets = list({who for count, who in seen if count})
    names = sorted(set().union(*sets))
    rows = np.array([[name in who for name in names] + [False] * (n - len(names)) for who in sets], np.int8)
    if len(sets) < 3:
        return []
    three = np.array(list(combinations(range(len(sets)), 3)))
    first, second, third = (rows[three[:, place]] for place in range(3))
    found = []
    for signs, whole in product(product((1, -1), repeat=3), (0, 1, -1)):
        told = signs[0] * first + signs[1] * second + signs[2] * third + whole
        few = ((told == 0) | (told == 1)).all(axis=1) & (told.sum(axis=1) > 0) & (told.sum(axis=1) < 5)
        found += [(signs, whole, [sets[place] for place in places]) for places in three[few]]
    return found


@settings(max_examples=25)
@given(cohorts)
def test_shared_results_laid_side_by_side_tell_of_no_one_to_four_patients(cohort):
    study = study_from(cohort)
    together = shared_together(study, [run(study, name) for name in NAMES]).results
    assert [result.name for result in together] == list(NAMES)
    counted = [item for result in together for item in tabulated(result, cohort)]
    drawn = [item for result in together for item in stepping(result, cohort)]
    seen = [(count, who) for count, who in counted + drawn if not isinstance(count, str)]
    assert [item for item in seen if item[0] != len(item[1])] == [], "the adversary knows who is counted"
    assert [item for item in seen if 0 < item[0] < 5] == []
    for (one, these), (other, those) in combinations(seen, 2):
        if these <= those or those <= these:
            assert abs(one - other) not in {1, 2, 3, 4}, (these, those)
        if not these & those:
            assert len(cohort) - one - other not in {1, 2, 3, 4}, (these, those)
    assert sums_of_three(seen, len(cohort)) == []
    shown = {who for count, who in counted if who and not isinstance(count, str)}
    assert not [who for count, who in counted if isinstance(count, str) and who in shown]


def test_without_sharing_them_together_the_adversary_succeeds():
    """Ten died within a year and two more relapsed: 12 less 10, though each result alone withholds nothing of it."""
    alive = {"infused": True, "sex": "male", "end": 800, "dies": False, "relapse": None, "hct": None}
    cohort = {f"P{place:02}": dict(alive) for place in range(30)}
    for place in range(10):
        cohort[f"P{place:02}"] |= {"end": 200 + place, "dies": True}
    for place in (10, 11):
        cohort[f"P{place:02}"] |= {"relapse": 150}
    study = study_from(cohort)
    results = [run(study, name) for name in NAMES[1:]]
    months = [
        [result.tables["risk_table"].set_index("month")["events"][12.0] for result in shared_results]
        for shared_results in (
            [shared(result) for result in results],
            shared_together(study, results).results,
        )
    ]
    assert months == [[10, 12], [10, "suppressed"]]
