"""Units with their UCUM codes, and the few conversions that mean something.

A conversion exists only where the two units measure the same thing. Copies per microgram of DNA and copies
per cell, or a fraction of lymphocytes and a count per microlitre, have no factor between them: the bridge
needs another measurement, so asking for it is an error and never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cartwise.basis.failure import UserError


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit.

    Attributes:
        code: UCUM code.
        dimension: what it measures; only units of one dimension convert.
        factor: how many of the dimension's base unit make one of this.
    """

    code: str
    dimension: str
    factor: float


def _units(dimension: str, **factors: float) -> list[Unit]:
    return [Unit(code, dimension, factor) for code, factor in factors.items()]


# The DNA of one diploid human cell weighs about 6.6 pg, but copies per cell also counts the cells that carry
# no transgene, so copies/cell and copies/ug stand in dimensions of their own.
_REGISTRY: dict[str, Unit] = {
    unit.code: unit
    for group in (
        _units("number", **{"1": 1.0, "%": 0.01}),
        _units("mass concentration", **{"g/L": 1.0, "mg/mL": 1.0, "g/dL": 10.0, "mg/dL": 0.01, "mg/L": 1e-3}),
        _units("mass concentration", **{"ug/mL": 1e-3, "ug/L": 1e-6, "ng/mL": 1e-6, "ug/dL": 1e-5}),
        _units("mass concentration", **{"ng/L": 1e-9, "pg/mL": 1e-9}),
        _units(
            "cell concentration",
            **{"{cells}/uL": 1.0, "/uL": 1.0, "10*3/uL": 1e3, "10*9/L": 1e3, "10*6/L": 1.0},
        ),
        _units("transgene per DNA", **{"{copies}/ug": 1.0, "10*3.{copies}/ug": 1e3}),
        _units("transgene per cell", **{"{copies}/{cell}": 1.0}),
        _units("exposure of transgene", **{"d.{copies}/ug": 1.0}),
        _units("time", d=1.0, h=1 / 24, wk=7.0, mo=30.4375, a=365.25),
        _units("rate", **{"/d": 1.0, "/h": 24.0}),
        _units("mass", kg=1.0, g=1e-3),
        _units("length", cm=1.0, m=100.0),
        _units("cells", **{"{cells}": 1.0, "10*6.{cells}": 1e6, "10*8.{cells}": 1e8, "10*9.{cells}": 1e9}),
        _units("cells per weight", **{"{cells}/kg": 1.0, "10*6.{cells}/kg": 1e6}),
        _units("catalytic concentration", **{"U/L": 1.0, "U/mL": 1e3, "kU/L": 1e3}),
        _units("substance concentration", **{"umol/L": 1.0, "mmol/L": 1e3}),
        _units("flow", **{"L/min": 1.0}),
        _units("exposure", **{"mg.h/L": 1.0}),
        _units("clearance per area", **{"mL/min/{1.73_m2}": 1.0}),
        _units("area", m2=1.0),
        _units("radiation", Gy=1.0, cGy=0.01),
        _units("pressure", **{"mm[Hg]": 1.0}),
    )
    for unit in group
}

# A temperature has a zero of its own, so no factor carries one scale into the other.
_AFFINE = {("[degF]", "Cel"): (5 / 9, -160 / 9), ("Cel", "[degF]"): (9 / 5, 32.0)}
_WITHOUT_FACTOR = {"Cel", "[degF]", ""}

# Spellings that centres write for the same unit; none of these changes a value.
_SPELLINGS = {
    "copies/ug": "{copies}/ug",
    "copies/µg": "{copies}/ug",
    "copies/ug DNA": "{copies}/ug",
    "copies/cell": "{copies}/{cell}",
    "cells/uL": "{cells}/uL",
    "cells/µL": "{cells}/uL",
    "/µL": "/uL",
    "x10^9/L": "10*9/L",
    "10^9/L": "10*9/L",
    "1e9/L": "10*9/L",
    "G/L": "10*9/L",
    "K/uL": "10*3/uL",
    "µg/L": "ug/L",
    "fraction": "1",
    "percent": "%",
    "days": "d",
    "day": "d",
    "degC": "Cel",
    "°C": "Cel",
    "cells/kg": "{cells}/kg",
    "mg*h/L": "mg.h/L",
}


def known_units() -> tuple[str, ...]:
    """The UCUM codes of the registry, sorted."""
    return tuple(sorted(_REGISTRY.keys() | _WITHOUT_FACTOR - {""}))


@cache
def ucum(text: str) -> str | None:
    """The UCUM code of a unit as it was written, or None where the registry has none."""
    code = _SPELLINGS.get(text.strip(), text.strip())
    return code if code in _REGISTRY or code in _WITHOUT_FACTOR else None


@cache
def convertible(source: str, target: str) -> bool:
    """Whether a value in `source` can be expressed in `target` without another measurement."""
    one, other = ucum(source), ucum(target)
    if one is None or other is None:
        return False
    if one == other or (one, other) in _AFFINE:
        return True
    if one in _WITHOUT_FACTOR or other in _WITHOUT_FACTOR:
        return False
    return _REGISTRY[one].dimension == _REGISTRY[other].dimension


def convert(value: float, source: str, target: str) -> float:
    """A value in another unit of the same dimension.

    Args:
        value: the number, in `source`.
        source: UCUM code or a known spelling of the unit it is in.
        target: the unit wanted.

    Raises:
        UserError: where the two units do not measure the same thing, or one is unknown.
    """
    if not convertible(source, target):
        raise UserError(
            f"Cannot convert {source!r} to {target!r}: they do not measure the same thing, or one is not in the "
            "unit registry. Give the value in a unit of the same kind."
        )
    one, other = ucum(source), ucum(target)
    if one == other or one is None or other is None:
        return value
    if (one, other) in _AFFINE:
        slope, offset = _AFFINE[one, other]
        return value * slope + offset
    return value * (_REGISTRY[one].factor / _REGISTRY[other].factor)
