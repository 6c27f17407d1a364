"""Run one analysis on a study: select the patients, count who is left out, group, and answer."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from cartwise.analyses.analysis import Analysis
from cartwise.analyses.catalogue import analysis_named
from cartwise.analyses.cohort import Cohort, gaps
from cartwise.analyses.grouping import Grouping, group_by, in_words, refuse_future_groups
from cartwise.analyses.result import Result
from cartwise.basis import NO, UNKNOWN, YES, UserError
from cartwise.measures import Measure, Sheet
from cartwise.study import Study

Sheets = dict[str, Sheet]
Steps = list[tuple[str, int]]


def run(study: Study, name: str, *, by: str | None = None) -> Result:
    """Run an analysis.

    Args:
        study: the study; a study without patients gives a result that says so.
        name: name of the analysis.
        by: the measure whose values form the groups that are compared.

    Raises:
        UserError: where there is no such analysis or measure, the analysis takes no groups, or the groups were
            only formed after the day from which they would be followed.
    """
    chosen = analysis_named(name)
    everybody = {patient_id: Sheet(patient) for patient_id, patient in study.patients.items()}
    concerned, steps = _concerned(chosen, everybody)
    measured, more = _measured(chosen.needs, concerned)
    groups = None if by is None else _groups(chosen, measured, by)
    sheets = measured if groups is None else {key: measured[key] for key in groups.of}
    steps += more
    if groups is not None:
        steps.append((f"Out: {groups.label} not known", len(groups.reasons)))
    cohort = Cohort(
        study=study,
        sheets=sheets,
        steps=(*steps, ("Analysed", len(sheets))),
        missing=gaps(concerned.values(), chosen.needs + chosen.uses),
        groups=groups,
        name=name,
        title=chosen.title if groups is None else f"{chosen.title} by {groups.label}",
        question=chosen.question,
        command=_command(study, name, by),
    )
    return chosen.formula(cohort)


def _concerned(chosen: Analysis, everybody: Sheets) -> tuple[Sheets, Steps]:
    steps: Steps = [("In the study", len(everybody))]
    if chosen.among is None:
        return everybody, steps
    truths = {name: chosen.among.answer(sheet).truth for name, sheet in everybody.items()}
    sentence = chosen.among.sentence
    answers = list(truths.values())
    steps += [
        (f"Out: not {sentence}", answers.count(NO)),
        (f"Undetermined: whether {sentence}", answers.count(UNKNOWN)),
    ]
    return {name: sheet for name, sheet in everybody.items() if truths[name] is YES}, steps


def _measured(needs: tuple[Measure, ...], concerned: Sheets) -> tuple[Sheets, Steps]:
    """The patients for whom everything needed is known; each who is not leaves at the first gap."""
    left = dict(concerned)
    steps: Steps = []
    for need in needs:
        gone = [name for name, sheet in left.items() if not sheet[need.name].known]
        left = {name: sheet for name, sheet in left.items() if name not in gone}
        steps.append((f"Out: {in_words(need.name)} not known", len(gone)))
    return left, steps


def _groups(chosen: Analysis, sheets: Mapping[str, Sheet], by: str) -> Grouping:
    if chosen.comparison == "none":
        raise UserError(
            f"{chosen.name} shows single patients or one cohort and takes no groups. Leave --by out."
        )
    if chosen.comparison == "baseline":
        refuse_future_groups(sheets, by)
    return group_by(sheets, by)


def _command(study: Study, name: str, by: str | None) -> str:
    folder = study.folder
    where = "STUDY" if folder is None else folder.name if folder.is_absolute() else folder.as_posix()
    return shlex.join(["cartwise", "analyse", where, name, *(["--by", by] if by else [])])
