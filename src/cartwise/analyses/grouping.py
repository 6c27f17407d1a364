"""Patients grouped by a measure, and the guard against groups that only the future could form."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cartwise.basis import Interval, Missing, UserError
from cartwise.measures import Sheet, Value, catalogue, shown
from cartwise.study import Patient

MOST_LEVELS = 6
"""More different numbers than this are cut at their median instead of each making a group."""

KNOWN_BEFORE_INFUSION = frozenset(
    {
        "age_at_infusion",
        "blinatumomab_response",
        "costimulation",
        "dose_on_day_0",
        "fludarabine_auc",
        "fludarabine_suboptimal",
        "hct_to_relapse",
        "il_6_before_infusion",
        "marrow_blasts_before_ld",
        "mrd_after_ld_range",
        "mrd_before_ld",
        "mrd_before_ld_range",
        "mrd_state_before_ld",
        "prior_blinatumomab",
        "prior_hct",
        "product",
        "relapse_number",
    }
)
"""Measures that rest on samples and events before infusion. A result reported after infusion makes no group that a
patient must survive to enter, so these are not held against the day of the report. Nothing that comes later may change
one of them: the dose of a course, whose portions may be given over weeks, is none."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Patients by level of one measure.

    Attributes:
        measure: name of the measure.
        label: its name in words, with its unit where levels are cut.
        levels: the levels in order.
        of: level of each patient for whom it is known.
        reasons: why it is not known, for each of the others.
        note: how numbers were cut, "" where they were not.
        cut: where they were cut; None where they were not.
    """

    measure: str
    label: str
    levels: tuple[str, ...]
    of: Mapping[str, str]
    reasons: Mapping[str, str]
    note: str = ""
    cut: float | None = None


def in_words(measure: str) -> str:
    """A measure's name as words; abbreviations keep their capitals."""
    capitals = {"hct", "mrd", "ngs", "pcr", "bca", "crs", "icans", "auc", "cr", "ld", "cmax", "tmax", "tlast"}
    written = {"cmax": "Cmax", "tmax": "Tmax", "tlast": "Tlast"}
    return " ".join(
        written.get(word, word.upper()) if word in capitals else word for word in measure.split("_")
    )


def counted(count: int, thing: str) -> str:
    """A count with the word for what is counted, in the plural where it is not one ("1 event", "2 events")."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def group_by(sheets: Mapping[str, Sheet], measure: str, *, cut: float | None = None) -> Grouping:
    """Group patients by a measure.

    Yes or no, text and up to MOST_LEVELS different numbers form one group each; more numbers are cut at `cut`
    or, without one, at their median. An interval belongs to a side of `cut` where all of it lies there.

    Args:
        sheets: the patients' measures.
        measure: name of the measure.
        cut: a value from which on a number belongs to the upper group.

    Raises:
        UserError: where there is no such measure, or it holds intervals and no cut is given.
    """
    if measure not in catalogue():
        raise UserError(
            f"There is no measure {measure!r} to group by. `cartwise catalogue measures` lists them all."
        )
    values = {name: _placed(sheet.value(measure), cut) for name, sheet in sheets.items()}
    reasons = {name: value.reason for name, value in values.items() if isinstance(value, Missing)}
    known = {name: value for name, value in values.items() if not isinstance(value, Missing)}
    if any(isinstance(value, Interval) for value in known.values()):
        raise UserError(
            f"{measure} holds intervals, which form no groups. Choose a measure that is yes or no, a number or a word."
        )
    levels, level_of, note, at = _levels(known, cut, catalogue()[measure].unit)
    label = in_words(measure)
    of = {name: level_of(value) for name, value in known.items()}
    return Grouping(measure, label[:1].upper() + label[1:], levels, of, reasons, note, at)


def _placed(value: Value | Missing, cut: float | None) -> Value | Missing:
    """A value as a group can hold it: an interval belongs to the side of the cut-off on which all of it lies."""
    if not isinstance(value, Interval) or cut is None:
        return value
    if value.by < cut or value.after >= cut:
        return value.after
    return Missing(f"between {value.after:g} and {value.by:g}, which does not settle the cut-off {cut:g}")


def _levels(
    known: Mapping[str, Value], cut: float | None, unit: str
) -> tuple[tuple[str, ...], Callable[[Value], str], str, float | None]:
    numbers = [float(v) for v in known.values() if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < len(known) or (cut is None and len(set(numbers)) <= MOST_LEVELS):
        return _each(known), shown, "", None
    at = statistics.median(numbers) if cut is None else cut
    below, above = f"< {_cut_in_words(at, unit)}", f"≥ {_cut_in_words(at, unit)}"
    note = "cut at its median" if cut is None else ""
    return (below, above), lambda value: below if _number(value) < at else above, note, at


_UNITS = {"a": "years", "d": "days", "mo": "months", "1": ""}


def _cut_in_words(at: float, unit: str) -> str:
    """A cut-off as tables print it: 10⁻³, 3.8×10⁶ cells/kg, 10 years."""
    mantissa, _, power = f"{at:.2e}".partition("e")
    raised = "10" + str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    figure = float(mantissa)
    plain = 1e-2 < abs(at) < 1e5 or at == 0
    number = f"{at:g}" if plain else raised if figure == 1 else f"{figure:g}×{raised}"
    return f"{number} {_UNITS.get(unit, unit.replace('{', '').replace('}', ''))}".rstrip()


def _number(value: Value) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise TypeError(f"{type(value).__name__} is no number.")


def _each(known: Mapping[str, Value]) -> tuple[str, ...]:
    kinds = {shown(value): value for value in known.values()}
    return tuple(sorted(kinds, key=lambda text: _order(kinds[text])))


def _order(value: Value) -> tuple[float, str]:
    number = float(value) if isinstance(value, int | float) else 0.0
    return number, shown(value)


def refuse_future_groups(
    sheets: Mapping[str, Sheet],
    measure: str,
    *,
    since: str = "infusion",
    start: Callable[[Patient], float] = lambda _: 0.0,
) -> None:
    """Refuse to follow groups from time zero on that were only formed after it.

    A measure is refused where, for any patient, the record as it stood on that day gave another answer, or none.
    (Immortal time: Anderson et al., J Clin Oncol 1983;1:710, on survival by response.)

    Args:
        sheets: the patients' measures.
        measure: name of the measure.
        since: time zero in words.
        start: the day of time zero.

    Raises:
        UserError: naming the measure, how many patients it concerns, and what to do.
    """
    if measure in KNOWN_BEFORE_INFUSION or measure not in catalogue():
        return
    later = sum(
        _text(Sheet(sheet.patient.as_of(start(sheet.patient))), measure) != _text(sheet, measure)
        for sheet in sheets.values()
    )
    if later:
        raise UserError(
            f"{measure} was first known after {since} in {later} of {len(sheets)} patients, so groups by it cannot be "
            f"followed from {since} on: a patient must survive long enough to enter a group (immortal time), which makes "
            f"that group look better than it is. Choose a measure known at {since}. A landmark analysis or a time-varying "
            "covariate answers the question; `cartwise analyse STUDY hct_after_infusion_effect` does both for HCT, "
            "`landmarks_after_infusion` for loss of B-cell aplasia and NGS-MRD. --as-published shows the biased comparison beside landmarks."
        )


def _text(sheet: Sheet, measure: str) -> str:
    measured = sheet[measure]
    return measured.text if measured.known else "missing"
