"""The facts about a factor as rows: drawn where a number may be drawn, in words and as printed everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cartwise.basis import Estimate
from cartwise.evidence import Dispute, Fact, Finding, Proportion, independent_reports
from cartwise.reports.figures.forest import ForestFigure, ForestRow
from cartwise.reports.wording import unit as in_print
from cartwise.statistics import proportion

EFFECT_WORDS = {
    "worse": "Worse with the factor",
    "none": "No difference found",
    "better": "Better with the factor",
    "": "No comparison drawn, or left open",
}
SPREAD = frozenset({"lower", "upper", "standard_error"})
"""Under an open dispute on these alone the number itself may still be told in words."""
RATIOS = frozenset({"HR", "OR", "SHR", "RR"})


@dataclass(frozen=True, slots=True)
class Found:
    """One fact in words, for a row of the table.

    Attributes:
        fact: it.
        numbers: the numbers as printed; where a dispute is open only what it touches.
        n: patients it rests on.
        population: whom.
        definition: how the factor was cut or what was compared.
        endpoint: what was counted or timed.
        time_point: when.
        reports: the stream of evidence and its lines, a stream a line.
        disputes: what is disputed, in words.
    """

    fact: Fact
    numbers: str
    n: str
    population: str
    definition: str
    endpoint: str
    time_point: str
    reports: tuple[str, ...]
    disputes: tuple[str, ...]


def found(fact: Fact) -> Found:
    """A fact in words."""
    said = {name: getattr(fact, name, "") for name in ("population", "comparison", "endpoint", "time_point")}
    n = getattr(fact, "n", None)
    return Found(
        fact,
        _numbers(fact),
        "" if n is None else str(n),
        said["population"],
        said["comparison"],
        said["endpoint"],
        said["time_point"],
        tuple(f"{stream}: {', '.join(lines)}" for stream, lines in independent_reports(fact).items())
        or (fact.locator,),
        tuple(_dispute(item) for item in fact.disputes),
    )


def ratios(factor: str, facts: Iterable[Fact]) -> ForestFigure:
    """The ratios among the facts, on a logarithmic axis; no bound, and none with an open dispute."""
    rows = tuple(
        _row(fact, fact.value, _limits(fact), _numbers(fact))
        for fact in _by_effect(facts)
        if isinstance(fact, Finding) and fact.measure in RATIOS and _may_draw(fact) and fact.value is not None
    )
    title = f"{factor}: ratios found by each study; the numbers stand in the table below"
    return ForestFigure(rows, title, "ratio, on a logarithmic axis", logarithmic=True)


def counts(factor: str, facts: Iterable[Fact]) -> ForestFigure:
    """The proportions among the facts, each with the exact interval that its counts give."""
    rows = tuple(row for fact in _by_effect(facts) if _may_draw(fact) for row in _counted(fact))
    title = f"{factor}: proportions counted by each study; the numbers stand in the table below"
    return ForestFigure(rows, title, "% of patients, exact (Clopper-Pearson) 95 % interval from the counts")


def percentages(factor: str, facts: Iterable[Fact]) -> ForestFigure:
    """The percentages printed without their counts, a group a row."""
    rows = tuple(
        row
        for fact in _by_effect(facts)
        if isinstance(fact, Finding) and fact.unit == "%" and _may_draw(fact)
        for row in _printed_percentages(fact)
    )
    title = f"{factor}: percentages printed by each study; the numbers stand in the table below"
    return ForestFigure(rows, title, "%, as printed")


def _by_effect(facts: Iterable[Fact]) -> list[Fact]:
    order = list(EFFECT_WORDS)
    return sorted(facts, key=lambda fact: order.index(fact.effect))  # stable: sources stay in order


def _may_draw(fact: Fact) -> bool:
    """Not a bound, and nothing with an open dispute: whether that touches the number or whom it is of, a mark misleads."""
    return not fact.open_fields and not getattr(fact, "relation", "")


def _limits(fact: Finding) -> tuple[float | None, float | None]:
    return (fact.lower, fact.upper) if fact.interval == "confidence interval" else (None, None)


def _counted(fact: Fact) -> Iterator[ForestRow]:
    if isinstance(fact, Proportion):
        yield from _exact(fact, fact.events, fact.n, "")
    elif isinstance(fact, Finding):
        for group in fact.groups:
            yield from _exact(fact, group.events, group.n, group.label)


def _exact(fact: Fact, events: int | None, n: int | None, group: str) -> Iterator[ForestRow]:
    if events is None or n is None:
        return
    share = proportion(events, n)
    if isinstance(share, Estimate) and share.lower is not None and share.upper is not None:
        limits = (100 * share.lower, 100 * share.upper)
        text = f"{events}/{n} ({limits[0]:.0f} to {limits[1]:.0f} %)"
        yield _row(fact, 100 * share.value, limits, text, group=group)


def _printed_percentages(fact: Finding) -> Iterator[ForestRow]:
    valued = [group for group in fact.groups if group.value is not None and group.events is None]
    for group in valued:
        if group.value is not None:
            yield _row(fact, group.value, (None, None), f"{group.value:g} %", group=group.label)
    if not valued and fact.value is not None and not any(g.events is not None for g in fact.groups):
        yield _row(fact, fact.value, _limits(fact), _numbers(fact))


def _row(
    fact: Fact, value: float, limits: tuple[float | None, float | None], text: str, *, group: str = ""
) -> ForestRow:
    words = found(fact)
    # Where groups are compared the printed population may be that of the first group, so a group stands alone.
    size = f" (n = {words.n})" if words.n and not group else f" ({words.n} in all groups)" if words.n else ""
    detail = "; ".join(filter(None, (words.endpoint, words.time_point, "" if group else words.definition)))
    label = f"{fact.source}: {group or words.population}{size}"
    return ForestRow(EFFECT_WORDS[fact.effect], label, detail, value, *limits, text)


def _numbers(fact: Fact) -> str:
    """What is printed, a disputed number left to the words of its dispute."""
    disputed = (
        "disputed: " + ", ".join(sorted(fact.open_fields)).replace("_", " ") if fact.open_fields else ""
    )
    parts: list[str] = []
    if fact.open_fields <= SPREAD:
        parts = _counts(fact) if isinstance(fact, Proportion) else []
        parts = _printed(fact) if isinstance(fact, Finding) else parts
    p = f"P {_sign(fact.p)}" if isinstance(fact, Finding) and fact.p and "p" not in fact.open_fields else ""
    return "; ".join(filter(None, (*parts, disputed, p)))


def _counts(fact: Proportion) -> list[str]:
    percent = "" if fact.percent is None else f" ({fact.percent:g} %)"
    return [f"{fact.events}/{fact.n}{percent}"]


def _printed(fact: Finding) -> list[str]:
    unit = "" if fact.unit == "1" else f" {in_print(fact.unit)}"
    parts = [fact.measure] if any(group.value is not None for group in fact.groups) else []
    if fact.value is not None and fact.value not in {group.value for group in fact.groups}:
        parts = [f"{fact.measure} {fact.relation}{fact.value:g}{unit}"]
    if fact.lower is not None and fact.upper is not None:
        name = _level(fact) if fact.interval == "confidence interval" else fact.interval
        parts.append(f"{name} {fact.lower:g} to {fact.upper:g}")
    if fact.standard_error is not None:
        parts.append(f"standard error {fact.standard_error:g}")
    groups = [f"{group.label}: {_group(group.value, group.events, group.n, unit)}" for group in fact.groups]
    return parts + [words for words in groups if not words.endswith(": ")]


def _level(fact: Finding) -> str:
    return "CI, level not printed," if fact.level is None else f"{100 * fact.level:g} % CI"


def _sign(p: str) -> str:
    return p if p[0] in "<>=" else f"= {p}"


def _group(value: float | None, events: int | None, n: int | None, unit: str) -> str:
    counted = "" if n is None else f"n = {n}" if events is None else f"{events}/{n}"
    return ", ".join(filter(None, ("" if value is None else f"{value:g}{unit}", counted)))


def _dispute(item: Dispute) -> str:
    if item.state == "settled":
        return f"Settled: printed as “{item.printed}”, read as {item.reading}. {item.why}"
    readings = f" Readings: {item.reading}." if item.reading else ""
    what = "what is said of this is" if item.fields == ("statement",) else "the figures given for this are"
    return f"Open, not drawn: {what} disputed: “{item.printed}”. {item.why}{readings}"
