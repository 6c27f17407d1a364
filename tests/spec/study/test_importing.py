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
    def test_a_translation_covers_what_it_names_and_nothing_else(self, drawn):
        made = drawn(
            "id,sex\nA,F\nB,M\nC,X",
            GENDER + 'sex = { column = "sex", translate = { F = "female", M = "male" } }',
        )
        assert rows(made, "patients", "patient_id", "sex") == [("A", "female"), ("B", "male")]
        assert met(made, Severity.QUARANTINED) == [("no-translation", 4, "sex")]

    def test_a_value_that_the_column_does_not_take_is_set_aside(self, drawn):
        made = drawn("id,sex\nA,female\nB,woman", GENDER + 'sex = "sex"')
        assert rows(made, "patients", "sex") == [("female",)]
        assert met(made, Severity.QUARANTINED) == [("no-translation", 3, "sex")]

    def test_the_file_says_what_it_writes_for_blank(self, drawn):
        made = drawn("id,sex\nA,female\nB,n/a", GENDER + 'sex = "sex"', HEAD + 'blank = ["n/a"]\n')
        assert rows(made, "patients", "sex") == [("female",), (None,)]

    def test_decimal_commas_and_semicolons(self, drawn):
        made = drawn(
            "id;age\nA;7,5",
            GENDER + 'age_at_index_years = { column = "age", unit = "a" }',
            HEAD + 'separator = ";"\ndecimal = ","\n',
        )
        assert rows(made, "patients", "age_at_index_years") == [("7.5",)]

    def test_a_date_is_read_in_the_order_that_the_mapping_states(self, drawn, tmp_path):
        infused = '[[rows]]\ntable = "infusions"\nfrom = "f"\n[rows.columns]\npatient_id = "id"\ndate = { column = "infused", format = "%d.%m.%Y" }\n'
        made = drawn(
            "id,infused\nA,05.03.2024\nB,2024-03-05",
            GENDER + infused.replace('"infused",', '"infused",'),
        )
        assert rows(made, "infusions", "patient_id", "date") == [("A", "2024-03-05")]
        assert met(made, Severity.QUARANTINED) == [("unreadable-value", 3, "infused")]
        study = load(write_study(tmp_path / "study", made.about, made.tables))
        assert [row.day for row in study.patients["A"].infusions] == [0.0]

    def test_padded_cells_are_trimmed_and_said(self, drawn):
        made = drawn("id,sex\nA,female\n A ,female", GENDER + 'sex = "sex"')
        assert rows(made, "patients", "patient_id") == [("A",), ("A",)]
        assert ("padded-cells", None, "id") in met(made, Severity.WARNING)

    def test_a_required_blank_is_set_aside(self, drawn):
        made = drawn(
            "id,day,level\n,7,5\nA,,5\nA,9,5",
            TRANSGENE + 'copies_per_ug = { column = "level", unit = "copies/ug" }',
        )
        assert rows(made, "transgene", "day") == [("9",)]
        assert met(made, Severity.QUARANTINED) == [("required-blank", 2, "id"), ("required-blank", 3, "day")]


class TestRows:
    WIDE = """
[[rows]]
table = "toxicities"
from = "f"
needs = ["grade"]
[rows.columns]
patient_id = "id"
day = { column = "day", unit = "d" }
scale = { constant = "ASTCT 2019" }
[[rows.each]]
columns = { kind = { constant = "CRS" }, grade = "crs" }
[[rows.each]]
columns = { kind = { constant = "ICANS" }, grade = "icans" }
"""

    def test_columns_of_a_wide_file_become_rows_and_a_blank_makes_none(self, drawn):
        made = drawn("id,day,crs,icans\nA,1,0.0,\nA,2,2,1", self.WIDE)
        assert rows(made, "toxicities", "day", "kind", "grade") == [
            ("1", "CRS", "0"),
            ("2", "CRS", "2"),
            ("2", "ICANS", "1"),
        ]
        assert ("rows-not-made", None, "icans") in met(made, Severity.NOTE)

    def test_one_bad_cell_hides_no_other(self, drawn):
        made = drawn("id,day,crs,icans\nA,1,high,low\nA,2,1,1", self.WIDE)
        assert met(made, Severity.QUARANTINED) == [
            ("unreadable-value", 2, "crs"),
            ("unreadable-value", 2, "icans"),
        ]
        assert len(made.tables["toxicities"]) == 2

    def test_flags_become_treatments_where_they_are_set_and_blanks_are_counted(self, drawn):
        treat = '[[rows]]\ntable = "treatments"\nfrom = "f"\nwhere = { toci = 1 }\n[rows.columns]\npatient_id = "id"\nday = { column = "day", unit = "d" }\nkind = { constant = "tocilizumab" }\n'
        made = drawn("id,day,toci\nA,1,0.0\nA,2,1.0\nA,3,", treat)
        assert rows(made, "treatments", "day", "kind") == [("2", "tocilizumab")]
        assert ("blank-in-filter", None, "toci") in met(made, Severity.NOTE)
        assert "rows-not-taken" in [rule for rule, _, _ in met(made)]

    def test_what_no_block_takes_is_counted(self, drawn):
        made = drawn(
            "id,day,matrix,level\nA,7,PB,5\nA,7,??,5",
            TRANSGENE.replace('from = "f"', 'from = "f"\nwhere = { matrix = ["PB"] }')
            + 'copies_per_ug = { column = "level", unit = "copies/ug" }',
        )
        (issue,) = [issue for issue in made.issues if issue.rule == "rows-not-taken"]
        assert issue.message.startswith("1 row(s)")

    def test_a_row_a_patient_from_a_file_of_days(self, drawn):
        once = '[[rows]]\ntable = "patients"\nfrom = "f"\nonce = ["patient_id"]\n[rows.columns]\npatient_id = "id"\nsex = "sex"\ndisease = "disease"\n'
        made = drawn("id,day,sex,disease\nA,0,female,\nA,1,female,B-ALL\nB,0,male,\nB,1,female,", once)
        assert rows(made, "patients", "patient_id", "sex", "disease") == [
            ("A", "female", "B-ALL"),
            ("B", "male", None),
        ]
        assert met(made, Severity.QUARANTINED) == [("contradicting-rows", 5, "patient_id")]

    def test_columns_that_nothing_uses_are_listed(self, drawn):
        made = drawn("id,sex,shoe\nA,female,41", GENDER + 'sex = "sex"')
        assert made.unmapped == (("f.csv", "shoe"),)
        assert ("unmapped-column", None, "shoe") in met(made, Severity.NOTE)


class TestChecksOfTheSource:
    DAYS = 'key = ["id", "day"]\nevery = { per = "id", column = "day", first = 0, last = 2 }\n'
    CSV = "id,day,crs,icans\nA,0,0,0\nA,1,0,0\nA,1,1,0\nA,2,0,0\nB,0,0,0\nB,2,0,0"

    def test_a_key_twice_sets_both_aside_and_a_missing_day_is_shown(self, drawn):
        made = drawn(self.CSV, TestRows.WIDE, HEAD + self.DAYS)
        assert met(made, Severity.QUARANTINED) == [
            ("repeated-key", 3, "id, day"),
            ("repeated-key", 4, "id, day"),
        ]
        assert ("missing-row", 6, "day") in met(made, Severity.WARNING)
        assert len(made.tables["toxicities"]) == 2 * 4

    def test_of_rows_alike_in_every_cell_one_stays(self, drawn):
        made = drawn("id,day,crs,icans\nA,0,1,0\nA,0,1,0", TestRows.WIDE, HEAD + 'key = ["id", "day"]\n')
        assert met(made, Severity.QUARANTINED) == [("repeated-key", 3, "id, day")]
        assert len(made.tables["toxicities"]) == 2

    def test_replicates_are_kept_and_shown(self, drawn):
        made = drawn(self.CSV, TestRows.WIDE, HEAD + self.DAYS.replace("every", 'repeats = "keep"\nevery', 1))
        assert ("repeated-key", 4, "id, day") in met(made, Severity.WARNING)
        assert made.quarantined == 0

    def test_a_label_that_starts_again_is_shown(self, drawn):
        made = drawn(
            "id,day,label,level\nA,0,0,5\nA,28,28,5\nA,60,-1,5\nA,70,10,5\nB,0,0,5\nB,28,28,5",
            TRANSGENE + 'copies_per_ug = { column = "level", unit = "copies/ug" }',
            HEAD + 'restarts = { per = "id", day = "day", label = "label" }\n',
        )
        assert [row for rule, row, _ in met(made) if rule == "label-restarts"] == [4]

    def test_a_ragged_row_is_set_aside(self, drawn):
        made = drawn("id,day,crs,icans\nA,0,1,0\nA,1,1", TestRows.WIDE)
        assert met(made, Severity.QUARANTINED) == [("ragged-row", 3, "")]
