"""Checks of what a number rests on: too few events for the model, and covariates known only afterwards."""

from __future__ import annotations

from cartwise.evidence.auditing.row import WEAK, AuditRow
from cartwise.evidence.kinds import Finding

EVENTS_PER_TERM = 5  # below this an ordinary logistic or Cox model is not to be trusted


def events_per_term(fact: Finding) -> AuditRow | None:
    """A model needs events for each of its covariates."""
    if fact.terms is None or fact.events is None or fact.events >= EVENTS_PER_TERM * fact.terms:
        return None
    return _weak(
        fact,
        "events per covariate",
        f"{fact.events} events, {fact.terms} covariates",
        f"{fact.events / fact.terms:.1f} a covariate, where {EVENTS_PER_TERM} are the least",
    )


def known_afterwards(fact: Finding) -> AuditRow | None:
    """A covariate that is only known later favours those who lived to have it (immortal time)."""
    if not fact.known_from:
        return None
    return _weak(
        fact, "time-dependent covariate", "entered as known at the start", f"known {fact.known_from}"
    )


def _weak(fact: Finding, check: str, printed: str, recomputed: str) -> AuditRow:
    return AuditRow(
        fact=fact.key,
        locator=fact.locator,
        check=check,
        verdict=WEAK,
        printed=printed,
        recomputed=recomputed,
    )
