"""Survival after the relapse that followed infusion, by its immunophenotype."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.grouping import group_by
from cartwise.analyses.hct_handlings import followed, handlings, with_handlings
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import EVERYBODY, survival_by_group
from cartwise.measures.later_survival import survival_after_relapse as time
from cartwise.measures.later_survival import survival_after_relapse_event as event
from cartwise.measures.response import relapse_immunophenotype, relapsed_after_infusion, relapses_after

DEATH = "Death after relapse"
_ABOUT = (
    "Time zero is the relapse, on which its immunophenotype is taken as known though it may be reported some days later; what was "
    "given for the relapse differs between the groups and is not adjusted for. The result has no shared form: relapses are few."
)


@analysis(
    topic="Survival and relapse",
    question="How long do patients live after a relapse that followed infusion, by whether it kept CD19?",
    title="Survival after relapse",
    among=relapsed_after_infusion,
    needs=(time, event),
    uses=(relapse_immunophenotype,),
)
def survival_after_relapse(cohort: Cohort) -> Result:
    """Kaplan-Meier curves from relapse to death by immunophenotype (CD19+, CD19-, lineage switch), as in 004:102."""
    groups = group_by(cohort.sheets, "relapse_immunophenotype")
    steps = cohort.steps[:-1]
    steps += ((f"Out: {groups.label} not known", len(groups.reasons)), ("Analysed", len(groups.of)))
    kept = {name: cohort.sheets[name] for name in groups.of}
    chosen = replace(cohort, sheets=kept, groups=groups, steps=steps)
    found = survival_by_group(chosen, "survival_after_relapse", "Survival after relapse", since="relapse")
    whole = survival_by_group(cohort, "survival_after_relapse", "Survival after relapse", since="relapse")
    everybody = whole.tables["groups"].assign(group="All relapses, whatever is known of CD19")
    tables = dict(found.tables) | {"groups": _with_all(found.tables["groups"], everybody)}
    about = f"{found.about} {_ABOUT}"
    alone = replace(found, by="", tables=tables, counts={}, about=about, missing=cohort.missing)
    # Of all relapses: those of one immunophenotype are few, and transplants after them fewer.
    rows = followed(
        cohort, "survival_after_relapse", DEATH, start=lambda patient: relapses_after(patient)[0].day
    )
    return with_handlings(alone, handlings(rows, [DEATH]))


def _with_all(of_groups: pd.DataFrame, everybody: pd.DataFrame) -> pd.DataFrame:
    known = of_groups[of_groups["group"] != EVERYBODY]
    return pd.concat([known, everybody], ignore_index=True).convert_dtypes()
