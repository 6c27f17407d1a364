"""Why no flag came before an event: the first of a few reasons that holds, always asked in the same order."""

from __future__ import annotations

from cartwise.backtest.endpoints import CD19_NEGATIVE, RELAPSE
from cartwise.backtest.flagging import flag_of
from cartwise.backtest.replayed import BEFORE_INFUSION, SAMPLES, Eve, Replayed
from cartwise.backtest.statements import Statement
from cartwise.measures.residual_disease import CURRENT_DAYS

AT_ONCE = "the event was there on the day of infusion, so that no flag can lie before it"
LATE = "flagged only on the day of the event or later"
AFTER_INFUSION = "it stood after infusion only"
OUT_OF_SCOPE = "out of scope"
AWAITED = "a result of a sample taken before was still awaited"
NO_SAMPLE = f"neither B cells nor marrow MRD looked at in the {CURRENT_DAYS:g} days before"
CD19_ESCAPE = "aplasia kept, and the relapse is CD19-negative"
KEPT = "aplasia kept so far"
NOT_MET = "answered no"
OPEN = "left open by its source"
CONFLICT = "records contradict each other"
UNTOLD = "could not be told, wanting"

WORDS = (
    "Why no flag came before an event is the first that holds of these. "
    f"{LATE}, or of what speaks before infusion {AFTER_INFUSION}; {OUT_OF_SCOPE} (by which question); for relapse {AWAITED}, or {NO_SAMPLE}; then by "
    f"how the statement stood last before the event (before infusion, where it speaks before that): {CONFLICT}; {OPEN}; where nothing but a loss of aplasia was wanting, "
    f"{CD19_ESCAPE}, or {KEPT}; {UNTOLD} (what); {NOT_MET} (which questions). An event on the day of infusion is neither "
    "among the events of a sensitivity nor among the misses."
)


def why_missed(item: Replayed, statement: Statement) -> str:
    """Why a statement never stood before the patient's event; "" where there was none."""
    endpoint, fate = statement.endpoint, item.fates[statement.endpoint.name]
    if fate.event is None:
        return ""
    if fate.event <= 0:
        return AT_ONCE
    if flag_of(item, statement) is not None:
        return LATE
    if endpoint.from_infusion and item.courses[statement.key].first_stood is not None:
        return AFTER_INFUSION
    eve = item.eves[BEFORE_INFUSION if endpoint.from_infusion else endpoint.name][statement.key]
    if eve.standing == "out-of-scope":
        return f"{OUT_OF_SCOPE}, {NOT_MET}: {'; '.join(eve.against)}"
    of_relapse = endpoint.name == RELAPSE.name and not endpoint.from_infusion
    return (of_relapse and _by_samples(item, fate.event)) or _by_standing(eve, item, fate.kind)


def _by_samples(item: Replayed, event: float) -> str:
    if item.awaited:
        return AWAITED
    days = [item.latest[name] for name in SAMPLES[:2]]
    return NO_SAMPLE if all(day is None or day < event - CURRENT_DAYS for day in days) else ""


def _by_standing(eve: Eve, item: Replayed, kind: str) -> str:
    if eve.standing in _BY_STANDING:
        return _BY_STANDING[eve.standing]
    wanting = eve.missing or eve.against
    if item.aplasia == "kept" and wanting and all("B-cell" in words for words in wanting):
        return CD19_ESCAPE if kind == CD19_NEGATIVE else KEPT
    if eve.standing == "unknown":
        return f"{UNTOLD}: {'; '.join(eve.missing) or 'what its scope asks for'}"
    return f"{NOT_MET}: {'; '.join(eve.against)}"


_BY_STANDING = {"conflicting-records": CONFLICT, "undetermined-by-source": OPEN}
