"""Cut-offs: one printed value, or a printed range between whose ends only the source could decide."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass

from cartwise.basis import NO, UNKNOWN, YES, Interval, Truth, UserError, convert, negation, truth_of
from cartwise.evidence.fact import Fact, require_unit

_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "within": operator.le,  # of a time: on the last day is still within
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a value stands to a threshold.

    Attributes:
        truth: whether it meets the threshold.
        text: the comparison in words, to print beside the value.
        cause: for UNKNOWN, "source" where the printed cut-off is a range that no test can decide, "record" where
            the event is only known to lie between two samples; otherwise empty.
    """

    truth: Truth
    text: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Fact):
    """A cut-off: a value, or the two ends of a printed range.

    Attributes:
        of: what is compared with it, and when it is measured.
        comparison: what meets it: "within" (a time up to and including it), "<", "<=", ">" or ">=".
        unit: UCUM code; "1" for a fraction or a ratio.
        value: the cut-off.
        lower: lower end of a printed range of cut-offs.
        upper: upper end of it.
        printed: the cut-off as it is printed.
    """

    of: str
    comparison: str
    unit: str
    printed: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None

    def __post_init__(self) -> None:
        Fact.__post_init__(self)
        require_unit(self.unit)
        if self.comparison not in _HOLDS:
            raise ValueError(f"`comparison` is one of {', '.join(_HOLDS)}, not {self.comparison!r}")
        given = [name for name in ("value", "lower", "upper") if getattr(self, name) is not None]
        if self.open_fields.isdisjoint({"value", "lower", "upper"}) and given not in (
            ["value"],
            ["lower", "upper"],
        ):
            raise ValueError("a threshold holds either `value` or both `lower` and `upper`")
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise ValueError("`lower` must be below `upper`")

    @property
    def is_range(self) -> bool:
        """Whether the source prints a range of cut-offs and decides for none of them."""
        return self.value is None

    def cutoffs(self, unit: str | None = None) -> tuple[float, ...]:
        """The cut-off, or both ends of the range, in `unit` (its own where none is given).

        A month is 30.4375 days.

        Raises:
            DisputedValueError: where the dispute about it is open.
            UserError: where the unit measures something else.
        """
        self.require_undisputed("value", "lower", "upper", "comparison", "unit")
        names = ("lower", "upper") if self.is_range else ("value",)
        return tuple(convert(self.number(name), self.unit, unit or self.unit) for name in names)

    def compare(self, value: float | Interval, unit: str | None = None) -> Comparison:
        """Whether a value, in `unit` (the threshold's own where none is given), meets the threshold.

        Against a printed range it is YES beyond the far end, NO short of the near end, and between them UNKNOWN
        with cause "source". An `Interval` (in days, for a threshold in time) is an event known only to lie between
        two samples; where its samples cannot decide, UNKNOWN has cause "record".

        Raises:
            DisputedValueError: where the dispute about the threshold is open.
            UserError: where the unit measures something else, or the value is not a number.
        """
        unit = unit or ("d" if isinstance(value, Interval) else self.unit)
        cutoffs = self.cutoffs(unit)
        answers = [self._meets(value, cutoff) for cutoff in cutoffs]
        text = f"{self.comparison} {' to '.join(f'{cutoff:g}' for cutoff in cutoffs)} {_shown(unit)}".rstrip()
        if len(set(answers)) == 1:
            return Comparison(answers[0], text, "record" if answers[0] is UNKNOWN else "")
        if UNKNOWN in answers:
            return Comparison(UNKNOWN, text, "record")
        return Comparison(UNKNOWN, self._depends(cutoffs, answers, unit), "source")

    def _meets(self, value: float | Interval, cutoff: float) -> Truth:
        if isinstance(value, Interval):
            return _event_meets(value, self.comparison, cutoff)
        if math.isnan(value):
            raise UserError(f"{self.key}: the value to compare is not a number. Pass a Missing on instead.")
        return truth_of(_HOLDS[self.comparison](value, cutoff))

    def _depends(self, cutoffs: tuple[float, ...], answers: list[Truth], unit: str) -> str:
        ends = (f"{self.comparison} {c:g} {_shown(unit)}".rstrip() for c in cutoffs)
        return "depends on the cut-off: " + ", ".join(f"{e}: {a}" for e, a in zip(ends, answers, strict=True))


def _event_meets(event: Interval, comparison: str, cutoff: float) -> Truth:
    """Whether an event after day `after` and on or before day `by` happened on the named side of a day."""
    if comparison in (">", ">="):
        return negation(_event_meets(event, "<=" if comparison == ">" else "<", cutoff))
    if comparison != "<":
        return event.within(cutoff)
    # Day `after` is known to be free of the event, so an event before `cutoff` is ruled out from there on.
    return YES if event.by < cutoff else NO if event.after >= cutoff else UNKNOWN


def _shown(unit: str) -> str:
    return "" if unit == "1" else unit
