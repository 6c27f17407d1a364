"""The command line as a user meets it: real processes, real files, good and bad input."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest

from cartwise.cli import main

COMMANDS = (
    "demo",
    "template",
    "import",
    "invent",
    "check",
    "measure",
    "advise",
    "analyse",
    "report",
    "catalogue",
)


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def cartwise(*arguments: str | Path, cwd: Path | None = None) -> Done:
    """Run a command as the entry point does, in this process: a process of its own costs seconds of imports."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    given = ["cartwise", *map(str, arguments)]
    with (
        mock.patch.object(sys, "argv", given),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd or Path.cwd()),
    ):
        try:
            main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0
    return Done(code, out.getvalue(), err.getvalue())


def process(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, as a shell does."""
    call = [sys.executable, "-c", "from cartwise.cli import main; main()", *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name != "CARTWISE_DEBUG"}
    return subprocess.run(call, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented study of eight patients."""
    folder = tmp_path_factory.mktemp("cli") / "study"
    done = cartwise("invent", "--patients", "8", "--seed", "3", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_has_an_example(command: str) -> None:
    done = cartwise(command, "--help")
    assert done.returncode == 0
    assert f"Example: cartwise {command}" in done.stdout


def test_help_does_not_wait_for_pandas() -> None:
    loaded = (
        "import sys, cartwise.cli.entry; print([m for m in ('pandas', 'numpy', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_shell_sees_exit_codes_and_one_message(tmp_path: Path) -> None:
    done = process("check", tmp_path / "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "There is no folder" in done.stderr


def test_an_invented_study_is_in_order(invented: Path) -> None:
    done = cartwise("check", invented)
    assert done.returncode == 0, done.stdout
    assert "0 set aside" in done.stdout
    assert "Invented data." in done.stdout


def test_the_truth_of_an_invented_study_is_not_read_with_it(invented: Path) -> None:
    assert (invented / "truth").is_dir()
    assert "truth" not in cartwise("check", invented).stdout


def test_measures_are_written_with_a_reason_exactly_where_a_value_is_missing(
    invented: Path, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "measures.csv"
    assert cartwise("measure", invented, "--out", out).returncode == 0
    table = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert list(table.columns) == ["patient_id", "measure", "value", "unit", "reason", "method"]
    assert ((table["value"] == "") == (table["reason"] != "")).all()
    assert {"cmax", "tmax", "tlast", "auc_0_28d"} <= set(table["measure"])
    assert table["patient_id"].str.startswith("INV-").all()


def test_measures_as_of_a_day_do_not_know_what_came_later(invented: Path) -> None:
    done = cartwise("measure", invented, "--as-of", "-1", "--only", "cmax")
    values = done.stdout.splitlines()[1:]
    assert len(values) == 8
    assert all(",cmax,,{copies}/ug,no infusion is recorded," in line for line in values)


def test_advice_as_json_has_the_names_that_others_rely_on(invented: Path) -> None:
    done = cartwise("advise", invented, "INV-001", "--as-of", "60", "--format", "json")
    told = json.loads(done.stdout)
    assert (told["patient"], told["day"], told["anchor"]) == ("INV-001", 60, "infusion")
    assert told["invented"] is True
    assert "research use" in told["caveat"]
    assert told["data_cut_day"] is None or told["data_cut_day"] >= 60
    advice = told["advice"]
    wanted = {
        "decision",
        "source",
        "action",
        "strength",
        "direction",
        "standing",
        "because",
        "missing",
        "facts",
    }
    assert all(wanted <= set(item) for item in advice)
    hct = {item["source"] for item in advice if item["decision"] == "consolidative-hct"}
    assert hct >= {"westhafen-2025", "talleur-2023", "myers-2023", "wang-2025"}


def test_a_timeline_as_json_opens_as_the_advice_does(invented: Path) -> None:
    told = json.loads(cartwise("timeline", invented, "INV-001", "--format", "json").stdout)
    assert (told["patient"], told["day"]) == ("INV-001", None)
    assert "research use" in told["caveat"]
    assert {"day", "before", "because", "advice"} == set(told["changes"][0])


def test_advice_says_what_it_is(invented: Path) -> None:
    done = cartwise("advise", invented, "INV-001", "--as-of", "60")
    assert "Encoded from the printed text; not reviewed by a clinician; research use." in done.stdout
    assert "Invented data." in done.stdout


@pytest.mark.parametrize("what", ["tables", "measures", "guidelines", "analyses", "sources", "units"])
def test_every_catalogue_lists_something(what: str) -> None:
    done = cartwise("catalogue", what)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 3


def test_a_template_is_a_study_without_patients(tmp_path: Path) -> None:
    assert cartwise("template", "--out", tmp_path / "mine").returncode == 0
    done = cartwise("check", tmp_path / "mine")
    assert done.returncode == 0
    assert done.stdout.startswith("0 patients")


def test_a_template_never_overwrites_a_study(invented: Path) -> None:
    before = (invented / "patients.csv").read_text()
    done = cartwise("template", "--out", invented)
    assert done.returncode == 2
    assert "already holds a study" in done.stderr
    assert (invented / "patients.csv").read_text() == before


def test_a_row_set_aside_makes_check_exit_1_and_says_where(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    cartwise("template", "--out", folder)
    (folder / "patients.csv").write_text("patient_id,sex\nSECRET-7,femal\n")
    done = cartwise("check", folder, "--format", "json")
    assert done.returncode == 1
    (issue,) = [item for item in json.loads(done.stdout)["issues"] if item["severity"] == "quarantined"]
    assert (issue["file"], issue["row"], issue["column"]) == ("patients.csv", 2, "sex")
    assert "SECRET-7" not in done.stdout + done.stderr
    assert "femal" not in issue["message"].replace("female", "")


def test_files_of_the_user_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "labs.csv").write_text("mine\n1\n")
    for command in (("template",), ("invent", "--patients", "1")):
        done = cartwise(*command, "--out", tmp_path)
        assert done.returncode == 2
        assert "labs.csv" in done.stderr
    assert (tmp_path / "labs.csv").read_text() == "mine\n1\n"


def test_a_table_that_cannot_be_read_stops_what_would_rest_on_it(invented: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(invented, study)
    (study / "deaths.csv").write_bytes("patient_id,day\n".encode("utf-16"))
    for command in (("measure", study), ("analyse", study, "overall_survival"), ("advise", study, "INV-001")):
        done = cartwise(*command)
        assert done.returncode == 2
        assert "deaths.csv could not be read" in done.stderr
    assert cartwise("check", study).returncode == 1


def test_a_row_set_aside_leaves_what_it_may_have_told_unknown(tmp_path: Path) -> None:
    study = tmp_path / "study"
    cartwise("template", "--out", study)
    (study / "patients.csv").write_text("patient_id,disease\nA,B-ALL\nB,B-ALL\n")
    (study / "infusions.csv").write_text("patient_id,day,course\nA,0,1\nB,0,1\n")
    (study / "follow_up.csv").write_text("patient_id,day,status\nA,300,alive\nB,300,alive\n")
    (study / "treatments.csv").write_text(
        "patient_id,day,kind\nA,,HCT\nA,-90,chemotherapy\nA,3,G-CSF\nB,-90,chemotherapy\nB,3,G-CSF\n"
    )
    (study / "deaths.csv").write_text("patient_id,date\nA,2023-13-01\n")
    (study / "relapses.csv").write_text("patient_id,date\nA,2023-13-01\n")
    names = (
        "hct_after_infusion",
        "relapsed_after_infusion",
        "overall_survival_event",
        "prior_hct",
        "tocilizumab_given",
        "later_course",
    )
    done = cartwise("measure", study, *(word for name in names for word in ("--only", name)))
    rows = [line.split(",") for line in done.stdout.splitlines()[1:]]
    assert {(row[0], row[1]): row[2] for row in rows} == {
        **{("A", name): "" for name in names},
        **{("B", name): "no" for name in names},
    }
    assert "3 rows are set aside" in done.stderr


def test_no_day_is_not_a_day(invented: Path) -> None:
    done = cartwise("measure", invented, "--as-of", "nan")
    assert (done.returncode, "A day is a number" in done.stderr) == (2, True)


def test_a_place_that_cannot_be_written_is_named(invented: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = cartwise("measure", invented, "--out", tmp_path / "file" / "measures.csv")
    assert done.returncode == 2
    assert "cannot read or write" in done.stderr


BAD = {
    "no such folder": (("check", "nowhere"), "There is no folder nowhere"),
    "a folder that is no study": (("check", "."), "no study.toml"),
    "no such patient": (("advise", "STUDY", "NOBODY"), "no patient 'NOBODY'"),
    "no such measure": (("measure", "STUDY", "--only", "cmaxx"), "Did you mean cmax"),
    "no such analysis": (("analyse", "STUDY", "overal_survival"), "Did you mean overall_survival"),
    "no such catalogue": (("catalogue", "nothing"), "There are tables"),
    "no such design": (("invent", "--design", "paris", "--out", "new"), "peking"),
    "no such format": (("check", "STUDY", "--format", "xml"), "text or json"),
    "no such mapping": (("import", "missing.toml", "--out", "new"), "missing.toml"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_message_and_exit_code_2(case: str, invented: Path, tmp_path: Path) -> None:
    arguments, words = BAD[case]
    done = cartwise(*(invented if word == "STUDY" else word for word in arguments), cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_broken_study_toml_is_named_with_every_problem(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        '[study]\nnaem = "x"\n[definitions]\nbca = "mine"\n[turnaround]\nmrd = -1\n'
    )
    done = cartwise("check", tmp_path)
    assert done.returncode == 2
    for words in (
        "name is missing",
        "naem is not known",
        "bca must be one of",
        "mrd must be a number of days",
    ):
        assert words in done.stderr


def test_a_biased_number_is_shown_where_it_is_asked_for_and_named_so(invented):
    sound = cartwise("analyse", invented, "hct_after_infusion_effect")
    asked = cartwise("analyse", invented, "hct_after_infusion_effect", "--as-published")
    assert sound.returncode == asked.returncode == 0
    assert "biased" not in sound.stdout.split("To repeat")[0]
    assert "biased" in asked.stdout
    assert "--as-published" in asked.stdout.split("To repeat")[1]


@pytest.mark.parametrize(
    ("given", "told"),
    [("yesterday", "2025-06-30"), ("2025-01-01", "have no calendar date of their index day")],
)
def test_an_earlier_cut_that_cannot_be_made_says_why(invented, given, told):
    done = cartwise("analyse", invented, "overall_survival", "--known-on", given)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_back_test_without_infusions_says_so(tmp_path):
    (tmp_path / "study.toml").write_text('[study]\nname = "waiting"\n', encoding="utf-8")
    (tmp_path / "patients.csv").write_text("patient_id,referral_day\nA,0\n", encoding="utf-8")
    done = cartwise("backtest", tmp_path)
    assert done.returncode == 2
    assert "No patient of this study was infused" in done.stderr
