"""A measure: one function of one patient's record, with its unit, its method and its name in the standards."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cartwise.basis import Interval, Missing

Value = float | int | bool | str | Interval
"""What a measure may be worth. A bool is a settled yes or no; a measure that cannot tell is a Missing."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A value with a remark that must travel with it ("unconfirmed", "adjusted r2 0.71 below 0.9")."""

    value: Value
    note: str


Outcome = Value | Noted | Missing


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """A derived measure as the catalogue knows it.

    Attributes:
        name: the function's name: the name of the measure everywhere.
        description: the function's docstring.
        unit: UCUM code; "" for text and for yes or no.
        method: how it is made; `{choice}` stands for what the study chose under that name in study.toml.
        cdisc: CDISC parameter code (PPTESTCD), "" where there is none.
        settled_by: what to measure when it is missing; `{cutoff}` is the day or value that a rule asks about.
        research: shown under "research", and never an input of a guideline.
        inputs: what it is made from: `patient`, `definitions`, or other measures by name.
        accepts_missing: the inputs it takes even when they are missing.
        topic: the module it stands in.
        kind: what its function returns, as annotated.
        formula: the function.
    """

    name: str
    description: str
    unit: str
    method: str
    cdisc: str
    settled_by: str
    research: bool
    inputs: tuple[str, ...]
    accepts_missing: frozenset[str]
    topic: str
    kind: str
    formula: Callable[..., Outcome]

    def __call__(self, *args: Any, **kwargs: Any) -> Outcome:
        """The bare formula, for tests and for other formulas."""
        return self.formula(*args, **kwargs)


def measure(
    *, unit: str = "", method: str = "", cdisc: str = "", settled_by: str = "", research: bool = False
) -> Callable[[Callable[..., Outcome]], Measure]:
    """Declare a measure.

    The function's parameter names say what it is made from, as in a pytest fixture: `patient` (a view of the
    record), `definitions` (what the study chose), or another measure. An input that is missing answers for the
    measure, with its reason, before the formula runs, unless the parameter's annotation admits Missing.

    Args:
        unit: UCUM code of the value.
        method: how it is made, in the words of a methods section.
        cdisc: CDISC parameter code.
        settled_by: what to measure when it is missing.
        research: whether it must never be an input of a guideline.
    """

    def register(formula: Callable[..., Outcome]) -> Measure:
        signature = inspect.signature(formula)
        return Measure(
            name=formula.__name__,
            description=inspect.getdoc(formula) or "",
            unit=unit,
            method=method,
            cdisc=cdisc,
            settled_by=settled_by,
            research=research,
            inputs=tuple(signature.parameters),
            accepts_missing=frozenset(
                name
                for name, parameter in signature.parameters.items()
                if "Missing" in str(parameter.annotation)
            ),
            topic=formula.__module__.rpartition(".")[2],
            kind=str(signature.return_annotation),
            formula=formula,
        )

    return register
