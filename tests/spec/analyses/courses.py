"""Drawn courses: months of transplant, relapse, death and last contact, as a study of patients infused on day 0."""

from collections.abc import Iterable, Mapping

from cartwise.basis import DAYS_PER_MONTH
from cartwise.study import Study
from tests.drawing import study_of


def day(months: float) -> str:
    """A time in months as a day of the record."""
    return f"{months * DAYS_PER_MONTH:g}"


def rows(header: str, lines: Iterable[str]) -> str:
    """A drawn table of a header and lines."""
    return "\n".join([header, *lines])


def courses_study(
    courses: Mapping[str, tuple[float | None, float | None, float | None, float]], **more: str
) -> Study:
    """A study of patients by name: months of HCT, relapse and death (None: never), and of the last contact."""
    named = courses.items()
    prior = [f"{name} | -99 | chemotherapy" for name in courses]
    tables = {
        "patients": rows("patient_id", courses),
        "infusions": rows("patient_id | day", (f"{name} | 0" for name in courses)),
        "treatments": rows(
            "patient_id | day | kind",
            [*prior, *(f"{n} | {day(hct)} | HCT" for n, (hct, *_) in named if hct is not None)],
        ),
        "relapses": rows(
            "patient_id | day", (f"{n} | {day(r)}" for n, (_, r, _, _) in named if r is not None)
        ),
        "deaths": rows("patient_id | day", (f"{n} | {day(d)}" for n, (_, _, d, _) in named if d is not None)),
        "follow_up": rows(
            "patient_id | day | status",
            (f"{n} | {day(end)} | alive" for n, (*_, d, end) in named if d is None),
        ),
    }
    return study_of(**(tables | more))
