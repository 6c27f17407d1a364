"""Expansion and persistence of CAR T cells in blood, by non-compartmental analysis of the transgene."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from statistics import fmean
from typing import Any

from cartwise.basis import Interval, Missing
from cartwise.kinetics import MIN_R2, MIN_SPAN_RATIO, NcaMethod, nca_arrays, reason_texts
from cartwise.measures.course import FIRST_COURSE, course_end, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.study import Definitions, Patient, Row

EXPANSION_DAYS = 28.0
"""Last day of the expansion phase (001:102, "Days 0-28")."""

Sample = tuple[float, float, bool]
"""Day, copies per microgram, and whether the level was below the limit of quantification."""

_BLOOD = "qPCR of blood, results of one day averaged (one below the limit counts as 0)"
_SPAN = f"{FIRST_COURSE}, or to HCT, which ends the CAR T cells"
_EXPANSION = f"{_BLOOD}; days 0 to {EXPANSION_DAYS:g}; {_SPAN}"
_WHOLE = f"{_BLOOD}; {_SPAN}"
_NCA = "{auc_rule}; {blq_rule}; day 0 counts as below the limit where it was not sampled, unless CAR T cells were given before"
_TERMINAL = "log-linear regression after Tmax, window of best adjusted r2 (PKNCA's rule)"
_SAMPLES = "transgene levels in blood"


def blood_samples(patient: Patient) -> tuple[Sample, ...]:
    """Blood samples with a result, one a day, from infusion until the next course or HCT."""
    end = min(
        [course_end(patient), *(row.day for row in patient.treatments if row.kind == "HCT" and row.day > 0)]
    )
    by_day: dict[float, list[float]] = {}
    for row in patient.transgene:
        if row.specimen == "blood" and 0 <= row.day < end and (level := _level(row)) is not None:
            by_day.setdefault(row.day, []).append(level)
    return tuple((day, fmean(levels), not any(levels)) for day, levels in by_day.items())


def _level(row: Row) -> float | None:
    """Copies per microgram, 0 below the limit; None where the row gives another unit only."""
    level: float | None = row.copies_per_ug
    if row.below_limit or (level is not None and level < (row.lower_limit or 0.0)):
        return 0.0
    return level


def _expansion(patient: Patient) -> tuple[Sample, ...]:
    return tuple(sample for sample in blood_samples(patient) if sample[0] <= EXPANSION_DAYS)


def _none(patient: Patient, last: float = math.inf) -> Missing:
    span = f"from day 0 to {last:g}" if math.isfinite(last) else "after infusion"
    return unseen(patient, f"no transgene level in blood {span}", f"{_SAMPLES} {span}")


def _profile(patient: Patient) -> tuple[Sample, ...]:
    """The samples an area runs through: on day 0 there are no CAR T cells yet, unless some were given before."""
    samples = blood_samples(patient)
    earlier = any(row.day < 0 for row in patient.infusions) or any(
        row.kind == "CAR T" and row.day < 0 for row in patient.treatments
    )
    return samples if not samples or samples[0][0] == 0 or earlier else ((0.0, 0.0, True), *samples)


@lru_cache(maxsize=512)
def _analysed(profile: tuple[Sample, ...], auc_rule: str, blq_rule: str) -> Mapping[str, float | Missing]:
    """One analysis shared by every measure of it; the same samples give the same numbers, whoever's they are."""
    chosen: dict[str, Any] = {"auc_rule": auc_rule, "blq_rule": blq_rule}
    method = NcaMethod(**chosen)
    time, level, below = zip(*profile, strict=True)
    result = nca_arrays(time, level, below, method)
    texts = reason_texts(method)
    return {
        name: Missing(texts[why], f"more {_SAMPLES}")
        if (why := int(result.reasons[name][0]))
        else float(values[0])
        for name, values in result.quantities.items()
    }


def _quantity(patient: Patient, definitions: Definitions, name: str) -> float | Missing:
    profile = _profile(patient)
    return _analysed(profile, definitions.auc_rule, definitions.blq_rule)[name] if profile else _none(patient)


def _sampled_to(samples: tuple[Sample, ...], value: float) -> float | Noted:
    """The value, saying how far the expansion phase was sampled where it was not to its end."""
    last = samples[-1][0]
    return value if last >= EXPANSION_DAYS else Noted(value, f"sampled to day {last:g}")


@measure(unit="{copies}/ug", cdisc="CMAX", method=_EXPANSION, settled_by=f"{_SAMPLES} from day 0 to 28")
def cmax(patient: Patient) -> float | Noted | Missing:
    """Peak level of the transgene in blood (001:92-98); 0 where every level is below the limit."""
    samples = _expansion(patient)
    if not samples:
        return _none(patient, EXPANSION_DAYS)
    peak = max(level for _, level, _ in samples)
    return (
        _sampled_to(samples, peak) if peak else Noted(0.0, "every level is below the limit of quantification")
    )


@measure(
    unit="d",
    cdisc="TMAX",
    method=f"first of equal peaks; {_EXPANSION}",
    settled_by=f"{_SAMPLES} from day 0 to 28",
)
def tmax(patient: Patient) -> float | Noted | Missing:
    """Day of the peak of the transgene in blood (001:98-100)."""
    samples = _expansion(patient)
    if not samples:
        return _none(patient, EXPANSION_DAYS)
    day, peak, _ = max(samples, key=lambda sample: sample[1])
    return (
        _sampled_to(samples, day)
        if peak
        else Missing("every level from day 0 to 28 is below the limit of quantification")
    )


@measure(unit="d", cdisc="TLST", method=f"day of the last quantifiable level; {_WHOLE}", settled_by=_SAMPLES)
def tlast(patient: Patient) -> float | Noted | Missing:
    """How long the transgene was detectable in blood (001:96)."""
    samples = blood_samples(patient)
    if not samples:
        return _none(patient)
    seen = [day for day, _, below in samples if not below]
    if not seen:
        return Missing("every level is below the limit of quantification")
    return (
        Noted(seen[-1], "still quantifiable in the last sample") if seen[-1] == samples[-1][0] else seen[-1]
    )


@measure(unit="{copies}/ug", cdisc="CLST", method=f"last quantifiable level; {_WHOLE}", settled_by=_SAMPLES)
def clast(patient: Patient) -> float | Missing:
    """Last level of the transgene in blood that could be quantified."""
    samples = blood_samples(patient)
    if not samples:
        return _none(patient)
    seen = [level for _, level, below in samples if not below]
    return seen[-1] if seen else Missing("every level is below the limit of quantification")


@measure(
    unit="d.{copies}/ug",
    cdisc="AUCINT",
    method=f"area from day 0 to the last quantifiable level by day 28 (AUClast 0-28); {_NCA}; {_EXPANSION}",
    settled_by=f"{_SAMPLES} from day 0 to 28",
)
def auc_0_28d(patient: Patient, definitions: Definitions) -> float | Noted | Missing:
    """Exposure to the transgene during expansion, AUC0-28d (001:102)."""
    area = _quantity(patient, definitions, "auclast_0_28")
    samples = _expansion(patient)
    return area if isinstance(area, Missing) or not samples else _sampled_to(samples, area)


@measure(
    unit="d.{copies}/ug",
    cdisc="AUCLST",
    method=f"area from day 0 to the last quantifiable level; {_NCA}; {_WHOLE}",
    settled_by=_SAMPLES,
)
def auc_last(patient: Patient, definitions: Definitions) -> float | Missing:
    """Exposure to the transgene to its last quantifiable level."""
    return _quantity(patient, definitions, "auclast")


def _with_quality(patient: Patient, definitions: Definitions, name: str) -> Noted | Missing:
    """A terminal quantity with what it rests on and what speaks against it."""
    value = _quantity(patient, definitions, name)
    if isinstance(value, Missing):
        return value
    parts = ("lambda_z_n", "lambda_z_start", "lambda_z_end", "lambda_z_r2", "span_ratio")
    told = [_quantity(patient, definitions, part) for part in parts]
    points, start, end, r2, span = (math.nan if isinstance(part, Missing) else part for part in told)
    words = [f"{points:.0f} points from day {start:g} to {end:g}, r2 {r2:.3f}, span ratio {span:.2f}"]
    words += [f"r2 below {MIN_R2:g}"] if r2 < MIN_R2 else []
    words += [f"span ratio below {MIN_SPAN_RATIO:g}"] if span < MIN_SPAN_RATIO else []
    return Noted(value, "; ".join(words))


@measure(
    unit="/d",
    cdisc="LAMZ",
    method=f"{_TERMINAL}; {{blq_rule}}; {_WHOLE}",
    settled_by=f"{_SAMPLES} after the peak",
)
def lambda_z(patient: Patient, definitions: Definitions) -> float | Noted | Missing:
    """Terminal rate of decline of the transgene in blood, with the fit it rests on."""
    return _with_quality(patient, definitions, "lambda_z")


@measure(
    unit="d",
    cdisc="LAMZHL",
    method=f"ln 2 over lambda_z; {_TERMINAL}; {{blq_rule}}; {_WHOLE}",
    settled_by=f"{_SAMPLES} after the peak",
)
def half_life(patient: Patient, definitions: Definitions) -> float | Noted | Missing:
    """Terminal half-life of the transgene in blood; weak for CAR T cells, so it comes with its flags."""
    return _with_quality(patient, definitions, "half_life")


@measure(
    unit="d",
    method=f"between the last quantifiable sample and the first below the limit with none quantifiable after it; {_WHOLE}",
    settled_by="a transgene level in blood on or after day {cutoff}",
)
def time_to_undetectable(patient: Patient) -> Interval | Noted | Missing:
    """When the transgene fell below the limit of quantification for good."""
    samples = blood_samples(patient)
    if not samples:
        return _none(patient)
    seen = [day for day, _, below in samples if not below]
    if not seen:
        return Missing("every level is below the limit of quantification, so it never fell below it")
    after = [day for day, _, _ in samples if day > seen[-1]]
    if not after:
        return Interval(seen[-1])
    fell = Interval(seen[-1], after[0])
    return Noted(fell, "rests on one sample below the limit") if len(after) == 1 else fell


@measure(method=f"count of days; {_WHOLE}", unit="1", settled_by=_SAMPLES)
def below_limit_samples(patient: Patient) -> int | Missing:
    """Blood samples in which the transgene was below the limit of quantification."""
    samples = blood_samples(patient)
    return sum(below for _, _, below in samples) if samples else _none(patient)
