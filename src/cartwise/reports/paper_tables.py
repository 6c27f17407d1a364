"""Tables in the layout of a paper's: ratios with their interval in one cell, levels under their characteristic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from cartwise.analyses import Result, catalogue
from cartwise.reports.table_one import Line, TableOne
from cartwise.reports.wording import cell, number

Row = Mapping[str, Any]
OUTCOMES = ("cmax", "auc_0_28d", "tlast")
NO_NUMBER = "–"
NOTE_RATIOS = "CI: 95 % confidence interval. –: no finite number, or not in this model; the file says why."
NOTE_MODELS = (
    "Alone: each covariate with p < 0.2 alone. Model 1: with MRD before lymphodepletion; model 2: with MRD after it. Logistic: maximum "
    f"likelihood; Firth: with Firth's penalty. {NOTE_RATIOS}"
)
NOTE_KINETICS = (
    "Medians of those for whom they are known; p between the levels; q and each n stand in the file."
)


def paper_table(result: Result, name: str) -> TableOne | None:
    """A table of a result as the paper prints whose layout it has; None where it has none of a paper.

    Args:
        result: the result, shared or not.
        name: of one of its tables.
    """
    if name not in result.tables or name not in catalogue()[result.name].reproduces:
        return None
    rows = [{str(key): value for key, value in row.items()} for row in result.tables[name].to_dict("records")]
    return _LAYOUTS[_form(result.tables[name])](rows)


def _form(frame: pd.DataFrame) -> str:
    if "odds_ratio_model_1" in frame:
        return "models"
    return "kinetics" if "median_cmax" in frame else "hazards"


def _hazards(rows: Sequence[Row]) -> TableOne:
    head = ("Covariate", "HR", "95 % CI", "p")
    lines = list(_headed(rows, ("approach", "standing", "method"), _hazard))
    return TableOne(head, tuple(lines), NOTE_RATIOS)


def _hazard(row: Row) -> tuple[str, ...]:
    low, high = row["lower"], row["upper"]
    limits: str = NO_NUMBER if pd.isna(low) or pd.isna(high) else f"{_number(low)}, {_number(high)}"
    return _name(row), _number(row["hazard_ratio"]), limits, cell("p", row["p"]) or NO_NUMBER


def _models(rows: Sequence[Row]) -> TableOne:
    ratios = ("alone", "model 1", "model 2")
    head = ("Clinical factor", *(words for model in ratios for words in (f"OR (95 % CI), {model}", "p")))
    lines = list(_headed(rows, ("outcome", "method"), _in_each_model))
    return TableOne(head, tuple(lines), NOTE_MODELS)


def _in_each_model(row: Row) -> tuple[str, ...]:
    cells = [_name(row)]
    for model in ("", "_model_1", "_model_2"):
        ratio, low, high = (row[f"{name}{model}"] for name in ("odds_ratio", "lower", "upper"))
        limits = "" if pd.isna(low) or pd.isna(high) else f" ({_number(low)}–{_number(high)})"
        cells += [f"{_number(ratio)}{limits}", cell("p", row[f"p{model}"]) or NO_NUMBER]
    return tuple(cells)


def _kinetics(rows: Sequence[Row]) -> TableOne:
    head = ("Characteristic", "n", "Median Cmax", "p", "Median AUC0–28d", "p", "Median Tlast, d", "p")
    lines = []
    for label in dict.fromkeys(row["characteristic"] for row in rows):
        first, *others = (row for row in rows if row["characteristic"] == label)
        if not first["level"]:
            lines.append(Line((label, *_medians(first))))
            continue
        p = [cell("p", first.get(f"p_{name}")) for name in OUTCOMES]
        lines.append(Line((label, "", "", p[0], "", p[1], "", p[2])))
        lines += [Line((row["level"], *_medians(row)), indented=True) for row in (first, *others)]
    return TableOne(head, tuple(lines), NOTE_KINETICS)


def _medians(row: Row) -> tuple[str, ...]:
    medians = [text for name in OUTCOMES for text in (cell("median", row[f"median_{name}"]), "")]
    return cell("n", row["n_cmax"]), *medians


def _headed(
    rows: Sequence[Row], headings: tuple[str, ...], cells: Callable[[Row], tuple[str, ...]]
) -> Iterator[Line]:
    """The rows, those alike in some columns under a line that names what they share."""
    shared = ""
    for row in rows:
        words = ", ".join(str(row[name]) for name in headings if name in row and not pd.isna(row[name]))
        made = cells(row)
        if words != shared:
            shared = words
            yield Line((words[:1].upper() + words[1:], *("" for _ in made[1:])))
        yield Line(made, indented=bool(words))


def _name(row: Row) -> str:
    covariate = row.get("covariate")
    if not isinstance(covariate, str):
        return str(row.get("remark") or NO_NUMBER)
    return f"{covariate}: {row['term']}" if row.get("term") else covariate


def _number(value: Any) -> str:
    """A ratio with the decimals that papers print."""
    if pd.isna(value):
        return NO_NUMBER
    if value < 0.001:
        return "<0.001"
    return f"{value:.3f}" if value < 10 else f"{value:.1f}" if value < 1000 else number(value)


_LAYOUTS: Mapping[str, Callable[[Sequence[Row]], TableOne]] = {
    "hazards": _hazards,
    "models": _models,
    "kinetics": _kinetics,
}
