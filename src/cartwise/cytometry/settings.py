"""How a study's cytometry is run: panels, populations, rule of classification; read from cytometry.toml."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from cartwise.basis import UserError
from cartwise.cytometry.spillover import Spillover

FILE = "cytometry.toml"

CHOICES = {
    "rule": ("gaussian", "tidytof", "good2018"),
    "calibrate": ("query", "reference", "none"),
    "reference": ("all samples", "controls"),
    "cuts": ("batch", "sample"),
}
"""What each choice may be; the first is the default.

rule: the classifier's rule. calibrate: what the rejection threshold is fitted to. reference: whose gated cells make the
reference. cuts: whether the gates' cuts are the batch's median or each sample's own.
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of a run; every one of them is written beside what it made.

    Attributes:
        panels: panel files, relative to the study.
        populations: `000` for the shipped definition, or a file relative to the study.
        rule, calibrate, reference, cuts: see CHOICES.
        reference_cells: gated cells of one population that one sample gives to the reference, at most.
        survey_events: events of a file that the first pass looks at (evenly spread over it).
        spillover: matrix that is taken out of every file's normalised values; in the file, its path relative to the
            study. None: nothing is compensated.
        align: whether batches are brought to one scale by their controls of the role `batch anchor`.
    """

    panels: tuple[str, ...]
    populations: str = "000"
    rule: str = "gaussian"
    calibrate: str = "query"
    reference: str = "all samples"
    cuts: str = "batch"
    reference_cells: int = 500
    survey_events: int = 60_000
    spillover: Spillover | None = None
    align: bool = False

    def __post_init__(self) -> None:
        wrong = [
            f"{name} is {getattr(self, name)!r}; it may be {' or '.join(repr(choice) for choice in choices)}"
            for name, choices in CHOICES.items()
            if getattr(self, name) not in choices
        ]
        wrong += [
            f"{name} is {getattr(self, name)!r}; it is a whole number from 1"
            for name in ("reference_cells", "survey_events")
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1
        ]
        if not isinstance(self.align, bool):
            wrong.append(f"align is {self.align!r}; it may be true or false")
        if not self.panels:
            wrong.append(
                "panels names no file; `cartwise cytometry panel STUDY --draft` drafts one from the FCS files"
            )
        if wrong:
            raise UserError(f"{FILE}: {'; '.join(wrong)}.")

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change whenever a setting, or the spillover matrix itself, does."""
        chosen: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        # What is off is left out, so that records made before there was such a setting keep their digest.
        for name in ("spillover", "align"):
            if not chosen[name]:
                del chosen[name]
        if self.spillover is not None:
            chosen["spillover"] = self.spillover.digest
        return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()[:12]


def read_settings(folder: Path) -> Settings:
    """The settings in a study's cytometry.toml.

    Raises:
        UserError: there is none, it is no TOML, or holds a key or value that means nothing; all named at once.
    """
    path = folder / FILE
    if not path.exists():
        raise UserError(
            f'{folder} has no {FILE}. Write one with a line such as panels = ["cytometry/panel.toml"]; '
            f"`cartwise cytometry panel {folder} --draft` drafts the panel from the FCS files."
        )
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{FILE} cannot be read: {error}.") from None
    known = {field.name for field in fields(Settings)}
    strange = sorted(set(given) - known)
    if strange:
        raise UserError(
            f"{FILE} has no setting {', '.join(strange)}. Its settings are {', '.join(sorted(known))}."
        )
    panels = given.pop("panels", [])
    if not isinstance(panels, list) or not all(isinstance(panel, str) for panel in panels):
        raise UserError(f'{FILE}: panels is a list of files, e.g. panels = ["cytometry/panel.toml"].')
    return Settings(panels=tuple(panels), **given | _matrix(folder, given))


def _matrix(folder: Path, given: dict[str, Any]) -> dict[str, Spillover]:
    """The spillover matrix in place of its file's name."""
    if "spillover" not in given:
        return {}
    if not isinstance(given["spillover"], str):
        raise UserError(f'{FILE}: spillover is a file, e.g. spillover = "cytometry/spillover.csv".')
    return {"spillover": Spillover.read(folder / given["spillover"])}
