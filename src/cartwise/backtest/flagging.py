"""Which flags count: those raised while the patient was free of the event and under observation."""

from __future__ import annotations

from cartwise.backtest.followup import free_until
from cartwise.backtest.replayed import Replayed, Step
from cartwise.backtest.statements import Statement


def flag_in_time(item: Replayed, statement: Statement) -> Step | None:
    """The flag, where it was raised before the event and before the end of observation; None where it was not."""
    flag = item.courses[statement.key].flag
    return flag if flag is not None and free_until(item.fates[statement.endpoint.name], flag.day) else None


def flag_with_event(item: Replayed, statement: Statement) -> bool:
    """Whether the flag was raised on the day of the event or later."""
    flag, event = item.courses[statement.key].flag, item.fates[statement.endpoint.name].event
    return flag is not None and event is not None and flag.day >= event


def lead_of(item: Replayed, statement: Statement) -> float | None:
    """Days from the flag to the event; None where no event came, or no flag before it."""
    event, flag = item.fates[statement.endpoint.name].event, flag_in_time(item, statement)
    return None if event is None or flag is None else event - flag.day
