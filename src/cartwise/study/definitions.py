"""study.toml: who made the study, when it was cut, which definitions it chose, how long results take."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from cartwise.basis import UserError
from cartwise.study.tables import TABLES

CHOICES: Mapping[str, Mapping[str, str]] = {
    "bca": {
        "wang-2025": "B cells at most 1 % of white blood cells or at most 3 % of lymphocytes (001:87)",
        "lymphocytes-below-1": "B cells below 1 % of lymphocytes (002:112, lower end)",
        "lymphocytes-below-3": "B cells below 3 % of lymphocytes (002:112, upper end)",
        "count-below-10": "B cells below 10 per uL (002:112, lower end of the count read as loss)",
        "count-below-50": "B cells below 50 per uL (002:112, upper end of the count read as loss)",
    },
    "bca_loss": {
        "first evidence": "loss of B-cell aplasia counts on first evidence",
        "confirmed": "loss of B-cell aplasia counts when the next sample confirms it",
    },
    "bca_duration_from": {
        "infusion": "duration of B-cell aplasia is counted from infusion",
        "onset": "duration of B-cell aplasia is counted from its onset",
    },
    "auc_rule": {
        "lin-up/log-down": "trapezoids linear while rising, logarithmic while falling",
        "linear": "linear trapezoids",
        "lin-log": "trapezoids linear to the peak, logarithmic after it",
    },
    "blq_rule": {
        "pknca": "below-limit values are 0 before the first and after the last quantifiable one, dropped between",
        "zero": "below-limit values are 0",
        "drop": "below-limit values are dropped",
        "positive-part": "the profile runs from the last below-limit value before to the first after expansion",
    },
    "efs_non_response": {
        "day 28": "non-response is an event on day 28",
        "day 0": "non-response is an event on day 0",
        "not an event": "non-response is not an event",
    },
    "lfs_hct": {
        "not censored": "HCT does not censor leukaemia-free survival (001:106)",
        "censored": "leukaemia-free survival is censored at HCT",
    },
}
"""Every definition a study may choose, with its options in words; the first of each is the default."""


def _default(choice: str) -> str:
    return next(iter(CHOICES[choice]))


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions a study chose; each is named beside every value it made (see CHOICES)."""

    bca: str = field(default_factory=lambda: _default("bca"))
    bca_loss: str = field(default_factory=lambda: _default("bca_loss"))
    bca_duration_from: str = field(default_factory=lambda: _default("bca_duration_from"))
    auc_rule: str = field(default_factory=lambda: _default("auc_rule"))
    blq_rule: str = field(default_factory=lambda: _default("blq_rule"))
    efs_non_response: str = field(default_factory=lambda: _default("efs_non_response"))
    lfs_hct: str = field(default_factory=lambda: _default("lfs_hct"))

    def in_words(self, choice: str) -> str:
        """What a choice means, with its source where it has one."""
        return CHOICES[choice][getattr(self, choice)]


@dataclass(frozen=True, slots=True)
class About:
    """The head of a study.

    Attributes:
        name: name of the study.
        centre: centre or centres.
        data_cut: date on which the records were cut; None where the records are given in days.
        cut_day: day on which the records were cut, for studies in days; None: each patient's last record.
        invented: whether the records are invented.
        note: a sentence shown on every output.
        region: whose labels hold ("US", "EU", or another, of which no label is read here); "" where not stated.
        label_edition: year of the labels that hold; None where not stated.
        definitions: chosen definitions.
        turnaround: days from sample to result, by table or `table.kind` ("mrd.NGS"), where a row has no
            available day.
    """

    name: str
    centre: str = ""
    data_cut: dt.date | None = None
    cut_day: float | None = None
    invented: bool = False
    note: str = ""
    region: str = ""
    label_edition: int | None = None
    definitions: Definitions = field(default_factory=Definitions)
    turnaround: Mapping[str, float] = field(default_factory=dict)

    def turnaround_of(self, table: str, kind: str | None) -> float:
        """Days from sample to result for a table, or for one kind of test in it."""
        return self.turnaround.get(f"{table}.{kind}", self.turnaround.get(table, 0.0))


def read_about(folder: Path) -> About:
    """Read a study's head.

    Raises:
        UserError: where study.toml is absent, is no TOML, or says something that is not understood; every
            problem is in the one message.
    """
    path = folder / "study.toml"
    if not path.is_file():
        raise UserError(
            f"{folder} is not a study: it has no study.toml. Make one with `cartwise template --out FOLDER`, or "
            "turn your files into a study with `cartwise import MAPPING.toml --out FOLDER`."
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as TOML: {error}. Mend that line and run again.") from None
    return about_from(content, path)


def about_from(content: dict[str, Any], path: Path) -> About:
    """A study's head from the sections [study], [definitions] and [turnaround].

    Args:
        content: the sections, as read from TOML.
        path: the file they stand in, for the message.

    Raises:
        UserError: naming every problem.
    """
    head = content.get("study", {})
    chosen = content.get("definitions", {})
    turnaround = _flat(content.get("turnaround", {}))
    problems = [
        *_unknown(content, head),
        *_wrong_choices(chosen),
        *_wrong_types(head),
        *_wrong_days(turnaround),
    ]
    if problems:
        raise UserError(f"{path}: " + "; ".join(problems) + ".")
    known = {name: head[name] for name in head.keys() & {item.name for item in fields(About)}}
    return About(**known, definitions=Definitions(**chosen), turnaround=turnaround)


def _flat(turnaround: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(turnaround, Mapping):
        return {"turnaround": turnaround}
    found: dict[str, Any] = {}
    for key, value in turnaround.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found


def _unknown(content: dict[str, Any], head: Any) -> list[str]:
    sections = {"study", "definitions", "turnaround"}
    found = [
        f"section [{name}] is not known; sections are {', '.join(sorted(sections))}"
        for name in content.keys() - sections
    ]
    if not isinstance(head, dict):
        return [*found, "[study] must be a section"]
    allowed = {item.name for item in fields(About)} - {"definitions", "turnaround"}
    return found + [
        f"[study] {name} is not known; it may say {', '.join(sorted(allowed))}"
        for name in sorted(head.keys() - allowed)
    ]


def _wrong_types(head: Any) -> list[str]:
    if not isinstance(head, dict):
        return []
    wanted = {
        "name": (str,),
        "centre": (str,),
        "note": (str,),
        "invented": (bool,),
        "data_cut": (dt.date,),
        "cut_day": (int, float),
        "region": (str,),
        "label_edition": (int,),
    }
    found = [] if head.get("name") else ["[study] name is missing: give the study a name"]
    return found + [
        f"[study] {name} must be a {kinds[0].__name__}"
        for name, kinds in wanted.items()
        if name in head and not isinstance(head[name], kinds)
    ]


def _wrong_choices(chosen: Any) -> list[str]:
    if not isinstance(chosen, dict):
        return ["[definitions] must be a section"]
    found = [
        f"[definitions] {name} is not a definition; there are {', '.join(CHOICES)}"
        for name in chosen.keys() - CHOICES
    ]
    return found + [
        f"[definitions] {name} must be one of {', '.join(CHOICES[name])}"
        for name, value in chosen.items()
        if name in CHOICES and (not isinstance(value, str) or value not in CHOICES[name])
    ]


def _wrong_days(turnaround: Mapping[str, Any]) -> list[str]:
    strangers = [
        f'[turnaround] {name} names no table; write a table, or a table and a kind as "mrd.NGS"'
        for name in turnaround
        if name.split(".")[0] not in TABLES
    ]
    return strangers + [
        f"[turnaround] {name} must be a number of days, not negative"
        for name, days in turnaround.items()
        if isinstance(days, bool) or not isinstance(days, int | float) or days < 0
    ]


def about_as_toml(about: About) -> str:
    """A study's head as the text of a study.toml."""
    lines = ["[study]", f"name = {_quoted(about.name)}"]
    lines += [f"centre = {_quoted(about.centre)}"] if about.centre else []
    lines += [f"data_cut = {about.data_cut.isoformat()}"] if about.data_cut else []
    lines += [f"cut_day = {about.cut_day!r}"] if about.cut_day is not None else []
    lines += ["invented = true"] if about.invented else []
    lines += [f"note = {_quoted(about.note)}"] if about.note else []
    lines += [f"region = {_quoted(about.region)}"] if about.region else []
    lines += [f"label_edition = {about.label_edition}"] if about.label_edition is not None else []
    lines += ["", "[definitions]"]
    for choice, value in asdict(about.definitions).items():
        options = "; ".join(f"{name}: {words}" for name, words in CHOICES[choice].items())
        lines += [f"# {options}", f"{choice} = {_quoted(value)}"]
    lines += [
        "",
        "# Days from sample to result, by table or by table.kind, where a row has no available day.",
        "[turnaround]",
    ]
    lines += [f"{_quoted(key)} = {days!r}" for key, days in about.turnaround.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML's basic string is JSON's
