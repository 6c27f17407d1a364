"""Write an invented study to disk, its truth apart from its records."""

from __future__ import annotations

from pathlib import Path

from cartwise.invention import Invention
from cartwise.study import write_study

TRUTH = "truth"
"""Folder of the truth inside the study's: nothing that reads a study looks into it; tests and back-tests do."""


def write_invention(made: Invention, folder: Path, *, overwrite: bool = False) -> Path:
    """Write the records as a study, and what really happened as CSV files in a folder of their own."""
    target = write_study(folder, made.about, made.tables, overwrite=overwrite)
    (target / TRUTH).mkdir(exist_ok=True)
    for name, frame in made.truth.items():
        frame.to_csv(target / TRUTH / f"{name}.csv", index=False, lineterminator="\n")
    return target
