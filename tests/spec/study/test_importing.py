"""What an import does with each thing that centres write, one drawn table at a time."""

import pytest

from cartwise.basis import Severity, UserError
from cartwise.study import load, write_study
from tests.spec.study.importing_case import GENDER, HEAD, LABS, TRANSGENE, met, rows


class TestBelowTheLimit:
    def test_a_sign_carries_its_limit(self, drawn):
        made = drawn(
            "id,day,level\nA,7,<100\nA,14,250",
            TRANSGENE + 'copies_per_ug = { column = "level", unit = "copies/ug", below = { sign = true } }',
        )
        assert rows(made, "transgene", "copies_per_ug", "below_limit", "lower_limit") == [
            (None, "yes", "100"),
            ("250", "no", None),
        ]

    def test_the_limit_is_converted_with_the_value(self, drawn):
        made = drawn(
            "id,day,level\nA,7,<0.1\nA,14,2.5",
            TRANSGENE
            + 'copies_per_ug = { column = "level", unit = "10*3.{copies}/ug", below = { sign = true } }',
        )
        assert rows(made, "transgene", "copies_per_ug", "lower_limit") == [(None, "100"), ("2500", None)]

    def test_a_zero_with_a_stated_limit(self, drawn):
        made = drawn(
            "id,day,level\nA,7,0.0\nA,14,5",
            TRANSGENE
            + 'copies_per_ug = { column = "level", unit = "copies/ug", below = { written = [0], limit = 50 } }',
        )
        assert rows(made, "transgene", "copies_per_ug", "below_limit", "lower_limit") == [
            (None, "yes", "50"),
            ("5", "no", None),
        ]

    def test_a_zero_whose_limit_nobody_stated_is_noted(self, drawn):
        made = drawn(
            "id,day,level\nA,7,0",
            TRANSGENE
            + 'copies_per_ug = { column = "level", unit = "copies/ug", below = { written = [0], limit = "not stated" } }',
        )
        assert rows(made, "transgene", "copies_per_ug", "below_limit") == [(None, "yes")]
        assert ("limit-not-stated", None, "level") in met(made, Severity.NOTE)

    def test_a_blank_may_mean_below_where_the_mapping_says_so(self, drawn):
        made = drawn(
            "id,day,level\nA,7,",
            TRANSGENE
            + 'copies_per_ug = { column = "level", unit = "copies/ug", below = { written = [""], limit = 50 } }',
        )
        assert rows(made, "transgene", "below_limit", "lower_limit") == [("yes", "50")]

    def test_a_blank_means_nothing_otherwise(self, drawn):
        made = drawn(
            "id,day,level\nA,7,",
            TRANSGENE
            + 'copies_per_ug = { column = "level", unit = "copies/ug", below = { written = [0], limit = 50 } }',
        )
        assert rows(made, "transgene", "copies_per_ug", "below_limit") == [(None, None)]

    def test_a_flag_column_and_a_column_of_limits(self, drawn):
        below = '{ flag = { low = ["Y"] }, limit = { column = "loq" } }'
        made = drawn(
            "id,day,level,low,loq\nA,7,20,Y,20\nA,14,70,N,20",
            TRANSGENE + f'copies_per_ug = {{ column = "level", unit = "copies/ug", below = {below} }}',
        )
        assert rows(made, "transgene", "copies_per_ug", "below_limit", "lower_limit") == [
            (None, "yes", "20"),
            ("70", "no", None),
        ]

    def test_a_sign_that_the_mapping_did_not_announce_is_no_number(self, drawn):
        made = drawn(
            "id,day,level\nA,7,<100\nA,14,250",
            TRANSGENE + 'copies_per_ug = { column = "level", unit = "copies/ug" }',
        )
        assert rows(made, "transgene", "copies_per_ug") == [("250",)]
        assert met(made, Severity.QUARANTINED) == [("unreadable-value", 2, "level")]

    def test_a_table_without_a_column_for_the_limit_says_so(self, drawn):
        made = drawn(
            "id,day,crp\nA,7,<5",
            LABS + 'unit = { constant = "mg/L" }\nvalue = { column = "crp", below = { sign = true } }',
        )
        assert rows(made, "labs", "value", "below_limit") == [(None, "yes")]
        assert ("limit-not-kept", None, "crp") in met(made)


class TestUnits:
    def test_a_unit_is_converted_only_when_it_is_stated(self, drawn):
        table = '[[rows]]\ntable = "mrd"\nfrom = "f"\n[rows.columns]\npatient_id = "id"\nday = { column = "day", unit = "d" }\nmethod = { constant = "flow" }\nspecimen = { constant = "marrow" }\nresult = { constant = "positive" }\n'
        made = drawn("id,day,mrd\nA,28,0.01", table + 'level = { column = "mrd", unit = "%" }')
        assert rows(made, "mrd", "level") == [("0.0001",)]
        with pytest.raises(UserError, match="level must say the unit of the source column"):
            drawn("id,day,mrd\nA,28,0.01", table + 'level = "mrd"')

    def test_hours_become_days(self, drawn):
        made = drawn(
            "id,hours,level\nA,36,5",
            TRANSGENE.replace('"day", unit = "d"', '"hours", unit = "h"')
            + 'copies_per_ug = { column = "level", unit = "copies/ug" }',
        )
        assert rows(made, "transgene", "day") == [("1.5",)]

    def test_a_unit_of_another_kind_leaves_the_column_out_and_hides_nothing_else(self, drawn):
        made = drawn(
            "id,day,level,cell\nA,7,12,0.1",
            TRANSGENE
            + 'copies_per_ug = { column = "level", unit = "copies/cell" }\ncopies_per_cell = { column = "cell", unit = "copies/cell" }',
        )
        assert rows(made, "transgene", "copies_per_ug", "copies_per_cell") == [(None, "0.1")]
        assert met(made, Severity.FATAL) == [("unit-not-convertible", None, "level")]

    def test_a_column_of_units_is_read_row_by_row(self, drawn):
        made = drawn(
            "id,day,level,unit\nA,7,12,copies/ug\nA,14,3,10*3.{copies}/ug\nA,21,9,copies/cell",
            TRANSGENE + 'copies_per_ug = { column = "level", unit = { column = "unit" } }',
        )
        assert rows(made, "transgene", "copies_per_ug") == [("12",), ("3000",)]
        assert met(made, Severity.QUARANTINED) == [("unit-not-convertible", 4, "unit")]


class TestValues:
