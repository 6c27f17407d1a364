"""Results that leave the centre together: what one shows must not give away what another withholds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from cartwise.analyses import KaplanMeierFigure, Result
from cartwise.basis import UserError
from cartwise.reports.combining import giving_way, tells_of_few
from cartwise.reports.disclosure import withheld
from cartwise.reports.sharing import Barred, Cell, Counted, counted_in, shared, without
from cartwise.reports.sharing_members import Traced, Who, traced
from cartwise.study import Study

UNTRACED = "its counts cannot be traced to patients, so that nobody can tell what they would give away beside the others"
ALONE = "Shared alone: beside another result of these patients it may tell of fewer than five; a shared report holds several."
Place = tuple[int, Cell]
"""Number of the result, and the cell in it."""
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Together:
    """Results in the form in which they may leave the centre together.

    Attributes:
        results: in the order of their value; where two disagree, the later one gives way.
        left_out: why a result is not among them, by its title.
    """

    results: tuple[Result, ...]
    left_out: Mapping[str, str]


def shared_together(study: Study, results: Iterable[Result]) -> Together:
    """Results without what any of them, or all of them read together, would tell of one to four patients.

    Counts of the same patients are shown everywhere or nowhere. Of the others as many are withheld, the least valuable first,
    as it takes until no sum or difference of the counts shown, and of the number in the study, is that of 1 to 4 patients.

    Args:
        study: the study of which they all are.
        results: the results, the most valuable first; those that have no shared form are passed over.
    """
    kept: list[tuple[Result, Counted, Traced]] = []
    left_out = {}
    for result in results:
        if not result.shareable:
            continue
        counted = counted_in(result)
        behind = traced(study, result, counted)
        if behind is None:
            left_out[result.title] = UNTRACED
        else:
            kept.append((result, counted, behind))
    return Together(tuple(_without_what_tells(kept, frozenset(study.patients))), left_out)


def shared_alone(study: Study, result: Result) -> Result:
    """One result in the form in which it may leave the centre, alone.

    Raises:
        UserError: it has no shared form, or holds numbers as published, whose words are not held against it.
    """
    if "--as-published" in result.command:
        raise UserError("Numbers as published have no shared form. Choose one of --share and --as-published.")
    if not result.shareable:
        raise UserError(
            f"{result.name} has no shared form: it shows single patients, or counts that would give small ones away. Leave "
            "--share out and keep it in the centre, or write `cartwise report STUDY --share`, which holds what may leave it."
        )
    together = shared_together(study, [result]).results
    # What cannot be traced is safe alone by its own sums.
    alone = together[0] if together else shared(result)
    return replace(alone, about=f"{alone.about} {ALONE}", command=f"{alone.command} --share")


def _without_what_tells(kept: Sequence[tuple[Result, Counted, Traced]], everybody: Who) -> Iterator[Result]:
    who = {
        (number, cell): behind.cells[cell]
        for number, (_, counted, behind) in enumerate(kept)
        for cell in counted.counts
    }
    masks = _masks(who, everybody)
    hidden = withheld(
        {place: len(patients) for place, patients in who.items()},
        [*_own(kept), *_same(masks)],
        [(number, cell) for number, (_, counted, _) in enumerate(kept) for cell in counted.jumps],
    )
    order = dict.fromkeys(masks[place] for place in sorted(masks, key=_value(masks)) if place not in hidden)
    gone = giving_way([mask for mask in order if mask], len(everybody))
    shown = set(order) - gone
    for number, (result, counted, behind) in enumerate(kept):
        own = {
            cell
            for (of, cell), mask in masks.items()
            if of == number and (mask in gone or (of, cell) in hidden)
        }
        steps = _masks(behind.steps, everybody)
        told = without(result, counted, own)
        if tells_of_few(shown | _stepping(told, steps), len(everybody)):
            told = without(result, counted, own, _barred(steps, shown, len(everybody)))
        shown |= _stepping(told, steps)
        yield told


def _masks(who: Mapping[Key, Who], everybody: Who) -> dict[Key, int]:
    """Sets of patients as bits of a number, by which thousands of pairs are compared at once."""
    bit = {name: 1 << place for place, name in enumerate(sorted(everybody))}
    return {key: sum(bit[name] for name in patients) for key, patients in who.items()}


def _own(kept: Sequence[tuple[Result, Counted, Traced]]) -> Iterator[dict[Place, int]]:
    for number, (_, counted, _) in enumerate(kept):
        for relation in counted.relations:
            yield {(number, cell): sign for cell, sign in relation.items()}


def _same(masks: Mapping[Place, int]) -> Iterator[dict[Place, int]]:
    """Counts of the same patients are equal, and a reader may know that they are the same."""
    first: dict[int, Place] = {}
    for place, mask in masks.items():
        if mask and first.setdefault(mask, place) != place:
            yield {first[mask]: 1, place: -1}


def _value(masks: Mapping[Place, int]) -> Callable[[Place], tuple[int, int]]:
    """What gives way last: the earlier result, in one result the larger count."""
    return lambda place: (place[0], -masks[place].bit_count())


def _barred(steps: Mapping[tuple[str, float], int], shown: set[int], n: int) -> Barred:
    told = set(shown)

    def barred(group: str, time: float) -> bool:
        """Whether a step would tell of few beside what is shown and the steps drawn before it."""
        if tells_of_few(told | {steps[group, time]}, n):
            return True
        told.add(steps[group, time])
        return False

    return barred


def _stepping(told: Result, steps: Mapping[tuple[str, float], int]) -> set[int]:
    """The patients with the event by each time at which a curve steps: a step can be read off."""
    return {
        steps[curve.group, time]
        for figure in told.figures.values()
        if isinstance(figure, KaplanMeierFigure)
        for curve in figure.curves
        for time in curve.times
        if (curve.group, time) in steps
    }
