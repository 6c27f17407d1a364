"""Real data: the Penn CTL019 kinetics give the figures that the specification names."""

from pathlib import Path

import pandas as pd
import pytest

from cartwise.measures import measure_table
from cartwise.study import LINE, About, build

NAMES = ["cmax", "tmax", "tlast", "auc_0_28d", "half_life", "time_to_undetectable", "below_limit_samples"]


def as_read(frame: pd.DataFrame) -> pd.DataFrame:
    text = frame.astype("string").fillna("").astype(object).reset_index(drop=True)
    return text.assign(**{LINE: range(2, len(text) + 2)})


@pytest.fixture(scope="module")
def penn(shared: Path) -> pd.DataFrame:
    """One row a patient: disease, class of response, and the measures as text."""
    data = shared / "data"
    if not (data / "cart_penn_qpcr_kinetics40.csv").is_file():
        pytest.skip("the Penn CTL019 data are not in ../shared/data")
    samples = pd.read_csv(data / "cart_penn_qpcr_kinetics40.csv").query("matrix == 'PB'")
    patients = pd.read_csv(data / "cart_penn_patients59.csv")
    level = samples["copies_per_ug_dna"]
    tables = {
        "patients": pd.DataFrame({"patient_id": patients["patient"]}),
        "infusions": pd.DataFrame({"patient_id": patients["patient"], "day": 0, "course": 1}),
        "transgene": pd.DataFrame(
            {
                "patient_id": samples["patient"],
                "day": samples["day"],
                "specimen": "blood",
                "copies_per_ug": level.where(level > 0),
                "below_limit": (level == 0).map({True: "yes", False: "no"}),
            }
        ),
    }
    study = build(About("Penn CTL019"), {name: as_read(frame) for name, frame in tables.items()})
    assert not study.quarantined
    table = measure_table(study, NAMES)
    wide = table.pivot_table(index="patient_id", columns="measure", values="value", aggfunc="first")
    return patients.set_index("patient").join(wide)


@pytest.mark.parametrize(
    ("disease", "response", "n", "cmax"),
    [("CLL", "CR_PRtd", 11, 52_022), ("CLL", "PR_NR", 18, 657), ("pALL", "CR_PRtd", 5, 81_725)],
)
def test_median_peak_by_disease_and_response(penn, disease, response, n, cmax):
    group = penn[(penn["disease"] == disease) & (penn["response_class"] == response)]
    peaks = pd.to_numeric(group["cmax"].replace("", pd.NA)).dropna()
    assert len(peaks) == n
    assert round(peaks.median()) == cmax


def test_children_who_responded_peak_at_nine_days(penn):
    group = penn[(penn["disease"] == "pALL") & (penn["response_class"] == "CR_PRtd")]
    assert pd.to_numeric(group["tmax"]).median() == 9


def test_patients_without_samples_have_no_value_and_no_zero(penn):
    without = penn[penn["has_kinetics"] == 0]
    assert len(without) == 19
    assert (without["cmax"].fillna("") == "").all()
