"""Association of cell subsets with toxicity, risk group, burden, earlier treatment and outcome (000)."""

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
    subset_maps,
)
from cartwise.analyses.result import Result
from cartwise.analyses.subset_series import CORRECTED, PERCENT, subset_series
from cartwise.measures.subsets import subset_samples
from cartwise.measures.transplant import infused

LABEL = "Chance of a higher percent in the upper group (0.5: no difference)"


@analysis(
    topic="Mass cytometry",
    question="Do patients with CRS, ICANS, other risk, burden, earlier treatment or outcome have other cell subsets?",
    title="Cell subsets by toxicity, risk, burden, treatment and outcome",
    among=infused,
    needs=(subset_samples,),
    uses=MEASURES,
    comparison="any",
)
def subset_associations(cohort: Cohort) -> Result:
    """Every subset at every time point between the groups of each characteristic, or of the measure asked for."""
    found = subset_series(cohort, PERCENT, CORRECTED)
    percents = [one for one in found.series if one.scale == PERCENT]
    groups = groupings(cohort)
    main = differences(percents, groups)
    runs = {
        "samples of few cells taken in": differences(
            [one for one in percents if one.any_few], groups, few=True
        ),
        "corrected for confusion": differences(
            [one for one in found.series if one.scale == CORRECTED], groups
        ),
    }
    sensitivity = differences_table([one for made in runs.values() for one in made])
    sensitivity.insert(0, "run", [run for run, made in runs.items() for _ in made])
    return cohort.result(
        tables={
            "differences": differences_table(main).drop(columns="marker"),
            "sensitivity": sensitivity.drop(columns="marker"),
        },
        figures=subset_maps(main, LABEL),
        about=found.about(ABOUT),
        methods=(*found.notes, *differences_methods(cohort, main)) if cohort.sheets else (),
    )
