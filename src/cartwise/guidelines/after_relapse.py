"""Relapse after CD19 CAR T cells: what is reported by immunophenotype, and where to read on about escape."""

from __future__ import annotations

from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import Criterion, all_of, equals, not_, open_by_source
from cartwise.measures.response import (
    latest_relapse_immunophenotype,
    relapsed_after_infusion,
    relapsed_again,
)

relapsed = all_of(after_cd19_car, relapsed_after_infusion, words="B-ALL that relapsed after CD19 CAR T cells")
SURVIVAL = "Survival after this kind of relapse: what one cohort saw, not advice"
READ_ON = "How leukaemia escapes CD19 CAR T cells: what is known, not advice"


def immunophenotype(name: str) -> Criterion:
    """A relapse of this immunophenotype; not yet reported is unknown."""
    return equals(latest_relapse_immunophenotype, name, words=f"relapse is {name}")


def first_relapse_of(name: str) -> Criterion:
    """A first relapse of this immunophenotype, of whose survival the source speaks."""
    kind = immunophenotype(name)
    later = open_by_source(
        relapsed_again, "004:102 does not say whether a later relapse after CAR T cells counts"
    )
    return all_of(kind, not_(later, "first relapse after CAR T cells"))


car_ma = Guideline("After relapse", source="car-ma", written_for=relapsed)
for finding, name in (
    ("car-ma/os-after-cd19-positive-relapse", "CD19+"),
    ("car-ma/os-after-cd19-negative-relapse", "CD19-"),
    ("car-ma/os-after-lineage-switch", "lineage switch"),
):
    car_ma.recommend(
        finding, decision="after-relapse", action=SURVIVAL, direction="open", when=first_relapse_of(name)
    )

westhafen = Guideline("After relapse", source="westhafen-2025", written_for=relapsed)
westhafen.recommend(
    "westhafen-2025/escape-clones",
    decision="after-relapse",
    action=READ_ON,
    direction="open",
    when=immunophenotype("CD19-"),
    grounds=(
        "westhafen-2025/escape-gene",
        "westhafen-2025/escape-processing",
        "westhafen-2025/escape-masking",
        "westhafen-2025/escape-trogocytosis",
        "westhafen-2025/antigen-loss-risk",
    ),
)
westhafen.recommend(
    "westhafen-2025/escape-lineage-switch",
    decision="after-relapse",
    action=READ_ON,
    direction="open",
    when=immunophenotype("lineage switch"),
    grounds=("westhafen-2025/kmt2a",),
)

talleur = Guideline("After relapse", source="talleur-2023", written_for=relapsed)
talleur.recommend(
    "talleur-2023/escape-clone",
    decision="after-relapse",
    action=READ_ON,
    direction="open",
    when=immunophenotype("CD19-"),
    grounds=(
        "talleur-2023/cd19-negative-relapse",
        "talleur-2023/escape-mutation",
        "talleur-2023/escape-masking",
        "talleur-2023/dual-targeting",
    ),
)
talleur.recommend(
    "talleur-2023/escape-lineage-switch",
    decision="after-relapse",
    action=READ_ON,
    direction="open",
    when=immunophenotype("lineage switch"),
)
