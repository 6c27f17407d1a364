"""What follows reinfusion: B-cell aplasia four weeks later, relapse, further therapy, and remission without any."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.grouping import group_by, in_words
from cartwise.analyses.incidence_after_reinfusion import incidence_after_reinfusion
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import survival_by_group
from cartwise.basis import Estimate, Missing
from cartwise.measures import Measure, Sheet
from cartwise.measures.after_remission import reinfused
from cartwise.measures.reinfusion import (
    aplasia_after_reinfusion,
    reinfusion_day,
    reinfusion_indication,
    relapse_after_reinfusion,
    relapse_or_no_response_at_reinfusion,
    therapy_after_reinfusion,
)
from cartwise.measures.reinfusion import untreated_remission_after_reinfusion as time
from cartwise.measures.reinfusion import untreated_remission_after_reinfusion_event as event
from cartwise.statistics import proportion

FOLLOWED: tuple[Measure, ...] = (aplasia_after_reinfusion, relapse_after_reinfusion, therapy_after_reinfusion)
ALL = "all"


@analysis(
    topic="Transplant and what follows infusion",
    question="What follows a reinfusion of the same cells, by the reason it was given for?",
    title="Outcome of reinfusion",
    among=reinfused,
    needs=(reinfusion_day,),
    uses=(reinfusion_indication, relapse_or_no_response_at_reinfusion, time, event, *FOLLOWED),
)
def reinfusion_outcome(cohort: Cohort) -> Result:
    """Aplasia, relapse and further therapy after reinfusion by its reason, and remission without further therapy (004:237)."""
    remitted = _in_remission(cohort)
    incidence, said = incidence_after_reinfusion(remitted)
    curve = survival_by_group(
        remitted,
        "untreated_remission_after_reinfusion",
        "Remission without further therapy",
        since="reinfusion",
    )
    return replace(
        curve,
        tables={"outcomes": _outcomes(cohort), "incidence": incidence, **curve.tables},
        counts={},
        about=(
            f"{curve.about} The curve is of those without relapse or non-response at reinfusion; the others are counted among the "
            "patients left out. The table of outcomes counts everybody who was reinfused; only aplasia, which is read on a day, has a share "
            "of those for whom it is known, with exact 95 % limits. How many relapse or are treated depends on how long each was followed: the "
            "table of incidences gives it at 6 and 12 months after reinfusion, of those without relapse or non-response at it, with "
            "death, relapse and further therapy competing. Nobody without reinfusion is in either, so that nothing here compares reinfusion with "
            "none. The result has no shared form: reinfusions are few."
        ),
        methods=(
            *(
                f"{in_words(item.name)}: {cohort.method(item.name)}."
                for item in (relapse_or_no_response_at_reinfusion, *FOLLOWED)
                if cohort.sheets
            ),
            *curve.methods,
            *([said] if said else []),
        ),
    )


def _in_remission(cohort: Cohort) -> Cohort:
    """Those whose remission can be followed from reinfusion on; why the others cannot stands among the steps."""
    found = {name: sheet.value(time.name) for name, sheet in cohort.sheets.items()}
    why = Counter(value.reason for value in found.values() if isinstance(value, Missing))
    kept = {name: cohort.sheets[name] for name, value in found.items() if not isinstance(value, Missing)}
    left = tuple((f"Out: {reason}", count) for reason, count in sorted(why.items()))
    return replace(cohort, sheets=kept, steps=(*cohort.steps[:-1], *left, ("Analysed", len(kept))))


def _outcomes(cohort: Cohort) -> pd.DataFrame:
    groups = group_by(cohort.sheets, "reinfusion_indication")
    named = {name: groups.of.get(name, "not recorded") for name in cohort.sheets}
    levels = [ALL, *sorted(set(named.values()))]
    rows = [
        _row(level, item, {n: s for n, s in cohort.sheets.items() if level in (ALL, named[n])})
        for item in FOLLOWED
        for level in levels
    ]
    columns = ["outcome", "reason", "yes", "no", "not_known", "percent", "percent_lower", "percent_upper"]
    numbers = dict.fromkeys(columns[5:], "Float64")
    return pd.DataFrame(rows, columns=[*columns, "remark"]).astype(numbers)


def _row(level: str, item: Measure, sheets: dict[str, Sheet]) -> tuple[object, ...]:
    told = [value for sheet in sheets.values() if isinstance(value := sheet.value(item.name), bool)]
    share: Estimate | Missing = proportion(sum(told), len(told))
    read_on_a_day = item is aplasia_after_reinfusion
    percents = (
        [None if limit is None else 100 * limit for limit in (share.value, share.lower, share.upper)]
        if isinstance(share, Estimate) and read_on_a_day
        else [None] * 3
    )
    name = in_words(item.name)
    return (
        name[:1].upper() + name[1:],
        level,
        sum(told),
        len(told) - sum(told),
        len(sheets) - len(told),
        *percents,
        ""
        if read_on_a_day
        else "no: not by the end of follow-up, which differs; see the table of incidences",
    )
