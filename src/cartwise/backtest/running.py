"""Run a back-test: replay the cohort, then hold every statement against what happened."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from cartwise.backtest import after_flag, agreement, bootstrap, incidence, landmarks, misses
from cartwise.backtest.after_flag import after_flag_table, flags_table, triggers_of
from cartwise.backtest.endpoint import ENDPOINTS, NO_ENDPOINT, RELAPSE
from cartwise.backtest.flagging import lead_of
from cartwise.backtest.followup import HANDLING_WORDS, first_treatment, treated_before
from cartwise.backtest.landmarks import after_landmark_table, discrimination_table
from cartwise.backtest.replayed import Replayed, packed, replay_packed
from cartwise.backtest.result import CANNOT_SHOW, Backtest, size_in_words
from cartwise.backtest.sampling import AS_RECORDED, VARIANTS, density_table
from cartwise.backtest.sensitivity import misses_table, sensitivity_table
from cartwise.backtest.statements import Statement, chosen, statements_of
from cartwise.basis import DAYS_PER_MONTH, UserError
from cartwise.execution import run
from cartwise.measures import Sheet
from cartwise.study import Patient, Study

QUESTION = "Asked again on every day without sight of the future: when did each source's statements stand, and what followed?"


@dataclass(frozen=True, slots=True)
class Means:
    """How the replays are run.

    Attributes:
        executor, workers, progress, checkpoint: as `cartwise.execution.run` takes them.
    """

    executor: str = "serial"
    workers: int | None = None
    progress: Callable[[int, int], None] | None = None
    checkpoint: Path | None = None


def backtest(
    study: Study,
    *,
    guideline: str | None = None,
    decision: str | None = None,
    horizons: Sequence[float] = (),
    sampling: bool = True,
    means: Means | None = None,
) -> Backtest:
    """Replay guidelines over every infused patient and hold them against what happened.

    Args:
        study: the study.
        guideline: key of a source or title of a guideline; None for all.
        decision: one decision; None for all.
        horizons: months after a flag at which the incidence of relapse is read; by default 6, 12 and 24.
        sampling: whether the cohort is replayed with results delayed, and with every second sample removed, too.
        means: who runs the replays; None: this process.

    Raises:
        UserError: no such guideline or decision, a horizon that is not above 0, or a replay that failed.
    """
    asked = chosen(guideline, decision)
    titles = tuple((item.source, item.title) for item in asked)
    told = statements_of(asked, decision, _days(horizons))
    infused = [p for p in study.patients.values() if Sheet(p).value("infused") is True]
    cohorts = {AS_RECORDED: infused}
    if sampling:
        cohorts |= {name: [change(p, study.about) for p in infused] for name, change in VARIANTS.items()}
    replays = {
        name: [_as_collected(item, study) for item in found]
        for name, found in _replayed(cohorts, titles, means or Means()).items()
    }
    return _result(study, told, replays, _command(study, guideline, decision, horizons, sampling=sampling))


def _days(months: Sequence[float]) -> tuple[float, ...]:
    if not all(0 < month < math.inf for month in months):
        raise UserError("A horizon is a number of months above 0, such as 6, 12 or 24.")
    return tuple(sorted(round(month * DAYS_PER_MONTH) for month in months))


def _replayed(
    cohorts: dict[str, list[Patient]], titles: tuple[tuple[str, str], ...], means: Means
) -> dict[str, list[Replayed]]:
    def told(done: int, total: int) -> None:
        if means.progress is not None:
            means.progress(done, total)

    tasks = [packed(patient) for patients in cohorts.values() for patient in patients]
    outcomes = run(
        partial(replay_packed, titles=titles),
        tasks,
        executor=means.executor,
        workers=means.workers,
        progress=told,
        checkpoint=means.checkpoint,
    )
    values = iter(outcomes)
    return {name: [next(values).get() for _ in patients] for name, patients in cohorts.items()}


def _as_collected(item: Replayed, study: Study) -> Replayed:
    """The replay, with no event denied for want of rows in a table that holds none of anybody."""
    fates = dict(item.fates)
    for endpoint in ENDPOINTS:
        if endpoint.table and not any(getattr(p, endpoint.table) for p in study.patients.values()):
            why = (
                f"the study holds no row of {endpoint.table} of anybody: not collected, as far as can be told"
            )
            fates[endpoint.name] = replace(fates[endpoint.name], untold=why)
    return replace(item, fates=fates)


def _result(
    study: Study, told: tuple[Statement, ...], cohorts: dict[str, list[Replayed]], command: str
) -> Backtest:
    replays = cohorts[AS_RECORDED]
    tested = tuple(item for item in told if not item.general)
    held = tuple(item for item in tested if item.held)
    evaluable = [item for item in replays if not item.fates[RELAPSE.name].untold]
    relapses = sum(item.fates[RELAPSE.name].event is not None for item in evaluable)
    tables = {
        "flags": flags_table(replays, tested),
        "sensitivity": sensitivity_table(replays, held),
        "misses": misses_table(replays, held),
        "after flag": after_flag_table(replays, held),
        "after landmark": after_landmark_table(replays, held),
        "discrimination": discrimination_table(replays, held),
        "agreement": agreement.matrix(replays, tested),
        "pairs": agreement.pairs(replays, tested),
        "sampling density": density_table(replays),
        "sampling runs": _by_sampling(cohorts, held),
        "patients": patients_table(replays, tested),
    }
    return Backtest(
        title="Published statements replayed over the cohort",
        question=QUESTION,
        tables=tables,
        attrition=_attrition(study, replays, evaluable),
        about=size_in_words(len(evaluable), relapses),
        cannot_show=CANNOT_SHOW,
        methods=_methods(told, tested),
        source=_source(study),
        invented=study.about.invented,
        command=command,
    )


def _by_sampling(cohorts: dict[str, list[Replayed]], held: Sequence[Statement]) -> pd.DataFrame:
    """Sensitivity and lead time as recorded, with delayed results, and with fewer samples; treatment ignored."""
    found: list[dict[Hashable, Any]] = []
    for name, replays in cohorts.items():
        table = sensitivity_table(replays, held)
        kept = table[(table["treatment is"] == "ignored") & (table["type"] == "any")]
        flagged = flags_table(replays, held).set_index("statement")["flagged"]
        found += kept.assign(run=name, flagged=kept["statement"].map(flagged)).to_dict("records")
    columns = ["run", "decision", "statement", "event", "events", "flagged", "flagged before", "sensitivity"]
    return pd.DataFrame(found, columns=[*columns, "exact lower", "exact upper", "median lead (d)"])


def patients_table(replays: Sequence[Replayed], tested: Sequence[Statement]) -> pd.DataFrame:
    """One row a patient and statement: when it first stood, what turned it, and what came."""
    rows = [_patient_row(item, statement) for item in replays for statement in tested]
    columns = ["patient", "decision", "statement", "direction", "first stood", "flagged", "trigger", "event"]
    return pd.DataFrame(
        rows,
        columns=[
            *columns,
            "event day",
            "type",
            "lead (d)",
            "treated before flag",
            "treated after flag",
            "why no flag",
        ],
    )


def _patient_row(item: Replayed, statement: Statement) -> tuple[object, ...]:
    course, fate = item.courses[statement.key], item.fates[statement.endpoint.name]
    flag, lead = course.flag, lead_of(item, statement)
    return (
        item.patient,
        statement.decision,
        statement.key,
        statement.direction,
        course.first_stood,
        flag.day if flag else None,
        "; ".join(triggers_of(flag.because)) if flag else "",
        statement.endpoint.name,
        fate.event,
        fate.kind,
        lead,
        treated_before(fate, flag.day) if flag else None,
        first_treatment(fate, flag.day) if flag else None,
        misses.why_missed(item, statement) if fate.event is not None and lead is None else "",
    )


def _attrition(study: Study, replays: Sequence[Replayed], evaluable: Sequence[Replayed]) -> pd.DataFrame:
    reasons = pd.Series([item.fates[RELAPSE.name].untold for item in replays], dtype="object")
    steps = [("In the study", len(study.patients)), ("Out: not infused", len(study.patients) - len(replays))]
    steps += [(f"Out: {why}", int(n)) for why, n in reasons[reasons != ""].value_counts().items()]
    return pd.DataFrame([*steps, ("Held against relapse", len(evaluable))], columns=["step", "patients"])


def _methods(told: Sequence[Statement], tested: Sequence[Statement]) -> tuple[str, ...]:
    general = len(told) - len(tested)
    asked = (
        f"{len(tested)} statements were asked of each patient on every day on which something became known, and on those on "
        "which time alone turned an answer, from the record as it stood at the end of that day. A flag is the first day from "
        "infusion on with which a statement stood as met; lead time is from the flag to the event. "
        f"{general} further statements are made of everybody in scope and were not tested."
    )
    return (
        asked,
        _held_words(tested),
        after_flag.METHOD,
        HANDLING_WORDS,
        incidence.METHOD,
        landmarks.METHOD,
        misses.WORDS,
        agreement.METHOD,
        "Sensitivities have exact (Clopper-Pearson) intervals. " + bootstrap.WORDS,
    )


def _held_words(tested: Sequence[Statement]) -> str:
    decisions = {
        endpoint.name: sorted({item.decision for item in tested if item.endpoint.name == endpoint.name})
        for endpoint in (*ENDPOINTS, NO_ENDPOINT)
    }
    named = [f"{name}: {', '.join(own)}" for name, own in decisions.items() if own]
    return f"What the statements on each decision are held against. {'; '.join(named)}."


def _source(study: Study) -> str:
    return f"Source: {study.about.name}.{' Invented data.' if study.about.invented else ''}"


def _command(
    study: Study, guideline: str | None, decision: str | None, horizons: Sequence[float], *, sampling: bool
) -> str:
    folder = study.folder
    where = "STUDY" if folder is None else folder.name if folder.is_absolute() else folder.as_posix()
    options = ["--guideline", guideline] if guideline else []
    options += ["--decision", decision] if decision else []
    options += [word for months in horizons for word in ("--horizon", f"{months:g}")]
    options += [] if sampling else ["--as-recorded-only"]
    return shlex.join(["cartwise", "backtest", where, *options])
