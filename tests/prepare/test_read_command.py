"""`kgeval read`: forms as they come, columns that were held back, a real export with its own form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kgeval.cli import _run
from kgeval.plan.form import read_form
from tests.conftest import SHARED, needs

REACH = SHARED / "real" / "reach_cleaning"
SURVEY = (
    "type,name,label::vi,required,class\n"
    "text,ma,Mã,yes,none\ntext,ten,Tên,yes,direct\n"
    "geopoint,vi_tri,Vị trí,yes,direct\nselect_one yn,co,Có?,,none\n"
)

Read = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Read:
    def run(data: Path, form: Path, *options: str) -> tuple[int, dict[str, Any], str]:
        out = ["--out", str(tmp_path / "out"), "--json"]
        code = _run(["read", str(data), "--form", str(form), *out, *options])
        said = capsys.readouterr()
        return code, json.loads(said.out)["files"][0] if said.out else {}, said.err

    return run


@pytest.fixture
def loose(tmp_path: Path) -> Path:
    (tmp_path / "survey.csv").write_text(SURVEY, encoding="utf-8")
    (tmp_path / "choices.csv").write_text("list_name,name,label::vi\nyn,1,Có\nyn,0,Không\n", encoding="utf-8")
    (tmp_path / "settings.csv").write_text("form_id,key\nnho,ma\n", encoding="utf-8")
    return tmp_path / "survey.csv"


def test_a_form_may_come_as_loose_files(loose: Path) -> None:
    form = read_form(loose)
    assert [question.name for question in form.questions] == ["ma", "ten", "vi_tri", "co"]
    assert form.record_key == ("ma",)
    assert [choice.name for choice in form.question("co").choices] == ["1", "0"]
    assert form.faults == ()


def test_one_file_given_twice_is_refused(loose: Path, read: Read, tmp_path: Path) -> None:
    data = tmp_path / "d.csv"
    data.write_text("ma,ten,co\nA1,x,1\nA2,y,0\n", encoding="utf-8")
    code, account, said = read(data, loose, str(data))
    assert (code, account["codes"]) == (2, ["SAME_FILE_TWICE"])
    assert "d.csv" in said


@pytest.mark.parametrize("option", ["--header-row", "--header-rows"])
@pytest.mark.parametrize("value", ["0", "-1"])
def test_rows_are_counted_from_one(loose: Path, read: Read, tmp_path: Path, option: str, value: str) -> None:
    (tmp_path / "d.csv").write_text("ma,ten,co\nA1,x,1\n", encoding="utf-8")
    code, _, said = read(tmp_path / "d.csv", loose, f"{option}={value}")
    assert code == 2
    assert option in said


def test_records_of_a_repeat_in_a_file_of_its_own_are_held_against_their_parents(
    tmp_path: Path, read: Read
) -> None:
    form = tmp_path / "survey.csv"
    form.write_text(
        "type,name,label::vi,required,class\ntext,ma,Mã,yes,none\nbegin_repeat,tre,Trẻ,,\n"
        "integer,tuoi,Tuổi,,none\nend_repeat,,,,\n",
        encoding="utf-8",
    )
    (tmp_path / "settings.csv").write_text("form_id,key\nnho,ma\n", encoding="utf-8")
    main, repeat = tmp_path / "nho.csv", tmp_path / "nho-tre.csv"
    main.write_text("ma,KEY\nA1,u1\n,u2\n", encoding="utf-8")
    repeat.write_text("tuoi,PARENT_KEY,KEY\n3,u1,u1/1\n4,u2,u2/1\n5,u3,u3/1\n", encoding="utf-8")
    code, _, _ = read(main, form, str(repeat))
    assert code == 0
    rejected = pd.read_csv(tmp_path / "out" / "rejected.csv")
    assert set(zip(rejected["file"], rejected["row"], rejected["reason"], strict=True)) == {
        ("nho.csv", 3, "KEY_MISSING"),
        ("nho-tre.csv", 3, "PARENT_REJECTED"),
        ("nho-tre.csv", 4, "ORPHAN_CHILD"),
    }


def test_a_required_column_may_be_held_back_on_purpose(loose: Path, read: Read, tmp_path: Path) -> None:
    data = tmp_path / "d.csv"
    data.write_text("ma,co\nA1,1\nA2,Không\n", encoding="utf-8")
    code, account, said = read(data, loose)
    assert (code, account["codes"]) == (2, ["MISSING_COLUMN"])
    assert "'ten'" in said
    code, account, _ = read(data, loose, "--without", "ten")
    assert (code, account["kept"]) == (0, 2)
    assert "COLUMN_ABSENT" in account["codes"]
    code, _, said = read(data, loose, "--without", "tên")
    assert code == 2
    assert "no question of the form" in said


@needs(REACH)
def test_a_real_export_goes_in_with_its_own_form(read: Read, tmp_path: Path) -> None:
    """Kobo through R: what was anonymised is held back, and the faults that are left are the data's own."""
    held_back = ["--without", "gps_point_interview", "--without", "neighbourhood"]
    code, account, _ = read(REACH / "raw_data.csv", REACH / "survey.csv", *held_back)
    assert (code, account["verdict"]) == (0, "accept_partial")
    assert (account["rows_in"], account["kept"], account["rejected"]) == (632, 597, 35)
    rejected = pd.read_csv(tmp_path / "out" / "rejected.csv", dtype=str)
    assert set(rejected["reason"]) == {"UNKNOWN_CATEGORY"}  # a code that the form's list does not have
    log = pd.read_csv(tmp_path / "out" / "corrections.csv", dtype=str)
    notation = log.loc[log["rule"] == "NUMBER_NOTATION"]
    assert set(notation["column"]) == {
        "inc_employment_pension", "tot_expenses", "spend_trucking", "connection_fees_amount"
    }  # fmt: skip
