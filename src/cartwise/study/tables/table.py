"""What a record table is: columns declared once, from which everything about the table follows.

A declaration carries description, unit, allowed values and, for a cell that becomes known later than its row,
the day column it waits for. Reading, validation, `as_of`, the data dictionary, the CSV templates and the
invented study all read these declarations and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

Text = Series[pd.StringDtype]
Number = Series[pd.Float64Dtype]
Whole = Series[pd.Int64Dtype]
Flag = Series[pd.BooleanDtype]


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column, as the rest of the system asks about it.

    Attributes:
        name: as it stands in the file's header.
        kind: `text`, `number`, `whole` or `flag`.
        description: what it holds, as a sentence.
        unit: UCUM code, "" for text and pure numbers.
        allowed: the values it may take; empty where any of its kind will do.
        lowest, highest: bounds of a number, both inclusive.
        required: whether a blank cell puts the row aside.
        known_from: day columns that say when this cell became known; the first that is filled counts. Empty:
            known with its row. All blank: known only in the whole record, never on an earlier day.
        identifying: whether a value could name a patient, so that no message may repeat it.
        holds: names of clinical variables (as the papers need them) that this column records or settles.
    """

    name: str
    kind: str
    description: str
    unit: str
    allowed: tuple[str, ...]
    lowest: float | None
    highest: float | None
    required: bool
    known_from: tuple[str, ...]
    identifying: bool
    holds: tuple[str, ...]

    @property
    def is_day(self) -> bool:
        """Whether the column holds a day, so that a file may give a date in its place."""
        return self.name == "day" or self.name.endswith("_day")

    @property
    def date_name(self) -> str:
        """The header under which a file may give a date instead of a day."""
        return self.name[: -len("day")] + "date"


def column(
    description: str,
    *,
    unit: str = "",
    allowed: Sequence[str] = (),
    lowest: float | None = None,
    highest: float | None = None,
    required: bool = False,
    known_from: str | tuple[str, ...] = (),
    identifying: bool = False,
    holds: Sequence[str] = (),
) -> Any:
    """Declare a column; see `Column` for what each part means."""
    return pa.Field(
        description=description,
        nullable=not required,
        isin=list(allowed) or None,
        ge=lowest,
        le=highest,
        metadata={
            "unit": unit,
            "allowed": tuple(allowed),
            "lowest": lowest,
            "highest": highest,
            "known_from": (known_from,) if isinstance(known_from, str) else tuple(known_from),
            "identifying": identifying,
            "holds": tuple(holds),
        },
    )


class Table(pa.DataFrameModel):
    """A record table: one row is one fact about one patient."""

    patient_id: Text = column(
        "The centre's pseudonym of the patient.", required=True, identifying=True, holds=["patient_id"]
    )

    class Config:
        """A column nobody declared is reported by the reader, never carried along."""

        strict = True


class DatedTable(Table):
    """A table whose rows happened on a day and may have become known later."""

    day: Number = column(
        "Day of the event or sample; day 0 is the patient's index day.", unit="d", required=True
    )
    available_day: Number = column(
        "Day on which the result was available; blank: the study's turnaround time for it.", unit="d"
    )


_KINDS = {"string": "text", "Float64": "number", "Int64": "whole", "boolean": "flag"}


@cache
def columns_of(table: type[Table]) -> tuple[Column, ...]:
    """The declared columns of a table, in the order in which a file lists them."""
    return tuple(
        Column(
            name=name,
            kind=_KINDS[str(schema.dtype).split("[")[0]],
            description=schema.description,
            required=not schema.nullable,
            **{key: schema.metadata[key] for key in ("unit", "allowed", "lowest", "highest")},
            **{key: schema.metadata[key] for key in ("known_from", "identifying", "holds")},
        )
        for name, schema in table.to_schema().columns.items()
    )
