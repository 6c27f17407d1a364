"""Radiotherapy and leukaemia outside the marrow before CAR T cells, as Myers, Shah and Pulsipher word it (004:153, 183-187)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, criterion, equals, meets, not_
from cartwise.measures.eligibility import before_infusion
from cartwise.measures.extramedullary import (
    bulky_extramedullary,
    cns_status,
    cranial_radiotherapy_before,
    extramedullary_site,
    extramedullary_unresponsive,
    neurotoxicity_now,
    since_cranial_radiotherapy,
)
from cartwise.measures.history import b_all
from cartwise.measures.neurology import cns_disease_at_referral

before_cells = all_of(b_all, before_infusion, words="B-ALL before CAR T cells")
long_enough = meets(
    since_cranial_radiotherapy,
    threshold("myers-2023/cns-radiotherapy-weeks"),
    words="last cranial irradiation",
)

cns = Guideline("CNS disease before CAR T cells", source="myers-2023", written_for=before_cells)
cns.recommend(
    "myers-2023/cns-treat", when=criterion(cns_disease_at_referral), grounds=("myers-2023/cns-icans",)
)
cns.recommend(
    "myers-2023/cns-lesion",
    direction="caution",
    when=equals(cns_status, "parenchymal", words="a lesion of the brain persists"),
)
cns.recommend(
    "myers-2023/cns-radiotherapy",
    action="Wait with the infusion after cranial irradiation",
    direction="against",
    when=all_of(cranial_radiotherapy_before, not_(long_enough, "cranial irradiation too recent")),
)
cns.recommend(
    "myers-2023/cns-no-neurotoxicity",
    action="Do not infuse while there is acute or worsening neurotoxicity",
    direction="against",
    when=all_of(
        cns_disease_at_referral,
        equals(neurotoxicity_now, "acute or worsening", words="acute or worsening neurotoxicity"),
    ),
)

extramedullary = Guideline(
    "Extramedullary disease before CAR T cells", source="myers-2023", written_for=before_cells
)
extramedullary.recommend(
    "myers-2023/emd-reduce",
    action="Reduce bulky disease by radiotherapy or chemotherapy; what is left should not preclude CAR T cells",
    when=criterion(bulky_extramedullary),
)
extramedullary.recommend(
    "myers-2023/bridging-radiotherapy", when=all_of(bulky_extramedullary, extramedullary_unresponsive)
)
extramedullary.recommend(
    "myers-2023/testis", when=equals(extramedullary_site, "testicular", words="testicular disease")
)
extramedullary.recommend(
    "myers-2023/emd-pet",
    when=equals(extramedullary_site, "testicular", "other", words="disease outside marrow and CNS"),
)
