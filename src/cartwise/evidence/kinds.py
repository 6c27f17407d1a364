"""The kinds of fact beside a threshold: numbers seen, advice given, terms defined, things said."""

from __future__ import annotations

from dataclasses import dataclass

from cartwise.basis import Estimate, UserError
from cartwise.evidence.fact import Fact, require_unit

INTERVALS = ("confidence interval", "interquartile range", "range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One of the groups that a finding compares.

    Attributes:
        label: who is in it.
        n: patients in it.
        events: patients of it in whom the endpoint was seen.
        value: the number printed for it, in the unit of the finding.
    """

    label: str
    n: int | None = None
    events: int | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        if self.events is not None and not 0 <= self.events <= (self.events if self.n is None else self.n):
            raise ValueError(
                f"{self.events} of {self.n} patients of the group {self.label!r} is not possible"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Fact):
    """A number that a source reports about a group of patients.

    Attributes:
        measure: what kind of number it is ("HR", "median", "proportion" ...).
        value: the number, in `unit`.
        relation: "<" or ">" where the source prints only a bound.
        lower: lower end of the printed interval.
        upper: upper end of the printed interval.
        interval: what the interval is (`INTERVALS`).
        level: confidence level of a confidence interval.
        standard_error: the printed standard error, in `unit`.
        p: the printed P value, with its sign ("< .001").
        unit: UCUM code, "1" for a ratio.
        n: patients it rests on.
        population: whom it was seen in.
        endpoint: what was counted or timed.
        time_point: when.
        comparison: which groups are compared.
        groups: the groups compared, where something is printed of each.
        events: patients with the endpoint, over all groups.
        terms: covariates of the model that the number comes from.
        known_from: when a covariate is known, where that is only after the clock has started.
    """

    measure: str
    population: str
    endpoint: str
    value: float | None = None
    relation: str = ""
    lower: float | None = None
    upper: float | None = None
    interval: str = ""
    level: float | None = None
    standard_error: float | None = None
    p: str = ""
    unit: str = "1"
    n: int | None = None
    time_point: str = ""
    comparison: str = ""
    groups: tuple[Group, ...] = ()
    events: int | None = None
    terms: int | None = None
    known_from: str = ""

    def __post_init__(self) -> None:
        Fact.__post_init__(self)
        require_unit(self.unit)
        if self.level is not None and not 0 < self.level < 1:
            raise ValueError(f"`level` is a share such as 0.95, not {self.level:g}")
        if self.relation not in ("", "<", ">"):
            raise ValueError(f'`relation` is "<", ">" or left out, not {self.relation!r}')
        bounds = {"lower", "upper"} & self.open_fields or self.lower is not None or self.upper is not None
        if bounds and self.interval not in INTERVALS:
            raise ValueError(f"`interval` says what the limits are: {', '.join(INTERVALS)}")
        said = (
            bounds or self.p or "value" in self.open_fields or any(g.value is not None for g in self.groups)
        )
        if self.value is None and not said:
            raise ValueError("a finding holds a value, an interval or a P value")

    def estimate(self) -> Estimate:
        """The number with its confidence interval.

        A printed range is no confidence interval and disputed limits are left out.

        Raises:
            DisputedValueError: where the dispute about the value is open.
            UserError: where the source prints no value, or only a bound.
        """
        if self.relation:
            raise UserError(
                f"{self.key} ({self.locator}) prints only a bound ({self.relation}{self.value:g} {self.unit}), "
                "not an estimate. Cite it; do not compute with it."
            )
        limits = self.interval == "confidence interval"
        return Estimate(
            value=self.number("value"),
            lower=self.lower if limits else None,
            upper=self.upper if limits else None,
            level=self.level or 0.95,
            unit=self.unit,
            n=self.n,
            method=f"as printed, {self.source} {self.locator}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion(Fact):
    """So many of so many patients.

    Attributes:
        events: patients in whom it was seen.
        n: patients in whom it could have been seen.
        population: whom.
        endpoint: what.
        time_point: when.
        percent: the percentage printed beside the counts (a whole number where none of its decimals is).
    """

    population: str
    endpoint: str
    events: int | None = None
    n: int | None = None
    time_point: str = ""
    percent: float | None = None

    def __post_init__(self) -> None:
        Fact.__post_init__(self)
        for name in ("events", "n"):
            if getattr(self, name) is None and name not in self.open_fields:
                raise ValueError(f"a proportion holds `{name}`")
        if self.events is not None and self.n is not None and not 0 <= self.events <= self.n:
            raise ValueError(f"{self.events} of {self.n} is no proportion")

    @property
    def fraction(self) -> float:
        """Events over patients, from 0 to 1.

        Raises:
            DisputedValueError: where the dispute about either is open.
        """
        return self.number("events") / self.number("n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation(Fact):
    """Something a source advises, as strongly as its own words say.

    Attributes:
        action: what to do, in our own words.
        strength: the source's words for how strongly, verbatim; grades of our own are not given.
        decision: the decision it belongs to ("consolidative-hct").
        population: for whom.
    """

    action: str
    strength: str
    decision: str
    population: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Fact):
    """What a source means by a term.

    Attributes:
        term: the term.
        thresholds: ids of the same source's thresholds that it is made of.
    """

    term: str
    thresholds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Fact):
    """Something a source says that is none of the other kinds: practice, reasoning, a gap."""
