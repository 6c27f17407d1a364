"""Run one analysis on a study: select the patients, count who is left out, group, and answer."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version

from cartwise import __version__
from cartwise.analyses.analysis import Analysis
from cartwise.analyses.as_published import told_as_published
from cartwise.analyses.catalogue import analysis_named, catalogue
from cartwise.analyses.cohort import Cohort, gaps
from cartwise.analyses.grouping import Grouping, group_by, in_words, refuse_future_groups
from cartwise.analyses.result import Result, with_layouts
from cartwise.basis import NO, UNKNOWN, YES, UserError
from cartwise.measures import Measure, Sheet
from cartwise.study import Study

Sheets = dict[str, Sheet]
Steps = list[tuple[str, int]]

MOST_IMPUTATIONS = 1000
LIBRARIES = ("numpy", "pandas", "scipy")
"""Those that compute what a result holds."""


def run(
    study: Study, name: str, *, by: str | None = None, as_published: bool = False, imputations: int = 0
) -> Result:
    """Run an analysis.

    Args:
        study: the study; a study without patients gives a result that says so.
        name: name of the analysis.
        by: the measure whose values form the groups that are compared.
        as_published: show the biased number that papers print, too, named so, beside the sound ones.
        imputations: how often missing covariates are filled by multiple imputation; 0: complete cases only.

    Raises:
        UserError: where there is no such analysis or measure, the analysis takes no groups or no imputations, the
            groups were only formed after the day from which they would be followed, or nothing of it is published
            with a bias.
    """
    chosen = analysis_named(name)
    _check(chosen, by, as_published=as_published, imputations=imputations)
    everybody = {patient_id: Sheet(patient) for patient_id, patient in study.patients.items()}
    concerned, steps = _concerned(chosen, everybody)
    measured, more = _measured(chosen.needs, concerned)
    guarded = not (as_published and chosen.comparison == "baseline")
    groups = None if by is None else _groups(chosen, measured, by, guarded=guarded)
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
        command=_command(study, name, by, as_published=as_published, imputations=imputations),
        as_published=as_published,
        imputations=imputations,
    )
    found = with_layouts(chosen.formula(cohort), chosen.reproduces)
    found = replace(found, methods=(*found.methods, _versions()))
    return found if guarded or by is None else told_as_published(found, chosen, cohort, measured)


@cache
def _versions() -> str:
    """What computed a result, as a methods section names it."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"Computed with cartwise {__version__} ({libraries}, Python {platform.python_version()})."


def _check(chosen: Analysis, by: str | None, *, as_published: bool, imputations: int) -> None:
    # A comparison of groups over time needs a time and its event, by which landmarks are set beside it.
    groups = by is not None and chosen.comparison == "baseline" and len(chosen.needs) > 1
    if as_published and not (chosen.published or groups):
        able = ", ".join(name for name, item in catalogue().items() if item.published)
        raise UserError(
            f"{chosen.name} has no biased number to show as published. These have one: {able}; and so has every analysis "
            "that follows groups from infusion on, with --by a measure first known after it."
        )
    if imputations and not chosen.imputes:
        able = ", ".join(name for name, item in catalogue().items() if item.imputes)
        raise UserError(f"{chosen.name} fills nothing that is missing. These can: {able}.")
    if not 0 <= imputations <= MOST_IMPUTATIONS or imputations == 1:
        raise UserError(f"Multiple imputation takes 2 to {MOST_IMPUTATIONS} imputations; 20 are usual.")


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


def _groups(chosen: Analysis, sheets: Mapping[str, Sheet], by: str, *, guarded: bool) -> Grouping:
    if chosen.comparison == "none":
        raise UserError(
            f"{chosen.name} shows single patients or one cohort and takes no groups. Leave --by out."
        )
    if chosen.comparison == "baseline" and guarded:
        refuse_future_groups(sheets, by, since=chosen.followed.since, start=chosen.followed.start)
    return group_by(sheets, by)


def _command(study: Study, name: str, by: str | None, *, as_published: bool, imputations: int) -> str:
    folder = study.folder
    where = "STUDY" if folder is None else folder.as_posix()
    options = ["--by", by] if by else []
    options += ["--as-published"] if as_published else []
    options += ["--imputations", str(imputations)] if imputations else []
    options += ["--known-on", study.known_on.isoformat()] if study.known_on else []
    return shlex.join(["cartwise", "analyse", where, name, *options])
