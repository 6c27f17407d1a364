"""The three handlings of HCT in a model of several covariates: three hazard ratios, each with a meaning of its own."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from cartwise.analyses.hct_handlings import CENSORED, HANDLINGS, HCT, Handling, with_hct
from cartwise.analyses.screened_models import Way, coefficient_rows, complete_cases, few_events, no_model
from cartwise.statistics import Regression, fine_gray

MEANINGS: Mapping[Handling, str] = {
    "ignored": "hazard of the outcome, whatever HCT came before it",
    "censored": "hazard of the outcome among those without HCT so far (cause-specific)",
    "competing": "share with the outcome before any HCT (subdistribution)",
}
ABOUT = (
    "The table `handlings` has the model of several covariates with HCT ignored, with follow-up ended at HCT, and with HCT as an event "
    "of its own."
)
METHODS = (
    "Handlings of HCT: with follow-up ended at HCT the hazard ratio is the cause-specific one, the same whether HCT censors or competes; "
    "with HCT as competing event it is of the subdistribution (Fine and Gray 1999), in which HCT leaves its patients out of reach of "
    "the outcome, so that a covariate that leads to HCT seems to protect; it has no penalty, the other two have Firth's. HCT is the first allogeneic one after infusion."
)
COLUMNS = [
    "hct",
    "covariate",
    "term",
    "n",
    "events",
    "hazard_ratio",
    "lower",
    "upper",
    "p",
    "meaning",
    "remark",
]


def hazard_ratio_handlings(
    data: pd.DataFrame, events: pd.DataFrame, labels: Sequence[str], way: Way
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """One row a handling and coefficient, and the sentences on how they were made.

    Args:
        data: a column a covariate, by patient; what is not known is missing.
        events: `patient, month, cause` (the outcome or "censored"), `hct_month` and `hct_known`.
        labels: the covariates of the model.
        way: how hazards are modelled.
    """
    rows: list[dict[Hashable, object]] = []
    methods: list[str] = []
    known = events[events["hct_known"]].set_index("patient")
    for handling in HANDLINGS:
        chosen = with_hct(known, handling)
        followed = chosen[["month", "cause"]].assign(
            event=(~chosen["cause"].isin((CENSORED, HCT))).astype(int)
        )
        model, reason = _fitted(followed.join(data[list(labels)]), labels, handling, way)
        head = {"hct": handling, "meaning": MEANINGS[handling]}
        if model is None:
            rows.append({"hct": handling, "meaning": MEANINGS[handling], "remark": reason})
            continue
        told = pd.DataFrame(coefficient_rows(model, way.ratio))
        rows += told.assign(**head, remark=_remarks(told["remark"], few_events(model))).to_dict("records")
        methods.append(model.methods)
    numbers = dict.fromkeys(("hazard_ratio", "lower", "upper", "p"), "Float64")
    return pd.DataFrame(rows, columns=COLUMNS).astype(numbers), (METHODS, *methods)


def _remarks(remarks: pd.Series, few: str) -> list[str]:
    return ["; ".join(part for part in (remark, few) if part) for remark in remarks]


def _fitted(
    data: pd.DataFrame, labels: Sequence[str], handling: Handling, way: Way
) -> tuple[Regression | None, str]:
    """The model of the covariates that differ among the patients with all of them known, or why there is none."""
    kept = complete_cases(data, labels)
    reasons = {label: no_model(kept, label, way) for label in labels}
    varying = [label for label, reason in reasons.items() if not reason]
    if not varying:
        return None, "; ".join(dict.fromkeys(reasons.values()))
    if handling == "competing" and (kept["cause"] == HCT).any():
        outcome = kept.loc[kept["event"] == 1, "cause"].iloc[0]
        return fine_gray(kept, varying, time="month", cause="cause", cause_of_interest=outcome), ""
    return way.penalised(kept, varying), ""
