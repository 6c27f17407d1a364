"""Relapse-free survival of those in remission, from remission on."""

from __future__ import annotations

import math
from dataclasses import replace

from cartwise.analyses.analysis import Followed, analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.first_event import EITHER
from cartwise.analyses.hct_handlings import followed, handlings, with_handlings
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import survival_by_group
from cartwise.basis import Missing
from cartwise.measures.later_survival import relapse_free_survival as time
from cartwise.measures.later_survival import relapse_free_survival_event as event
from cartwise.measures.later_survival import remission_day
from cartwise.measures.response import complete_response
from cartwise.study import Patient

_ABOUT = (
    "Only patients with a remission after infusion, from its first day on: they are chosen by their response, so the curve is no "
    "answer to how all who were infused fare. The result has no shared form: beside leukaemia-free survival its counts would "
    "tell how many did not respond."
)


def _remission(patient: Patient) -> float:
    day = remission_day(patient)
    return math.inf if isinstance(day, Missing) else day


@analysis(
    topic="Survival and relapse",
    question="How long do patients in remission after infusion live free of relapse?",
    title="Relapse-free survival",
    among=complete_response,
    needs=(time, event),
    comparison="baseline",
    followed=Followed("remission", _remission),
)
def relapse_free_survival(cohort: Cohort) -> Result:
    """Kaplan-Meier curves from remission to relapse or death, by a group known at remission."""
    found = survival_by_group(cohort, "relapse_free_survival", "Relapse-free survival", since="remission")
    alone = replace(found, counts={}, about=f"{found.about} {_ABOUT}")
    rows = followed(cohort, "relapse_free_survival", EITHER, start=_remission)
    return with_handlings(alone, handlings(rows, [EITHER], groups=cohort.groups))
