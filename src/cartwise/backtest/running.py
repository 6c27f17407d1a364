"""Run a back-test: replay the cohort, then hold every statement against what happened."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from cartwise.backtest import agreement
from cartwise.backtest.after_flag import after_all_clear_table, after_flag_table, flags_table
from cartwise.backtest.by_patient import patients_table
from cartwise.backtest.endpoints import ENDPOINTS, RELAPSE
from cartwise.backtest.landmarks import after_landmark_table, discrimination_table
from cartwise.backtest.methods import methods_of
from cartwise.backtest.replayed import Replayed, packed, replay_packed
from cartwise.backtest.result import CANNOT_SHOW, Backtest, size_in_words
from cartwise.backtest.sampling import VARIANTS, density_table, evenly, replay_changed, sampling_table
from cartwise.backtest.sensitivity import misses_table, sensitivity_table
from cartwise.backtest.statements import Statement, chosen, statements_of
from cartwise.basis import DAYS_PER_MONTH, UserError
from cartwise.execution import run
from cartwise.measures import Sheet
from cartwise.study import Study

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

    def run(self, function: Callable[..., Any], tasks: Sequence[Any], before: int = 0) -> list[Any]:
        """The function of every task, told as what comes after so many tasks of before."""

        def told(done: int, total: int) -> None:
            if self.progress is not None:
                self.progress(before + done, before + total)

        outcomes = run(
            function,
            tasks,
            executor=self.executor,
            workers=self.workers,
            progress=told,
            checkpoint=self.checkpoint,
        )
        return [outcome.get() for outcome in outcomes]


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
        sampling: whether patients with an event are replayed with results delayed, and with every second sample
            removed, too.
        means: who runs the replays; None: this process.

    Raises:
        UserError: no such guideline or decision, a horizon that is not above 0, or a replay that failed.
    """
    asked = chosen(guideline, decision)
    told = statements_of(asked, decision, _days(horizons))
    way = means or Means()
    infused = {p.id: packed(p) for p in study.patients.values() if Sheet(p).value("infused") is True}
    titles = tuple((item.source, item.title) for item in asked)
    found = way.run(partial(replay_packed, titles=titles), list(infused.values()))
    untold = _not_collected(study)
    replays = [_as_collected(item, untold) for item in found]
    calls = [item for item in told if item.tested and item.calls]
    changed = _changed(study, infused, replays, calls, way) if sampling else {}
    command = _command(study, guideline, decision, horizons, sampling=sampling)
    return _result(study, told, replays, changed, command)


def _days(months: Sequence[float]) -> tuple[float, ...]:
    if not all(0 < month < math.inf for month in months):
        raise UserError("A horizon is a number of months above 0, such as 6, 12 or 24.")
    return tuple(sorted(round(month * DAYS_PER_MONTH) for month in months))


def _changed(
    study: Study,
    infused: Mapping[str, bytes],
    replays: Sequence[Replayed],
    calls: Sequence[Statement],
    means: Means,
) -> dict[str, list[Replayed]]:
    """Who had an event replayed again up to it, by way of changing the samples: a sensitivity needs nobody else."""
    events = {item.endpoint.name for item in calls}
    again = evenly([(item, event) for item in replays if (event := _last_event(item, events)) > 0])
    tasks = [(infused[item.patient], way, event) for way in VARIANTS for item, event in again]
    titles = tuple(sorted({(item.source, item.title) for item in calls}))
    function = partial(replay_changed, titles=titles, about=study.about)
    courses = iter(means.run(function, tasks, before=len(infused)) if tasks else [])
    return {way: [replace(item, courses=next(courses)) for item, _ in again] for way in VARIANTS}


def _last_event(item: Replayed, names: Iterable[str]) -> float:
    return max((item.fates[name].event or 0.0 for name in names if not item.fates[name].untold), default=0.0)


def _not_collected(study: Study) -> dict[str, str]:
    """Why an event is denied of nobody, by its name: its table holds no row of anybody."""
    return {
        item.name: f"the study holds no row of {item.table} of anybody: not collected, as far as can be told"
        for item in ENDPOINTS
        if item.table and not any(getattr(patient, item.table) for patient in study.patients.values())
    }


def _as_collected(item: Replayed, untold: Mapping[str, str]) -> Replayed:
    fates = {
        name: replace(fate, untold=untold[name]) if name in untold else fate
        for name, fate in item.fates.items()
    }
    return replace(item, fates=fates)


def _result(
    study: Study,
    told: tuple[Statement, ...],
    replays: list[Replayed],
    changed: Mapping[str, list[Replayed]],
    command: str,
) -> Backtest:
    tested = tuple(item for item in told if item.tested)
    weighed = tuple(item for item in tested if item.weighed)
    calls = tuple(item for item in tested if item.calls)
    evaluable = [item for item in replays if not item.fates[RELAPSE.name].untold]
    relapses = sum(item.fates[RELAPSE.name].event is not None for item in evaluable)
    tables = {
        "flags": flags_table(replays, tested),
        "sensitivity": sensitivity_table(replays, calls),
        "misses": misses_table(replays, calls),
        "after flag": after_flag_table(replays, weighed),
        "after landmark": after_landmark_table(replays, weighed),
        "discrimination": discrimination_table(replays, weighed),
        "agreement": agreement.matrix(replays, tested),
        "pairs": agreement.pairs(replays, tested),
        "sampling density": density_table(replays),
        "sampling runs": sampling_table(replays, changed, calls),
        "patients": patients_table(replays, tested),
    }
    tables["after all-clear"] = after_all_clear_table(tables["after flag"], tested)
    return Backtest(
        title="Published statements replayed over the cohort",
        question=QUESTION,
        tables=tables,
        attrition=_attrition(study, replays, evaluable),
        about=size_in_words(len(evaluable), relapses),
        cannot_show=CANNOT_SHOW,
        methods=methods_of(told, tested),
        source=_source(study),
        invented=study.about.invented,
        command=command,
    )


def _attrition(study: Study, replays: Sequence[Replayed], evaluable: Sequence[Replayed]) -> pd.DataFrame:
    reasons = pd.Series([item.fates[RELAPSE.name].untold for item in replays], dtype="object")
    lost = sum(patient.infusion_lost for patient in study.patients.values())
    steps = [
        ("In the study", len(study.patients)),
        ("Out: not infused", len(study.patients) - len(replays) - lost),
        *([("Undetermined: the first infusion was set aside", lost)] if lost else []),
    ]
    steps += [(f"Out: {why}", int(n)) for why, n in reasons[reasons != ""].value_counts().items()]
    return pd.DataFrame([*steps, ("Held against relapse", len(evaluable))], columns=["step", "patients"])


def _source(study: Study) -> str:
    return f"Source: {study.about.name}.{' Invented data.' if study.about.invented else ''}"


def _command(
    study: Study, guideline: str | None, decision: str | None, horizons: Sequence[float], *, sampling: bool
) -> str:
    folder = study.folder
    where = "STUDY" if folder is None else folder.as_posix()
    options = ["--guideline", guideline] if guideline else []
    options += ["--decision", decision] if decision else []
    options += [word for months in horizons for word in ("--horizon", f"{months:g}")]
    options += [] if sampling else ["--as-recorded-only"]
    return shlex.join(["cartwise", "backtest", where, *options])
