"""The workbook opens, its numbers are numbers, its text is text, and its bytes repeat."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
import pytest
from openpyxl import load_workbook

from kgeval import present as show
from kgeval.present.workbook import Sheet, sampling_errors, workbook
from tests.present.made_up import census_row, estimate_row, made_up_study, results


def made(**given: object) -> bytes:
    estimates, verdicts, changes = results(6)
    study = made_up_study()
    endline = estimates[estimates["round"] == "endline"]
    published = show.publish(endline, None, study, "vi")
    sheets = [
        Sheet(
            tab="Các địa bàn: kết quả/2020 [bản rất dài]",
            table=show.areas_table(endline, verdicts, study, "vi"),
        ),
        Sheet(tab="Thay đổi", table=show.changes_table(changes, study, "vi")),
        Sheet(tab="thay đổi", table=show.changes_table(changes.iloc[:0], study, "vi")),
        Sheet(tab="Sai số", table=sampling_errors(published, "vi")),
    ]
    return workbook(sheets, title="Kết quả", notes=["Đọc kỹ."], lang="vi", **given)


def test_numbers_are_numbers_and_formulas_are_text() -> None:
    book = load_workbook(BytesIO(made(synthetic=True)))
    assert book.sheetnames[0] == "Đọc trước"
    assert len(set(book.sheetnames)) == 5
    page = book.worksheets[1]
    rows = {row[1].value: row for row in page.iter_rows(min_row=5, max_row=10)}
    assert rows["=1+1"][1].data_type == "s"
    plan = rows["Bến Đò"][2]
    assert (plan.value, plan.number_format) == (0.95, "0.0%")
    assert page.freeze_panes == "B5"
    assert len(page.tables) == 1


def test_the_watermark_is_on_every_sheet() -> None:
    book = load_workbook(BytesIO(made(synthetic=True)))
    for page in book:
        assert "DỮ LIỆU MÔ PHỎNG" in str(page.oddHeader.center.text)
        assert "DỮ LIỆU MÔ PHỎNG" in str(page["A2"].value)
    assert all(page.oddHeader.center.text is None for page in load_workbook(BytesIO(made())))


def test_the_same_input_gives_the_same_bytes() -> None:
    assert made() == made()


def test_suppressed_values_are_dashes() -> None:
    estimates = pd.DataFrame([estimate_row(value=0.4321, flag="suppress")])
    table = show.estimates_table(estimates, made_up_study(), "vi")
    book = load_workbook(BytesIO(workbook([Sheet(tab="x", table=table)], title="x", lang="vi")))
    values = [cell.value for row in book.worksheets[1].iter_rows() for cell in row]
    assert "–" in values
    assert 0.4321 not in values


def test_sampling_errors_follow_the_convention() -> None:
    rows = pd.DataFrame(
        [
            estimate_row(value=0.8, se=0.02, deff=4.0),
            estimate_row(df=5.0),
            estimate_row(value=1.0),
            census_row(),
        ]
    )
    table = sampling_errors(show.publish(rows, None, made_up_study(), "vi"), "vi")
    assert len(table.cells) == 3
    first = table.numbers.iloc[0]
    assert list(first[["cv", "deft", "low", "high"]]) == pytest.approx([0.025, 2.0, 0.76, 0.84])
    assert table.cells["value"].iloc[0] == "80,0%"
    assert table.numbers[["low", "high"]].iloc[1:].isna().all(axis=None)
