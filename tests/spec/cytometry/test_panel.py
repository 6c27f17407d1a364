"""A panel in TOML: what may stand in it, and how everything wrong with it is told at once."""

import pytest

from cartwise.basis import UserError
from cartwise.cytometry.panel_reading import read_panel, shipped_panel

RIGHT = """
name = "PBMC"
version = "2"
cofactor = 5

[[channel]]
channel = "Er168Di"
isotope = "168Er"
marker = "CD8"
roles = ["lineage"]

[[channel]]
channel = "Eu151Di"
isotope = "151Eu"
marker = "HLA-DR"
roles = ["state", "bead"]

[[channel]]
channel = "Ir191Di"
isotope = "191Ir"
marker = "DNA1"
roles = ["DNA"]
"""


def written(tmp_path, text):
    path = tmp_path / "panel.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_panel_gives_its_channels_with_their_roles(tmp_path):
    panel = read_panel(written(tmp_path, RIGHT))
    assert panel.title == "PBMC 2"
    assert panel.cofactor == 5
    assert [channel.channel for channel in panel.of_role("bead")] == ["Eu151Di"]
    assert panel.markers == ("CD8", "HLA-DR")


def test_the_demo_panel_is_shipped_and_has_what_the_shipped_populations_gate_on():
    assert {"CD3", "CD4", "CD8", "CAR", "CD56", "CD14"} <= set(shipped_panel("demo").markers)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('roles = ["lineage"]', 'roles = ["linage"]'), 'Er168Di has the role "linage"'),
        (('channel = "Eu151Di"', 'channel = "Er168Di"'), "channel Er168Di stands 2 times"),
        (('marker = "HLA-DR"', 'marker = "CD8"'), "marker CD8 stands 2 times"),
        (('isotope = "168Er"\n', ""), "Er168Di does not say its `isotope`"),
        (('marker = "CD8"', 'marker = ""'), "Er168Di has the role lineage and no marker"),
        (("cofactor = 5", "cofactor = 0"), "`cofactor` must be a number above 0"),
        (('version = "2"', 'versoin = "2"'), "does not know versoin"),
        (('roles = ["DNA"]', "roles = []"), "Ir191Di has no role"),
    ],
)
def test_what_is_wrong_is_told_with_its_channel(tmp_path, change, told):
    with pytest.raises(UserError, match=r"panel\.toml") as problem:
        read_panel(written(tmp_path, RIGHT.replace(*change)))
    assert told in str(problem.value)


def test_every_problem_stands_in_the_one_message(tmp_path):
    text = (
        RIGHT.replace('version = "2"\n', "")
        .replace('"DNA"', '"dna"')
        .replace('marker = "CD8"', 'marker = ""')
    )
    with pytest.raises(UserError) as problem:
        read_panel(written(tmp_path, text))
    for told in ("`version` is missing", 'the role "dna"', "no marker"):
        assert told in str(problem.value)


def test_a_file_that_is_no_toml_or_is_not_there_is_told_as_such(tmp_path):
    with pytest.raises(UserError, match="cannot be read as TOML"):
        read_panel(written(tmp_path, "name = "))
    with pytest.raises(UserError, match="is not a file"):
        read_panel(tmp_path / "absent.toml")


def test_an_unknown_shipped_panel_lists_those_there_are():
    with pytest.raises(UserError, match="There are: demo"):
        shipped_panel("helios")
