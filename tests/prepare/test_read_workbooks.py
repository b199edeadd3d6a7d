"""Workbooks, data sets of statistical programs, Parquet: values, hidden parts, archives that lie."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from kgeval.errors import DataError
from kgeval.prepare.read import Limits, read

HEAD = ["id", "village", "day", "age", "fee"]
ROWS: list[list[object]] = [
    ["A-1", "Xã Bình An", dt.datetime(2020, 9, 1), 30, 1.5],
    ["A-2", None, dt.datetime(2020, 9, 2, 8, 30), 41, 2.0],
    ["A-3", "Xã Giục Tượng", "03/09/2020", 27, "1.234"],
]


def book(change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "data"
    for row in [HEAD, *ROWS]:
        sheet.append(row)
    if change:
        change(workbook)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def write(folder: Path, content: bytes, name: str = "b.xlsx") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def code_of(path: Path, **options: object) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **options)  # type: ignore[arg-type]
    assert path.name in str(caught.value)
    return caught.value.code


def repacked(content: bytes, **changes: bytes | None) -> bytes:
    """Return the archive with parts replaced or added; None leaves one out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            if part is not None:
                new.writestr(name, part)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(content: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read(SHEET)


def test_values_arrive_as_text_with_how_they_were_stored(tmp_path: Path) -> None:
    (table,) = read(write(tmp_path, book()))
    assert table.records["day"].tolist() == ["2020-09-01", "2020-09-02T08:30:00", "03/09/2020"]
    assert table.records["age"].tolist() == ["30", "41", "27"]
    assert table.records["fee"].tolist() == ["1.5", "2", "1.234"]
    assert table.native is not None
    assert table.native["fee"].tolist() == [True, True, False]
    assert table.native["village"].tolist() == [False, False, False]
    assert table.source.date_system == "1900"
    assert table.source.sheet == "data"
    assert table.notes.empty


def test_hidden_rows_formulas_and_errors_are_noted(tmp_path: Path) -> None:
    def change(workbook: openpyxl.Workbook) -> None:
        sheet = workbook["data"]
        sheet.row_dimensions[3].hidden = True
        sheet["D2"] = "=1+2"
        sheet["E2"] = "#REF!"

    (table,) = read(write(tmp_path, book(change)))
    notes = table.notes.set_index("code")
    assert notes.loc["HIDDEN_ROWS", "row"] == 3
    assert (notes.loc["FORMULA_WITHOUT_VALUE", ["row", "column"]] == [2, "age"]).all()
    assert (notes.loc["CELL_ERROR", ["row", "column"]] == [2, "fee"]).all()
    assert table.records.iloc[0][["age", "fee"]].tolist() == ["=1+2", "#REF!"]


def test_a_formula_with_its_value_is_a_value(tmp_path: Path) -> None:
    content = book(lambda workbook: workbook["data"].__setitem__("D2", "=1+2"))
    xml = sheet_xml(content)
    cached = xml.replace(b"<f>1+2</f><v />", b"<f>1+2</f><v>3</v>").replace(
        b"<f>1+2</f><v></v>", b"<f>1+2</f><v>3</v>"
    )
    assert cached != xml
    (table,) = read(write(tmp_path, repacked(content, **{SHEET: cached})))
    assert table.notes["code"].tolist() == ["FORMULA_VALUE_USED"]
    assert table.records["age"].iloc[0] == "3"


def test_the_declared_size_is_not_believed_and_blank_rows_are_counted(tmp_path: Path) -> None:
    content = book()
    xml = sheet_xml(content).replace(b'ref="A1:E4"', b'ref="A1:XFD1048576"')
    xml = xml.replace(b"</sheetData>", b'<row r="5"/><row r="9"><c r="A9" s="0"/></row></sheetData>')
    (table,) = read(write(tmp_path, repacked(content, **{SHEET: xml})))
    assert len(table.records) == 3
    assert table.structural["kind"].tolist() == ["blank"] * 5
    assert table.counted == 8


@pytest.mark.parametrize(
    ("change", "code", "declaration"),
    [
        (lambda w: w["data"].insert_rows(1, 2), "TITLE", {}),
        (lambda w: w.copy_worksheet(w["data"]), "SHEET_AMBIGUOUS", {"sheet": "data"}),
        (
            lambda w: setattr(w.copy_worksheet(w["data"]), "sheet_state", "hidden"),
            "HIDDEN_SHEET",
            {"sheet": "data"},
        ),
    ],
)
def test_what_must_be_declared_is_refused_until_it_is(
    tmp_path: Path, change: Callable[[openpyxl.Workbook], None], code: str, declaration: dict[str, str]
) -> None:
    path = write(tmp_path, book(change))
    if code == "TITLE":  # blank rows above the header are no title
        assert read(path)[0].rows.tolist() == [4, 5, 6]
        return
    assert code_of(path) == code
    assert len(read(path, **declaration)[0].records) == 3  # type: ignore[arg-type]
    assert code_of(path, sheet="nothing") == "SHEET_NOT_FOUND"


def test_a_district_form_by_its_declared_template(tmp_path: Path) -> None:
    def change(workbook: openpyxl.Workbook) -> None:
        sheet = workbook["data"]
        sheet.delete_rows(1, 10)
        for row in [
            ["UBND HUYỆN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
            ["BIỂU 01"],
            ["STT", "Xã", "Trẻ em", None, "Ghi chú"],
            [None, None, "Nam", "Nữ", None],
            ["(1)", "(2)", "(3)", "(4)", "(5)"],
            ["I", "Cụm 1", None, None, None],
            [1, "Bình An", 12, 11, None],
            [2, "Thạnh Lộc", 9, 8, "mới"],
            ["Tổng cộng", None, 21, 19, None],
            [None, None, None, "Người lập biểu", None],
            [None, None, None, "Nguyễn Văn A", None],
        ]:
            sheet.append(row)
        for merged in ("C3:D3", "A3:A4", "B3:B4", "A9:B9"):
            sheet.merge_cells(merged)

    path = write(tmp_path, book(change))
    assert code_of(path) in {"MERGED_CELLS", "HEADER_NOT_FIRST"}
    (table,) = read(path, header_row=3, header_rows=2)
    assert table.records.columns.tolist() == ["STT", "Xã", "Trẻ em / Nam", "Trẻ em / Nữ", "Ghi chú"]
    assert table.records["Xã"].tolist() == ["Bình An", "Thạnh Lộc"]
    assert table.structural["kind"].tolist() == ["unit", "section", "total", "signature", "signature"]
    assert table.letters["Trẻ em / Nữ"] == "D"


def test_merged_answers_are_refused_with_their_place(tmp_path: Path) -> None:
    path = write(tmp_path, book(lambda workbook: workbook["data"].merge_cells("B2:B4")))
    with pytest.raises(DataError) as caught:
        read(path)
    error = caught.value
    assert (error.code, error.row, error.column) == ("MERGED_CELLS", 2, "village")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"../evil": b"x"}, "ZIP_UNSAFE_PATH"),
        ({"C:/evil": b"x"}, "ZIP_UNSAFE_PATH"),
        ({"xl/workbook.xml": b'<!DOCTYPE w [<!ENTITY x "y">]><workbook/>'}, "XML_ENTITY"),
        ({SHEET: b"<worksheet><sheetData><row>"}, "XML_MALFORMED"),
        ({SHEET: None}, "XML_MALFORMED"),
        ({"xl/vbaProject.bin": b"macro"}, "MACRO_PRESENT"),
    ],
)
def test_archives_that_no_spreadsheet_writes_are_refused(
    tmp_path: Path, changes: dict[str, bytes | None], code: str
) -> None:
    assert code_of(write(tmp_path, repacked(book(), **changes))) == code


def test_an_entity_in_utf16_is_seen_as_well(tmp_path: Path) -> None:
    part = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE w [<!ENTITY x "y">]><w/>'.encode("utf-16")
    assert code_of(write(tmp_path, repacked(book(), **{"xl/theme/theme1.xml": part}))) == "XML_ENTITY"


def test_sizes_are_counted_and_not_believed(tmp_path: Path) -> None:
    stream = io.BytesIO(book())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/a.bin", bytes(3_000_000))
    path = write(tmp_path, stream.getvalue())
    assert code_of(path) == "ZIP_BOMB"
    assert code_of(path, limits=Limits(unpacked_bytes=2_000_000)) == "ZIP_BOMB"
    assert code_of(path, limits=Limits(parts=3)) == "ZIP_TOO_MANY_PARTS"
    damaged = write(tmp_path, book()[:-400], "cut.xlsx")
    assert code_of(damaged) == "TRUNCATED"


def test_macros_are_left_aside_where_they_are_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, repacked(book(), **{"xl/vbaProject.bin": b"macro"}), "b.xlsm")
    (table,) = read(path, allow_macros=True)
    assert table.notes["code"].tolist() == ["MACRO_IGNORED"]


def test_days_counted_from_1904_are_the_same_days(tmp_path: Path) -> None:
    content = book(lambda w: setattr(w, "epoch", openpyxl.utils.datetime.CALENDAR_MAC_1904))
    (table,) = read(write(tmp_path, content))
    assert table.records["day"].iloc[0] == "2020-09-01"
    assert table.source.date_system == "1904"


def test_repeats_of_a_kobo_workbook_lose_their_orphans(tmp_path: Path) -> None:
    def change(workbook: openpyxl.Workbook) -> None:
        workbook["data"]["F1"] = "_index"
        for row in (2, 3, 4):
            workbook["data"][f"F{row}"] = row - 1
        child = workbook.create_sheet("child")
        for row in [["_index", "_parent_index", "months"], [1, 1, 7], [2, 3, 9], [3, 99, 4], [4, None, 5]]:
            child.append(row)

    main, child = read(write(tmp_path, book(change)))
    assert (main.repeat, child.repeat) == ("", "child")
    assert child.records["months"].tolist() == ["7", "9"]
    assert child.rejected["reason"].tolist() == ["ORPHAN_CHILD", "ORPHAN_CHILD"]
    assert child.rejected["row"].tolist() == [4, 5]


def test_stata_and_spss_keep_their_labels_apart(tmp_path: Path) -> None:
    import pyreadstat

    frame = pd.DataFrame({"id": ["A-1", "A-2"], "sex": [1.0, 2.0], "w": [0.5, float("nan")]})
    labels = {"sex": {1.0: "Nam", 2.0: "Nữ"}}
    pyreadstat.write_sav(frame, str(tmp_path / "d.sav"), variable_value_labels=labels)
    pyreadstat.write_dta(frame, str(tmp_path / "d.dta"), variable_value_labels={"sex": {1: "Nam", 2: "Nữ"}})
    for name in ("d.sav", "d.dta"):
        (table,) = read(tmp_path / name)
        assert table.records["sex"].tolist() == ["1", "2"]
        assert table.records["w"].isna().tolist() == [False, True]
        assert table.rows.tolist() == [1, 2]
        assert table.labels["sex"] == {"1": "Nam", "2": "Nữ"}
        assert table.native is not None
        assert table.native.iloc[0].tolist() == [False, True, True]


def test_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["A-1", "A-2"], "day": pd.to_datetime(["2020-09-01", None]), "n": [1, 2]})
    frame.to_parquet(tmp_path / "d.parquet")
    (table,) = read(tmp_path / "d.parquet")
    assert table.records["day"].iloc[0] == "2020-09-01"
    assert table.records["n"].tolist() == ["1", "2"]
    write(tmp_path, b"PAR1 nothing PAR1", "broken.parquet")
    assert code_of(tmp_path / "broken.parquet") == "DATASET_DAMAGED"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"id,age\n1,2\n", "FORMAT_MISMATCH"),
        ("a.xls", b"<html><table></table></html>", "FORMAT_MISMATCH"),
        ("a.pkl", b"\x80\x04K\x01.", "FORMAT_MISMATCH"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "LEGACY_XLS"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "ENCRYPTED"),
    ],
)
def test_a_file_is_what_its_name_says_or_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    assert code_of(write(tmp_path, content, name)) == code


def test_an_old_workbook(tmp_path: Path) -> None:
    """``old.xls`` was written by xlwt: three records, a hidden row, a second sheet without data."""
    old = Path(__file__).parent / "files" / "old.xls"
    (table,) = read(old, sheet="data")
    assert table.records.iloc[0].tolist() == ["A-1", "Xã Bình An", "2020-09-01", "30", "1.5", "TRUE", "08:30"]
    assert table.native is not None
    assert table.native["fee"].tolist() == [True, True, False]
    assert table.structural["kind"].tolist() == ["blank", "signature"]
    assert table.notes.set_index("code").loc["HIDDEN_ROWS", "row"] == 3
    assert code_of(write(tmp_path, old.read_bytes()[:3000], "cut.xls")) == "LEGACY_XLS"


def open_document(rows: str) -> bytes:
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    content = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="data">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return stream.getvalue()


def ods_row(*texts: str, times: int = 1) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        if text
        else "<table:table-cell/>"
        for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{times}">{cells}</table:table-row>'


def test_an_open_document_sheet(tmp_path: Path) -> None:
    day = '<table:table-cell office:value-type="date" office:date-value="2020-09-01"/>'
    number = (
        '<table:table-cell office:value-type="float" office:value="30"><text:p>30</text:p></table:table-cell>'
    )
    rows = ods_row("id", "village", "note") + ods_row("A-1", "Xã Bình An", "") + ods_row("A-2", "", "x")
    rows += f"<table:table-row>{day}{number}</table:table-row>"
    (table,) = read(write(tmp_path, open_document(rows + ods_row("", times=1_000_000)), "d.ods"))
    assert table.records["village"].fillna("").tolist() == ["Xã Bình An", "", "30"]
    assert table.records["id"].tolist() == ["A-1", "A-2", "2020-09-01"]
    assert table.counted == 3


def test_cells_that_are_stored_once_and_claimed_often(tmp_path: Path) -> None:
    bomb = open_document(ods_row("id", "village") + ods_row("x", "y", times=2_000_000_000))
    assert code_of(write(tmp_path, bomb, "bomb.ods")) == "TOO_MANY_ROWS"
    times = 'table:number-columns-repeated="900000"'
    cell = f'<table:table-cell office:value-type="float" office:value="1" {times}/>'
    wide = open_document(f"<table:table-row>{cell}</table:table-row>")
    assert code_of(write(tmp_path, wide, "wide.ods")) == "TOO_MANY_COLUMNS"
