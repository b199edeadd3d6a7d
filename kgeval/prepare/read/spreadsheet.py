"""Old Excel files (.xls, by xlrd) and OpenDocument sheets (.ods, by calamine)."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from kgeval.errors import DataError
from kgeval.prepare.read.archive import open_archive
from kgeval.prepare.read.cells import CellSheet
from kgeval.prepare.read.delimited import too_many_columns, too_many_rows
from kgeval.prepare.read.file import DeliveredFile
from kgeval.prepare.read.limits import Limits
from kgeval.prepare.read.note import Note
from kgeval.prepare.read.odsxml import measure
from kgeval.prepare.read.ole import refuse_encrypted
from kgeval.prepare.read.sheet import Merge
from kgeval.prepare.read.workbook import Workbook, reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlrd.book import Book
    from xlrd.sheet import Sheet as XlsSheet


def read_xls(delivered: DeliveredFile, *, limits: Limits) -> Workbook:
    """Return the sheets of an old Excel file.

    Raises
    ------
    DataError
        ``ENCRYPTED``; ``LEGACY_XLS`` where it cannot be understood; ``TOO_MANY_COLUMNS``.
    """
    book = _opened(delivered)
    sheets = []
    for sheet in book.sheets():
        _refuse_large(sheet.nrows, sheet.ncols, limits, delivered.file, sheet.name)
        sheets.append(_cell_sheet(sheet, book.datemode))
    notes = (Note(code="DATE1904"),) if book.datemode else ()
    date_system = "1904" if book.datemode else "1900"
    return Workbook(sheets=tuple(sheets), notes=notes, date_system=date_system)


def _opened(delivered: DeliveredFile) -> Book:
    import xlrd

    file = delivered.file
    refuse_encrypted(delivered.data, file=file)
    try:
        return xlrd.open_workbook(
            file_contents=delivered.data, formatting_info=True, logfile=io.StringIO(), on_demand=False
        )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - xlrd fails in many ways on damaged files
        if "encrypt" in str(error).lower() or "password" in str(error).lower():
            hint = "open it with its password and save it without one"
            raise DataError(
                "ENCRYPTED", "the workbook is protected by a password", hint=hint, file=file
            ) from None
        hint = "open it in the spreadsheet program and save it as .xlsx"
        raise DataError(
            "LEGACY_XLS", "an old Excel file (.xls) that cannot be understood", hint=hint, file=file
        ) from None


def _cell_sheet(sheet: XlsSheet, datemode: int) -> CellSheet:
    """Return the cells of one sheet, what is merged and hidden in it, and its error values."""
    import xlrd

    rows = [
        [_xls_value(cell.ctype, cell.value, datemode) for cell in _padded(sheet.row(i), sheet.ncols)]
        for i in range(sheet.nrows)
    ]
    errors = {
        (i + 1, j): xlrd.error_text_from_code.get(cell.value, "#ERROR")
        for i in range(sheet.nrows)
        for j, cell in enumerate(sheet.row(i))
        if cell.ctype == xlrd.XL_CELL_ERROR
    }
    hidden = [row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden and row < sheet.nrows]
    return CellSheet(
        name=sheet.name,
        hidden=sheet.visibility != 0,
        rows=rows,
        counted=sheet.nrows,
        merges=[
            Merge(first_row=top + 1, last_row=bottom, first_column=left, last_column=right - 1)
            for top, bottom, left, right in sheet.merged_cells
        ],
        hidden_rows=sorted(hidden),
        errors=errors,
    )


def read_ods(delivered: DeliveredFile, *, limits: Limits) -> Workbook:
    """Return the sheets of an OpenDocument file.

    Raises
    ------
    DataError
        Whatever ``open_archive`` raises; ``XML_MALFORMED``, ``TOO_MANY_COLUMNS``, ``TOO_MANY_ROWS``.
    """
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    file = delivered.file
    archive = open_archive(delivered.data, file=file, limits=limits)
    if "content.xml" not in archive.parts:
        hint = "open it in the spreadsheet program and save it again"
        raise DataError("XML_MALFORMED", "part 'content.xml' is missing", hint=hint, file=file)
    extents = measure(archive.read("content.xml"))
    for name, extent in extents.items():
        _refuse_large(extent.rows, extent.columns, limits, file, name)
        if extent.cells > limits.cells:
            raise too_many_rows(limits, file=file, sheet=name)
    sheets = []
    with reading(file, "content.xml"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(delivered.data))
        for about in book.sheets_metadata:
            rows = book.get_sheet_by_name(about.name).to_python(skip_empty_area=False)
            hidden = about.visible != SheetVisibleEnum.Visible
            counted = extents[about.name].rows
            sheets.append(CellSheet(name=about.name, hidden=hidden, rows=rows, counted=counted))
    return Workbook(sheets=tuple(sheets), notes=(), date_system="")


def _refuse_large(rows: int, columns: int, limits: Limits, file: str, sheet: str) -> None:
    if columns > limits.columns:
        raise too_many_columns(columns, limits, file=file, sheet=sheet)
    if rows > limits.rows:
        raise too_many_rows(limits, file=file, sheet=sheet)


def _padded(row: Sequence[Any], width: int) -> list[Any]:
    import xlrd

    empty = xlrd.sheet.Cell(xlrd.XL_CELL_EMPTY, "")
    return [*row, *[empty] * (width - len(row))]


def _xls_value(kind: int, value: object, datemode: int) -> object:
    import xlrd

    match kind:
        case xlrd.XL_CELL_DATE:
            return _xls_date(float(str(value)), datemode)
        case xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        case xlrd.XL_CELL_ERROR | xlrd.XL_CELL_EMPTY | xlrd.XL_CELL_BLANK:
            return ""
        case _:
            return value


def _xls_date(serial: float, datemode: int) -> object:
    """Return a date, a time of day (serials below 1), or the number itself where it is no date."""
    import xlrd

    try:
        moment = xlrd.xldate_as_datetime(serial, datemode)
    except (xlrd.XLDateError, ValueError, OverflowError):
        return serial
    if 0 <= serial < 1:
        return moment.time()
    return moment if moment.time() != dt.time(0) else moment.date()
