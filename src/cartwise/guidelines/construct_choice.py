"""Which CAR T cells, as Myers, Shah and Pulsipher (004:11-21, 225, 265) and the Westhafen group (002:194) word it."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.eligibility_age import aged
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, any_of, criterion, equals, meets, not_
from cartwise.measures.eligibility import (
    before_infusion,
    refractory,
    relapsed_after_hct,
    second_or_later_relapse,
)
from cartwise.measures.history import b_all, hct_to_relapse, prior_blinatumomab
from cartwise.measures.transplant import hct_eligible, hct_wish

before_cells = all_of(b_all, before_infusion, words="B-ALL before CAR T cells")

myers = Guideline("Choice of CAR T cells", source="myers-2023", written_for=before_cells)
myers.recommend(
    "myers-2023/construct-comparison",
    decision="product",
    action="Between products that are both labelled, persistence and the goal of treatment decide; they were not compared",
    direction="open",
    when=all_of(
        aged(threshold("myers-2023/brexu-cel-age")),
        aged(threshold("myers-2023/tisa-cel-age")),
        any_of(refractory, second_or_later_relapse, words="refractory, or second or later relapse"),
    ),
)
myers.recommend(
    "myers-2023/tisa-cel-if-avoiding-hct",
    when=all_of(
        aged(threshold("myers-2023/tisa-cel-age")),
        any_of(
            equals(hct_wish, "avoids", words="wish to avoid HCT"),
            not_(hct_eligible, "not eligible for HCT"),
            words="HCT is to be avoided or not possible",
        ),
    ),
)
myers.recommend("myers-2023/blinatumomab-no-contraindication", when=criterion(prior_blinatumomab))
myers.recommend("myers-2023/persistent-product-after-hct", when=criterion(relapsed_after_hct))
myers.recommend("myers-2023/curative-product-after-hct", when=criterion(relapsed_after_hct))

westhafen = Guideline("Choice of CAR T cells", source="westhafen-2025", written_for=before_cells)
westhafen.recommend(
    "westhafen-2025/donor-derived-cells",
    direction="open",
    when=all_of(
        relapsed_after_hct,
        meets(
            hct_to_relapse,
            threshold("westhafen-2025/early-relapse-after-hct"),
            words="from HCT to relapse",
        ),
    ),
    grounds=("germany-after-hct/early-relapse",),
)
