"""Everything derived from one patient's record: the measures, their catalogue, and criteria made of them."""

from cartwise.measures.catalogue import catalogue
from cartwise.measures.combining import (
    Always,
    Question,
    all_of,
    always,
    any_of,
    at_least,
    criterion,
    equals,
    first_settled,
    meets,
    not_,
    open_by_source,
    under_each,
)
from cartwise.measures.criterion import Answer, Criterion
from cartwise.measures.measure import Measure, Noted, Value, measure
from cartwise.measures.sheet import Measured, Sheet, shown
from cartwise.measures.table import measure_table

__all__ = [
    "Always",
    "Answer",
    "Criterion",
    "Measure",
    "Measured",
    "Noted",
    "Question",
    "Sheet",
    "Value",
    "all_of",
    "always",
    "any_of",
    "at_least",
    "catalogue",
    "criterion",
    "equals",
    "first_settled",
    "measure",
    "measure_table",
    "meets",
    "not_",
    "open_by_source",
    "shown",
    "under_each",
]
