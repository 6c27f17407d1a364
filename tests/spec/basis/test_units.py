"""Conversions that mean something, and refusals of those that do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartwise.basis import UserError, convert, convertible, known_units, ucum

NAMED = [
    (1.0, "mg/L", "mg/dL", 0.1),
    (5.0, "mg/dL", "mg/L", 50.0),
    (7.0, "g/L", "mg/dL", 700.0),
    (700.0, "mg/dL", "g/L", 7.0),
    (3.0, "ug/L", "ng/mL", 3.0),
    (1.0, "10*9/L", "/uL", 1000.0),
    (250.0, "/uL", "10*9/L", 0.25),
    (0.01, "1", "%", 1.0),
    (3.0, "%", "1", 0.03),
    (2.0, "10*3.{copies}/ug", "{copies}/ug", 2000.0),
    (12.0, "h", "d", 0.5),
    (1.0, "mo", "d", 30.4375),
    (12.0, "mo", "a", 1.0),
    (2.0, "10*6.{cells}/kg", "{cells}/kg", 2e6),
    (104.0, "[degF]", "Cel", 40.0),
    (40.0, "Cel", "[degF]", 104.0),
    (1.0, "g/dL", "g/L", 10.0),
    (1.0, "U/mL", "U/L", 1000.0),
]

REFUSED = [
    ("{copies}/{cell}", "{copies}/ug"),
    ("{copies}/ug", "{copies}/{cell}"),
    ("%", "{cells}/uL"),
    ("mg/L", "umol/L"),
    ("kg", "cm"),
    ("Cel", "d"),
    ("", "%"),
    ("%", ""),
    ("lumps", "mg/L"),
    ("lumps", "lumps"),
]


@pytest.mark.parametrize(("value", "source", "target", "result"), NAMED)
def test_a_meaningful_conversion(value, source, target, result):
    assert convert(value, source, target) == pytest.approx(result, rel=1e-12)


@pytest.mark.parametrize(("source", "target"), REFUSED)
def test_a_meaningless_conversion_is_refused(source, target):
    assert not convertible(source, target)
    with pytest.raises(UserError, match="do not measure the same thing"):
        convert(1.0, source, target)


@pytest.mark.parametrize(
    ("written", "code"),
    [("copies/µg", "{copies}/ug"), ("G/L", "10*9/L"), (" percent ", "%"), ("fraction", "1"), ("lumps", None)],
)
def test_spellings_of_centres(written, code):
    assert ucum(written) == code


@given(st.floats(1e-6, 1e9), st.sampled_from(known_units()), st.sampled_from(known_units()))
def test_there_and_back_is_the_same_number(value, source, target):
    if convertible(source, target):
        assert convert(convert(value, source, target), target, source) == pytest.approx(
            value, rel=1e-9, abs=1e-9
        )
    else:
        assert not convertible(target, source)
