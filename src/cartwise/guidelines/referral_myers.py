"""Referral for CAR T cells and the search for a donor, as Myers, Shah and Pulsipher word it (004:7, 128, 257)."""

from __future__ import annotations

from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, any_of, equals, not_, open_by_source
from cartwise.measures.collection import collected
from cartwise.measures.donor_cells import donor_search_begun
from cartwise.measures.eligibility import before_infusion, nci_high_risk
from cartwise.measures.history import b_all, indication

high_risk = any_of(
    nci_high_risk,
    open_by_source(not_(nci_high_risk, "NCI standard risk"), "004:257 speaks of high risk and defines none"),
    words="high risk",
)

guideline = Guideline(
    "Referral for CAR T cells",
    source="myers-2023",
    written_for=all_of(
        b_all, before_infusion, not_(collected, "no cells collected"), words="B-ALL, no T cells collected yet"
    ),
)
guideline.recommend("myers-2023/early-referral", when=always(), grounds=("myers-2023/access",))
guideline.recommend(
    "myers-2023/primary-refractory",
    when=all_of(equals(indication, "primary refractory", words="primary refractory"), high_risk),
    grounds=("myers-2023/primary-refractory-benefit",),
)

donor = Guideline(
    "Search for a donor before CAR T cells",
    source="myers-2023",
    written_for=all_of(b_all, before_infusion, words="B-ALL before CAR T cells"),
)
donor.recommend(
    "myers-2023/case-preparation",
    decision="donor-search",
    action="Begin HLA typing while CAR T cells are planned: practice in the running case",
    direction="open",
    when=not_(donor_search_begun, "no search begun"),
)
