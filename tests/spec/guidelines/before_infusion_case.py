"""A child with B-ALL before CAR T cells, to be varied in scenarios of what comes before infusion."""

from __future__ import annotations

from cartwise.guidelines import Advice, advise
from cartwise.study import About
from tests.drawing import study_of

EARLIER = "day | kind | detail | intent | end_day | response_day | response | donor"
CHEMOTHERAPY = "-200 | cytotoxic chemotherapy | | reinduction | -100 | -90 | no CR |"


def before_infusion(
    day: float = 0,
    *,
    region: str = "",
    edition: int | None = None,
    age: float | None = 12.5,
    indication: str = "second relapse",
    **tables: str,
) -> dict[str, Advice]:
    """Advice on day `day`, counted from referral, by the fact each sentence rests on; rows name no patient."""
    person = f"disease | referral_day | age_at_index_years | disease_indication\nB-ALL | 0 | {'' if age is None else age} | {indication}"
    tables.setdefault("patients", person)
    owned = {name: _owned(text) for name, text in tables.items()}
    study = study_of(about=About(name="Drawn", region=region, label_edition=edition), **owned)
    assert study.quarantined == 0, [issue.as_dict() for issue in study.issues]
    return {item.because: item for item in advise(study.patients["P"].as_of(day))}


def person(**cells: str | float) -> str:
    """A patients table of one row, with B-ALL and referral on day 0 unless said otherwise."""
    row: dict[str, str | float] = {
        "disease": "B-ALL",
        "referral_day": 0,
        "disease_indication": "second relapse",
        **cells,
    }
    return " | ".join(row) + "\n" + " | ".join(str(cell) for cell in row.values())


def treated(*rows: str) -> str:
    """A treatments table: earlier chemotherapy, and these rows."""
    return "\n".join((EARLIER, CHEMOTHERAPY, *rows))


def assessed(*rows: str) -> str:
    """An assessments table."""
    return "\n".join(("day | kind | value", *rows))


def _owned(text: str) -> str:
    header, *rows = text.strip().splitlines()
    return "\n".join([f"patient_id | {header}", *(f"P | {row}" for row in rows)])
