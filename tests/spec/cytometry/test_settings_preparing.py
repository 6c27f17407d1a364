"""The settings on spillover and alignment: read with the study, checked, and seen in the digest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cartwise.basis import UserError
from cartwise.cytometry import Settings, Spillover, read_settings

PLAIN = Settings(panels=("p.toml",))
TABLE = "spills from,Nd142Di,Nd143Di\nNd142Di,1,0.02\nNd143Di,0.01,1\n"


def study(folder: Path, lines: str, table: str | None = TABLE) -> Path:
    (folder / "cytometry.toml").write_text(f'panels = ["p.toml"]\n{lines}\n', encoding="utf-8")
    if table is not None:
        (folder / "spill.csv").write_text(table, encoding="utf-8")
    return folder


def test_the_matrix_is_read_with_the_settings(tmp_path):
    found = read_settings(study(tmp_path, 'spillover = "spill.csv"\nalign = true'))
    assert found.align
    assert found.spillover is not None
    assert found.spillover.channels == ("Nd142Di", "Nd143Di")
    assert found.spillover.matrix.tolist() == [[1, 0.02], [0.01, 1]]
    assert found.spillover.source == "spill.csv"


def test_unasked_nothing_is_compensated_or_aligned(tmp_path):
    found = read_settings(study(tmp_path, ""))
    assert found == PLAIN
    assert found.spillover is None
    assert not found.align


def test_the_digest_of_settings_without_them_is_what_it_always_was():
    assert PLAIN.digest == "ebc603fa9ece"


def test_the_digest_changes_with_alignment_and_with_the_numbers_of_the_matrix(tmp_path):
    one, other = (
        Spillover(("Nd142Di", "Nd143Di"), np.array([[1, part], [0, 1]]), source="spill.csv")
        for part in (0.02, 0.03)
    )
    digests = [
        PLAIN.digest,
        replace(PLAIN, align=True).digest,
        replace(PLAIN, spillover=one).digest,
        replace(PLAIN, spillover=other).digest,
    ]
    assert len(set(digests)) == len(digests)
    assert replace(PLAIN, spillover=replace(one, source="renamed.csv")).digest == digests[2]


@pytest.mark.parametrize(
    ("line", "table", "told"),
    [
        ('align = "yes"', TABLE, "align is 'yes'; it may be true or false"),
        ("spillover = 3", TABLE, "spillover is a file"),
        ('spillover = "spill.csv"', None, r"spill\.csv cannot be read"),
        ('spillover = "spill.csv"', "", "name the same channels"),
        (
            'spillover = "spill.csv"',
            "x,Nd142Di,Nd143Di\nNd143Di,1,0\nNd142Di,0,1\n",
            "name the same channels",
        ),
        ('spillover = "spill.csv"', TABLE.replace("0.02", "2 %"), "a cell that is no number"),
        ('spillover = "spill.csv"', TABLE.replace(",0.02", ""), "rows of unequal length"),
        ('spillover = "spill.csv"', TABLE.replace("142Di,1", "142Di,0.9"), "1 on its diagonal"),
        ('spillover = "spill.csv"', TABLE.replace("Nd143Di", "(Nd142)Di"), "a channel more than once"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, line, table, told):
    with pytest.raises(UserError, match=told):
        read_settings(study(tmp_path, line, table))


@given(arrays(np.float64, (3, 3), elements=st.floats(0, 0.1)))
def test_a_matrix_is_read_as_it_was_written(tmp_path_factory, parts):
    np.fill_diagonal(parts, 1)
    path = tmp_path_factory.mktemp("matrix") / "spill.csv"
    written = Spillover(("Nd142Di", "Nd143Di", "Nd144Di"), parts)
    written.write(path)
    assert Spillover.read(path).matrix.tolist() == parts.tolist()
    assert Spillover.read(path).digest == written.digest
