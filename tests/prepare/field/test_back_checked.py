"""Back-checks of a delivery: with which interview they are paired, what is listed instead, who is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from kgeval.plan.study import read_study
from kgeval.prepare import receive
from kgeval.prepare.field import FieldChecks, field_checks
from kgeval.present.field_checks.told import field_words, told

sys.path.insert(0, str(Path(__file__).parent))
import in_the_field


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return in_the_field.deliver(tmp_path)


def checked(folders: tuple[Path, Path], **scope: list[str]) -> FieldChecks:
    study = read_study(folders[0])
    return field_checks(receive(study, folders[1], in_part=True), study, folders[1], **scope)


def rewrite(file: Path, *replaced: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def again(folders: tuple[Path, Path], rows: pd.DataFrame) -> None:
    rows.to_csv(folders[1] / "again_1.csv", index=False)


def mothers(folders: tuple[Path, Path], rows: pd.DataFrame) -> None:
    rows.to_csv(folders[1] / "mothers.csv", index=False)


def paired(found: FieldChecks) -> list[tuple[object, ...]]:
    rows = found.sheets["back_check"]
    return sorted(zip(rows["back_row"], rows["key"], rows["area"], rows["round"], strict=True))


def unmatched(found: FieldChecks) -> list[tuple[object, ...]]:
    rows = found.sheets["back_check_unmatched"]
    return list(zip(rows["back_row"], rows["reason"], rows["look"], strict=True))


def one_key_in_two_areas(folders: tuple[Path, Path]) -> None:
    rows = in_the_field.mothers()
    rows.loc[25, "id"] = "M05"  # another mother, in the other area
    mothers(folders, rows)


@pytest.mark.parametrize("personal", ["direct", "restricted"])
def test_a_back_checker_whose_name_is_personal_is_not_shown(
    folders: tuple[Path, Path], personal: str
) -> None:
    form = folders[0] / "forms" / "mothers.md"
    rewrite(form, ("Enumerator | | | | indirect", f"Enumerator | | | | {personal}"))
    found = checked(folders)
    assert found.sheets["back_check"]["back_checker"].isna().all()
    assert set(found.sheets["back_check_rates"]["by"]) == {"all"}
    for rows in found.sheets.values():
        assert not (rows.astype("str") == "B1").any(axis=None)
    fault = found.not_run.query("check == 'back_check' and table == 'mothers'")
    assert fault[["reason", "what"]].to_numpy().tolist() == [["personal", "enumerator"]]


def test_a_back_check_is_of_the_latest_round_whatever_the_order_of_the_rows(
    folders: tuple[Path, Path],
) -> None:
    rewrite(folders[0] / "forms" / "mothers.md", ("| id svy |", "| id |"))
    late = in_the_field.mothers()
    mothers(folders, pd.concat([late, late.loc[[21]].assign(svy="1", months="9")], ignore_index=True))
    again(folders, late.loc[[21], ["id", "enumerator", "months"]])
    found = checked(folders)
    assert paired(found) == [(2, "M21", "02", "end")]
    assert found.sheets["back_check"]["value"].tolist() == [27]


def test_a_back_check_is_of_the_area_that_it_names(folders: tuple[Path, Path]) -> None:
    one_key_in_two_areas(folders)
    rows = in_the_field.mothers().loc[[5, 5, 6, 7], ["id", "svy", "district", "months"]]
    again(folders, rows.assign(district=["01", "Nam", "02", "North"], months=["11", "12", "13", "14"]))
    found = checked(folders)
    assert paired(found) == [(2, "M05", "01", "end"), (3, "M05", "02", "end"), (5, "M07", "01", "end")]
    assert unmatched(found) == [(4, "no_interview", True)]  # M06 is of the other area
    again(folders, rows.iloc[1:].assign(district=["02", "", "01"]))  # M06 names none
    assert paired(checked(folders)) == [
        (2, "M05", "02", "end"), (3, "M06", "01", "end"), (4, "M07", "01", "end"),
    ]  # fmt: skip


def test_a_key_of_several_areas_is_not_paired_where_the_area_was_not_asked_again(
    folders: tuple[Path, Path],
) -> None:
    one_key_in_two_areas(folders)
    again(folders, in_the_field.mothers().loc[[5, 6], ["id", "svy", "months"]])
    found = checked(folders)
    assert paired(found) == [(3, "M06", "01", "end")]
    assert unmatched(found) == [(2, "several_areas", True)]


def test_back_checks_that_all_contradict_each_other_are_all_listed(folders: tuple[Path, Path]) -> None:
    rows = in_the_field.mothers().loc[[21, 21], ["id", "svy", "months"]]
    again(folders, rows.assign(months=["1", "2"]))
    found = checked(folders)
    assert paired(found) == []
    assert unmatched(found) == [(2, "CONFLICTING_DUPLICATE", True), (3, "CONFLICTING_DUPLICATE", True)]


def test_an_area_in_front_of_a_column_and_questions_that_were_not_asked_again(
    folders: tuple[Path, Path],
) -> None:
    rewrite(folders[0] / "study.toml", ('values = { base = "1", end = "2" }\n[tables.mothers.area]\ncolumn =',
        'values = { base = "1", end = "2" }\n[tables.mothers.area]\nprefix ='))  # fmt: skip
    rows = in_the_field.mothers()
    rows["district"] += "-" + rows["id"]
    rows.loc[25, "id"] = "M05"
    mothers(folders, rows)
    again(folders, rows.loc[[25, 6], ["id", "svy", "district", "months"]])
    found = checked(folders)
    assert paired(found) == [(2, "M05", "02", "end"), (3, "M06", "01", "end")]
    absent = found.not_run.query("check == 'back_check' and reason == 'not_delivered'")
    assert absent["what"].tolist() == ["pay", "why"]
    again(folders, rows.loc[[25, 6], ["id", "svy", "months"]])
    found = checked(folders)
    assert paired(found) == [(3, "M06", "01", "end")]
    assert unmatched(found) == [(2, "several_areas", True)]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_back_checks_that_cleaning_cannot_keep_are_listed_with_the_reason(
    folders: tuple[Path, Path], lang: str
) -> None:
    rows = in_the_field.mothers().loc[[20, 21, 21, 22, 23, 23], ["id", "svy", "months"]]
    again(folders, rows.assign(id=["M20", "M21", "M21", "", "M23", "M23"], months=list("123455")))
    found = checked(folders)
    assert [row for row, *_ in paired(found)] == [2, 6]
    assert sorted(unmatched(found)) == [
        (3, "CONFLICTING_DUPLICATE", True), (4, "CONFLICTING_DUPLICATE", True), (5, "KEY_MISSING", True),
        (7, "EXACT_DUPLICATE", False),
    ]  # fmt: skip
    words = field_words(read_study(folders[0]), lang)
    said = told("back_check_unmatched", found.sheets["back_check_unmatched"], words)["reason"]
    assert not set(said) & set(found.sheets["back_check_unmatched"]["reason"])


def test_what_is_of_another_area_or_round_is_not_without_interview(folders: tuple[Path, Path]) -> None:
    whole = unmatched(checked(folders))
    assert whole == [(5, "no_interview", True)]
    north = checked(folders, areas=["01"])
    assert paired(north) == []
    assert unmatched(north) == whole
    assert unmatched(checked(folders, areas=["02"])) == whole
    early = in_the_field.mothers().loc[[30]].assign(svy="1")
    mothers(folders, pd.concat([in_the_field.mothers(), early], ignore_index=True))
    base = checked(folders, rounds=["base"])
    assert paired(base) == []
    assert unmatched(base) == whole


def test_who_is_listed_in_another_area_is_in_the_list(folders: tuple[Path, Path]) -> None:
    rows = in_the_field.mothers()
    rows.loc[[0, 1], ["id", "district"]] = [["M00", "02"], ["X01", "02"]]  # met elsewhere; in no list
    mothers(folders, rows)
    for scope in ({}, {"areas": ["02"]}):
        found = checked(folders, **scope)
        assert found.sheets["unlisted"]["key"].tolist() == ["X01"]
        assert found.sheets["progress"].set_index("area").loc["02", "unlisted"] == 1
