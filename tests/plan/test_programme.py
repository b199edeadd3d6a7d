"""The plan's own files are checked: names that are nowhere, and attendances that would count as persons."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kgeval.plan.crosscheck import read_crosschecks
from kgeval.plan.programme import read_programme
from kgeval.plan.study import inspect_study

FOLDER = Path(__file__).parents[2] / "surveys" / "kien_giang"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "study"))


def change(folder: Path, name: str, before: str, after: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert before in text, (name, before)
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")


def faults(folder: Path) -> str:
    return "\n".join(inspect_study(folder)[1])


def test_attendances_are_refused_wherever_they_would_count_as_persons(folder: Path) -> None:
    indicators = "indicators.toml"
    change(folder, indicators, 'value = "${HD12b}"', 'value = "${HD12}"')  # a total that says persons
    change(
        folder, indicators, 'succeeds = "${HD06} = 3"', 'succeeds = "${HD06} = 3 and ${HD08} > 5"'
    )  # a count
    change(folder, "crosschecks.toml", 'of = "${HD12b}"', 'of = "${HD12}"')
    told = faults(folder)
    assert "[III2_trained] main: HD12 counts attendances; its unit must be 'lượt người'" in told
    assert "[III3_sessions] main: HD08 counts attendances, which are no persons" in told
    assert "check 'trained_persons': holds attendances against persons" in told
    assert len(told.splitlines()) == 3


def test_names_that_are_nowhere_are_all_told_at_once(folder: Path) -> None:
    plan = "plan.toml"
    change(folder, plan, 'indicators = ["T1",', 'indicators = ["T9",')
    change(folder, plan, 'received = "BC03"', 'received = "BC33"')
    change(folder, plan, 'spent = "KP06"', 'spent = "KP66"')
    change(folder, plan, 'met = "${quality_strict}"', 'met = "${quality_strickt}"')
    change(folder, plan, '"licence_in_office_file", "replaces"]', '"licence", "replaces"]')
    change(folder, "crosschecks.toml", 'table = "frame"', 'table = "fram"')
    told = faults(folder)
    for words in (
        "line 'II.1': there is no indicator 'T9'", "reports: table 'agencies' has no column 'BC33'",
        "budget: table 'budget' has no column 'KP66'", "has no column 'quality_strickt'",
        "public: table 'frame' has no column 'licence'", "there is no table 'fram'",
    ):  # fmt: skip
        assert words in told


def test_a_line_needs_its_sentence_and_its_part(folder: Path) -> None:
    change(folder, "plan.toml", '[[line]]\nkey = "II.1"', '[[line]]\nkey = "VI.1"')
    change(
        folder, "plan.toml", 'silent = { vi = "Chưa có danh sách trẻ', 'quiet = { vi = "Chưa có danh sách trẻ'
    )
    told = faults(folder)
    assert "there is no part 'VI'" in told
    assert "'silent' has no text in vi, en" in told
    assert "unknown key 'quiet'" in told


def test_a_study_without_these_files_has_an_empty_plan(tmp_path: Path) -> None:
    said: list[str] = []
    assert read_programme(tmp_path / "plan.toml", ("vi",), said).lines == ()
    assert read_crosschecks(tmp_path / "crosschecks.toml", ("vi",), said).checks == ()
    assert said == []
