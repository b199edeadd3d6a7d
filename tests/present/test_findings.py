"""The findings workbook: every finding stands in it once, in words, and texts stay texts."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
from openpyxl import load_workbook

from kgeval.plan.form import read_form
from kgeval.prepare import Cleaned
from kgeval.prepare.clean import clean_table
from kgeval.prepare.read import read
from kgeval.present.findings import decision_headings, findings_workbook
from kgeval.present.labels import labels

FORM = """
| survey |
|   | type | name | label::vi | label::en | relevant | constraint | constraint_message::vi | class |
|   | text | id | Mã | Id |  |  |  | none |
|   | integer | age | Tuổi | Age |  | . <= 60 | | none |
|   | select_one yn | work | Có đi làm | Works |  |  |  | none |
|   | integer | pay | Tiền công | Pay | ${work} = 1 |  |  | none |
|   | integer | years | Số năm | Years |  | . <= ${age} | Không được lớn hơn tuổi. | none |
|   | text | phone | Điện thoại | Phone |  | regex(., '[0-9]+') |  | direct |
| choices |
|   | list_name | name | label::vi | label::en |
|   | yn | 1 | Có | Yes |
|   | yn | 0 | Không | No |
| settings |
|   | form_title | form_id | version | default_language | key |
|   | Women | women | 1 | vi | id |
"""
ROWS = """id,age,work,pay,years,phone
M1,61,1,,,
M2,=1+1,1,,,
M3,20,0,50,30,abc
M4,30,1,,,
M4,31,1,,,
,5,1,,,
"""


@dataclass(frozen=True)
class Table:
    form: Any
    label: dict[str, str]


def cleaned(tmp_path: Path) -> tuple[Cleaned, Any]:
    (tmp_path / "women.md").write_text(FORM, encoding="utf-8")
    (tmp_path / "women.csv").write_text(ROWS, encoding="utf-8")
    form = read_form(tmp_path / "women.md")
    result = clean_table(read(tmp_path / "women.csv", root=tmp_path, form=form), form, essential="identity")
    return result, SimpleNamespace(tables={"women": Table(form, {"vi": "Bà mẹ", "en": "Mothers"})})


def rows(book: Any, check: str, lang: str = "vi") -> list[dict[str, Any]]:
    head, *lines = book[labels(lang)[f"findings.tab.{check}"]].iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_every_finding_stands_on_the_sheet_of_its_check(tmp_path: Path) -> None:
    result, study = cleaned(tmp_path)
    data = findings_workbook(result, study, lang="vi")
    assert data == findings_workbook(result, study, lang="vi")
    book = load_workbook(io.BytesIO(data))
    waiting = result.findings.loc[result.findings["severity"] != "info"]
    assert len(waiting) >= 7
    for check, found in waiting.groupby("check"):
        sheet = book[labels("vi")[f"findings.tab.{check}"]]
        assert sheet.max_row - 1 == len(found)
        assert sheet.auto_filter.ref is not None
        assert sheet.freeze_panes == "A2"
        head = [cell.value for cell in sheet[1]]
        assert {"Tệp", "Dòng", "Nội dung câu hỏi", "Quyết định", "Giá trị đúng"} <= set(head)
        assert set(decision_headings()) >= {"Mã dòng (không sửa)", "Quyết định"} & set(head)
    formula = rows(book, "FORMULA_WITHOUT_VALUE")[0]
    assert (formula["Giá trị trong tệp"], formula["Nội dung câu hỏi"]) == ("=1+1", "Tuổi")


def test_rules_codes_and_rows_are_told_in_words(tmp_path: Path) -> None:
    result, study = cleaned(tmp_path)
    book = load_workbook(io.BytesIO(findings_workbook(result, study, lang="vi")))
    (skipped,) = rows(book, "SKIP_BROKEN")
    assert skipped["Chi tiết"] == "Chỉ hỏi khi: work = 1 “Có”"
    assert skipped["Câu liên quan"] == "work = 0 “Không”"
    (contradiction,) = rows(book, "LOGIC")
    assert contradiction["Chi tiết"] == "Không được lớn hơn tuổi."
    assert contradiction["Câu liên quan"] == "age = 20"
    twice = rows(book, "CONFLICTING_DUPLICATE")
    assert [row["Xem cùng dòng"] for row in twice] == ["dòng 6", "dòng 5"]
    text = " ".join(
        str(cell) for sheet in book for line in sheet.iter_rows(values_only=True) for cell in line if cell
    )
    assert "abc" not in text  # an answer of class direct
    assert "${" not in text
    assert "Bà mẹ" in text
    assert "dữ liệu" not in text.casefold() or "MÔ PHỎNG" not in text


def test_a_sheet_name_that_excel_forbids_is_mended(tmp_path: Path) -> None:
    result, study = cleaned(tmp_path)
    strange = result.findings.assign(check="A/VERY:LONG*CODE?THAT[NO]SHEET\\CAN_BE_CALLED")
    made = SimpleNamespace(
        findings=pd.DataFrame(strange),
        **{name: getattr(result, name) for name in ("tables", "rejected", "refused", "accounts")},
    )
    data = findings_workbook(made, study, lang="en", synthetic=True)
    book = load_workbook(io.BytesIO(data))
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert "SYNTHETIC" in str(book.worksheets[0]["A2"].value)
