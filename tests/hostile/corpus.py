"""Hostile files of our own, in the form that `judge.py` reads: what districts and tablets really send.

The larger corpus beside the project spoils one generic table in many ways; here stand the ways of this
field: district forms in Excel, exports of Kobo and ODK, old letters, Vietnamese numbers and days. All
people are invented.
"""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

FORM = r"""
| survey   |
|          | type | name | label::vi | label::en | required | constraint | class | content |
|          | text | ma_nhom | Mã nhóm | Group | yes |  | none |  |
|          | text | chu_nhom | Họ tên chủ nhóm | Owner |  |  | direct |  |
|          | text | sdt | Điện thoại | Telephone |  |  | direct | phone |
|          | select_one xa | xa | Xã, phường | Commune | yes |  | indirect |  |
|  | date | ngay | Ngày khảo sát | Day | yes | . > date('2018-09-01') and . < date('2020-12-31') | none | |
|          | integer | so_tre | Số trẻ | Children | yes | . >= 0 and . <= 50 | none |  |
|          | decimal | phi | Học phí tháng (đồng) | Fee (VND) |  | . >= 0 and . <= 9000000 | none |  |
|          | select_multiple kenh | kenh | Nghe ở đâu | Channels |  |  | none |  |
|          | text | ghi_chu | Ghi chú | Remarks |  |  | direct |  |
| choices  |
|          | list_name | name | label::vi | label::en |
|          | xa | 1 | Xã Bình An | Binh An |
|          | xa | 2 | Thị trấn Minh Lương | Minh Luong |
|          | xa | 3 | Xã Thạnh Lộc | Thanh Loc |
|          | xa | 4 | Xã Vĩnh Hòa Hiệp | Vinh Hoa Hiep |
|          | kenh | loa | Loa phát thanh | Loudspeaker |
|          | kenh | hoi | Hội Phụ nữ | Union |
|          | kenh | 96 | Khác | Other |
| settings |
|          | form_title | form_id | version | default_language | key |
|          | Nhóm trẻ | nhom | 1 | vi | ma_nhom |
"""
HEAD = ["ma_nhom", "chu_nhom", "sdt", "xa", "ngay", "so_tre", "phi", "kenh", "ghi_chu"]
LABELS = ["Mã nhóm", "Họ tên chủ nhóm", "Điện thoại", "Xã, phường", "Ngày khảo sát", "Số trẻ",
          "Học phí tháng", "Nghe ở đâu", "Ghi chú"]  # fmt: skip
NAMES = ["Danh Thị Kanari", "Nguyễn Thị Zelvy", "Thạch Quyxa", "Trần Worlen", "Kim Jopthi"]
LIMITS = {"seconds": 20, "rss_mb": 500}

Rows = list[list[str]]
Made = tuple[bytes, dict[str, Any]]
CASES: list[tuple[str, Callable[[], Made]]] = []


def table(count: int = 8) -> Rows:
    """Return clean records as text."""
    return [
        [f"NT-{number + 1:03d}", f"{NAMES[number % 5]}{number:02d}", f"0770{530000 + number:06d}",
         str(number % 4 + 1), f"2020-{9 + number % 3:02d}-{13 + number:02d}", str(5 + 3 * number % 11),
         str(900000 + 50000 * number), ("loa", "loa hoi", "", "96")[number % 4],
         ("", "sạch sẽ", "thiếu đồ chơi; sân nhỏ")[number % 3]]
        for number in range(count)
    ]  # fmt: skip


def text(rows: Rows, head: Sequence[str] = HEAD, *, delimiter: str = ",", end: str = "\n") -> str:
    """Return delimited text, quoted where it must be."""

    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in f'{delimiter}"\r\n') else cell

    return "".join(delimiter.join(map(quoted, row)) + end for row in [list(head), *rows])


def column(name: str, *values: str) -> Rows:
    """Return clean records with other values at the head of one column."""
    rows = table()
    for row, value in zip(rows, values, strict=False):
        row[HEAD.index(name)] = value
    return rows


def case(name: str, verdict: str, *codes: str, rejected: int | None = 0, **entry: Any) -> Any:
    """Register a file: ``entry`` are further fields of its line in the manifest."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        about = {"verdict": verdict, "codes": list(codes), "rows_rejected": rejected, **entry}
        CASES.append((name, lambda: (make(), about)))
        return make

    return register


def told(
    name: str, verdict: str, *codes: str, values: Sequence[str], at: str, rejected: int | None = 0
) -> None:
    """Register a file with these values at the head of column ``at``."""
    where = {"row": [place + 2 for place in range(len(values))], "column": at}
    case(name, verdict, *codes, rejected=rejected, where=where, must_name=["file", "row", "column"])(
        lambda: text(column(at, *values)).encode()
    )


# ---- notation ------------------------------------------------------------------------------------

told("money_words.csv", "accept_logged", "UNIT_WORD", at="phi",
     values=["2 triệu 5", "2tr5", "500k", "500 ngàn", "1,2 triệu", "800 nghìn đồng", "1tr 200k"])  # fmt: skip
told("money_two_readings.csv", "accept_partial", "AMBIGUOUS_NUMBER", at="phi",
     values=["1.500", "2tr05", "1,250"])  # fmt: skip
told("money_dots.csv", "accept_logged", "THOUSANDS_SEPARATOR", at="phi",
     values=["1.500.000", "900 000", "1.250.000,5"])  # fmt: skip
told("children_in_words.csv", "accept_partial", "NOT_A_NUMBER", at="so_tre", rejected=3,
     values=["mười", "12 cháu", "5-6"])  # fmt: skip
told("days_written.csv", "accept_logged", "DATE_PARSED", at="ngay",
     values=["ngày 5 tháng 10 năm 2020", "25/10/2020", "25.10.2020", "2020/10/25"])  # fmt: skip
told("days_two_readings.csv", "accept_partial", "AMBIGUOUS_DATE", at="ngay", rejected=2,
     values=["05/10/2020", "5.10.20"])  # fmt: skip
told("days_partial.csv", "accept_partial", "PARTIAL_DATE", at="ngay", rejected=4,
     values=["2020", "tháng 10/2020", "Canh Tý", "năm Kỷ Hợi"])  # fmt: skip
told("phones.csv", "accept_logged", "PHONE_PREFIX", "PHONE_NOTATION", at="sdt",
     values=["01225300011", "770530012", "+84 770 530 013", "0770.530.014", "0297 3530015"])  # fmt: skip
told("phones_no_numbers.csv", "accept_logged", "PHONE_FORMAT", at="sdt", values=["077", "hai số"])
told("places.csv", "accept_logged", "CATEGORY_NORMALISED", at="xa",
     values=["XÃ BÌNH AN", "Thi tran Minh Luong", "Xã Vĩnh Hoà Hiệp", "xã  Thạnh Lộc"])  # fmt: skip
told("places_unknown.csv", "accept_partial", "UNKNOWN_CATEGORY", at="xa", rejected=2,
     values=["Xã Khác", "9"])  # fmt: skip
told("channels_labels.csv", "accept_logged", "LABELS_TO_CODES", at="kenh",
     values=["Loa phát thanh; Hội Phụ nữ", "Loa phát thanh Khác"])  # fmt: skip
told("no_answers.csv", "accept_partial", "MISSING_CODE_UNDECLARED", at="phi",
     values=["KB", "không rõ", "-", "x", "#N/A"])  # fmt: skip
told("keys_of_excel.csv", "accept_partial", "KEY_FORMAT", at="ma_nhom", rejected=3,
     values=["1E+05", "03-Thg4", "=A1"])  # fmt: skip
told("nfd_cells.csv", "accept_logged", "UNICODE_NFC", at="ghi_chu",
     values=[unicodedata.normalize("NFD", "cô giáo nhiệt tình")])  # fmt: skip
told("person_in_remarks.csv", "accept_logged", "PII_IN_TEXT", at="ghi_chu",
     values=["gọi 0912 345 678", "CCCD 091199000123"])  # fmt: skip


# ---- text files ----------------------------------------------------------------------------------


@case("labels_and_groups.csv", "accept_logged", "HEADER_NORMALISED", must_name=["file", "column"])
def _labels_as_names() -> bytes:
    return text(table(), [f"Thông tin nhóm/{label}" for label in LABELS]).encode()


@case("kobo_underscores.csv", "accept_clean", must_name=["file"])
def _metadata() -> bytes:
    head = ["start", "end", *HEAD, "_id", "_uuid", "_submission_time", "_index", "__version__"]
    return text([["", "", *row, "7", "u", "2020-10-01", "1", "v"] for row in table()], head).encode()


@case("odk_central_groups.csv", "accept_logged", "HEADER_NORMALISED", must_name=["file", "column"])
def _hyphens() -> bytes:
    return text(table(), [f"grp-{name}" for name in HEAD]).encode()


@case("choices_one_a_column.csv", "accept_clean", must_name=["file"])
def _split_choices() -> bytes:
    head = [*HEAD[:7], "kenh/loa", "kenh/hoi", "kenh/96", "ghi_chu"]
    rows = []
    for row in table():
        taken = row[7].split()
        marks = [str(int(code in taken)) if taken else "" for code in ("loa", "hoi", "96")]
        rows.append([*row[:7], *marks, row[8]])
    return text(rows, head).encode()


@case("totals_inside.csv", "accept_partial", "TOTALS_ROW", rejected=2, where={"row": [6, 11]},
      must_name=["file", "row"])  # fmt: skip
def _totals() -> bytes:
    rows, total = table(), ["Cộng", "", "", "", "", "40", "", "", ""]
    return text([*rows[:4], total, *rows[4:], ["TỔNG CỘNG", *total[1:]]]).encode()


@case(
    "semicolons_decimal_comma.csv", "accept_logged", "DELIMITER_DETECTED", "DECIMAL_COMMA", must_name=["file"]
)
def _european() -> bytes:
    return text(column("phi", "950000,5", "900000,25"), delimiter=";").encode()


@case("breaks_inside_quotes.csv", "accept_clean", must_name=["file"])
def _quoted_breaks() -> bytes:
    return text(column("ghi_chu", 'dòng một\ndòng "hai"', "a,b\r\nc")).encode()


@case("control_z.csv", "accept_partial", "ROW_TOO_SHORT", rejected=1, must_name=["file"])
def _end_of_file_mark() -> bytes:
    return text(table()).encode() + b"\x1a\n"


@case("tcvn3_cells.csv", "accept_logged", "LEGACY_TEXT_SUSPECTED", where={"row": 2, "column": "ghi_chu"},
      must_name=["file", "row", "column"])  # fmt: skip
def _old_letters() -> bytes:
    return text(column("ghi_chu", "R¹ch Gi¸ Hµ Tiªn")).encode()


@case("utf16_unmarked.csv", "reject_unless_declared", "ENCODING_UNKNOWN", rejected=None, must_name=["file"],
      declare={"encoding": "utf-16-le"})  # fmt: skip
def _unmarked() -> bytes:
    return text(table()).encode("utf-16-le")


@case("shifted_columns.csv", "reject_file", "ROW_TOO_LONG", rejected=None, must_name=["file", "row"])
def _shifted() -> bytes:
    head, _, rest = text(table()).partition("\n")
    return (head + "\n" + rest.replace("\n", ",\n")).encode()


@case("cut_off.csv", "reject_file", "TRUNCATED", rejected=None, where={"row": 9}, must_name=["file", "row"])
def _cut_off() -> bytes:
    return ",".join(text(table()).rstrip("\n").split(",")[:-5]).encode()


@case("zip.csv", "reject_file", "FORMAT_MISMATCH", rejected=None, must_name=["file"])
def _zip_inside() -> bytes:
    return workbook([LABELS, *table()])


# ---- district forms in Excel ---------------------------------------------------------------------

NUMBERED = [f"({place + 1})" for place in range(9)]
SIGNED = [[], ["", "", "", "", "", "Châu Thành, ngày 5 tháng 11 năm 2020"],
          ["", "NGƯỜI LẬP BIỂU", "", "", "", "TM. ỦY BAN NHÂN DÂN"],
          ["", "(Ký, ghi rõ họ tên)"], ["", "Lê Thị Fanduc"]]  # fmt: skip
TITLES = [["UBND HUYỆN CHÂU THÀNH", "", "", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
          ["HỘI LHPN", "", "", "", "", "Độc lập - Tự do - Hạnh phúc"], ["BIỂU 01: DANH SÁCH NHÓM TRẺ"],
          ["(Kèm theo Báo cáo số 12/BC-HPN)"], ["", "", "", "", "", "ĐVT: đồng"]]  # fmt: skip


def typed(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """Return whole numbers as a spreadsheet stores them; keys and telephones stay text."""
    return [
        [
            int(str(cell)) if place in {5, 6} and str(cell).isdigit() else cell
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]


def workbook(rows: Sequence[Sequence[object]], *, merge: Sequence[str] = (), second: Any = None) -> bytes:
    """Return an .xlsx of one sheet, or with a second one (title, rows)."""
    book = openpyxl.Workbook()
    book.active.title = "Biểu 1"
    for row in rows:
        book.active.append(list(row))
    for area in merge:
        book.active.merge_cells(area)
    if second:
        sheet = book.create_sheet(second[0])
        for row in second[1]:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@case("district_form.xlsx", "reject_unless_declared", "MERGED_CELLS", rejected=None,
      must_name=["file", "sheet", "row"], declare={"header_row": 6})  # fmt: skip
def _district() -> bytes:
    rows = [*TITLES, LABELS, NUMBERED, ["I", "Xã Bình An"], *table(4), ["Cộng", "", "", "", "", 44],
            ["II", "Thị trấn"], *table()[4:], ["Tổng cộng", "", "", "", "", 90], *SIGNED]  # fmt: skip
    return workbook(typed(rows), merge=["A1:C1", "F1:I1", "A3:I3", "A4:I4"])


@case("district_three_headers.xlsx", "reject_unless_declared", "MERGED_CELLS", rejected=None,
      must_name=["file", "sheet", "row"], declare={"header_row": 6, "header_rows": 3})  # fmt: skip
def _headers_of_three_rows() -> bytes:
    first = ["Thông tin chung", "", "", "", "Khảo sát", "", "", "", LABELS[8]]
    second = [LABELS[0], LABELS[1], "Liên hệ", "", LABELS[4], "Quy mô", "", LABELS[7], ""]
    third = ["", "", LABELS[2], LABELS[3], "", LABELS[5], LABELS[6], "", ""]
    rows = [*TITLES, first, second, third, *table()]
    return workbook(
        typed(rows), merge=["A6:D6", "E6:H6", "I6:I8", "C7:D7", "F7:G7", "A3:I3", "A7:A8", "B7:B8"]
    )


@case("district_error_cells.xlsx", "accept_partial", "CELL_ERROR", "TOTALS_ROW", "SIGNATURE_BLOCK",
      rejected=None, where={"row": [3, 10]}, must_name=["file", "row"])  # fmt: skip
def _broken_references() -> bytes:
    rows = typed([HEAD, *table()])
    rows[2][6] = "#REF!"
    return workbook([*rows, ["Tổng cộng", "", "", "", "", "#REF!"], *SIGNED])


@case("district_in_thousands.xlsx", "accept_logged", "UNIT_OF_COLUMN", where={"row": 2, "column": "phi"},
      must_name=["file", "row", "column"])  # fmt: skip
def _thousands() -> bytes:
    head = [*LABELS[:6], "Học phí tháng (nghìn đồng)", *LABELS[7:]]
    rows = [[*row[:6], int(row[6]) / 1000, *row[7:]] for row in typed(table())]
    return workbook([head, *rows])


@case("district_two_years.xlsx", "reject_unless_declared", "SHEET_AMBIGUOUS", rejected=None,
      must_name=["file", "sheet"], declare={"sheet": "Biểu 1"})  # fmt: skip
def _a_sheet_a_year() -> bytes:
    return workbook(typed([HEAD, *table()]), second=("Năm 2018", typed([HEAD, *table()])))


@case("answers_merged.xlsx", "reject_file", "MERGED_CELLS", rejected=None, where={"row": [3, 5]},
      must_name=["file", "sheet", "row"])  # fmt: skip
def _merged_answers() -> bytes:
    return workbook(typed([HEAD, *table()]), merge=["D3:D5"])


@case("phones_as_numbers.xlsx", "accept_logged", "PHONE_NOTATION", where={"row": [2, 3], "column": "sdt"},
      must_name=["file", "row", "column"])  # fmt: skip
def _zeros_lost() -> bytes:
    rows: list[list[Any]] = typed([HEAD, *table()])
    rows[1][2], rows[2][2] = 770530000, 770530001.0
    return workbook(rows)


@case("repeat_unknown.xlsx", "accept_logged", "UNKNOWN_REPEAT_KEPT_ASIDE", must_name=["file"])
def _repeat_without_form() -> bytes:
    main = [[*HEAD, "_index"], *[[*row, place + 1] for place, row in enumerate(table())]]
    return workbook(main, second=("tre", [["ten", "_parent_index"], ["a", 1], ["b", 2]]))


# ---- other formats -------------------------------------------------------------------------------

MANIFEST = (
    '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    "</m:manifest>"
)


@case("sheet.ods", "accept_clean", must_name=["file"])
def _open_document() -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            if cell else "<table:table-cell/>" for cell in row
        )
        + "</table:table-row>"
        for row in [HEAD, *table()]
    )  # fmt: skip
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}><office:body>'
        f'<office:spreadsheet><table:table table:name="Biểu">{cells}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
    return stream.getvalue()


@case("doctype.ods", "reject_file", "XML_ENTITY", rejected=None, must_name=["file", "part"])
def _entities() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    return stream.getvalue()


@case("typed.parquet", "accept_clean", must_name=["file"])
def _parquet() -> bytes:
    import pandas as pd

    frame = pd.DataFrame(table(), columns=HEAD)
    frame = frame.assign(ngay=pd.to_datetime(frame["ngay"]), so_tre=frame["so_tre"].astype(int))
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


def canaries() -> list[str]:
    """Return the personal values of the corpus: none of them may be seen outside of restricted folders."""
    return [value for row in table(8) for value in row[1:3]] + [
        "Lê Thị Fanduc",
        "0912 345 678",
        "091199000123",
    ]


def entries() -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield each file's line of the manifest and its bytes."""
    for name, make in CASES:
        data, about = make()
        yield {"file": name, "kind": "table", "rows_in": None, "limits": LIMITS, **about}, data


def write(folder: Path) -> None:
    """Write the corpus, its manifest and its form."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for entry, data in entries():
        (folder / entry["file"]).write_bytes(data)
        listed.append(entry)
    manifest = {"files": listed, "canaries": canaries()}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    (folder / "form.md").write_text(FORM, encoding="utf-8")
