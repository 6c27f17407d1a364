"""Transplant after infusion within strata of MRD before infusion: survival, leukaemia-free survival, non-relapse death."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.characteristics import Characteristic
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.deaths_without_relapse import METHODS as DEATHS_METHODS
from cartwise.analyses.deaths_without_relapse import deaths_table, without_leukaemia
from cartwise.analyses.figure import Figure, IntervalFigure, IntervalRow
from cartwise.analyses.first_event import RELAPSE, first_events
from cartwise.analyses.grouping import Grouping, counted
from cartwise.analyses.hct_approaches import (
    BIASED,
    SOUND,
    Effect,
    effects,
    effects_table,
    of_patients,
    ratio_columns,
)
from cartwise.analyses.hct_handlings import CENSORED
from cartwise.analyses.hct_strata_curves import strata_curves
from cartwise.analyses.printed_disputes import METHODS as DISPUTES
from cartwise.analyses.printed_disputes import printed_disputes
from cartwise.analyses.result import Result
from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.measures.burden import mrd_before_ld_range
from cartwise.measures.burden_after_ld import mrd_after_ld_range
from cartwise.measures.outcome import overall_survival, overall_survival_event
from cartwise.measures.response import relapsed_after_infusion
from cartwise.measures.transplant import hct_after_infusion, infused
from cartwise.statistics import benjamini_hochberg, firth_cox, log_rank, time_varying

CUTS = (1e-4, 1e-3, 1e-2)
"""Levels of MRD at which 001:122 and 001:209-226 make strata."""
LANDMARK = 3.0
"""Months; the median transplant of 001:118 was at 2.6 months."""
OS, LFS, NRM = "Overall survival", "Leukaemia-free survival", "Death without relapse"

STRATA = tuple(
    Characteristic(measure, cut=cut, words=f"MRD {when} lymphodepletion")
    for measure, when in ((mrd_before_ld_range, "before"), (mrd_after_ld_range, "after"))
    for cut in CUTS
)


SIDES = ("below", "above")
CURVES = tuple(
    f"figure {survival}_{when}_ld_{side}_1e_4{way}"
    for survival in ("overall_survival", "leukaemia_free_survival")
    for when in ("before", "after")
    for side in SIDES
    for way in ("", "_as_published")
)


@dataclass(frozen=True, slots=True)
class Stratum:
    """Patients on one side of a cut-off of MRD."""

    burden: str
    level: str
    patients: frozenset[str]


NOBODY = Stratum("MRD before or after lymphodepletion", "on a known side of a cut-off: nobody", frozenset())


@analysis(
    topic="Transplant and what follows infusion",
    question="Is transplant after infusion of use, or does it harm, at low and at high MRD before infusion?",
    title="HCT after infusion within strata of MRD",
    among=infused,
    needs=(overall_survival, overall_survival_event, relapsed_after_infusion, hct_after_infusion),
    uses=(mrd_before_ld_range, mrd_after_ld_range),
    published="HCT at any time as if known at infusion within strata of MRD (001:122): immortal time",
    reproduces=dict.fromkeys(CURVES, "001 Figure 1"),
)
def hct_within_mrd_strata(cohort: Cohort) -> Result:
    """Hazard ratios of death, of relapse or death, and of death without relapse with HCT, by MRD before and after LD."""
    data = _followed(cohort)
    outcomes = {name: _outcome(data, name) for name in (OS, LFS, NRM)}
    rows = [
        (outcome, stratum, list(_effects(outcome, of, stratum, as_published=cohort.as_published)))
        for outcome, of in outcomes.items()
        for stratum in list(_strata(cohort)) or [NOBODY]
    ]
    table = _table(rows)
    return cohort.result(
        # Without counts: strata at several cut-offs differ by few patients.
        tables={
            "strata": table,
            "interaction": _interactions(cohort, outcomes),
            "deaths_without_relapse": deaths_table(
                data, ((of.burden, of.level, of.patients) for of in _strata(cohort))
            ),
            "undecided": _undecided(cohort),
            "printed_in_001": printed_disputes(lambda fact: fact.comparison == "HCT v none"),
        },
        figures=_figures(table) | _curves(cohort, outcomes),
        estimates={
            f"{outcome}, {stratum.burden} {stratum.level}, {effect.approach}": effect.ratio
            for outcome, stratum, found in rows
            for effect in found
        },
        about=_about(table, as_published=cohort.as_published),
        methods=_methods(cohort, rows),
    )


def _curves(cohort: Cohort, outcomes: Mapping[str, pd.DataFrame]) -> dict[str, Figure]:
    """Curves of both survivals below and above the lowest cut-off, which is that of 001 Figure 1."""
    strata = [
        (f"{when}_ld_{side}_1e_4", f"{item.label}: {level}", _members(groups, level))
        for when, item in (("before", STRATA[0]), ("after", STRATA[len(CUTS)]))
        for groups in [item.groups(cohort.sheets)]
        for side, level in zip(SIDES, groups.levels, strict=False)
    ]
    survivals = {name: outcomes[name] for name in (OS, LFS)}
    return {**strata_curves(survivals, strata, LANDMARK, as_published=cohort.as_published)}


def _followed(cohort: Cohort) -> pd.DataFrame:
    """First events with `relapse_month, os_month, died` beside; a day of infusion without follow-up is no time."""
    data = first_events(cohort)
    days = cohort.numbers("overall_survival")
    died = cohort.known("overall_survival_event")
    data["os_month"] = [days[name] / DAYS_PER_MONTH for name in data["patient"]]
    data["died"] = [int(died[name] is True) for name in data["patient"]]
    data["relapse_month"] = data["month"].where(data["cause"] == RELAPSE)
    # A transplant for relapse is not the transplant that was to prevent it.
    data["hct_month"] = data["hct_month"].where(data["hct_month"] < data["month"])
    return data[data["month"] > 0].reset_index(drop=True)


def _outcome(data: pd.DataFrame, name: str) -> pd.DataFrame:
    """`patient, month, event, hct_month, relapse_month` of an outcome; the first event ends all times at risk but survival's."""
    if name == OS:
        return data.assign(month=data["os_month"], event=data["died"])
    hit = data["cause"] != CENSORED if name == LFS else without_leukaemia(data)
    return data.assign(event=hit.astype(int))


def _strata(cohort: Cohort) -> Iterator[Stratum]:
    for item in STRATA:
        groups = item.groups(cohort.sheets)
        for level in groups.levels:
            if members := _members(groups, level):
                yield Stratum(item.label, level, members)


def _members(groups: Grouping, level: str) -> frozenset[str]:
    return frozenset(name for name, found in groups.of.items() if found == level)


def _effects(outcome: str, data: pd.DataFrame, stratum: Stratum, *, as_published: bool) -> Iterator[Effect]:
    inside = data[data["patient"].isin(stratum.patients)].reset_index(drop=True)
    found = survival_effects if outcome == OS else _effects_to_relapse
    yield from found(inside, as_published=as_published)


def _effects_to_relapse(data: pd.DataFrame, *, as_published: bool) -> Iterator[Effect]:
    return effects(data, landmarks=(LANDMARK,), fit=firth_cox, as_published=as_published)


def survival_effects(data: pd.DataFrame, *, as_published: bool = False) -> Iterator[Effect]:
    """HCT before relapse and death: whoever has relapsed can no longer get it, and is no comparison for who still can.

    Args:
        data: `patient, month, event` of survival, `hct_month` (NaN: none before relapse) and `relapse_month` (NaN: none).
        as_published: whether HCT is also taken as if known at infusion.
    """
    varying, *published = effects(data, landmarks=(), fit=firth_cox, as_published=as_published)
    free = data[~(data["relapse_month"] <= LANDMARK)].reset_index(drop=True)
    _, landmark = effects(free, landmarks=(LANDMARK,), fit=firth_cox)
    yield from (_within_relapse(data, varying), landmark, *published)


def _cut(data: pd.DataFrame) -> pd.DataFrame:
    """Intervals `start, stop, event` with `hct` and `relapsed` as they stood; only survival goes on after relapse."""
    starts = {"hct": "hct_month", "relapsed": "relapse_month"}
    return time_varying(data, patient="patient", time="month", event="event", starts=starts).data


def _within_relapse(data: pd.DataFrame, varying: Effect) -> Effect:
    """The time-varying effect with the transplanted and the others compared on the same side of relapse."""
    if not varying.patients[1]:
        return varying
    cut = _cut(data)
    model = firth_cox(cut, ["hct"], time="stop", event="event", entry="start", strata="relapsed")
    test = log_rank(cut["stop"], cut["event"], cut["hct"], entry=cut["start"], strata=cut["relapsed"])
    ratio = of_patients(model["hct"].estimate(), len(data))
    return replace(varying, ratio=ratio, p=test.p, test="log-rank, stratified by relapse")


def _table(rows: Sequence[tuple[str, Stratum, list[Effect]]]) -> pd.DataFrame:
    parts = [
        effects_table(found).assign(outcome=outcome, burden=stratum.burden, stratum=stratum.level)
        for outcome, stratum, found in rows
        if found
    ]
    table = pd.concat(parts, ignore_index=True)
    first = ["outcome", "burden", "stratum"]
    table = table[[*first, *(column for column in table if column not in first)]]
    sound = (table["standing"] == SOUND) & table["p"].notna()
    return table.assign(q=_adjusted(table[sound], ["outcome", "approach"]))[
        [*table.columns[:-1], "q", "remark"]
    ]


def _adjusted(tested: pd.DataFrame, family: list[str]) -> pd.Series:
    """P values adjusted within families: rows alike in some columns, over all strata or cut-offs."""
    found = pd.Series(pd.NA, index=tested.index, dtype="Float64")
    for _, rows in tested.groupby(family):
        found.loc[rows.index] = benjamini_hochberg(rows["p"].to_numpy(float))
    return found


INTERACTION = [
    "outcome",
    "burden",
    "cut",
    "n",
    "events",
    "ratio_of_hazard_ratios",
    "lower",
    "upper",
    "p",
    "q",
    "remark",
]


def _interactions(cohort: Cohort, outcomes: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Whether the effect of transplant differs between the sides of each cut-off: what strata apart cannot tell."""
    rows = [
        {"outcome": outcome, "burden": item.label, "cut": item.cut, **_interaction(cohort, item, data)}
        for outcome, data in outcomes.items()
        for item in STRATA
    ]
    table = pd.DataFrame(rows, columns=INTERACTION).astype(dict.fromkeys(INTERACTION[5:10], "Float64"))
    return table.assign(q=_adjusted(table[table["p"].notna()], ["outcome"]))


def _interaction(cohort: Cohort, item: Characteristic, data: pd.DataFrame) -> dict[str, object]:
    groups = item.groups(cohort.sheets)
    inside = data[data["patient"].isin(groups.of.keys())].reset_index(drop=True)
    counts: dict[str, object] = {"n": len(inside), "events": int(inside["event"].sum())}
    above = inside["patient"].map(groups.of).eq(groups.levels[-1] if groups.levels else "").astype(int)
    if reason := _no_interaction(inside, above, groups.levels):
        return counts | {"remark": reason}
    inside = inside.assign(high=above)
    cut = _cut(inside)
    cut = cut.assign(both=cut["hct"] * cut["high"])
    columns = ["hct", "high", "both"]
    model = firth_cox(cut, columns, time="stop", event="event", entry="start", strata="relapsed")
    ratio = model["both"].estimate()
    if isinstance(ratio, Missing):
        return counts | {"remark": ratio.reason}
    named = ratio_columns(ratio)
    few = "" if model.events >= 30 else f"{counted(model.events, 'event')} for 3 coefficients: unstable"
    return counts | {
        "ratio_of_hazard_ratios": named["hazard_ratio"],
        "lower": named["lower"],
        "upper": named["upper"],
        "p": model["both"].p,
        "remark": few,
    }


def _no_interaction(inside: pd.DataFrame, above: pd.Series, levels: tuple[str, ...]) -> str:
    if inside.empty or len(levels) < 2:
        return "MRD is known on one side of the cut-off only, or in nobody"
    if not inside["event"].any():
        return "no event"
    done = inside["hct_month"] < inside["month"]
    cells = [set(zip(done[rows], above[rows], strict=True)) for rows in (slice(None), inside["event"] == 1)]
    if len(cells[0]) < 4:
        return "a side of the cut-off has nobody with HCT, or nobody without"
    return "" if len(cells[1]) == 4 else "no event with HCT, or without, on a side of the cut-off"


def _undecided(cohort: Cohort) -> pd.DataFrame:
    """For how many each cut-off is not settled, by reason."""
    rows = [
        (item.label, item.cut, reason, list(groups.reasons.values()).count(reason))
        for item in STRATA
        for groups in [item.groups(cohort.sheets)]
        for reason in sorted(set(groups.reasons.values()))
    ]
    return pd.DataFrame(rows, columns=["burden", "cut", "reason", "patients"])


def _figures(table: pd.DataFrame) -> dict[str, Figure]:
    """One forest plot an outcome, of the time-varying covariate."""
    names = {
        OS: ("", "death"),
        LFS: ("leukaemia_free_survival", "relapse or death"),
        NRM: ("death_without_relapse", "death without relapse"),
    }
    figures: dict[str, Figure] = {}
    for outcome, (name, words) in names.items():
        chosen = table[(table["outcome"] == outcome) & (table["approach"] == "Time-varying covariate")]
        rows = tuple(
            _forest_row(row) for row in chosen.to_dict("records") if not pd.isna(row["hazard_ratio"])
        )
        label = f"Hazard ratio of {words}, with HCT against without"
        if rows:
            figures[name] = IntervalFigure(rows, "strata", label, logarithmic=True, reference=1.0)
    return figures


def _forest_row(row: dict[object, object]) -> IntervalRow:
    done, events = row["hct"], row["events_hct"]
    label = f"{row['stratum']} (HCT {events} of {done}, none {row['events_no_hct']} of {row['no_hct']})"
    low, high = (None if pd.isna(row[end]) else float(str(row[end])) for end in ("lower", "upper"))  # type: ignore[call-overload]
    key = (str(row["outcome"]), str(row["burden"]), str(row["stratum"]), str(row["approach"]))
    return IntervalRow(str(row["burden"]), label, float(str(row["hazard_ratio"])), low, high, key)


def _about(table: pd.DataFrame, *, as_published: bool) -> str:
    answered = table["hazard_ratio"].notna().any()
    shown = (
        "Hazard ratio with HCT before relapse against without (Firth's penalty, 95 % confidence interval), within strata of MRD; "
        "HCT as time-varying covariate, and from a landmark on. Overall survival is compared on the same side of relapse, "
        "and from the landmark among those without relapse by then. q is adjusted for all strata of one outcome and "
        "approach, and of interactions for all cut-offs of one outcome. An effect in one stratum and none in another is no difference between them: the table of interactions asks "
        "for that. Curves are drawn from the landmark on, of those without relapse by then, at MRD 10⁻⁴. None of them corrects for "
        "who was chosen for HCT."
    )
    if not answered:
        shown = "No effect of HCT can be estimated in any stratum; the remarks of the table say why."
    biased = (
        f" Curves from infusion and rows called {BIASED} take HCT as if known at infusion, as is usually published; they are not to be relied on."
        if as_published
        else ""
    )
    return f"{shown}{biased} A test that does not settle a cut-off puts its patient in neither stratum. The result has no shared form."


def _methods(cohort: Cohort, rows: Sequence[tuple[str, Stratum, list[Effect]]]) -> tuple[str, ...]:
    measures = (
        "overall_survival",
        "leukaemia_free_survival",
        "mrd_before_ld_range",
        "mrd_after_ld_range",
        "hct_after_infusion",
    )
    return (
        *(
            f"{measure.replace('_', ' ')}: {said}."
            for measure in measures
            if (said := cohort.method(measure))
        ),
        (
            "HCT counts from its day on, where it came before relapse or death; a transplant for relapse does not. For overall "
            "survival the time-varying models and tests, and the interaction, are stratified by whether relapse had come by then, because "
            "patients after relapse can no longer get that transplant: their hazard ratio leaves out what HCT does by preventing relapse. "
            "The landmark of overall survival is of patients alive without relapse by then, and leaves none of it out. P values of the time-varying covariate are by "
            "Mantel-Byar (of overall survival by the log-rank test stratified by relapse), of landmarks by log-rank, of interactions by "
            "likelihood ratio; q by Benjamini and Hochberg (1995) over the strata of one outcome and approach, and over the cut-offs of "
            "one outcome for interactions."
        ),
        DEATHS_METHODS,
        DISPUTES,
        *(sentence for _, _, found in rows for effect in found for sentence in effect.methods),
    )
