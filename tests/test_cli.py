"""The command: its exit codes, one clear line for a fault of the input, nothing of it for a bug."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import kgeval.cli
from kgeval import errors
from kgeval.cli import COMMANDS, bug, main
from kgeval.errors import BusyError, DisclosureError, PersonalDataError, StudyError, UserError

sys.path.insert(0, str(Path(__file__).parent / "run"))
import tiny

SYSTEM = [sys.executable, "-m", "kgeval"]


@pytest.fixture
def desk(tmp_path):
    """A study, its data and its notebooks, side by side."""
    tiny.write_study(tmp_path / "study")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/mothers.csv").write_text("mid,district,round,reads\n", encoding="utf-8")
    tiny.write_notebooks(tmp_path / "notebooks")
    return tmp_path


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def run(desk: Path, *more: object) -> int:
    folders = ("--data", desk / "data", "--out", desk / "out", "--notebooks", desk / "notebooks")
    return call("run", desk / "study", *folders, *more)


def test_help_lists_what_is_there_and_gives_an_example(capsys):
    assert call("--help") == 0
    shown = capsys.readouterr().out
    assert "Example:" in shown
    assert all(name in shown for name in ("run", "study", "forms"))


def test_every_command_that_is_listed_can_be_called_for_help(capsys):
    names = kgeval.cli.kgeval.list_commands(None)
    for name in names:
        assert call(name, "--help") == 0, name
        assert call(*(["study", "check"] if name == "study" else [name]), "--help") == 0
        shown = capsys.readouterr().out
        assert "Example" in shown, name
        assert "\\b" not in shown, name
    assert set(names) <= set(COMMANDS)


def test_help_is_quick_because_it_imports_nothing_heavy():
    code = """\
import sys
sys.argv = ["kgeval", "--help"]
import kgeval.cli
try:
    kgeval.cli.main()
except SystemExit:
    pass
heavy = {"papermill", "matplotlib", "statsmodels", "nbconvert", "docx", "pyxform"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_version(capsys):
    assert call("--version") == 0
    assert capsys.readouterr().out.startswith("kgeval ")


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (["rnu"], "there is no command 'rnu'; did you mean 'run'?"),
        (["run"], "Missing argument 'STUDY'"),
        (["run", "nowhere", "--data", ".", "--out", "x"], "'nowhere' does not exist"),
        (["study", "check", "."], "is no study: it holds no study.toml"),
    ],
)
def test_a_wrong_call_is_one_line(capsys, arguments, seen):
    assert call(*arguments) == 2
    said = capsys.readouterr().err
    assert seen in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("more", "seen"),
    [
        (["--area", "905"], "has no area '905'; did you mean '0905'?"),
        (["--area", "nrth"], "did you mean 'north'?"),
        (["--lang", "fr"], "the study speaks vi, en, not 'fr'"),
        (["--params", "p.json"], "p.json cannot be read"),
        (["--notebooks", "study"], "no numbered notebook in 'study'"),
        (["--out", "study/out"], "--out lies in the study"),
        (["--out", "data"], "--out lies in --data"),
    ],
)
def test_nothing_starts_on_wrong_input(desk, capsys, monkeypatch, more, seen):
    monkeypatch.chdir(desk)
    assert run(desk, *more) == 2
    said = capsys.readouterr().err
    assert seen in said
    assert said.count("\n") == 1
    assert not (desk / "out").exists()


@pytest.mark.parametrize(
    ("values", "seen"),
    [
        ({"levle": 1}, "no notebook has a parameter 'levle'"),
        ({"lnag": "vi"}, "did you mean"),
        ({"area": "0905"}, "given by the command itself"),
        ({"x; import os": 1}, "is no parameter name"),
    ],
)
def test_parameters_are_checked_before_anything_starts(desk, capsys, values, seen):
    (desk / "p.json").write_text(json.dumps(values), encoding="utf-8")
    assert run(desk, "--params", desk / "p.json") == 2
    assert seen in capsys.readouterr().err
    assert not (desk / "out").exists()


@pytest.mark.parametrize(
    ("command", "more"),
    [("clean", ["--data", "data", "--out", "out"]), ("codebook", ["--out", "out/book.xlsx"])],
)
def test_every_command_refuses_a_language_in_the_words_of_the_study(desk, capsys, monkeypatch, command, more):
    monkeypatch.chdir(desk)
    assert call(command, "study", *more, "--lang", "fr") == 2
    assert "the study speaks vi, en, not 'fr'; choose one of them" in capsys.readouterr().err
    assert not (desk / "out").exists()


@pytest.mark.parametrize("command", ["codebook", "indicators"])
def test_a_file_of_another_ending_is_refused_in_one_sentence(desk, capsys, command):
    assert call(command, desk / "study", "--out", desk / "out/book.pdf") == 2
    said = capsys.readouterr().err
    assert said == "kgeval: --out 'book.pdf' must end in .xlsx or .html: the ending chooses the format\n"
    assert not (desk / "out").exists()


def test_a_run_from_end_to_end(desk, capsys):
    fails = [tiny.SETUP, 'assert area != "0899", "not this one"', tiny.CLEAN]
    tiny.write_notebooks(desk / "notebooks", {"10_clean": fails})
    assert run(desk, "--area", "north", "--area", "0899", "--plain-kernels") == 1
    assert (
        "FAILED south 10_clean, cell 4 (code-2): AssertionError: not this one (see "
        in capsys.readouterr().err
    )
    record = json.loads((desk / "out/run.json").read_text(encoding="utf-8"))
    assert (record["study"], record["status"], record["study_folder"]) == ("tiny", "failed", "../study")
    assert {job["area"] for job in record["jobs"]} == {"0905", "0899", "0900"}
    assert {job["notebook"] for job in record["jobs"]} == {"10_clean", "20_estimate", "30_review"}
    page = (desk / "out/index.html").read_text(encoding="utf-8")
    assert 'href="north/notebooks/30_review.html"' in page
    assert "AssertionError" in page
    assert (
        (desk / "out/logs/south.log")
        .read_text(encoding="utf-8")
        .startswith("10_clean: failed – cell 4 (code-2)")
    )


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that nobody can read")
def test_a_file_that_cannot_be_read_is_no_bug(desk, capsys):
    (desk / "data/open_elsewhere.xlsx").symlink_to("/proc/self/mem")
    assert run(desk) == 2
    said = capsys.readouterr().err
    assert said.startswith("kgeval: open_elsewhere.xlsx: it cannot be read (")
    assert "close the program that has it open" in said


def test_persons_are_looked_for_until_none_is_found(desk, capsys, monkeypatch):
    shows = """\
people = pd.DataFrame({"rid": ["1"], "name": ["Bùi Thị Thử"]})
store.write(f"{place}/restricted/mothers", people, made_of)
store.write(f"{place}/clean/mothers", people[["rid"]], made_of)
store.write_bytes(f"{place}/figures/n.txt", people["name"][0].encode())"""
    tiny.write_notebooks(desk / "notebooks", {"10_clean": [tiny.SETUP, shows]}, only="10_clean")
    ask = ("--area", "north", "--plain-kernels")
    assert run(desk, *ask) == 10
    assert run(desk, *ask) == 10  # unchanged, and so is what it shows
    tiny.write_notebooks(desk / "notebooks", {"10_clean": [tiny.SETUP, tiny.CLEAN]}, only="10_clean")
    assert run(desk, *ask) == 0
    monkeypatch.setattr("kgeval.protect.refuse_traces", None)  # none may be called
    assert run(desk, *ask) == 0


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (BusyError("held"), 4, "kgeval: held\n"),
        (StudyError(["one", "two"]), 2, "kgeval: one\nkgeval: two\n"),
        (OSError(28, "No space left on device"), 4, "kgeval: No space left on device: free some space"),
        (DisclosureError("it shows three"), 3, "kgeval: it shows three\n"),
        (PersonalDataError("it names one"), 10, "kgeval: it names one\n"),
        (KeyboardInterrupt(), 130, "kgeval: stopped; what was finished is whole"),
    ],
)
def test_errors_become_exit_codes(monkeypatch, capsys, error, code, line):
    def fail(**_options: object) -> None:
        raise error

    monkeypatch.setattr(kgeval.cli.kgeval, "main", fail)
    assert call() == code
    assert capsys.readouterr().err.startswith(line)


def test_a_bug_leaves_a_report_without_values(monkeypatch, capsys, tmp_path):
    def fail(**_options: object) -> None:
        try:
            int("Trần Thị Lan")
        except ValueError as cause:
            raise RuntimeError("row of Lan") from cause

    monkeypatch.setattr(kgeval.cli.kgeval, "main", fail)
    monkeypatch.setattr(sys, "argv", ["kgeval", "run", "--data=/home/lan/files", "--area", "905"])
    monkeypatch.chdir(tmp_path)
    assert call() == 70
    (path,) = tmp_path.glob("kgeval-bug-*.json")
    text = path.read_text(encoding="utf-8")
    assert path.name in capsys.readouterr().err
    assert "Lan" not in text
    assert "lan/files" not in text
    report = json.loads(text)
    assert [error["type"] for error in report["errors"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert (report["command"], report["options"]) == (["run"], ["--data", "--area"])
    assert all(":" in frame for error in report["errors"] for frame in error["frames"])


def test_the_report_ends_on_circular_causes():
    error = ValueError()
    error.__context__ = error
    assert len(bug.report(error)["errors"]) == 1


def test_study_check_names_all_faults_at_once(desk, capsys):
    assert call("study", "check", desk / "study") == 0
    assert "tiny: sound. 3 areas" in capsys.readouterr().out
    toml = (desk / "study/indicators.toml").read_text(encoding="utf-8")
    toml = toml.replace("${reads} = 1", "${raeds} = 1") + toml.replace("[T1]", "[T2]").replace(
        "${reads}", "${x"
    )
    (desk / "study/indicators.toml").write_text(toml, encoding="utf-8")
    assert call("study", "check", desk / "study") == 2
    said = capsys.readouterr().err
    assert "raeds" in said
    assert "T2" in said


def test_the_module_is_the_command():
    shown = subprocess.run(
        [*SYSTEM, "--version"], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert shown.stdout.startswith("kgeval ")


def test_a_warning_is_one_line_without_a_place_in_the_program(tmp_path, capsys):
    rows = ["hamlet,reads,wave", *(f"{k},{k % 2},first" for k in range(1, 7))]
    rows += [f"0{k},{(k + 1) % 3 % 2},last" for k in range(1, 7)]
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    asked = ["--cluster", "hamlet", "--share", "r = ${reads} = 1", "--change", "wave: first -> last"]
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert call("estimate", tmp_path / "a.csv", *asked, "--out", tmp_path / "out.csv") == 0
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert said[0].startswith("kgeval: warning: cluster_coding: ids in 'hamlet'")


def test_every_exit_code_is_told(capsys):
    """By ``kgeval --help``, by the page on runs, and by the errors themselves."""
    assert call("--help") == 0
    told = capsys.readouterr().out.split("Exit codes:")[1]
    page = (Path(__file__).parents[1] / "docs" / "running.md").read_text(encoding="utf-8")
    for code, words in kgeval.cli.ENDINGS.items():
        assert re.search(rf"^ *{code} +{re.escape(words)}$", told, flags=re.MULTILINE)
        assert f"\n| {code} | " in page
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, UserError)]
    assert {kind.exit_code for kind in kinds} <= set(kgeval.cli.ENDINGS)
