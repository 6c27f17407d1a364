"""The pages on the published evidence: a page a factor, one of definitions, one that pools, one that audits; no patients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from markupsafe import Markup

from cartwise.evidence import CONTESTED, FACTORS, Fact, about, audit, digest, fact, sources
from cartwise.reports.evidence_drawn import EFFECT_WORDS, counts, found, percentages, ratios
from cartwise.reports.evidence_pooled import pooled_relapse
from cartwise.reports.figures.forest import ForestFigure, draw
from cartwise.reports.pages import page
from cartwise.reports.wording import evidence_page

FOLDER = "evidence"
POOLED, AUDIT, DEFINITIONS = "relapse-after-hct.html", "audit.html", "definitions.html"


@cache
def evidence_pages() -> Mapping[str, str]:
    """Every page on the evidence by its path in the report; the same for every study, so made once."""
    made = {name: page("evidence_factor.html", **_factor(name)) for name in FACTORS}
    pages = {evidence_page(factor): text for factor, text in made.items()}
    pages[POOLED] = page("evidence_pooled.html", **_pooled(), edition=_edition())
    pages[AUDIT] = page("evidence_audit.html", **_audited(), edition=_edition())
    pages[DEFINITIONS] = page("evidence_definitions.html", **_defined(), edition=_edition())
    pages["index.html"] = page("evidence_index.html", **_index(), edition=_edition())
    return {f"{FOLDER}/{name}": text for name, text in pages.items()}


def _edition() -> str:
    return digest()[:12]


def _factor(factor: str) -> dict[str, Any]:
    facts = about(factor)
    drawn = [
        ("Ratios", ratios(factor, facts)),
        ("Proportions, from counts", counts(factor, facts)),
        ("Percentages, as printed", percentages(factor, facts)),
    ]
    return {
        "factor": factor,
        "sides": _sides(facts),
        "figures": [(name, _svg(figure)) for name, figure in drawn if figure.rows],
        "facts": [found(fact) for fact in facts],
        "overlaps": _overlaps(facts),
        "edition": _edition(),
    }


def _sides(facts: Iterable[Fact]) -> list[tuple[str, list[str], list[Fact]]]:
    """Each effect in words, the sources that say so, and what they say; effects that nobody names are left out."""
    return [
        (words, sorted({fact.source for fact in said}), said)
        for effect, words in EFFECT_WORDS.items()
        if (said := [fact for fact in facts if fact.effect == effect])
    ]


def _overlaps(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    """The sources among these that may count the same patients, a pair once."""
    keys = {fact.source for fact in facts}
    shared = {
        tuple(sorted((one.key, other))) for one in sources() if one.key in keys for other in one.overlaps
    }
    return sorted((a, b) for a, b in shared if {a, b} <= keys)


def _svg(figure: ForestFigure) -> Markup:
    return Markup(draw(figure))  # noqa: S704 - ours, and its words are escaped there


def _pooled() -> dict[str, Any]:
    pooled = pooled_relapse()
    return {"pooled": pooled, "forest": _svg(pooled.forest)}


def _audited() -> dict[str, Any]:
    rows = [row for source in sources() for row in audit(source)]
    return {"checks": len(rows), "rows": [row for row in rows if row.verdict != "agrees"]}


def _defined() -> dict[str, Any]:
    return {"terms": [(one, [found(fact(key)) for key in one.facts]) for one in CONTESTED]}


def _index() -> dict[str, Any]:
    factors = []
    for factor in FACTORS:
        facts = about(factor)
        said = {words: names for words, names, _ in _sides(facts)}
        factors.append(
            (
                factor,
                evidence_page(factor),
                len(facts),
                [", ".join(said.get(w, ())) for w in EFFECT_WORDS.values()],
            )
        )
    return {
        "factors": factors,
        "effects": list(EFFECT_WORDS.values()),
        "sources": sources(),
        "papers": sorted((source.paper, source.key) for source in sources() if source.paper),
        "pooled_address": POOLED,
        "audit_address": AUDIT,
        "definitions_address": DEFINITIONS,
    }
