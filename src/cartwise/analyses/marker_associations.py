"""Association of state markers on cell subsets with toxicity, risk group, burden, earlier treatment and outcome (000)."""

from __future__ import annotations

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.group_differences import (
    ABOUT,
    MEASURES,
    differences,
    differences_methods,
    differences_table,
    groupings,
    marker_maps,
)
from cartwise.analyses.marker_series import marker_series
from cartwise.analyses.result import Result
from cartwise.measures.subsets import marker_samples
from cartwise.measures.transplant import infused


@analysis(
    topic="Mass cytometry",
    question="Do patients with CRS, ICANS, other risk, burden, earlier treatment or outcome have other state markers?",
    title="State markers by toxicity, risk, burden, treatment and outcome",
    among=infused,
    needs=(marker_samples,),
    uses=MEASURES,
    comparison="any",
)
def marker_associations(cohort: Cohort) -> Result:
    """Every marker of every subset at every time point between the groups of each characteristic."""
    found = marker_series(cohort)
    groups = groupings(cohort)
    main = differences(found.series, groups)
    few = differences([one for one in found.series if one.any_few], groups, few=True)
    # The first characteristic alone has a figure; the others stand in the table.
    label = groups[0].label if groups else ""
    shown = marker_maps(
        [one for one in main if one.grouping.label == label],
        f"Chance of a higher value in the upper group, {label}",
    )
    about = f"{ABOUT} Drawn are the groups by {label}; --by draws others." if shown else ABOUT
    return cohort.result(
        tables={"differences": differences_table(main), "sensitivity": differences_table(few)},
        figures=shown,
        about=found.about(about),
        methods=(*found.notes, *differences_methods(cohort, main)) if cohort.sheets else (),
    )
