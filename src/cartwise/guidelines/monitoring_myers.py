"""Monitoring after CD19 CAR T cells, as Myers, Shah and Pulsipher word it (004:203-219).

That aplasia alone is not enough (004:205), and how to read NGS on day 28 and from month 3 on (004:207), stand with
their advice on HCT, which they lead to.
"""

from __future__ import annotations

from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, criterion, not_, open_by_source
from cartwise.measures.after_remission import ngs_wanting_about_day_28
from cartwise.measures.residual_disease import ngs_detected
from cartwise.measures.response import relapsed_after_infusion
from cartwise.measures.transplant import hct_after_infusion

guideline = Guideline(
    "Monitoring after CD19 CAR T cells",
    source="myers-2023",
    written_for=all_of(
        after_cd19_car,
        not_(relapsed_after_infusion, "no relapse since the infusion"),
        not_(hct_after_infusion, "no HCT since the infusion"),
    ),
)
guideline.recommend(
    "myers-2023/two-factors",
    decision="monitoring-after-infusion",
    action="Follow both: loss of B-cell aplasia and NGS-MRD are the two that have foretold relapse",
    direction="open",
    when=always(),
    grounds=("myers-2023/ngs-any-level",),
)
guideline.recommend(
    "myers-2023/rq-pcr-substitute",
    direction="open",
    when=criterion(ngs_wanting_about_day_28),
    grounds=("robert-debre-saint-louis/rq-pcr-day-28-hr",),
)
guideline.recommend(
    "myers-2023/ngs-expert-consultation",
    direction="caution",
    when=open_by_source(
        ngs_detected,
        "004:219 does not say which result is suspicious; several clones or a clear rise strengthen a finding",
    ),
    grounds=("myers-2023/igh-uninformative", "myers-2023/tcr-informative"),
)
