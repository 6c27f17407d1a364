"""Cytopenia after CAR T cells as the Westhafen group words it (002:264-266), and what CAR-HEMATOTOX says before."""

from __future__ import annotations

from dataclasses import replace

from cartwise.evidence import threshold
from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, any_of, criterion, meets, open_by_source
from cartwise.measures.car_hematotox import car_hematotox
from cartwise.measures.haematotoxicity import severe_neutropenia_days
from cartwise.measures.history import b_all, prior_hct
from cartwise.measures.thrombocytopenia import LOW, thrombocytopenia_days

# 002:264 prints for how long such cytopenia lasts, 30 to 90 days: it is prolonged from the nearer end on. From when it is
# "persistent" (002:266) it does not say, and surely is beyond the farther end.
PRINTED = threshold("westhafen-2025/prolonged-cytopenia")
PROLONGED = replace(PRINTED, value=PRINTED.lower, lower=None, upper=None)
NEUTROPHILS = "neutrophils below 500 per uL, for"

other_cytopenia = open_by_source(
    meets(thrombocytopenia_days, PROLONGED, words=f"platelets below {LOW.value:g} x {LOW.unit}, for"),
    "002:264 names cytopenias and prints a number for neutrophils alone",
)
prolonged_cytopenia = any_of(
    meets(severe_neutropenia_days, PROLONGED, words=NEUTROPHILS), other_cytopenia, words="prolonged cytopenia"
)
persistent_cytopenia = any_of(
    meets(severe_neutropenia_days, PRINTED, words=NEUTROPHILS), other_cytopenia, words="persistent cytopenia"
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
    when=prolonged_cytopenia,
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
westhafen.recommend("westhafen-2025/cd34-boost", when=all_of(persistent_cytopenia, prior_hct))

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
