"""Frequencies corrected for confusion and refusal, against cells whose subset is known."""

from __future__ import annotations

import numpy as np
import pytest

from cartwise.cytometry import Reference
from cartwise.cytometry.bias import RuleBias
from cartwise.cytometry.correction import Correction, correction
from cartwise.cytometry.reference_cells import ReferenceCells

NAMES = ("A", "B")


def made(table: list[list[float]]) -> Correction:
    return Correction(NAMES, np.array(table))


def test_by_hand_a_tenth_refused_and_a_tenth_confused_is_undone() -> None:
    # Of 600 A, 80 % stay, 10 % go to B, 10 % are refused; of 300 B, 90 % stay and 10 % are refused; 100 belong to none.
    correct = made([[0.8, 0.1, 0.1], [0.0, 0.9, 0.1], [0.0, 0.0, 1.0]])
    seen = {"A": 480, "B": 60 + 270, "unclassified": 60 + 30 + 100}
    assert correct.percent(seen) == pytest.approx({"A": 60.0, "B": 30.0})


def test_without_cells_there_is_nothing_to_correct() -> None:
    assert made([[1, 0, 0], [0, 1, 0], [0, 0, 1]]).percent({"A": 0, "B": 0, "unclassified": 0}) == {}


def test_more_refused_than_a_rule_refuses_belong_to_none_and_no_part_is_negative() -> None:
    correct = made([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.0, 0.0, 1.0]])
    found = correct.percent({"A": 1, "B": 0, "unclassified": 99})
    assert min(found.values()) >= 0
    assert sum(found.values()) < 3


def drawn(rng: np.random.Generator, sizes: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    values = np.concatenate(
        [rng.normal(place, 1, (size, 3)) for place, size in zip((0.0, 2.5), sizes, strict=True)]
    )
    return values.astype(np.float32), np.repeat(np.array(NAMES, object), sizes)


def test_drawn_samples_come_nearer_to_their_truth() -> None:
    rng = np.random.default_rng(3)
    parts = [drawn(rng, (400, 400)) for _ in range(4)]
    cells = ReferenceCells(
        np.concatenate([values for values, _ in parts]),
        np.concatenate([labels for _, labels in parts]),
        np.repeat(np.array(["s1", "s2", "s3", "s4"], object), 800),
        ("x", "y", "z"),
        (),
    )
    reference = Reference.fit(cells.values, cells.labels, markers=cells.markers, samples=cells.samples)
    bias = reference.bias(cells.values, cells.labels, cells.samples, markers=cells.markers).rules["gaussian"]
    assert isinstance(bias, RuleBias)
    correct = correction(reference, cells, bias, "query")
    assert correct is not None
    raw, corrected = [], []
    for _ in range(12):
        values, _ = drawn(rng, (1_800, 200))
        found = reference.classify(values, markers=cells.markers, calibrate="query")
        names, numbers = np.unique(found.labels.astype(str), return_counts=True)
        seen = dict.fromkeys((*NAMES, "unclassified"), 0) | dict(
            zip(names.tolist(), numbers.tolist(), strict=True)
        )
        raw.append(abs(100 * seen["A"] / 2_000 - 90))
        corrected.append(abs(correct.percent(seen)["A"] - 90))
    assert np.mean(corrected) < np.mean(raw)
    assert np.mean(corrected) < 1.0


def test_subsets_that_cannot_be_told_apart_are_not_corrected() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(0, 1, (800, 3)).astype(np.float32)
    labels = np.repeat(np.array(NAMES, object), 400)
    cells = ReferenceCells(values, labels, np.tile(np.array(["s1", "s2"], object), 400), ("x", "y", "z"), ())
    reference = Reference.fit(values, labels, markers=cells.markers)
    bias = reference.bias(values, labels, markers=cells.markers).rules["gaussian"]
    assert isinstance(bias, RuleBias)
    assert correction(reference, cells, bias, "query") is None
