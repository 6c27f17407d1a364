"""A patient in remission after a 4-1BB product, to be varied in scenarios of consolidative HCT."""

from __future__ import annotations

from cartwise.guidelines import Advice, advise
from tests.drawing import patient_of

TIER_1 = "westhafen-2025/hct-tier-1"
TIER_2 = "westhafen-2025/hct-tier-2"
PRIOR_HCT = "westhafen-2025/prior-hct-open"

FOUR_1BB = "day | course | product | costimulation\n0 | 1 | tisagenlecleucel | 4-1BB"
CD28 = "day | course | product | costimulation\n0 | 1 | brexucabtagene autoleucel | CD28"
REMISSION = "28 | response | CR"
ELIGIBLE = "20 | HCT eligibility | eligible"
EARLIER = "day | kind | end_day | response_day | response\n-200 | chemotherapy | -100 | -90 | CR"
PRIOR = f"{EARLIER}\n-900 | HCT | | |"
APLASIA = "day | specimen | count | percent_of_lymphocytes\n14 | blood | 0 | 0"
FLOW_NEGATIVE = (
    "day | method | specimen | result | level | sensitivity\n28 | flow | marrow | negative | | 0.0001"
)
STILL_NEGATIVE = (
    f"{FLOW_NEGATIVE}\n200 | flow | marrow | negative | | 0.0001\n380 | flow | marrow | negative | | 0.0001"
)


def case(
    day: float = 400, *, assessments: str = f"{REMISSION}\n{ELIGIBLE}", **tables: str
) -> dict[str, Advice]:
    """Advice on day `day` for a patient in remission after a 4-1BB product, by the fact each rests on."""
    tables.setdefault("infusions", FOUR_1BB)
    tables.setdefault("treatments", EARLIER)
    tables.setdefault("patients", "disease | disease_indication\nB-ALL | MRD re-emergence")
    patient = patient_of(assessments=f"day | kind | value\n{assessments}", **tables)
    return {item.because: item for item in advise(patient.as_of(day))}
