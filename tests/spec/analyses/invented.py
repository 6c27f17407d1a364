"""Invented studies as analyses read them, each made once."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cartwise.invention import invent
from cartwise.study import Study, load, write_study


@cache
def invented(design: str = "peking", *, patients: int, seed: int) -> Study:
    """An invented study, written and read as a centre's would be."""
    made = invent(design, patients=patients, seed=seed)
    with TemporaryDirectory() as folder:
        write_study(Path(folder) / "study", made.about, made.tables)
        return load(Path(folder) / "study")
