"""A form's file to rows of text, through pyxform's own readers, also where pyxform refuses the form."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from kgeval.errors import DataError
from kgeval.plan.form.loose import is_loose, loose_sheets
from kgeval.plan.form.model import Fault

SUFFIXES = (".md", ".xlsx", ".xlsm", ".xls", ".csv")
_TEXTS = frozenset({".md", ".csv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a sheet; ``number`` counts from 1, the column names being row 1."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """The sheets of a form by their name in lower case, and the columns of each as written."""

    rows: Mapping[str, tuple[Row, ...]]
    columns: Mapping[str, tuple[str, ...]]
    faults: tuple[Fault, ...]


def read_sheets(path: Path) -> Sheets:
    """Read the sheets of a form.

    Raises
    ------
    DataError
        There is no such file, it is of another kind, broken, or holds no survey sheet.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            "FORM_KIND",
            f"{path.suffix or 'a file without suffix'} is no kind of form",
            hint=f"give the form as one of {', '.join(SUFFIXES)}",
            file=path.name,
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            "FORM_MISSING",
            f"the form cannot be opened ({error.strerror})",
            hint="check the path",
            file=path.name,
        ) from None
    book, faults = _workbook(path, content)
    rows = {
        sheet: _rows(book[sheet])
        for sheet in book
        if not sheet.endswith("_header") and sheet != "sheet_names"
    }
    columns = {sheet: tuple((book.get(f"{sheet}_header") or [{}])[0]) for sheet in rows}
    if not rows.get("survey"):
        raise DataError(
            "FORM_NO_SURVEY",
            "there is no sheet 'survey' with questions in it",
            hint="a form is an XLSForm: sheets survey, choices, settings",
            file=path.name,
        )
    return Sheets(rows=rows, columns=columns, faults=tuple(faults))


def _rows(content: Any) -> tuple[Row, ...]:
    return tuple(
        Row(
            number=number,
            cells={str(name): unicodedata.normalize("NFC", str(cell)) for name, cell in row.items() if cell},
        )
        for number, row in enumerate(content or (), 2)
        if row
    )


def _workbook(path: Path, content: bytes) -> tuple[Mapping[str, Any], list[Fault]]:
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import csv_to_dict, md_to_dict, xls_to_dict, xlsx_to_dict

    readers: dict[str, Callable[[Any], dict[str, Any]]] = {
        ".md": md_to_dict,
        ".csv": csv_to_dict,
        ".xls": xls_to_dict,
        ".xlsx": xlsx_to_dict,
        ".xlsm": xlsx_to_dict,
    }
    suffix = path.suffix.lower()
    if suffix in _TEXTS:
        content = _utf8(path, content)
        if suffix == ".csv" and is_loose(content.decode()):
            return loose_sheets(path, content.decode()), []
    with quiet_readers():
        try:
            return readers[suffix](BytesIO(content)), []
        except PyXFormError as error:
            if "Duplicate column header" in str(error):
                mended, faults = _rename_repeated_columns(content, suffix)
                return xlsx_to_dict(BytesIO(mended)), faults
            raise _unreadable(path, error) from None
        except Exception as error:  # noqa: BLE001 - whatever a broken file does to its reader
            raise _unreadable(path, error) from None


def definition(path: Path, content: bytes) -> Any:
    """Return a form as pyxform's converter takes it, named after its file; a byte order mark is left out."""
    from pyxform.xls2json_backends import Definition, SupportedFileTypes

    suffix = path.suffix.lower()
    content = _utf8(path, content) if suffix in _TEXTS else content
    return Definition(data=BytesIO(content), file_type=SupportedFileTypes(suffix), file_path_stem=path.stem)


def _unreadable(path: Path, error: Exception) -> DataError:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return DataError(
        "FORM_UNREADABLE",
        f"the form cannot be read ({reason})",
        hint="open it in its own program and save it again",
        file=path.name,
    )


def _utf8(path: Path, content: bytes) -> bytes:
    try:
        return content.decode("utf-8-sig").encode()
    except UnicodeDecodeError as error:
        raise DataError(
            "FORM_ENCODING",
            f"not UTF-8 at byte {error.start}",
            hint="save the form as UTF-8",
            file=path.name,
        ) from None


@contextmanager
def quiet_readers() -> Iterator[None]:
    """Silence what openpyxl says of parts of a workbook that hold no text."""
    # openpyxl warns of workbook extensions (data validation, styles) that do not concern the text.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="openpyxl")
        yield


def _rename_repeated_columns(content: bytes, suffix: str) -> tuple[bytes, list[Fault]]:
    """Return the workbook as .xlsx in which a second column ``label`` is called ``label (2)``."""
    from openpyxl import Workbook

    faults: list[Fault] = []
    copy = Workbook()
    copy.remove(copy.worksheets[0])
    for name, rows in _raw_sheets(content, suffix):
        sheet = copy.create_sheet(name)
        header, seen = [], dict[str, int]()
        for cell in rows[0] if rows else ():
            title = str(cell) if cell is not None else None
            if title:
                seen[title] = seen.get(title, 0) + 1
                if seen[title] > 1:
                    faults.append(
                        Fault(
                            sheet=name.lower(),
                            row=1,
                            column=title,
                            reason=f"the column {title!r} stands twice",
                            remedy="keep one; the first is read",
                        )
                    )
                    title = f"{title} ({seen[title]})"
            header.append(title)
        for row in (header, *rows[1:]):
            sheet.append(list(row))
    stream = BytesIO()
    copy.save(stream)
    return stream.getvalue(), faults


def _raw_sheets(content: bytes, suffix: str) -> list[tuple[str, list[list[Any]]]]:
    if suffix == ".xls":
        import xlrd

        book = xlrd.open_workbook(file_contents=content)
        return [
            (
                sheet.name,
                [
                    [None if value == "" else value for value in sheet.row_values(row)]
                    for row in range(sheet.nrows)
                ],
            )
            for sheet in book.sheets()
        ]
    from openpyxl import load_workbook

    workbook = load_workbook(BytesIO(content), data_only=True)
    return [(sheet.title, [list(row) for row in sheet.iter_rows(values_only=True)]) for sheet in workbook]
