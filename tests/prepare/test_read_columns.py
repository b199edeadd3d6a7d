"""Delivered columns to questions: names, labels, the groups of Kobo, one column for each choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kgeval.errors import DataError
from kgeval.plan.form import Choice, Form, Question
from kgeval.prepare.read import arrange, match_columns, read
from kgeval.prepare.read.names import QuestionNames
from kgeval.prepare.record import Delivered

CHANNELS = (
    Choice(name="1", label={"vi": "Loa phát thanh", "en": "Loudspeaker"}),
    Choice(name="2", label={"vi": "Zalo", "en": "Zalo"}),
)
FORM = Form(
    key="mothers",
    title="Mothers",
    version="1",
    default_language="vi",
    languages=("vi", "en"),
    questions=(
        Question(name="mother_id", type="text", label={"vi": "Mã số"}, required=True),
        Question(name="age", type="integer", label={"vi": "Tuổi của chị", "en": "Age"}, required=True),
        Question(
            name="channels", type="select_multiple", label={"vi": "Qua kênh nào?"}, choices=CHANNELS,
            groups=("talk",),
        ),
        Question(name="note", type="text", label={"vi": "Ghi chú", "en": "Age"}),
    ),
    notes=(),
    groups=(),
    choices={},
    record_key=("mother_id",),
)  # fmt: skip


def delivered(folder: Path, text: str) -> Delivered:
    path = folder / "m.csv"
    path.write_text(text, encoding="utf-8")
    return read(path, form=FORM)[0]


def test_names_labels_and_groups_find_their_question() -> None:
    names = QuestionNames.of(FORM)
    assert names.find(" MOTHER ID\u00a0") == "mother_id"
    assert names.find("TUỔI CỦA CHỊ ") == "age"
    assert names.find("grp_a/talk/channels") == "channels"
    assert names.find("talk-channels") == "channels"
    assert names.find("Age") == "age"  # a name goes before a label
    assert names.find("weight") is None


@pytest.mark.parametrize("column", ["Xã/Phường", "grp/Xã/Phường", "a/b/xã/phường", "grp-Xã/Phường"])
def test_a_name_may_hold_what_joins_groups(column: str) -> None:
    place = Question(name="Xã/Phường", type="text", label={"vi": "Nơi ở"})
    names = QuestionNames.of(replace(FORM, questions=(*FORM.questions, place)))
    assert names.find(column) == "Xã/Phường"


def test_columns_without_a_question_are_set_aside(tmp_path: Path) -> None:
    table = delivered(tmp_path, "age,Mã số,ghi_rieng,_uuid\n30,A-1,x,u1\n31,A-2,y,u2\n")
    matching = match_columns(table, FORM)
    assert matching.columns == {"mother_id": "Mã số", "age": "age"}
    assert matching.unknown == ("ghi_rieng",)
    assert matching.metadata == ("_uuid",)
    assert matching.absent == ("channels", "note")
    codes = matching.notes["code"].tolist()
    assert sorted(set(codes)) == [
        "COLUMN_ABSENT", "COLUMN_ORDER", "HEADER_NORMALISED", "UNKNOWN_COLUMN_KEPT_ASIDE",
    ]  # fmt: skip
    arranged = arrange(table, matching)
    assert arranged.answers.columns.tolist() == ["mother_id", "age"]
    assert arranged.aside.columns.tolist() == ["ghi_rieng", "_uuid"]


def test_one_column_for_each_choice_becomes_one_answer(tmp_path: Path) -> None:
    table = delivered(
        tmp_path,
        "mother_id,age,talk/channels/1,talk/channels/Zalo\nA-1,30,1,0\nA-2,31,1,TRUE\nA-3,32,,\nA-4,33,0,0\n",
    )
    answers = arrange(table, match_columns(table, FORM)).answers
    assert answers["channels"].fillna("").tolist() == ["1", "1 2", "", ""]


def test_the_joined_column_goes_before_its_parts(tmp_path: Path) -> None:
    table = delivered(tmp_path, "mother_id,age,channels,channels/1,channels/2\nA-1,30,1,1,0\nA-2,31,2,0,1\n")
    matching = match_columns(table, FORM)
    assert matching.columns["channels"] == "channels"
    assert matching.parts == {}
    assert set(matching.metadata) == {"channels/1", "channels/2"}


def test_a_column_of_nearly_the_name_is_offered(tmp_path: Path) -> None:
    found = match_columns(delivered(tmp_path, "mother_id,age,notte\nA-1,3,x\nA-2,4,y\n"), FORM).notes
    assert found.loc[found["column"] == "note", "detail"].tolist() == ["is it 'notte'?"]
    with pytest.raises(DataError, match=r"is it 'agee'\? export it again"):
        match_columns(delivered(tmp_path, "mother_id,agee,note\nA-1,3,x\nA-2,4,y\n"), FORM)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mother_id,note\nA-1,x\nA-2,y\n", "MISSING_COLUMN"),
        ("mother_id,Mã số,age\nA-1,A-1,3\nA-2,A-2,4\n", "DUPLICATE_HEADER"),
        ("a,b,c\nd,e,f\ng,h,i\n", "HEADER_MISSING"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(DataError) as caught:
        match_columns(delivered(tmp_path, text), FORM)
    assert caught.value.code == code


def test_a_header_below_a_title_is_named_for_declaration(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        "Danh sách bà mẹ,,\n,,\nMã số,Tuổi của chị,Ghi chú\nA-1,30,x\nA-2,31,y\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as caught:
        read(path, form=FORM)
    assert (caught.value.code, caught.value.row) == ("HEADER_NOT_FIRST", 3)
    assert read(path, form=FORM, header_row=3)[0].rows.tolist() == [4, 5]
