"""A definition of populations in TOML: what may stand in it, and how everything wrong with it is told at once."""

import pytest

from cartwise.basis import UserError
from cartwise.cytometry.definition_reading import definition_from, read_definition, shipped_definition
from cartwise.cytometry.panel_reading import shipped_panel
from tests.spec.cytometry.gating_made import FIXED, definition_content


def problem_of(content):
    with pytest.raises(UserError) as problem:
        definition_from(content, "made.toml")
    return str(problem.value)


def test_the_subsets_of_000_are_shipped():
    definition = shipped_definition("000")
    assert definition.reference == (
        "Treg memory",
        "CD4 naive",
        "CD4 central memory",
        "CD4 effector memory",
        "T helper",
        "CD8 naive",
        "CD8 central memory",
        "CD8 effector memory",
        "CD8 terminal effector",
        "CD4- MAIT/NKT",
        "CD4-CD8- gd",
    )
    assert {"early NK", "late NK", "classical monocytes"} <= set(definition.measure.gated)


def test_the_demo_panel_carries_every_marker_of_the_shipped_definition():
    definition, markers = shipped_definition("000"), shipped_panel("demo").markers
    assert definition.classify is not None
    asked = {*definition.gated_markers, *definition.classify.markers, *definition.measure.state_markers}
    assert asked <= set(markers)


def test_a_second_cut_has_a_name_of_its_own():
    definition = definition_from(definition_content(), "made.toml")
    assert definition.cuts["CD56 bright"].within == "NK cells"
    assert definition.population("dim NK").cuts == ("CD56", "CD56 bright")


def changed(place, /, **what):
    content = definition_content()
    place(content).update(what)
    return content


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            changed(lambda c: c["population"][1], parent="leucocytes"),
            'T cells has the parent "leucocytes", which is no population',
        ),
        (changed(lambda c: c["population"][1], where={"CD45": "+"}), "T cells needs a cut of CD45"),
        (
            changed(lambda c: c["population"][4], where={"CD3": "bright"}),
            "bright NK needs a cut of CD3 bright",
        ),
        (changed(lambda c: c["population"][1], where={"CD3": "++"}), 'T cells asks for CD3 "++"'),
        (changed(lambda c: c["population"][2], name="T cells"), "population T cells stands 2 times"),
        (changed(lambda c: c["cut"]["CD3"], method="otsu"), 'cut CD3 has the method "otsu"'),
        (changed(lambda c: c["cut"]["CD3"], within="blood"), 'cut CD3 is looked for within "blood"'),
        (changed(lambda c: c["cut"]["CD3"], fallback="mixture"), "cut CD3: the last fallback must be fixed"),
        (changed(lambda c: c["cut"]["CAR"], at=0.999e3), "`at` of the method control is a percentage"),
        (changed(lambda c: c["cut"]["CD3"], fallback={"method": "fixed"}), "the method fixed needs a number"),
        (
            changed(lambda c: c["cut"]["CD3"], fallback={"method": "fixed", "at": 2.0, "within": "all"}),
            "cut CD3, fallback does not know within",
        ),
        (changed(lambda c: c, classification={}), "does not know classification"),
        (changed(lambda c: c, measure={"gated": ["gdT"]}), '[measure] gated names "gdT"'),
        (
            changed(lambda c: c, classify={"cells": "T cells"}),
            "[classify] does not say its `reference_cells`",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(content, told):
    assert told in problem_of(content)


def test_every_problem_stands_in_the_one_message():
    content = changed(lambda c: c["cut"]["CD3"], method="otsu")
    content["population"][1]["parent"] = "leucocytes"
    content["cut"]["CD4"]["within"] = "blood"
    told = problem_of(content)
    assert "otsu" in told
    assert "leucocytes" in told
    assert "blood" in told


def test_a_cut_that_is_looked_for_within_what_needs_it_is_a_circle():
    content = changed(lambda c: c["cut"]["CD3"], within="CD4 T cells", method="fixed", at=2.0, fallback=[])
    assert "a circle" in problem_of(content)


def test_a_population_that_is_its_own_ancestor_is_a_circle():
    content = changed(lambda c: c["population"][0], parent="T cells")
    assert "a circle" in problem_of(content)


def test_a_definition_is_read_from_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\nversion = "1"\n[cut.CD3]\nwithin = "all"\nmethod = "fixed"\nat = 2.0\n'
        '[[population]]\nname = "all"\nparent = ""\nwhere = {}\n',
        encoding="utf-8",
    )
    assert read_definition(path).names == ("all",)
    assert FIXED["at"] == read_definition(path).cuts["CD3"].searches[0].at
