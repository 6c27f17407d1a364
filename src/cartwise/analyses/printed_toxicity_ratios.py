"""Ratios of severe toxicity as 001 printed them: their way on this cohort beside the sound one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.grouping import group_by
from cartwise.analyses.interleukin_6_approaches import Toxicity
from cartwise.basis import Missing
from cartwise.measures import Measure, Sheet
from cartwise.measures.burden import mrd_before_ld_range
from cartwise.measures.burden_after_ld import mrd_after_ld_range
from cartwise.measures.dose_at_infusion import dose_on_day_0
from cartwise.measures.history import prior_hct, sex
from cartwise.statistics import TestResult, fisher


@dataclass(frozen=True, slots=True)
class Halves:
    """A covariate in two halves as 001 cut it; `first` is the level that its ratio speaks of, "" for the lower one."""

    measure: Measure
    label: str
    first: str = ""
    cut: float | None = None


HALVES = (
    Halves(sex, "Female", "female"),
    Halves(prior_hct, "No HCT history", "no"),
    Halves(mrd_before_ld_range, "MRD before lymphodepletion below 10⁻³", cut=1e-3),
    Halves(mrd_after_ld_range, "MRD after lymphodepletion below 10⁻³", cut=1e-3),
    Halves(dose_on_day_0, "CAR-positive cells per kg below the median"),
)
"""The factors of Table 2 (001:164-171)."""

PRINTED_WAY = (
    "The ratio as printed is the share without the factor among those without the event over that share among those with it, "
    "which 001 prints as odds ratio; beside it the conditional odds ratio with exact limits, and Fisher's exact test."
)


def as_published_table(sheets: Mapping[str, Sheet], toxicities: tuple[Toxicity, ...]) -> pd.DataFrame:
    """The ratio that 001 printed as odds ratio beside the odds ratio, for each outcome and factor cut in two."""
    rows = [row for toxicity in toxicities for half in HALVES for row in _compared(sheets, toxicity, half)]
    columns = ["outcome", "factor", "with_events", "with_n", "without_events", "without_n"]
    columns += ["ratio_as_printed_biased", "odds_ratio", "lower", "upper", "p_fisher", "remark"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[6:11], "Float64"))


def _compared(sheets: Mapping[str, Sheet], toxicity: Toxicity, half: Halves) -> Iterator[dict[str, object]]:
    known = {name: s for name, s in sheets.items() if not isinstance(s.value(toxicity.measure), Missing)}
    groups = group_by(known, half.measure.name, cut=half.cut)
    head: dict[str, object] = {"outcome": toxicity.label, "factor": half.label}
    first = half.first or (groups.levels[0] if groups.levels else "")
    events = {name: known[name].value(toxicity.measure) is True for name in groups.of}
    inside = [events[name] for name, level in groups.of.items() if level == first]
    outside = [events[name] for name, level in groups.of.items() if level != first]
    head |= {"with_events": sum(inside), "with_n": len(inside)}
    head |= {"without_events": sum(outside), "without_n": len(outside)}
    test = fisher([[sum(side), len(side) - sum(side)] for side in (inside, outside)])
    yield head | {"ratio_as_printed_biased": printed_ratio(inside, outside)} | _odds(test)


def printed_ratio(inside: list[bool], outside: list[bool]) -> float | None:
    """The second group's share of those without an event over its share of those with one, which is no odds ratio.

    001 prints it as one, five times in five (wang-2025, audit of Table 2). None where a share has no value.
    """
    with_event, without = sum(inside) + sum(outside), inside.count(False) + outside.count(False)
    if not with_event or not without or not sum(outside):
        return None
    return (outside.count(False) / without) / (sum(outside) / with_event)


def _odds(test: TestResult) -> dict[str, object]:
    if isinstance(test.p, Missing):
        return {"remark": test.p.reason}
    if test.effect is None:
        return {"p_fisher": test.p}
    finite = test.effect.value if 0 < test.effect.value < float("inf") else None
    return {
        "odds_ratio": finite,
        "lower": test.effect.lower,
        "upper": test.effect.upper,
        "p_fisher": test.p,
        "remark": ""
        if finite is not None
        else "no finite odds ratio above 0: a group with no event, or with nothing else",
    }
