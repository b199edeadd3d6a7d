"""The findings workbook: every finding stands in it once, texts stay texts, same findings same bytes."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
from openpyxl import load_workbook

from kgeval.plan.form import read_form
from kgeval.prepare import Cleaned
from kgeval.prepare.clean import clean_table
from kgeval.prepare.read import read
from kgeval.prepare.workbook import findings_workbook, words

FORM = """
| survey |
|   | type | name | label::vi | label::en | constraint | class |
|   | text | id | Mã | Id |  | none |
|   | integer | age | Tuổi | Age | . <= 60 | none |
| settings |
|   | form_title | form_id | version | default_language | key |
|   | Women | women | 1 | vi | id |
"""


def cleaned(tmp_path: Path) -> Cleaned:
    (tmp_path / "women.md").write_text(FORM, encoding="utf-8")
    (tmp_path / "women.csv").write_text("id,age\nM1,61\nM2,=1+1\nM3,70\nM4,\n,5\n", encoding="utf-8")
    form = read_form(tmp_path / "women.md")
    return clean_table(read(tmp_path / "women.csv", root=tmp_path, form=form), form, essential="identity")


def test_every_finding_stands_on_the_sheet_of_its_check(tmp_path: Path) -> None:
    result = cleaned(tmp_path)
    forms = {"women": read_form(tmp_path / "women.md")}
    data = findings_workbook(result, forms)
    assert data == findings_workbook(result, forms)
    book = load_workbook(io.BytesIO(data))
    said = words("vi")
    for check, rows in result.findings.loc[result.findings["severity"] != "info"].groupby("check"):
        sheet = book[said["check"][check][0]]
        assert sheet.max_row - 1 == len(rows)
        assert sheet.auto_filter.ref is not None
        assert sheet.freeze_panes == "A2"
        head = [cell.value for cell in sheet[1]]
        assert {"Tệp", "Dòng", "Nội dung câu hỏi", "Quyết định", "Giá trị đúng"} <= set(head)
    wrong = book[said["check"]["FORMULA_WITHOUT_VALUE"][0]]
    seen = wrong.cell(2, [cell.value for cell in wrong[1]].index("Giá trị trong tệp") + 1)
    assert (seen.value, seen.data_type) == ("=1+1", "s")
    assert wrong.cell(2, [cell.value for cell in wrong[1]].index("Nội dung câu hỏi") + 1).value == "Tuổi"


def test_a_sheet_name_that_excel_forbids_is_mended(tmp_path: Path) -> None:
    result = cleaned(tmp_path)
    strange = result.findings.assign(check="A/VERY:LONG*CODE?THAT[NO]SHEET\\CAN_BE_CALLED")
    from dataclasses import replace

    data = findings_workbook(replace(result, findings=pd.DataFrame(strange)), {}, lang="en")
    assert all(len(name) <= 31 for name in load_workbook(io.BytesIO(data)).sheetnames)
