"""From remission to a transplant: what Talleur et al. (003:75) and Myers et al. (004:231) say of the time between."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.care_after_infusion import lately
from cartwise.guidelines.consolidation import BCA_DEFINITIONS, early_bca_loss, first_remission_after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, any_of, under_each
from cartwise.measures.after_remission import ngs_rising
from cartwise.measures.aplasia import bca_lost_to_date
from cartwise.measures.detection import ngs_persistent_or_rising

# Neither source says by which measure of B cells; case 2 of 003 lost aplasia at eight months, so no time is asked.
aplasia_lost = under_each("bca", BCA_DEFINITIONS, bca_lost_to_date)

relapse_may_be_imminent = any_of(
    lately(early_bca_loss(threshold("myers-2023/early-bca-loss-six-months"), BCA_DEFINITIONS)),
    ngs_persistent_or_rising,
    words="early loss of aplasia, or persistent or rising NGS-MRD",
)

talleur = Guideline("Bridge to HCT", source="talleur-2023", written_for=first_remission_after_cd19_car)
talleur.recommend(
    "talleur-2023/bridge-bca-loss-rising-ngs",
    action="Where HCT is planned: bridge to it with a readily available therapy",
    when=all_of(aplasia_lost, ngs_rising),
    grounds=("talleur-2023/case-2",),
)

myers = Guideline("Bridge to HCT", source="myers-2023", written_for=first_remission_after_cd19_car)
myers.recommend(
    "myers-2023/bridge-to-ngs-negativity",
    action="Where HCT is planned: therapy to reach or keep NGS-MRD negativity before it",
    when=relapse_may_be_imminent,
)
myers.recommend(
    "myers-2023/bridge-options-limited",
    action="Choose a bridge with caution: blinatumomab turns on CD19 and burden, inotuzumab threatens the liver, chemotherapy meets a disease that resists it",
    direction="caution",
    when=relapse_may_be_imminent,
)
