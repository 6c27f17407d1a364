"""Every analysis answers for a study that is too small for it: with a reason, a caption and whatever can be drawn."""

import pytest

from cartwise.analyses import catalogue, run
from cartwise.reports import svg
from tests.drawing import study_of

ONE = {"patients": "patient_id\nA", "infusions": "patient_id | day\nA | 0"}
STUDIES = {
    "nobody": {"patients": "patient_id"},
    "nobody infused": {"patients": "patient_id\nA\nB"},
    "one patient without follow-up": ONE,
    "one patient who dies on the day of infusion": ONE | {"deaths": "patient_id | day\nA | 0"},
    "one patient alive": ONE | {"follow_up": "patient_id | day | status\nA | 90 | alive"},
    "everybody relapses": {
        "patients": "patient_id\nA\nB",
        "infusions": "patient_id | day\nA | 0\nB | 0",
        "relapses": "patient_id | day\nA | 40\nB | 40",
    },
    "no events and one transplant": {
        "patients": "patient_id\nA\nB",
        "infusions": "patient_id | day\nA | 0\nB | 0",
        "treatments": "patient_id | day | kind\nA | 50 | HCT",
        "follow_up": "patient_id | day | status\nA | 400 | alive\nB | 400 | alive",
    },
}


@pytest.mark.parametrize("name", sorted(catalogue()))
@pytest.mark.parametrize("study", STUDIES)
def test_a_study_that_is_too_small_gets_an_answer_and_no_traceback(study, name):
    result = run(study_of(**STUDIES[study]), name)
    assert result.caption
    assert [svg(figure) for figure in result.figures.values() if not svg(figure).startswith("<?xml")] == []
