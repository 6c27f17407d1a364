"""What every estimator of the room does with data it cannot use: a sentence or a reason, never a traceback or a bare NaN."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pandas as pd
import pytest

from cartwise import statistics
from cartwise.basis import Missing, UserError

N = 12


def good() -> pd.DataFrame:
    """Twelve patients whom every estimator can use."""
    i = np.arange(N)
    return pd.DataFrame(
        {
            "patient": i,
            "time": [3.0, 5, 5, 8, 9, 12, 12, 15, 18, 21, 25, 30],
            "event": [1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1],
            "cause": [1, 2, 0, 1, 0, 2, 1, 0, 1, 2, 0, 1],
            "group": pd.Categorical(list("abbabaabbaab")),
            "x": [0.2, 1.1, -0.4, 0.9, 2.0, -1.3, 0.1, 0.7, -0.8, 1.4, 0.3, -0.2],
            "y": [1.0, 0.3, 0.9, 1.7, 2.2, -0.5, 0.4, 0.8, -0.1, 1.9, 0.2, 0.6],
            "outcome": [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0],
            "entry": 0.0,
            "switch": [1.0, np.nan, 2, 4, np.nan, 5, np.nan, 20, 3, np.nan, 6, 7],
            "p": np.linspace(0.01, 1, N),
            "weight": 1.0,
            "stratum": i % 2,
        }
    )


def changed(**columns: object):
    return lambda table: table.assign(**columns)


def first(column: str, value: object):
    """The first patient's cell is another."""
    return lambda table: table.assign(
        **{column: [value, *table[column].astype(object).iloc[1:]]}
    ).infer_objects()


CASES = {
    "a negative time": first("time", -1.0),
    "a time of zero": first("time", 0.0),
    "a missing time": first("time", np.nan),
    "an infinite time": first("time", np.inf),
    "times as text": lambda table: table.assign(time=table["time"].astype(str)),
    "an event neither 0 nor 1": lambda table: table.assign(event=[7, *table["event"][1:]]),
    "an event after death": changed(switch=99.0),
    "a switch before the start": changed(switch=-3.0),
    "entry after the end": changed(entry=99.0),
    "all censored": changed(event=0, cause=0),
    "all with the event": changed(event=1, cause=1),
    "one group empty": changed(group=pd.Categorical(["a"] * N, ["a", "b"])),
    "one group without a name": first("group", None),
    "separation": lambda table: table.assign(x=table["event"], y=table["event"], outcome=table["event"]),
    "zero variance": changed(x=1.0, y=1.0, outcome=1),
    "all at one time": changed(time=5.0, switch=2.0),
    "two columns alike": lambda table: table.assign(y=table["x"]),
    "a missing event": first("event", np.nan),
    "a missing cause": first("cause", np.nan),
    "a missing patient": first("patient", np.nan),
    "a missing covariate": first("x", np.nan),
    "a p value above one": first("p", 1.2),
    "a missing p value": first("p", np.nan),
    "an infinite covariate": first("x", np.inf),
    "covariates as text": lambda table: table.assign(x=table["x"].astype(str)),
    "huge numbers": lambda table: table.assign(x=table["x"] * 1e150, y=table["y"] * 1e150),
    "tiny numbers": lambda table: table.assign(x=table["x"] * 1e-150, y=table["y"] * 1e-150),
    "a weight of zero": first("weight", 0.0),
    "weights that are shares": changed(weight=0.3),
    "two patients": lambda table: table[:2],
    "two patients, one of them censored": lambda table: table[1:3],
    "one patient": lambda table: table[:1],
    "nobody": lambda table: table[:0],
    "patients twice": lambda table: pd.concat([table, table]),
}

FOLLOWED = {"time": "time", "event": "event"}
COMPETING = {"time": "time", "cause": "cause"}
LATE = {"entry": "entry", "strata": "stratum", "weights": "weight"}


def arms(table: pd.DataFrame) -> pd.DataFrame:
    """A study for each stratum: events by the two groups."""
    rows = []
    for stratum, own in table.groupby("stratum"):
        events = [own["event"][own["group"] == name] for name in "ab"]
        rows.append((stratum, *(e.sum() for e in events), *(e.size for e in events)))
    return pd.DataFrame(rows, columns=["study", "sum_a", "sum_b", "size_a", "size_b"])


def counted(table: pd.DataFrame) -> pd.DataFrame:
    return pd.crosstab(table["group"], table["event"])


def halves(table: pd.DataFrame) -> list[pd.Series]:
    return [table["x"][table["group"] == name] for name in "ab"]


def curves(km: statistics.KaplanMeier) -> list[object]:
    return [km, km.median(), km.at([0, 5, 99]), km.risk_table([0, 5])]


def known(table: pd.DataFrame) -> object:
    return statistics.outcomes_at(table["time"], table["cause"], 10.0)


def of_known(table: pd.DataFrame, estimate) -> object:
    there = known(table)
    return there if isinstance(there, Missing) else estimate(there)


def stays(table: pd.DataFrame) -> pd.DataFrame:
    moved = table["cause"].map({1: "relapse", 2: "death"})
    return table.assign(start=table["entry"], state="well", to=moved)


ARMS = {"events": "sum_a", "n": "size_a", "control_events": "sum_b", "control_n": "size_b"}
ESTIMATORS = {
    "kaplan_meier": lambda t: curves(
        statistics.kaplan_meier(
            t["time"], t["event"], group=t["group"], entry=t["entry"], weights=t["weight"]
        )
    ),
    "reverse_kaplan_meier": lambda t: curves(
        statistics.reverse_kaplan_meier(t["time"], t["event"], group=t["group"])
    ),
    "log_rank": lambda t: [
        statistics.log_rank(
            t["time"],
            t["event"],
            t["group"],
            strata=t["stratum"],
            entry=t["entry"],
            weights=t["weight"],
            rho=rho,
        )
        for rho in (0, 1)
    ],
    "mantel_byar": lambda t: statistics.mantel_byar(
        t["time"], t["event"], t["switch"], entry=t["entry"], strata=t["stratum"]
    ),
    "cox": lambda t: [
        statistics.cox(t, ["x", "group"], **FOLLOWED),
        statistics.cox(t, ["x", "y"], **FOLLOWED, **LATE, ties="breslow"),
        statistics.cox(t, "Surv(time, event) ~ x + cluster(patient)"),
    ],
    "ph_test": lambda t: [
        statistics.ph_test(statistics.cox(t, ["x", "group"], **FOLLOWED), transform=scale)
        for scale in ("km", "rank", "identity")
    ],
    "firth_cox": lambda t: statistics.firth_cox(t, ["x", "group"], **FOLLOWED),
    "cumulative_incidence": lambda t: [
        (found, found.at([0, 5, 99]))
        for variance in ("greenwood", "aalen")
        for found in [
            statistics.cumulative_incidence(
                t["time"],
                t["cause"],
                group=t["group"],
                entry=t["entry"],
                weights=t["weight"],
                variance=variance,
            )
        ]
    ],
    "gray_test": lambda t: statistics.gray_test(
        t["time"], t["cause"], t["group"], strata=t["stratum"], weights=t["weight"]
    ),
    "fine_gray": lambda t: [
        statistics.fine_gray(t, ["x", "group"], **COMPETING),
        statistics.fine_gray(t, ["x", "y"], **COMPETING, **LATE, patient="patient"),
        statistics.fine_gray(t, ["x"], **COMPETING, **LATE, censoring="common", cluster="group"),
    ],
    "cause_specific_cox": lambda t: statistics.cause_specific_cox(t, ["x", "group"], **COMPETING),
    "rmst": lambda t: statistics.rmst(
        t["time"], t["event"], tau=10, group=t["group"], entry=t["entry"], weights=t["weight"]
    ),
    "landmark": lambda t: statistics.landmark(t, 6, **FOLLOWED, known={"switched": "switch"}),
    "dynamic_landmark": lambda t: statistics.dynamic_landmark(
        t, [0, 6], **FOLLOWED, known={"switched": "switch"}, horizon=9
    ),
    "time_varying": lambda t: statistics.time_varying(
        t, patient="patient", **FOLLOWED, starts={"switched": "switch"}
    ),
    "state_probabilities": lambda t: [
        (found, found.at([0, 5, 99]))
        for found in [
            statistics.state_probabilities(
                stays(t), patient="patient", start="start", stop="time", state="state", to="to"
            )
        ]
    ],
    "logistic": lambda t: statistics.logistic(t, ["x", "group"], outcome="outcome"),
    "firth_logistic": lambda t: statistics.firth_logistic(t, ["x", "group"], outcome="outcome"),
    "mann_whitney": lambda t: statistics.mann_whitney(*halves(t)),
    "kruskal": lambda t: statistics.kruskal(*halves(t)),
    "fisher": lambda t: statistics.fisher(counted(t)),
    "chi_square": lambda t: statistics.chi_square(counted(t)),
    "proportion": lambda t: statistics.proportion(t["event"].sum(), len(t)),
    "pearson": lambda t: statistics.pearson(t["x"], t["y"]),
    "spearman": lambda t: statistics.spearman(t["x"], t["y"]),
    "benjamini_hochberg": lambda t: statistics.benjamini_hochberg(t["p"]),
    "standardised_difference": lambda t: statistics.standardised_difference(*halves(t)),
    "standardised_difference_of_levels": lambda t: statistics.standardised_difference_of_levels(counted(t)),
    "wilcoxon_signed_rank": lambda t: statistics.wilcoxon_signed_rank(t["x"], t["y"]),
    "hodges_lehmann": lambda t: statistics.hodges_lehmann(t["x"]),
    "bland_altman": lambda t: [
        statistics.bland_altman(t["x"], t["y"]),
        statistics.bland_altman(t["x"] + 9, t["y"] + 9, logarithmic=True),
    ],
    "centred_log_ratio": lambda t: statistics.centred_log_ratio(t[["time", "weight", "p"]]),
    "mixed_model": lambda t: statistics.mixed_model(t["x"], t["time"], t["stratum"]),
    "turnbull": lambda t: statistics.turnbull(t["entry"], t["time"].where(t["event"] == 1, np.inf)),
    "meta_analysis": lambda t: [
        statistics.meta_analysis(arms(t), **ARMS, method=method)
        for method in ("inverse variance", "Mantel-Haenszel", "Peto", "exact conditional", "binomial-normal")
    ],
    "pooled_estimates": lambda t: statistics.pooled_estimates(
        t, effect="x", std_error="weight", study="patient"
    ),
    "immortal_time_bias": lambda t: statistics.immortal_time_bias(
        arms(t), **ARMS, median_event_day=90, median_treatment_day=60, replicates=20
    ).estimate(),
    "rubin": lambda t: statistics.rubin(t["x"], t["weight"]),
    "completed_tables": lambda t: list(statistics.completed_tables(t[["x", "y", "group"]], 2, seed=1)),
    "spells": lambda t: statistics.spells(t["patient"], t["entry"], t["time"], t["stratum"], t["event"]),
    "chance_uncensored": lambda t: statistics.chance_uncensored(
        statistics.spells(np.arange(len(t)), t["entry"], t["time"], t["stratum"], 2 * t["event"]), t["time"]
    ),
    "outcomes_at": known,
    "incidence_at": lambda t: of_known(t, statistics.incidence_at),
    "time_dependent_auc": lambda t: of_known(t, lambda there: statistics.time_dependent_auc(there, t["x"])),
    "brier_score": lambda t: of_known(t, lambda there: statistics.brier_score(there, t["weight"])),
}
# Columns that are empty by their meaning: degrees of freedom of what is no chi-square, p of what is no comparison,
# differences between the studies of a single study.
EMPTY_BY_MEANING = {"df", "p", "q", "q_p", "i2"}
# Tables of patients carry the patients' own gaps.
TABLES_OF_PATIENTS = (statistics.Landmark, statistics.Intervals)


def test_every_function_of_the_door_is_asked():
    public = {name for name in statistics.__all__ if inspect.isfunction(getattr(statistics, name))}
    assert set(ESTIMATORS) == public


def unexplained(found: object) -> list[str]:
    """What is NaN in a result without a reason beside it."""
    if hasattr(found, "table"):
        assert dataclasses.is_dataclass(found)
        assert found.methods.endswith(".")
        return [] if isinstance(found, TABLES_OF_PATIENTS) else in_table(found.table())
    if isinstance(found, Missing | statistics.Reading):
        gap = isinstance(found, Missing) or None in {found.value, found.lower, found.upper}
        return [] if bool(found.reason) == gap else [f"{type(found).__name__} without its reason"]
    if isinstance(found, list | tuple):
        return [name for part in found for name in unexplained(part)]
    if isinstance(found, dict):
        return unexplained(list(found.values()))
    if dataclasses.is_dataclass(found):
        return unexplained([getattr(found, part.name) for part in dataclasses.fields(found)])
    return in_table(pd.DataFrame(found) if np.ndim(found) else pd.DataFrame({"value": [found]}))


def in_table(table: pd.DataFrame) -> list[str]:
    reasons = [name for name in table.columns if name in {"reason", "remark"}]
    numbers = table.select_dtypes("number").drop(columns=EMPTY_BY_MEANING, errors="ignore")
    told = (table[reasons] != "").any(axis=1) if reasons else pd.Series(False, index=table.index)
    return [f"{name} is NaN" for name in numbers if (numbers[name].isna() & ~told).any()]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_good_input_is_answered(estimator):
    assert unexplained(ESTIMATORS[estimator](good())) == []


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_bad_input_is_refused_in_a_sentence_or_answered_with_its_reason(estimator):
    wanting = {}
    for case, change in CASES.items():
        try:
            found = ESTIMATORS[estimator](change(good()))
        except UserError as refusal:
            found = Missing(str(refusal))
        except Exception as traceback:
            traceback.add_note(f"with {case}")
            raise
        wanting[case] = unexplained(found)
    assert {case: gaps for case, gaps in wanting.items() if gaps} == {}


TIME, EVENT, TABLE = [3.0, 5, 6, 8], [1, 0, 1, 1], pd.DataFrame({"x": [1.0, 2, 3, 4]})
SHORT = [1.0, 2]
OTHER_LENGTHS = {
    "kaplan_meier": lambda: statistics.kaplan_meier(TIME, EVENT, weights=SHORT),
    "log_rank": lambda: statistics.log_rank(TIME, EVENT, SHORT),
    "mantel_byar": lambda: statistics.mantel_byar(TIME, EVENT, SHORT),
    "cumulative_incidence": lambda: statistics.cumulative_incidence(TIME, SHORT),
    "gray_test": lambda: statistics.gray_test(TIME, EVENT, SHORT),
    "rmst": lambda: statistics.rmst(TIME, SHORT, tau=4),
    "cox": lambda: statistics.cox(TABLE, ["x"], time=TIME, event=EVENT, cluster=SHORT),
    "fine_gray": lambda: statistics.fine_gray(TABLE, ["x"], time=TIME, cause=EVENT, patient=SHORT),
    "logistic": lambda: statistics.logistic(TABLE, ["x"], outcome=SHORT),
    "pearson": lambda: statistics.pearson(TIME, SHORT),
    "bland_altman": lambda: statistics.bland_altman(TIME, SHORT),
    "wilcoxon_signed_rank": lambda: statistics.wilcoxon_signed_rank(TIME, SHORT),
    "rubin": lambda: statistics.rubin(TIME, SHORT),
    "mixed_model": lambda: statistics.mixed_model(TIME, SHORT, EVENT),
    "turnbull": lambda: statistics.turnbull(TIME, SHORT),
    "spells": lambda: statistics.spells(EVENT, TIME, SHORT, EVENT, EVENT),
    "chance_uncensored": lambda: statistics.chance_uncensored(
        statistics.spells([0, 3], [0, 0], [3, 4], [0, 0], [1, 2]), SHORT
    ),
    "outcomes_at": lambda: statistics.outcomes_at(TIME, EVENT, 7.0, uncensored=(SHORT, SHORT)),
    "time_dependent_auc": lambda: statistics.time_dependent_auc(
        statistics.outcomes_at(TIME, EVENT, 7.0), SHORT
    ),
    "brier_score": lambda: statistics.brier_score(statistics.outcomes_at(TIME, EVENT, 7.0), [0.1, 0.2]),
    "centred_log_ratio": lambda: statistics.centred_log_ratio([[1, 0], [2, 3]], limit=[1, 2, 3]),
}


@pytest.mark.parametrize("estimator", OTHER_LENGTHS)
def test_columns_of_different_lengths_are_refused(estimator):
    with pytest.raises(UserError):
        OTHER_LENGTHS[estimator]()


@pytest.mark.parametrize("columns", [None, [0], [], 5])
def test_what_names_no_columns_is_refused(columns):
    with pytest.raises(UserError, match="one or more columns"):
        statistics.cox(TABLE, columns, time=TIME, event=EVENT)
