"""One whole run: every planted fault is found, nothing else of its kind, and nobody is named."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from kgeval.cli import main
from kgeval.errors import StudyError
from kgeval.plan.study import inspect_study, read_study
from kgeval.prepare import receive
from kgeval.prepare.field import FieldChecks, field_checks
from kgeval.present.field_checks import field_workbook
from kgeval.present.findings import decision_headings
from kgeval.present.labels import labels

sys.path.insert(0, str(Path(__file__).parent))
import in_the_field


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return in_the_field.deliver(tmp_path_factory.mktemp("field"))


@pytest.fixture(scope="module")
def found(folders: tuple[Path, Path]) -> FieldChecks:
    study, data = read_study(folders[0]), folders[1]
    return field_checks(receive(study, data, in_part=True), study, data)


def look(found: FieldChecks, sheet: str, *columns: str) -> list[tuple[object, ...]]:
    rows = found.sheets[sheet]
    return [tuple(row) for row in rows.loc[rows["look"], list(columns)].to_numpy().tolist()]


def test_a_duplicate_is_compared_without_showing_a_name(found: FieldChecks) -> None:
    (row,) = found.sheets["duplicates"].to_dict("records")
    assert (row["key"], row["row"], row["first_row"], row["enumerator"]) == ("M12", 42, 14, "E0")
    assert (row["different"], row["columns"]) == (2, "name, children")  # the order of several answers is none
    assert row["compared"] == 14  # of fifteen questions, without the key


def test_faults_of_single_answers_are_found(found: FieldChecks) -> None:
    rules = look(found, "rules", "rule", "column", "key")
    assert rules == [("OUT_OF_RANGE", "months", "M06"), ("REQUIRED_MISSING", "months", "M07")]
    outliers = look(found, "outlier", "column", "key", "value")
    assert outliers == [("children", "M02", 40.0), ("pay", "M04", "•")]  # M03 was accepted, M08 refused
    assert look(found, "other_specify", "key", "chosen", "value") == [("M09", "96", "no bus")]


def test_faults_of_interviews_are_found(found: FieldChecks) -> None:
    assert look(found, "duration", "key", "fault", "minutes") == [("M00", "short", 2.0)]
    assert look(found, "time_of_day", "key", "started") == [("M01", "2020-09-01 02:10")]
    assert look(found, "straight_line", "key", "grid", "value") == [("M05", "play", "8")]
    assert look(found, "versions", "version", "submissions") == [("2", 1)]


def test_progress_names_who_is_not_listed_and_who_is_not_met(found: FieldChecks) -> None:
    assert look(found, "unlisted", "key", "row") == [("X11", 13)]
    assert look(found, "pending", "unit", "area") == [("M11", "01")]
    progress = found.sheets["progress"].set_index("area")
    assert progress["received"].to_dict() == {"01": 19, "02": 20, "": 39}  # M12 counts, though it came twice
    assert progress["unlisted"].to_dict() == {"01": 1, "02": 0, "": 1}


def test_back_checks_are_read_with_the_form_and_paired_by_key(found: FieldChecks) -> None:
    differ = look(found, "back_check", "key", "column", "value", "back_value", "back_checker")
    assert differ == [("M21", "months", 27, 59, "B1")]
    assert found.sheets["back_check_unmatched"]["back_row"].tolist() == [5]
    rates = found.sheets["back_check_rates"].set_index(["by", "name", "type"])
    assert rates.loc[("all", "", 1), ["compared", "different", "threshold"]].tolist() == [3, 1, 0.1]
    assert rates.loc[("enumerator", "E1", 1), "rate"] == 1
    assert rates.loc[("back_checker", "B1", 2), ["compared", "different"]].tolist() == [6, 0]
    hidden = found.sheets["back_check"].query("column == 'pay'")
    assert set(hidden["value"]) == {"•"}


def test_rates_count_a_code_that_cleaning_left_empty(found: FieldChecks) -> None:
    refused = found.sheets["refusals"].set_index("column")
    assert refused.loc["pay", ["asked", "refused"]].tolist() == [39, 1]  # both forms of M12 are set apart
    assert refused.loc["g1", "dont_know"] == 1
    missing = found.sheets["missing"].query("table == 'mothers'").set_index("column")
    assert missing.loc["pay", "missing"] == 0
    assert missing.loc["months", "missing"] == 2
    assert pd.isna(missing.loc["name", "distinct"])
    enumerators = found.sheets["enumerator"].set_index("enumerator")
    assert enumerators["submissions"].to_dict() == {"E0": 9, "E1": 10, "E2": 10, "E3": 10}
    assert enumerators["consent"].tolist() == [1, 1, 1, 1]


def test_what_was_not_run_is_listed_with_the_reason(found: FieldChecks) -> None:
    absent = {(row["check"], row["table"], row["reason"]) for row in found.not_run.to_dict("records")}
    assert ("", "later", "not_delivered") in absent
    assert ("enumerator", "list", "no_role") in absent
    assert ("progress", "list", "no_role") in absent
    assert ("heaping", "mothers", "cut_off") in absent  # nobody is 36 months old
    run = {(name, table) for name, rows in found.sheets.items() for table in rows["table"]}
    assert ("enumerator", "list") not in run


def test_a_column_that_did_not_come_is_named(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    pd.read_csv(data / "mothers.csv", dtype=str).drop(columns="end").to_csv(data / "mothers.csv", index=False)
    definition = read_study(study)
    found = field_checks(receive(definition, data, in_part=True), definition, data)
    of_duration = found.not_run.query("check == 'duration' and table == 'mothers'")
    assert of_duration[["reason", "what"]].to_numpy().tolist() == [["not_delivered", "end"]]
    assert "duration" not in found.sheets


def test_areas_and_rounds_are_looked_at_alone(folders: tuple[Path, Path]) -> None:
    study, data = read_study(folders[0]), folders[1]
    delivery = receive(study, data, in_part=True)
    south = field_checks(delivery, study, data, areas=["02"])
    assert south.sheets["progress"].set_index("area")["listed"].to_dict() == {"02": 20, "": 20}
    assert south.sheets["duplicates"].empty
    before = field_checks(delivery, study, data, rounds=["base"])
    assert "duplicates" not in before.sheets
    assert set(before.not_run["table"]) == {"list", "mothers", "later"}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_workbook_is_complete_and_names_nobody(
    found: FieldChecks, folders: tuple[Path, Path], lang: str
) -> None:
    study = read_study(folders[0])
    data = field_workbook(found, study, lang=lang)
    assert data == field_workbook(found, study, lang=lang)
    book = load_workbook(io.BytesIO(data))
    filled = [name for name, rows in found.sheets.items() if len(rows)]
    assert len(book.sheetnames) == len(filled) + 2  # what to read first, what was not run
    cells = [
        str(cell)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    text = "\n".join(cells)
    assert in_the_field.NAME not in text
    assert "Somebody" not in text
    assert "45000000" not in text
    assert not [
        cell for cell in cells if cell.startswith(("field.column", "field.word", "field.tab", "findings."))
    ]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref is not None
        assert all(sheet.cell(1, place).value for place in range(1, sheet.max_column + 1))
    decided = {name for name, column in decision_headings().items() if column in ("action", "rid")}
    heads = [{cell.value for cell in sheet[1]} for sheet in book.worksheets]
    assert sum(len(decided & head) == 2 for head in heads) == 3  # duplicates, rules, outliers


def test_what_is_decided_in_the_workbook_is_taken_and_not_found_again(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    out = tmp_path / "today.xlsx"
    call("check", study, "--data", data, "--out", out, "--lang", "en")
    book = load_workbook(out)
    sheet = book["Outliers"]
    head = {cell.value: cell.column for cell in sheet[1]}
    row = next(n for n in range(2, sheet.max_row + 1) if sheet.cell(n, head["Question"]).value == "children")
    for name, value in (
        ("Decision", labels("en")["findings.decision.accept_as_is"]),
        ("Reason", "asked"),
        ("Decided by", "me"),
    ):
        sheet.cell(row, head[name]).value = value
    book.save(out)
    assert call("decide", study, out) == 0
    definition = read_study(study)
    found = field_checks(receive(definition, data, in_part=True), definition, data)
    assert look(found, "outlier", "column", "key") == [("pay", "M04")]


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_the_command_says_little_and_exits_with_0(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study, data = folders
    assert call("check", study, "--data", data, "--out", tmp_path / "csv") == 0
    said = capsys.readouterr().out
    assert in_the_field.NAME not in said
    assert "M02" not in said
    written = {path.stem for path in (tmp_path / "csv").glob("*.csv")}
    assert {"overview", "not_run", "duplicates", "back_check"} <= written
    assert len(pd.read_csv(tmp_path / "csv" / "outlier.csv")) == 2
    assert not any(
        in_the_field.NAME in path.read_text(encoding="utf-8") for path in (tmp_path / "csv").iterdir()
    )
    assert call("check", study, "--data", data, "--json", "--area", "north") == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["areas"] == ["01"]
    assert {row["check"]: row["look"] for row in counts["checks"]}["unlisted"] == 1


@pytest.mark.parametrize(
    ("more", "seen"),
    [
        (["--area", "nowhere"], "no area 'nowhere'"),
        (["--round", "mid"], "no round 'mid'; rounds are base, end"),
        (["--out", "x.csv"], "--out is a workbook (.xlsx) or a folder"),
    ],
)
def test_wrong_input_is_one_line(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str], more: list[str], seen: str
) -> None:
    assert call("check", folders[0], "--data", folders[1], *more) == 2
    said = capsys.readouterr().err
    assert seen in said
    assert said.count("\n") == 1


FAULTS = {
    'enumerator = "enumerator"': (
        'enumerator = "enumeratr"',
        "no question 'enumeratr'; did you mean 'enumerator'?",
    ),
    'ynd = "8"': ('ynd = "7"', "codes dont_know ynd: '7' is none of its codes"),
    'why = "96"': ('whi = "96"', "'whi' is no choice list and no question; did you mean 'why'?"),
    'play = ["g1", "g2", "g3", "g4"]': ('play = ["g1"]', "a grid has at least two questions"),
    'table = "list"': ('table = "lists"', "no table 'lists'; did you mean 'list'?"),
    'list_by = "listed"': ('list_by = "id"', "sample list_by: there is no question 'id'"),
    'why_other = "why"': ('why_other = "months"', "'months' has no choices"),
    'type1 = ["months"]': ('type1 = ["pay"]', "'pay' has two types"),
    'pay = "10%"': ('pay = "ten"', "must be a number from 0, or a share"),
    'age = { months = "months" }': ('age = { birth = "months" }', "'months', or 'birth' and 'on'"),
    "multiplier = 3": ("multiplyer = 3", "unknown parameter 'multiplyer'; did you mean 'multiplier'?"),
    'by = ["round"]': ("by = 3", "by = 3 is no value for it"),
    "multiplier = 3\n": ('combine = ["pay", "months"]\n', "combine = ['pay', 'months'] is no value for it"),
    "multiplier = 3\n        by": (
        'variables = ["pai"]\n        by',
        "variables names 'pai', which is no question",
    ),
    "[parameters.outlier]": ("[parameters.outliers]", "no check 'outliers'; did you mean 'outlier'?"),
    'start = "start"': ('begin = "start"', "unknown key 'begin'"),
}


@pytest.mark.parametrize("right", FAULTS)
def test_study_check_names_what_is_wrong_in_field_toml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], right: str
) -> None:
    wrong, seen = FAULTS[right]
    text = in_the_field.STUDY["field.toml"]
    assert right in text
    study = in_the_field.write(
        tmp_path / "study", in_the_field.STUDY | {"field.toml": text.replace(right, wrong, 1)}
    )
    assert call("study", "check", study) == 2
    said = capsys.readouterr().err
    assert seen in said
    assert "field.toml" in said


def test_a_sound_study_has_no_faults_and_one_without_roles_is_sound(tmp_path: Path) -> None:
    assert inspect_study(in_the_field.write(tmp_path / "study", in_the_field.STUDY))[1] == []
    bare = {name: text for name, text in in_the_field.STUDY.items() if name != "field.toml"}
    assert inspect_study(in_the_field.write(tmp_path / "bare", bare))[1] == []
    wrong = bare | {"field.toml": "[parameters.outlier]\nmethod = 'mad'\n"}
    study = read_study(in_the_field.write(tmp_path / "wrong", wrong))
    with pytest.raises(StudyError, match="method is 'iqr' or 'sd'"):
        field_checks(receive(study, in_the_field.deliver(tmp_path / "d")[1], in_part=True), study, tmp_path)
