"""What laboratory and bedside see of the truth: noise, limits of quantification, sensitivity."""

from __future__ import annotations

from math import exp, floor, log10
from typing import Any

from numpy.random import Generator

from cartwise.invention.biology import World
from cartwise.invention.parameters import Parameters
from cartwise.invention.toxicity import Toxicity

Cells = dict[str, Any]

REPLACED_BELOW = 400.0
"""IgG in mg/dL below which the invented clinic gives immunoglobulin."""


def rounded(value: float, digits: int = 3) -> float:
    """A value to as many significant digits as a laboratory prints."""
    return round(value, digits - 1 - floor(log10(abs(value)))) if value else 0.0


def transgene(p: Parameters, level: float, rng: Generator) -> Cells:
    """A quantitative PCR of blood: a number, or the word that there was too little."""
    limit = p.fixed("assay", "transgene_limit")
    seen = level * p.draw("assay", "transgene_noise", rng)
    below = seen < limit
    return {
        "specimen": "blood",
        "copies_per_ug": None if below else rounded(seen, 4),
        "below_limit": below,
        "lower_limit": limit,
    }


def lymphocytes(day: int) -> float:
    """Lymphocytes per uL: emptied by lymphodepletion, back over weeks."""
    return 900.0 if day < -4 else 80 + 1320 * (1 - exp(-max(day, 0) / 12))


def neutrophils(toxicity: Toxicity, share: float, day: int) -> float:
    """Neutrophils per uL: low for two weeks, pushed out by blasts."""
    nadir = 180.0 if toxicity.neutropenia else 800.0
    usual = 2200.0 if day < -4 else nadir + (2500 - nadir) * min(max(day - 10, 0) / 30, 1)
    return float(usual * (1 - share) ** 2)


def b_cells(p: Parameters, percent: float, anc: float, day: int, rng: Generator) -> Cells:
    """B cells of blood by flow cytometry, on its three denominators; `anc` is neutrophils per uL."""
    percent = min(percent * p.draw("assay", "count_noise", rng), 100.0)
    total = lymphocytes(day) * p.draw("assay", "count_noise", rng)
    count = total * percent / 100
    white = total + anc + 300
    return {
        "specimen": "blood",
        "count": round(count, 1),
        "percent_of_lymphocytes": round(percent, 2),
        "percent_of_wbc": round(100 * count / white, 2),
    }


def mrd(p: Parameters, method: str, share: float, rng: Generator) -> Cells:
    """One MRD test: so many cells looked at, so many found; a number only above the limit of quantification."""
    assay = p.entry("mrd", method)
    cells: Cells = {"method": method, "specimen": "marrow", "sensitivity": assay["sensitivity"]}
    if p.chance("assay", "not_evaluable", rng):
        return {**cells, "result": "not evaluable"}
    seen = min(share * p.draw("assay", "mrd_noise", rng), 0.99)
    found = int(rng.poisson(seen * assay["cells"]))
    level = min(found / assay["cells"], 1.0)
    if found < assay["found"]:
        return {**cells, "result": "negative"}
    if level < assay["quantified"]:
        return {**cells, "result": "detected below quantification"}
    return {**cells, "result": "positive", "level": rounded(level)}


def marrow(p: Parameters, world: World, day: int, rng: Generator) -> Cells:
    """Marrow morphology, and CD19 on the blasts where there are enough to tell."""
    return marrow_of(p, float(world.positive[day]), float(world.escape[day]), float(world.share[day]), rng)


def marrow_of(p: Parameters, positive: float, escape: float, share: float, rng: Generator) -> Cells:
    """A marrow holding this many cells of each clone."""
    blasts = 100 * share * p.draw("assay", "blast_noise", rng) + p.draw("assay", "normal_blasts", rng)
    cells: Cells = {"blasts": round(min(blasts, 98.0), 1)}
    if share < 1e-4:
        return cells
    dark = escape / (positive + escape)
    return {**cells, "cd19": _stain(dark), "cd19_negative_clone": dark > 0.02}


def _stain(dark: float) -> str:
    return "positive" if dark < 0.1 else "partial" if dark < 0.9 else "negative"


def heat(toxicity: Toxicity, day: int) -> float:
    """How near a day is to the height of inflammation: 1 on it, 0 before infusion."""
    return exp(-(((day - toxicity.crs.peak_day) / 4) ** 2)) if day >= 0 else 0.0


def blood_tests(toxicity: Toxicity, share: float, day: int, rng: Generator) -> list[Cells]:
    """Inflammation and blood counts of a day in the first weeks."""
    hot, drive = heat(toxicity, day), toxicity.inflammation
    il6 = 4 * exp((2.1 + 1.2 * drive) * hot) * _noise(rng, 0.4)
    return [
        {
            "test": "ferritin",
            "value": rounded(600 * exp((0.8 + 0.9 * drive) * hot) * _noise(rng)),
            "unit": "ng/mL",
        },
        {
            "test": "CRP",
            "value": rounded(5 * exp((1.6 + 0.8 * drive) * hot) * _noise(rng, 0.4)),
            "unit": "mg/L",
        },
        {"test": "IL-6", "value": None if il6 < 3 else rounded(il6), "unit": "pg/mL", "below_limit": il6 < 3},
        *blood_counts(toxicity, share, day, rng),
    ]


def blood_counts(toxicity: Toxicity, share: float, day: int, rng: Generator) -> list[Cells]:
    """Counts as any visit takes them."""
    anc = neutrophils(toxicity, share, day) * _noise(rng)
    platelets = (60 + anc / 12) * (1 - share) * _noise(rng)
    return [
        {"test": "ALC", "value": rounded(lymphocytes(day) * _noise(rng), 3), "unit": "{cells}/uL"},
        {"test": "ANC", "value": rounded(anc, 3), "unit": "{cells}/uL"},
        {"test": "platelets", "value": rounded(platelets, 3), "unit": "10*9/L"},
        *([{"test": "blasts", "value": round(60 * share, 1), "unit": "%"}] if share > 0.1 else []),
    ]


def immunoglobulin(percent_b_cells: float, day: int, rng: Generator) -> Cells:
    """IgG falls while B cells are gone."""
    usual = 750.0 if percent_b_cells > 3 else 250 + 500 * exp(-max(day, 0) / 60)
    return {"test": "IgG", "value": rounded(usual * _noise(rng)), "unit": "mg/dL"}


def _noise(rng: Generator, spread: float = 0.25) -> float:
    return exp(spread * float(rng.standard_normal()))
