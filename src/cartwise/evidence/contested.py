"""Terms that sources define differently: who says what, side by side and never averaged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contested:
    """A term with the facts that define it.

    Attributes:
        term: the term.
        why: what turns on the definition.
        facts: keys of the facts that define it, source by source.
        silent: where a paper uses the term and prints no definition: source and locator.
    """

    term: str
    why: str
    facts: tuple[str, ...]
    silent: tuple[tuple[str, str], ...] = ()


CONTESTED = (
    Contested(
        "B-cell aplasia, and its loss",
        "The same counts are aplasia for one source and loss for another.",
        (
            "wang-2025/bca-definition",
            "wang-2025/bca-wbc",
            "wang-2025/bca-lymphocytes",
            "westhafen-2025/bca-definition",
            "westhafen-2025/bca-lymphocytes",
            "westhafen-2025/bca-count",
            "myers-2023/bca-loss-case",
        ),
        (("talleur-2023", "003:91"), ("oszer-2026", "000:13")),
    ),
    Contested(
        "Early loss of B-cell aplasia",
        "Consolidative HCT is advised after early loss; how early that is differs from nine weeks to a year.",
        (
            "talleur-2023/early-bca-loss-day-63",
            "talleur-2023/early-bca-loss-six-months",
            "westhafen-2025/early-bca-loss",
            "myers-2023/early-bca-loss-day-63",
            "myers-2023/early-bca-loss-six-months",
            "eliana-ensign/bca-loss-one-year",
        ),
    ),
    Contested(
        "High burden before infusion, for relapse",
        "A cut-off of one study is not one of another; some count blasts, some MRD.",
        (
            "talleur-2023/high-burden",
            "westhafen-2025/high-burden-relapse",
            "westhafen-2025/high-burden-table",
            "westhafen-2025/high-burden-chop",
            "westhafen-2025/high-burden-paris",
            "westhafen-2025/high-burden",
            "myers-2023/high-burden",
            "wang-2025/low-burden-mrd",
            "wang-2025/high-burden-mrd",
        ),
    ),
    Contested(
        "High burden before infusion, for severe CRS",
        "Early tocilizumab and the watch for severe CRS turn on it, at cut-offs other than those for relapse.",
        (
            "westhafen-2025/early-tocilizumab-burden",
            "myers-2023/high-burden-severe-crs",
            "wang-2025/severe-crs-mrd",
            "pdq/chop-burden",
        ),
    ),
    Contested(
        "Positive MRD",
        "Methods see to different depths, and not every source counts what NGS alone finds.",
        (
            "oszer-2026/mrd-positive-pcr",
            "wang-2025/mrd-positivity",
            "wang-2025/mrd-positive-flow",
            "westhafen-2025/mrd-any-level",
            "westhafen-2025/algorithm-figures",
            "talleur-2023/bca-loss-or-detectable-hct",
            "myers-2023/ngs-any-level",
            "myers-2023/ngs-quantification",
            "myers-2023/ngs-not-relapse",
            "myers-2023/rq-pcr-positive",
        ),
    ),
    Contested(
        "What ends event-free or leukaemia-free survival",
        "Who never responded is an event at once in one definition and not in another, so rates do not compare.",
        ("myers-2023/efs-definition", "wang-2025/lfs-definition", "wang-2025/hct-not-censored"),
        (("westhafen-2025", "002:714"), ("talleur-2023", "003:45")),
    ),
    Contested(
        "Low exposure to fludarabine",
        "One cut-off is of measured exposure, another of exposure estimated by a model; they are not exchanged.",
        (
            "prwcc/fludarabine-auc",
            "princess-maxima/fludarabine-auc",
            "westhafen-2025/fludarabine-auc",
            "myers-2023/fludarabine-auc",
        ),
    ),
    Contested(
        "Grades of CRS",
        "A grade of one scale is not the same grade of another, and scales are never converted.",
        ("oszer-2026/crs-scale", "wang-2025/toxicity-scale", "westhafen-2025/crs-grading"),
    ),
)
"""The definitions on which sources read here differ."""
