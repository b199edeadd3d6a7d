"""The door of each format: the same few things come out, whatever went in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgeval.prepare.read.delimited import read_delimited
from kgeval.prepare.read.encoding import decode_text
from kgeval.prepare.read.file import DeliveredFile
from kgeval.prepare.read.limits import Limits
from kgeval.prepare.read.note import Note
from kgeval.prepare.read.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The sheets of a file and how it was understood."""

    sheets: Sequence[Sheet]
    notes: tuple[Note, ...] = ()
    encoding: str = ""
    date_system: str = ""


def open_sheets(
    delivered: DeliveredFile,
    *,
    encoding: str | None,
    delimiter: str | None,
    allow_macros: bool,
    limits: Limits,
) -> Opened:
    """Return the sheets of a delivered file of any format."""
    match delivered.format:
        case "text":
            text = decode_text(delivered.data, declared=encoding, file=delivered.file)
            sheet = read_delimited(text.text, declared=delimiter, file=delivered.file, limits=limits)
            return Opened(sheets=[sheet], notes=text.notes, encoding=text.encoding)
        case "xlsx":
            from kgeval.prepare.read.workbook import read_xlsx

            book = read_xlsx(delivered, allow_macros=allow_macros, limits=limits)
            return Opened(sheets=book.sheets, notes=book.notes, date_system=book.date_system)
        case "xls" | "ods":
            from kgeval.prepare.read.spreadsheet import read_ods, read_xls

            reader = read_xls if delivered.format == "xls" else read_ods
            book = reader(delivered, limits=limits)
            return Opened(sheets=book.sheets, notes=book.notes, date_system=book.date_system)
        case "stata" | "spss" | "parquet":
            from kgeval.prepare.read.dataset import read_dataset

            dataset = read_dataset(delivered, encoding=encoding, limits=limits)
            return Opened(sheets=[dataset])
