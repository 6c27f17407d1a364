"""Which flags count: those raised while the patient was free of the event and under observation."""

from __future__ import annotations

from cartwise.backtest.followup import free_until
from cartwise.backtest.replayed import Replayed, Step
from cartwise.backtest.statements import Statement

OUT_OF_SCOPE = "out-of-scope"


def flag_of(item: Replayed, statement: Statement) -> Step | None:
    """The flag on the side of infusion on which the statement speaks, in time or not."""
    course = item.courses[statement.key]
    return course.flag_before_infusion if statement.endpoint.from_infusion else course.flag


def counted_from(flag: Step) -> float:
    """The day from which time runs after a flag: its own, or that of infusion where it came before."""
    return max(flag.day, 0.0)


def standing_on(item: Replayed, statement: Statement, day: float) -> str:
    """How a statement stood on a day; one that speaks before infusion, how it stood when it was last asked until then."""
    course = item.courses[statement.key]
    if not statement.endpoint.from_infusion:
        step = course.at(day)
        return OUT_OF_SCOPE if step is None else step.standing
    if course.flag_before_infusion is not None:
        return "met"
    asked = [step.standing for step in course.steps if step.day <= 0 and step.standing != OUT_OF_SCOPE]
    return asked[-1] if asked else OUT_OF_SCOPE


def flag_in_time(item: Replayed, statement: Statement) -> Step | None:
    """The flag, where it was raised before the event and before the end of observation; None where it was not."""
    flag = flag_of(item, statement)
    if flag is None or not free_until(item.fates[statement.endpoint.name], counted_from(flag)):
        return None
    return flag


def flag_with_event(item: Replayed, statement: Statement) -> bool:
    """Whether the flag was raised on the day of the event or later."""
    flag, event = flag_of(item, statement), item.fates[statement.endpoint.name].event
    return flag is not None and event is not None and counted_from(flag) >= event


def lead_of(item: Replayed, statement: Statement) -> float | None:
    """Days to the event from the flag, at the earliest from infusion; None where no event came, or no flag before it."""
    event, flag = item.fates[statement.endpoint.name].event, flag_in_time(item, statement)
    return None if event is None or flag is None else event - counted_from(flag)
