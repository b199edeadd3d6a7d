"""Tables of who stayed and of comparisons; no label of their subject is idle."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

import kgeval
from kgeval import evaluate
from kgeval import present as show
from kgeval.plan.study import Study, read_study
from kgeval.present.labels import labels
from tests.evaluate.results import SURVEYS

NAN = float("nan")
PACKAGE = Path(kgeval.__file__).parent


@cache
def study(name: str = "kien_giang") -> Study:
    return read_study(SURVEYS / name)


def line(**changes: object) -> dict[str, object]:
    usual = {
        "table": "staff", "what": "stayers", "group": "stayers", "column": "NV02", "level": "1",
        "n_reference": 109, "mean_reference": 0.284, "sd_reference": 0.45, "n_group": 73, "mean_group": 0.164,
        "sd_group": 0.37, "difference": -0.12, "se": NAN, "df": NAN, "p": NAN, "normalised": -0.29,
        "joint_f": NAN, "joint_df": NAN, "joint_df_error": NAN, "joint_p": NAN,
    }  # fmt: skip
    return usual | changes


def test_a_balance_table_marks_what_is_notable_and_tests_no_full_count() -> None:
    pay = {
        "column": "NV19", "level": "", "mean_reference": 4385981.0, "mean_group": 4345205.0,
        "sd_reference": 1086056.0, "sd_group": 1295081.0, "difference": -40776.0, "normalised": -0.03,
    }  # fmt: skip
    rows = pd.DataFrame([line(), line(**pay)])
    (table,) = show.balance_tables(rows, study(), "vi", what="stayers")
    assert table.cells["characteristic"][0] == "Vị trí chính: Chủ nhóm trẻ"
    assert table.cells["mean_reference"].tolist() == ["28,4%;\u00a0109", "4.385.981 (1.086.056);\u00a0109"]
    assert table.cells["normalised"].tolist() == ["−0,29*", "−0,03"]
    assert "p" not in table.cells
    assert labels("vi")["attribution.note_census_test"] in table.notes
    assert show.balance_tables(rows, study(), "vi", what="sides") == []


def test_arms_stand_below_each_other_with_their_joint_tests() -> None:
    arms = [
        line(table="households", what="sides", group=arm, column="hwss", level="", se=0.02, df=630.0, p=0.2,
             joint_f=1.1, joint_df=6.0, joint_df_error=625.0, joint_p=0.36)
        for arm in ("Water", "WSH")
    ]  # fmt: skip
    (table,) = show.balance_tables(pd.DataFrame(arms), study("wash_benefits"), "vi", what="sides")
    assert table.groups == ("Nước", "Nước, vệ sinh, rửa tay")
    assert [column.heading for column in table.columns][1] == "Nhánh đối chứng"
    assert any(note.startswith("Nước: Kiểm định chung") for note in table.notes)
    assert table.cells["p"].tolist() == ["0,200", "0,200"]


def test_response_classes_are_named_and_small_ones_are_one() -> None:
    rows = pd.DataFrame([
        {"table": "staff", "response_class": "899 * 1", "baseline": 15, "found": 13},
        {"table": "groups", "response_class": "True", "baseline": 18, "found": 18},
        {"table": "staff", "response_class": "", "baseline": 21, "found": 11},
    ])  # fmt: skip
    rows = rows.assign(rate=rows["found"] / rows["baseline"], factor=rows["baseline"] / rows["found"])
    table = show.response_table(rows, study(), "vi")
    assert table.cells["response_class"].tolist() == [
        "Thành phố Rạch Giá, Chủ nhóm trẻ", "Thuộc diện hỗ trợ của Đề án: Có", "Các lớp còn lại, gộp",
    ]  # fmt: skip
    assert table.cells["factor"].tolist() == ["1,15", "1,00", "1,91"]


def test_an_adjusted_change_stands_beside_the_plain_one() -> None:
    rows = pd.DataFrame([{"indicator": "T1", "table": "staff", "n": 95, "eligible": 150, "unadjusted": 0.442,
                          "adjusted": 0.458, "low": 0.328, "high": 0.589, "shift": 0.016,
                          "inference": "process"}])  # fmt: skip
    table = show.adjusted_table(rows, study(), "vi")
    assert table.cells.iloc[0].tolist()[1:] == ["95", "+44,2", "+45,8 (32,8\u00a0–\u00a058,9)", "+1,6"]
    assert labels("vi")["attribution.note_process"] in table.notes


def checks(**changes: object) -> pd.DataFrame:
    usual = {
        "indicator": "III1c", "variant": "main", "table": "groups", "group": "group", "difference": -0.19,
        "cr2_se": 0.16, "cr2_low": -0.52, "cr2_high": 0.13, "cr2_df": 38.5, "cr2_p": 0.24, "ancova": 0.2,
        "ancova_se": 0.1, "ancova_low": -0.01, "ancova_high": 0.41, "ancova_df": 11.4, "ancova_p": 0.06,
        "ancova_n": 35, "p_permutation": 0.286,
    }  # fmt: skip
    return pd.DataFrame([usual | changes])


def test_a_way_that_the_data_do_not_allow_has_no_column() -> None:
    table = show.checks_table(checks(), study(), "vi")
    assert list(table.cells) == ["side", "cr2", "ancova", "p_permutation"]
    assert labels("vi")["attribution.note_chosen"] in table.notes
    sample = show.checks_table(checks(p_permutation=NAN, cr2_se=NAN), study(), "vi")
    assert list(sample.cells) == ["side", "shift", "ancova"]
    nothing = {"p_permutation": NAN, "cr2_se": NAN, "ancova": NAN}
    assert show.checks_table(checks(**nothing), study(), "vi").cells.empty


def test_the_areas_of_one_indicator_are_a_family() -> None:
    changes = pd.DataFrame([
        {"indicator": "T3", "variant": "main", "area": area, "by": "", "difference": gap, "se": 0.1,
         "df": 20.0, "low": gap - 0.2, "high": gap + 0.2, "comparable": "yes", "flag": ""}
        for area, gap in (("all", 0.3), ("905", 0.25), ("899", 0.1), ("900", 0.05))
    ])  # fmt: skip
    tests = evaluate.area_tests(changes)
    assert tests["area"].tolist() == ["905", "899", "900"]
    assert set(tests["family_size"]) == {3.0}
    table = show.area_tests_table(tests, study(), "vi")
    assert table.cells["clear"].tolist()[1:] == ["Chưa đủ cơ sở kết luận"] * 2
    hidden = show.area_tests_table(tests.assign(flag="suppress"), study(), "vi")
    assert hidden.cells.empty


def test_a_handful_of_groups_is_not_told_apart_by_area() -> None:
    fates = dict.fromkeys(("refused", "absent", "moved", "left", "suspended", "converted", "closed", "other",
                           "no_record"), 0)  # fmt: skip
    rows = pd.DataFrame([
        {"table": "groups", "area": "all", "baseline": 42, "found": 39, "lost": 3 / 42, "new": 3,
         **(fates | {"refused": 1, "closed": 2})},
        {"table": "groups", "area": "899", "baseline": 15, "found": 13, "lost": 2 / 15, "new": 0,
         **dict.fromkeys(fates, NAN)},
    ])  # fmt: skip
    table = show.attrition_table(rows, study(), "vi")
    assert table.cells["fates"].tolist() == ["từ chối 1; giải thể 2", "không nêu theo địa bàn"]


def test_no_word_of_the_subject_is_idle() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    notebooks = (PACKAGE.parent / "notebooks").glob("*.ipynb")
    code += "\n".join(path.read_text(encoding="utf-8") for path in notebooks)
    idle = [
        name
        for name in labels("vi").words
        if name.split(".")[0] in {"attribution", "research", "curve"} and not asked_for(name, code)
    ]
    assert idle == []


def asked_for(name: str, code: str) -> bool:
    """Whether a label stands in the code: whole, or its room with the last part filled in."""
    room, _, last = name.rpartition(".")
    return name in code or (f"{room}.{{" in code and f'"{last}"' in code) or last in FILLED


# last parts that are themselves put together: errors_{method}, {choice}_{option}
FILLED = {
    "errors_cr2", "errors_none", "weight_design", "weight_none", "missing_answered", "missing_as_no",
    "missing_as_yes",
}  # fmt: skip
