"""Cytokine release syndrome as the Westhafen group words it (002:239-245); beside it Myers et al. (004:179) and two trials."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, any_of, criterion, meets, not_, open_by_source
from cartwise.measures.crs_course import crs_onset_after_infusion, marrow_blasts_before_latest_ld
from cartwise.measures.grading_agreement import crs_grade_1_now, crs_now
from cartwise.measures.history import b_all
from cartwise.measures.neurology import cardiopulmonary_comorbidity

BLASTS = "marrow blasts before lymphodepletion"

risk_of_severe_crs = any_of(
    meets(marrow_blasts_before_latest_ld, threshold("westhafen-2025/early-tocilizumab-burden"), words=BLASTS),
    cardiopulmonary_comorbidity,
    meets(
        crs_onset_after_infusion,
        threshold("westhafen-2025/early-tocilizumab-onset"),
        words="onset of CRS after infusion",
    ),
    words="high burden, cardiac or pulmonary comorbidity, or early onset",
)

westhafen = Guideline(
    "Cytokine release syndrome",
    source="westhafen-2025",
    written_for=after_cd19_car,
    figures=("westhafen-2025/crs-grading", "astct-2019/crs", "penn-2018/crs", "ebmt-eha-crs/not-computed"),
)
westhafen.recommend(
    "westhafen-2025/crs-prophylaxis", direction="open", when=not_(crs_now, "no CRS at present")
)
westhafen.recommend("westhafen-2025/crs-treatment", when=crs_now)
westhafen.recommend(
    "westhafen-2025/early-tocilizumab",
    when=all_of(crs_grade_1_now, risk_of_severe_crs),
    grounds=("westhafen-2025/burden-severe-crs", "westhafen-2025/tocilizumab-expansion"),
)

myers = Guideline(
    "Risk of severe cytokine release syndrome", source="myers-2023", written_for=criterion(b_all)
)
myers.recommend(
    "myers-2023/high-burden-severe-crs",
    decision="crs",
    action="Read this burden as high for severe CRS, as its first analyses did",
    direction="caution",
    when=meets(marrow_blasts_before_latest_ld, threshold("myers-2023/high-burden-severe-crs"), words=BLASTS),
)

trials = Guideline("Early tocilizumab as trials gave it", source="pdq", written_for=after_cd19_car)
trials.recommend(
    "pdq/seattle-early-tocilizumab",
    direction="open",
    when=open_by_source(
        crs_now, "the rule turns on paracetamol and a bolus of fluid, of which the record holds no hours"
    ),
)
trials.recommend(
    "pdq/chop-early-tocilizumab",
    direction="open",
    when=open_by_source(
        all_of(crs_now, meets(marrow_blasts_before_latest_ld, threshold("pdq/chop-burden"), words=BLASTS)),
        "the rule turns on the hours between two fevers, which the record does not hold",
    ),
)
