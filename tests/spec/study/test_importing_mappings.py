"""What is said of a mapping that does not hold together."""

import pytest

from cartwise.basis import UserError
from cartwise.study import import_study
from tests.spec.study.importing_case import GENDER, TRANSGENE


class TestWrongMappings:
    def test_everything_wrong_stands_in_one_message(self, drawn):
        mapping = """
colour = "red"
[study]
nam = "x"
[source.files.f]
path = "f.csv"
[source.files.g]
path = "absent.csv"
[[rows]]
table = "transgene"
from = "f"
[rows.columns]
patient_id = "nobody"
day = { column = "day", unit = "d" }
specimen = { column = "s", translate = { PB = "blod" } }
copies_per_ug = { column = "level" }
weight = "w"
[[rows]]
table = "tranzgene"
from = "f"
[[rows]]
table = "patients"
from = "g"
"""
        with pytest.raises(UserError) as error:
            drawn("id,day,s,level\nA,1,PB,5", mapping, head="")
        said = str(error.value)
        for part in (
            "'colour'",
            "[study] nam",
            "name is missing",
            "absent.csv",
            "'nobody'",
            "'blod'",
            "copies_per_ug must say the unit",
            "'weight'",
            "table must be one of",
            "from must be one of",
        ):
            assert part in said, part

    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            ('copies_per_ug = { constant = "many" }', "constant must be a number"),
            ('copies_per_ug = { column = "level", constant = 1, unit = "copies/ug" }', "not both"),
            (
                'copies_per_ug = { column = "level", unit = "copies/ug", below = { written = [0] } }',
                "limit must be",
            ),
            (
                'copies_per_ug = { column = "level", unit = "copies/ug", below = { limit = 5 } }',
                "must say written",
            ),
            ('copies_per_ug = { column = "level", unit = 5 }', "unit must be a unit"),
            ('copies_per_ug = { column = "level", unit = "copies/ug", round = 2 }', "'round'"),
            ('available_day = { column = "day", unit = "d", below = { sign = true } }', "cannot be below"),
            ('specimen2 = "s"', "'specimen2'"),
        ],
    )
    def test_each_slip_is_named(self, drawn, columns, said):
        with pytest.raises(UserError, match=said):
            drawn("id,day,level\nA,1,5", TRANSGENE + columns)

    def test_a_row_cannot_go_without_what_it_needs(self, drawn):
        with pytest.raises(UserError, match="leaves specimen unfilled"):
            drawn(
                "id,day,level\nA,1,5",
                TRANSGENE.replace('specimen = { constant = "blood" }', ""),
            )

    def test_no_toml_and_no_file(self, tmp_path):
        with pytest.raises(UserError, match="There is no mapping"):
            import_study(tmp_path / "mapping.toml")
        (tmp_path / "mapping.toml").write_text("[study", encoding="utf-8")
        with pytest.raises(UserError, match="cannot be read as TOML"):
            import_study(tmp_path / "mapping.toml")

    def test_no_message_repeats_a_value(self, drawn):
        made = drawn("id,sex\nSECRET-1,SECRET-2", GENDER + 'sex = "sex"')
        assert "SECRET" not in str(made.issues)
