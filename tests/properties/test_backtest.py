"""A back-test sees no future, is exact to the day, and is the same whoever runs it."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from cartwise.backtest import Course, Means, Step, backtest, replay_patient
from cartwise.backtest.replayed import packed
from cartwise.backtest.sampling import VARIANTS, replay_changed
from cartwise.backtest.statements import chosen
from cartwise.guidelines import advise, catalogue, replay
from cartwise.study import Patient, Study
from tests.spec.backtest.invented import invented

HCT_TITLES = tuple((item.source, item.title) for item in chosen(None, "consolidative-hct"))
TITLES = tuple((item.source, item.title) for item in catalogue())


@pytest.fixture(scope="module")
def study() -> Study:
    return invented("peking", 8, 11)[0]


@pytest.fixture(scope="module")
def patients(study: Study) -> list[Patient]:
    return list(study.patients.values())


def test_how_a_statement_stood_on_any_day_is_what_the_record_of_that_day_says(
    patients: list[Patient],
) -> None:
    drawn = random.Random(3)
    for patient in patients[:3]:
        known: dict[int, list[tuple[float, str]]] = {}
        for change in replay(patient, by_time=True):
            known.setdefault(id(change.advice.recommendation), []).append(
                (change.day, change.advice.standing)
            )
        for day in drawn.sample(range(-20, int(min(patient.change_days()[-1], 900))), 40):
            for item in advise(patient.as_of(day)):
                stood = [standing for since, standing in known[id(item.recommendation)] if since <= day]
                assert stood[-1] == item.standing, (item.because, day)


def test_a_flag_does_not_hang_on_what_came_after_it(patients: list[Patient]) -> None:
    for patient in patients[:3]:
        for key, course in replay_patient(patient, TITLES).courses.items():
            flag = course.flag
            if flag is not None and key in {
                "westhafen-2025/hct-tier-1",
                "talleur-2023/bca-loss-or-detectable-hct",
            }:
                again = replay_patient(patient.as_of(flag.day), TITLES).courses[key].flag
                assert again == flag


def test_a_sampling_run_up_to_the_event_raises_the_flags_that_a_whole_replay_raises_before_it(
    study: Study, patients: list[Patient]
) -> None:
    for patient in patients[:3]:
        for way, change in VARIANTS.items():
            whole = replay_patient(change(patient, study.about), HCT_TITLES).courses
            for event in (60.0, 200.0):
                part = replay_changed((packed(patient), way, event), titles=HCT_TITLES, about=study.about)
                for key, course in whole.items():
                    assert _before(course, event) == _before(part[key], event), (way, key)


def _before(course: Course, event: float) -> Step | None:
    return course.flag if course.flag is not None and course.flag.day < event else None


def test_processes_give_what_one_process_gives(study: Study) -> None:
    means = (Means(), Means("processes", 2))
    serial, parallel = (
        backtest(study, decision="consolidative-hct", sampling=False, means=way) for way in means
    )
    assert serial.attrition.equals(parallel.attrition)
    for name, table in serial.tables.items():
        pd.testing.assert_frame_equal(table, parallel.tables[name])


def test_a_run_taken_up_again_gives_the_same(study: Study, tmp_path) -> None:
    kept = Means(checkpoint=tmp_path / "kept")
    told: list[int] = []
    first = backtest(study, decision="reinfusion", sampling=False, means=kept)
    again = Means(checkpoint=tmp_path / "kept", progress=lambda done, _: told.append(done))
    second = backtest(study, decision="reinfusion", sampling=False, means=again)
    assert told == [8]
    pd.testing.assert_frame_equal(first.tables["patients"], second.tables["patients"])
