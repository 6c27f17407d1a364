"""Attackers with nothing but paper: they write down every table that fits the counts shown, or solve for them exactly."""

from fractions import Fraction
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from cartwise.reports.combining import giving_way, tells_of_few

MOST = 7
"""Patients of one kind."""


@st.composite
def cohorts(draw):
    """How many patients there are of each of a few kinds, and which kinds each count takes in."""
    kinds = draw(st.lists(st.integers(1, MOST), min_size=2, max_size=5))
    some = st.frozensets(st.integers(0, len(kinds) - 1), min_size=1)
    return kinds, draw(st.lists(some, min_size=1, max_size=6, unique=True))


def patients(kinds, chosen):
    """The set as the bits of a number, the patients standing kind by kind."""
    first = [sum(kinds[:kind]) for kind in range(len(kinds))]
    return sum(((1 << kinds[kind]) - 1) << first[kind] for kind in chosen)


def tables_that_fit(kinds, shown):
    """Every table of numbers of patients by kind with the same study size and the same counts."""
    n = sum(kinds)
    told = [sum(kinds[kind] for kind in each) for each in shown]
    for table in product(*(range(n + 1) for _ in kinds[1:])):
        whole = (n - sum(table), *table)
        if whole[0] >= 0 and all(
            sum(whole[k] for k in each) == count for each, count in zip(shown, told, strict=True)
        ):
            yield whole


def unions(kinds):
    """Every set of kinds that holds 1 to 4 patients."""
    for size in range(1, len(kinds) + 1):
        for chosen in combinations(range(len(kinds)), size):
            if sum(kinds[kind] for kind in chosen) < 5:
                yield chosen


def shown_of(kinds, sets):
    """What is left to show, the first set being the most valuable."""
    masks = {patients(kinds, each): each for each in sets}
    gone = giving_way(list(masks), sum(kinds))
    return [each for mask, each in masks.items() if mask not in gone]


@given(cohorts())
def test_who_writes_down_all_tables_that_fit_finds_more_than_one_number_for_any_one_to_four(cohort):
    """The attacker knows which kinds of patients there are, that they are whole, and that none are fewer than none."""
    kinds, sets = cohort
    shown = shown_of(kinds, sets)
    if not shown:
        return
    fitting = list(tables_that_fit(kinds, shown))
    assert tuple(kinds) in fitting
    for chosen in unions(kinds):
        numbers = {sum(table[kind] for kind in chosen) for table in fitting}
        assert len(numbers) > 1, (kinds, shown, chosen)


def reduced(rows):
    """Rows in echelon form, exactly."""
    left, pivots = [[Fraction(value) for value in row] for row in rows], []
    for column in range(len(rows[0])):
        at = next((row for row in left if row[column] != 0), None)
        if at is None:
            continue
        left.remove(at)
        at = [value / at[column] for value in at]
        left = [[value - row[column] * top for value, top in zip(row, at, strict=True)] for row in left]
        pivots.append((column, at))
    return pivots


def follows(row, pivots):
    for column, at in pivots:
        row = [value - row[column] * top for value, top in zip(row, at, strict=True)]
    return not any(row)


def told(kinds, sets):
    """Whether an exact solution of the equations holds the number of a set of 1 to 4 patients."""
    pivots = reduced([[int(k in each) for k in range(len(kinds))] for each in [*sets, range(len(kinds))]])
    return any(
        follows([Fraction(k in chosen) for k in range(len(kinds))], pivots) for chosen in unions(kinds)
    )


@given(cohorts())
def test_it_tells_exactly_where_an_exact_solution_does(cohort):
    kinds, sets = cohort
    assert tells_of_few([patients(kinds, each) for each in sets], sum(kinds)) == told(kinds, sets)


@given(cohorts())
def test_no_count_is_withheld_that_could_be_shown_beside_those_before_it(cohort):
    kinds, sets = cohort
    shown = shown_of(kinds, sets)
    for place, each in enumerate(sets):
        if each not in shown:
            before = [other for other in sets[:place] if other in shown]
            assert told(kinds, [*before, each])
