"""Write the report on a run of a study's cytometry: an overview, a quality sheet a sample, the classifier, the truth."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cartwise.reports import cytometry_wording as wording
from cartwise.reports.cytometry_classifier import classifier
from cartwise.reports.cytometry_files import Written, sheets
from cartwise.reports.cytometry_sheets import HOW_TO_READ, car_percent, classified, flags, sheet
from cartwise.reports.cytometry_truth import truth
from cartwise.reports.figures import steps
from cartwise.reports.figures.steps import StepBar
from cartwise.reports.pages import page
from cartwise.study import Study

if TYPE_CHECKING:  # the room is slow to import, and those who import the reports seldom need it
    from cartwise.cytometry import Counted, Run

CLASSIFIER, TRUTH = "classifier.html", "truth.html"


def write_cytometry_report(loaded: Study, found: Run, out: Path) -> Path:
    """Write the report on a run.

    Args:
        loaded: the study whose files were run; where it is invented and brought its truth, the frequencies are held
            against it.
        found: the run.
        out: folder for the pages and tables. Files of an earlier report on cytometry there are replaced.

    Returns:
        The page to open.

    Raises:
        UserError: the folder holds an index.html of something else, or the truth cannot be read.
    """
    from cartwise.cytometry import run_tables  # noqa: PLC0415 - as above

    held = truth(loaded, found)  # before anything is written: its file may be at fault
    written, common = Written(out), {"study": loaded, "share": False}
    tables = run_tables(found)
    for name, table in tables.items():
        written.write(f"tables/{name}.csv", table.to_csv(index=False, lineterminator="\n"))
    pages = sheets(found)
    for item in found.counted:
        content = sheet(item, found.definition) | _neighbours(list(pages.values()), pages[item.sample.name])
        written.write(pages[item.sample.name], page("cytometry_sample.html", **common, **content))
    errors = classifier(found)
    if errors is not None:
        written.write(CLASSIFIER, page("cytometry_classifier.html", **common, **errors))
    if held is not None:
        written.write(TRUTH, page("cytometry_truth.html", **common, **held))
    content = _index(found, pages, list(tables)) | {
        "classifier": errors is not None,
        "truth": held is not None,
    }
    return written.write("index.html", page("cytometry_index.html", **common, **content))


def _neighbours(addresses: list[str], own: str) -> dict[str, str]:
    """The sheets before and after one, from its own folder; "" at the ends."""
    names = ["", *(address.rpartition("/")[2] for address in addresses), ""]
    at = addresses.index(own) + 1
    return {"before": names[at - 1], "after": names[at + 1]}


def _index(found: Run, pages: dict[str, str], tables: list[str]) -> dict[str, Any]:
    return {
        "found": found,
        "settings": [
            (field.name.replace("_", " "), _setting(found, field.name)) for field in fields(found.settings)
        ],
        "panels": list(dict.fromkeys(item.sample.panel or "the study's panel" for item in found.counted)),
        "samples": [_sample(item, pages[item.sample.name]) for item in found.counted],
        "car": next((item.car for item in found.counted if item.car is not None), None),
        "kept": _kept(found),
        "intact_bars": _intact_bars(found),
        "cuts": [(batch, cut) for batch, cuts in found.cuts.items() for cut in cuts.values()],
        "tables": tables,
        "in_words": wording,
    }


def _setting(found: Run, name: str) -> str:
    value = getattr(found.settings, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _sample(item: Counted, address: str) -> dict[str, Any]:
    return {
        "item": item,
        "address": address,
        "intact": wording.share(item.cells, item.events),
        "car": car_percent(item),
        "classified": classified(item),
        "flags": flags(item),
    }


def _kept(found: Run) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Part of the events of each step of cleaning that it kept: names of the steps, and a row a sample."""
    gates = set(found.definition.names)
    by_sample = [
        (item.sample.name, {step.name: step for step in item.steps if step.name not in gates})
        for item in found.counted
    ]
    names = list(dict.fromkeys(name for _, cleaning in by_sample for name in cleaning))
    rows = [
        (
            sample,
            [
                wording.share(cleaning[name].after, cleaning[name].before)
                if name in cleaning
                else wording.NONE
                for name in names
            ],
        )
        for sample, cleaning in by_sample
    ]
    return names, rows


def _intact_bars(found: Run) -> Markup:
    full = max((item.events for item in found.counted), default=0)
    bars = [StepBar(item.sample.name, item.events, item.cells, full) for item in found.counted]
    title = f"Intact cells among the events of each sample; {HOW_TO_READ}"
    drawn = steps.draw(bars, title=title, x_label="% of the events in the largest file")
    return Markup(drawn)  # noqa: S704 - ours, and its words are escaped there
