"""The files of a report on cytometry: those of an earlier one are replaced, and nobody else's are touched."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from cartwise.basis import UserError

if TYPE_CHECKING:  # the room is slow to import, and those who import the reports seldom need it
    from cartwise.cytometry import Run

MANIFEST = "cytometry-report-files.txt"
"""A name of its own: a report on the study in the same folder is not taken for ours and cleared away."""


class Written:
    """A folder, and the files that were written into it."""

    def __init__(self, folder: Path) -> None:
        """Clear away an earlier report.

        Raises:
            UserError: the folder holds an index.html that no report on cytometry wrote.
        """
        self._folder, self._names = folder, list[str]()
        self._clear()

    def write(self, name: str, text: str) -> Path:
        """Write one file, and note it at once, so that a report that was interrupted can be cleared as well."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        self._names.append(name)
        (self._folder / MANIFEST).write_text("\n".join(self._names) + "\n", encoding="utf-8")
        return path

    def _clear(self) -> None:
        manifest = self._folder / MANIFEST
        if (self._folder / "index.html").exists() and not manifest.exists():
            raise UserError(
                f"{self._folder} holds an index.html that is no report on cytometry. Choose another folder with --out."
            )
        if not manifest.exists():
            return
        for name in manifest.read_text(encoding="utf-8").split("\n"):
            path = (self._folder / name).resolve()
            if name and path.is_relative_to(self._folder.resolve()):
                path.unlink(missing_ok=True)
        manifest.unlink()


def sheets(found: Run) -> dict[str, str]:
    """The page of each sample, by the sample's name; the number keeps names apart that look alike on disk."""
    return {
        item.sample.name: f"samples/{number:03d}-{_plain(item.sample.name)}.html"
        for number, item in enumerate(found.counted, 1)
    }


def _plain(name: str) -> str:
    """A sample's name without its folder and ending, of characters that every file system takes."""
    stem = name.rpartition("/")[2].removesuffix(".fcs")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem)
