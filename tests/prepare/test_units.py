"""Money in thousands: heading, row below or line above the table say so, and the cells follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgeval.plan.form import Form, read_form
from kgeval.prepare.clean import clean_table
from kgeval.prepare.log import undo
from kgeval.prepare.read import read
from kgeval.prepare.read.units import unit_above, unit_alone, unit_in_brackets, without_unit

FORM = """
| survey |
|   | type | name | label::vi | required | class |
|   | text | ma | Mã | yes | none |
|   | integer | phi | Học phí (đồng/tháng) |  | none |
|   | decimal | thu | Tổng thu (triệu đồng) |  | none |
|   | integer | tre | Số trẻ |  | none |
| settings |
|   | form_title | form_id | version | default_language | key |
|   | Thu chi | thu_chi | 1 | vi | ma |
"""


@pytest.fixture
def form(tmp_path: Path) -> Form:
    (tmp_path / "form.md").write_text(FORM, encoding="utf-8")
    return read_form(tmp_path / "form.md")


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("Học phí (nghìn đồng)", 1_000), ("HỌC PHÍ (ĐVT: TRIỆU ĐỒNG)", 1_000_000),
        ("Chi phí (1.000đ)", 1_000),
        ("Thu nhập (đồng/người/tháng)", 1), ("Fee (thousand VND)", 1_000), ("Số trẻ (cháu)", None),
        ("Nghìn đồng", None), ("Học phí [tỷ đồng]", 1_000_000_000),
    ],
)  # fmt: skip
def test_units_of_headings(heading: str, unit: int | None) -> None:
    assert unit_in_brackets(heading) == unit


def test_units_elsewhere() -> None:
    assert unit_alone("(nghìn đồng)") == unit_alone("Nghìn đồng") == 1_000
    assert unit_alone("người") is None
    assert unit_above([["", "ĐVT: 1.000 đồng"]]) == 1_000
    assert unit_above([["Đơn vị: Hội LHPN huyện"], ["nghìn đồng"]]) is None
    assert unit_above([["ĐVT: nghìn đồng"], ["ĐVT: triệu đồng"]]) is None  # two units say nothing
    assert without_unit("Học phí (nghìn đồng)") == without_unit("học phí")


@pytest.mark.parametrize(
    ("lines", "header_row"),
    [
        (["Mã,Học phí (nghìn đồng),Tổng thu (đồng),Số trẻ", "A1,950,12500000,7",
          '"A2","1,2 triệu",,8'], None),
        (["Mã,Học phí,Tổng thu,Số trẻ", "(1),(nghìn đồng),(đồng),(trẻ)", "A1,950,12500000,7",
          '"A2","1,2 triệu",,8'], None),
        (["BIỂU 1,,,", ",,,ĐVT: nghìn đồng", "Mã,Học phí,Tổng thu,Số trẻ", "A1,950,12500,7",
          '"A2","1,2 triệu",,8'], 3),
    ],
)  # fmt: skip
def test_cells_follow_the_unit(form: Form, tmp_path: Path, lines: list[str], header_row: int | None) -> None:
    (tmp_path / "thu.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    cleaned = clean_table(read(tmp_path / "thu.csv", form=form, header_row=header_row), form)
    table = cleaned.tables["thu_chi"]
    assert table["phi"].tolist() == [950_000, 1_200_000]
    assert table["thu"].tolist()[0] == 12.5
    assert table["tre"].tolist() == [7, 8]  # no money: not touched
    log = cleaned.corrections
    assert set(log.loc[log["column"].isin(["phi", "thu"]) & (log["action"] == "normalise"), "rule"]) == {
        "UNIT_OF_COLUMN"
    }
    raw = undo(log, table.set_index("rid")[["phi"]].astype("str"))
    assert raw["phi"].tolist() == ["950", "1,2 triệu"]


def test_what_is_no_whole_number_of_dong_is_set_aside(form: Form, tmp_path: Path) -> None:
    (tmp_path / "thu.csv").write_text('Mã,Học phí (nghìn đồng)\nA1,"0,0005"\nA2,"1,5"\n', encoding="utf-8")
    cleaned = clean_table(read(tmp_path / "thu.csv", form=form), form)
    assert cleaned.tables["thu_chi"]["phi"].isna().tolist() == [True, False]
    assert cleaned.tables["thu_chi"]["phi"].tolist()[1] == 1500
