"""Cytopenia after CAR T cells as the Westhafen group words it (002:264-266), and what CAR-HEMATOTOX says before."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, criterion, meets
from cartwise.measures.car_hematotox import car_hematotox
from cartwise.measures.haematotoxicity import severe_neutropenia_days
from cartwise.measures.history import b_all, prior_hct

# 002:264 calls cytopenia of 30 to 90 days prolonged and neutrophils below 500 per uL its example.
prolonged_neutropenia = meets(
    severe_neutropenia_days,
    threshold("westhafen-2025/prolonged-cytopenia"),
    words="neutrophils below 500 per uL, for",
)

westhafen = Guideline("Haematotoxicity", source="westhafen-2025", written_for=after_cd19_car)
westhafen.recommend(
    "westhafen-2025/haematotoxicity-scores",
    action="Scores made for B-ALL exist, ALL-Hematotox and CytoRisk of the PRWCC; neither is computed here, since their cut-offs and weights could not be read",
    when=always(),
    grounds=("all-hematotox-2025/not-computed", "cytorisk-2025/not-computed"),
)
westhafen.recommend(
    "westhafen-2025/cytopenia-support",
    when=prolonged_neutropenia,
    grounds=(
        "westhafen-2025/neutropenia",
        "westhafen-2025/cytopenia-one-year",
        "icaht-2023/early",
        "icaht-2023/late",
        "icaht-2023/longest-or-cumulative",
        "t-icaht/early",
        "t-icaht/late",
    ),
)
westhafen.recommend("westhafen-2025/cd34-boost", when=all_of(prolonged_neutropenia, prior_hct))

rejeski = Guideline("Risk of haematotoxicity", source="car-hematotox-2021", written_for=criterion(b_all))
rejeski.recommend(
    "car-hematotox-2021/high-risk",
    direction="caution",
    when=meets(car_hematotox, threshold("car-hematotox-2021/high"), words="CAR-HEMATOTOX"),
    grounds=(
        "car-hematotox-2021/score",
        "car-hematotox-2021/bands",
        "car-hematotox-2021/in-b-all",
    ),
)
