"""Excel workbooks (.xlsx, .xlsm): calamine reads the values, ``sheetxml`` what it does not tell."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree as ET  # the archive was checked: no document types, no entities

from kgeval.errors import DataError
from kgeval.prepare.read.archive import Archive, open_archive
from kgeval.prepare.read.cells import CellSheet, Value
from kgeval.prepare.read.delimited import too_many_columns, too_many_rows
from kgeval.prepare.read.file import DeliveredFile, printable
from kgeval.prepare.read.limits import Limits
from kgeval.prepare.read.note import Note
from kgeval.prepare.read.ole import OLE_MARK, refuse_encrypted
from kgeval.prepare.read.sheet import Merge
from kgeval.prepare.read.sheetxml import Marks, read_marks

_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """The sheets of a workbook, notes on the file, and the day from which it counts dates."""

    sheets: tuple[CellSheet, ...]
    notes: tuple[Note, ...]
    date_system: str


def read_xlsx(delivered: DeliveredFile, *, allow_macros: bool, limits: Limits) -> Workbook:
    """Return the worksheets of an Excel file.

    Raises
    ------
    DataError
        Whatever ``open_archive`` raises; ``ENCRYPTED``, ``FORMAT_MISMATCH``, ``MACRO_PRESENT``,
        ``XML_MALFORMED``, ``TOO_MANY_COLUMNS``, ``TOO_MANY_ROWS``.
    """
    file = delivered.file
    if delivered.data.startswith(OLE_MARK):
        refuse_encrypted(delivered.data, file=file)
        hint = "save it as .xlsx in the spreadsheet program"
        raise DataError("FORMAT_MISMATCH", "an old Excel file under a new name", hint=hint, file=file)
    archive = open_archive(delivered.data, file=file, limits=limits)
    notes = _active_content(archive, file, allow_macros=allow_macros)
    book = _part_tree(archive, "xl/workbook.xml", file)
    parts = _sheet_parts(archive, book, file)
    date_system = "1904" if _counts_from_1904(book) else "1900"
    if date_system == "1904":
        notes.append(Note(code="DATE1904"))
    return Workbook(
        sheets=tuple(_sheets(delivered, archive, parts, limits)), notes=tuple(notes), date_system=date_system
    )


@contextmanager
def reading(file: str, part: str) -> Iterator[None]:
    """Turn whatever a reader makes of a damaged workbook into one error that names the part."""
    try:
        yield
    except DataError:
        raise
    except MemoryError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise  # Ctrl-C is not a fault of the file; calamine's panics are
        hint = "the file is damaged; open it in the spreadsheet program and save it again"
        message = f"part {printable(part)!r}: it cannot be understood"
        raise DataError("XML_MALFORMED", message, hint=hint, file=file) from None


def _active_content(archive: Archive, file: str, *, allow_macros: bool) -> list[Note]:
    """Refuse macros unless they are allowed (they are never run), and note links to other files."""
    notes = []
    macros = [part for part in archive.parts if part.lower().endswith(("vbaproject.bin", ".xlm"))]
    if macros and not allow_macros:
        hint = "save it as .xlsx without macros, or allow macros: they are not run, only left aside"
        message = f"part {macros[0]!r}: the workbook holds macros"
        raise DataError("MACRO_PRESENT", message, hint=hint, file=file, declarable=True)
    if macros:
        notes.append(Note(code="MACRO_IGNORED", detail=macros[0], count=len(macros)))
    links = [part for part in archive.parts if part.startswith("xl/externalLinks/") and part.endswith(".xml")]
    if links:
        notes.append(Note(code="EXTERNAL_LINK_IGNORED", detail=links[0], count=len(links)))
    return notes


def _part_tree(archive: Archive, part: str, file: str) -> ET.Element:
    if part not in archive.parts:
        hint = "this is not a complete workbook; open it in the spreadsheet program and save it again"
        raise DataError("XML_MALFORMED", f"part {part!r} is missing", hint=hint, file=file)
    with reading(file, part):
        return ET.fromstring(archive.read(part))  # noqa: S314 - checked in open_archive
    raise AssertionError


def _sheet_parts(archive: Archive, book: ET.Element, file: str) -> dict[str, str]:
    """Return the part of each sheet by the sheet's name."""
    relations = _part_tree(archive, "xl/_rels/workbook.xml.rels", file)
    targets = {relation.get("Id", ""): relation.get("Target", "") for relation in relations}
    parts = {}
    for element in book.iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        target = targets.get(element.get(f"{_RELATIONS}id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part not in archive.parts:
            name = printable(element.get("name", ""))
            hint = "a sheet has lost its content; ask for a fresh export"
            raise DataError(
                "XML_MALFORMED",
                f"part {printable(part)!r} of sheet {name!r} is missing",
                hint=hint,
                file=file,
            )
        parts[element.get("name", "")] = part
    return parts


def _counts_from_1904(book: ET.Element) -> bool:
    return any(
        element.tag.rpartition("}")[2] == "workbookPr" and element.get("date1904") in {"1", "true"}
        for element in book.iter()
    )


def _sheets(
    delivered: DeliveredFile, archive: Archive, parts: dict[str, str], limits: Limits
) -> Iterator[CellSheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with reading(delivered.file, "xl/workbook.xml"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(delivered.data))
        listed = [
            (about.name, about.visible != SheetVisibleEnum.Visible)
            for about in book.sheets_metadata
            if about.typ == SheetTypeEnum.WorkSheet
        ]
    for name, hidden in listed:
        part = parts.get(name, "")
        xml = archive.read(part) if part else b""
        marks = read_marks(xml)
        # before the values are read: a cell in the far corner makes a reader fill the whole rectangle
        if marks.columns > limits.columns:
            raise too_many_columns(marks.columns, limits, file=delivered.file, sheet=name)
        if marks.rows > limits.rows:
            raise too_many_rows(limits, file=delivered.file, sheet=name)
        with reading(delivered.file, part):
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        yield _cell_sheet(name, rows, marks, hidden=hidden)


def _cell_sheet(name: str, rows: Sequence[Sequence[Value]], marks: Marks, *, hidden: bool) -> CellSheet:
    return CellSheet(
        name=name,
        hidden=hidden,
        rows=rows,
        counted=marks.rows,
        merges=[Merge(first_row=a, first_column=b, last_row=c, last_column=d) for a, b, c, d in marks.merges],
        hidden_rows=marks.hidden,
        formulas=marks.formulas,
        errors=marks.errors,
    )
