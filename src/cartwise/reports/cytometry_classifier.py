"""The page on the classifier: how each rule errs on cells left out of its fit, and what the reference is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cartwise.basis import Missing
from cartwise.reports import cytometry_wording as wording
from cartwise.reports.figures import confusion, frequency_errors
from cartwise.reports.figures.frequency_errors import ErrorRow

if TYPE_CHECKING:  # the room is slow to import, and those who import the reports seldom need it
    from cartwise.cytometry import Bias, RuleBias, Run


def classifier(found: Run) -> dict[str, Any] | None:
    """What the page shows; None where the definition classifies nothing."""
    bias = found.bias
    if bias is None or found.definition.classify is None:
        return None
    recorded = found.references[found.settings.rule]
    rows = _rows(bias)
    known = {rule: of for rule, of in bias.rules.items() if not isinstance(of, Missing)}
    return {
        "found": found,
        "bias": bias,
        "recorded": recorded,
        "summary": bias.summary().to_dict("records"),
        "rows": rows,
        "errors": _errors(rows),
        "maps": [(rule, _map(rule, of), of) for rule, of in known.items()],
        "reference": list(zip(recorded.populations, recorded.counts, strict=True)),
        "remarks": list(dict.fromkeys(said for of in found.references.values() for said in of.remarks)),
        "in_words": wording,
    }


def _rows(bias: Bias) -> dict[str, list[dict[str, Any]]]:
    """Each subset with its row under each rule, the rules side by side; a rule that could not be fitted has none."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in bias.table().to_dict("records"):
        if row["population"]:
            rows.setdefault(row["population"], []).append({str(name): value for name, value in row.items()})
    return rows


def _errors(rows: dict[str, list[dict[str, Any]]]) -> Markup:
    drawn = [
        ErrorRow(name, row["rule"], row["raw_error"], row["corrected_error"])
        for name, under in rows.items()
        for row in under
    ]
    title = "Frequency error of each subset under each rule, raw and corrected; the numbers stand in the table below"
    return Markup(frequency_errors.draw(drawn, title=title))  # noqa: S704 - ours, and its words are escaped there


def _map(rule: str, of: RuleBias) -> Markup:
    title = f"{rule}: percent of each gated subset that the rule gives to each; the counts stand in the table below"
    drawn = confusion.draw(of.populations, of.self_confusion.tolist(), title=title)
    return Markup(drawn)  # noqa: S704 - ours, and its words are escaped there
