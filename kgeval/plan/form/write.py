"""A form as field tools take it: one tidy workbook (XLSX) and the XForm (XML) made from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from kgeval.errors import StudyError
from kgeval.plan.form.judge import judge
from kgeval.plan.form.sheets import Sheets, definition, quiet_readers, read_sheets
from kgeval.store import write_whole

_SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
_WIDTHS: Mapping[str, int] = {
    "label": 48,
    "hint": 36,
    "constraint_message": 36,
    "relevant": 36,
    "constraint": 30,
}
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)  # the same form gives the same bytes


def write_form(source: str | Path, out: str | Path) -> tuple[Path, ...]:
    """Write a form for Kobo or ODK Central.

    Parameters
    ----------
    source
        The form: ``.md``, ``.xlsx``, ``.xls`` or ``.csv``.
    out
        The folder (made where absent) for ``<name>.xlsx`` and ``<name>.xml``, and for
        ``<name>-itemsets.csv`` where the form has external choices.

    Returns
    -------
    tuple of Path
        The files, in that order.

    Raises
    ------
    DataError
        The source cannot be read as a form.
    StudyError
        pyxform refuses it; every reason is given.
    """
    from pyxform.xls2xform import convert

    source, out = Path(source), Path(out)
    sheets = read_sheets(source)
    refused = [f"{source.name}: {fault}" for fault in judge(source) if fault.level == "error"]
    if refused:
        raise StudyError(refused)
    workbook = _workbook(sheets)
    with quiet_readers():
        converted = convert(definition(Path(f"{source.stem}.xlsx"), workbook), pretty_print=True)
    out.mkdir(parents=True, exist_ok=True)
    files = {f"{source.stem}.xlsx": workbook, f"{source.stem}.xml": converted.xform.encode()}
    if converted.itemsets is not None:
        files[f"{source.stem}-itemsets.csv"] = converted.itemsets.encode()
    for name, content in files.items():
        write_whole(out / name, content)
    return tuple(out / name for name in files)


def _workbook(sheets: Sheets) -> bytes:
    """Return the sheets as a workbook; each row keeps its number, so that faults can be looked up."""
    import xlsxwriter

    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _UNDATED})
    head = book.add_format({"bold": True, "bg_color": "#DDE6ED", "bottom": 1, "valign": "top"})
    body = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    for name in _SHEETS:
        if name in sheets.rows and sheets.columns.get(name):
            _fill(book.add_worksheet(name), sheets, name, head, body)
    book.close()
    return stream.getvalue()


def _fill(page: Any, sheets: Sheets, name: str, head: Any, body: Any) -> None:
    columns = [column for column in sheets.columns[name] if column and column != "None"]
    for place, column in enumerate(columns):
        page.write_string(0, place, column, head)
        page.set_column(place, place, _WIDTHS.get(column.split("::")[0].strip().lower(), 16))
    for row in sheets.rows[name]:
        for place, column in enumerate(columns):
            if cell := row.cells.get(column):
                page.write_string(row.number - 1, place, cell, body)
    page.freeze_panes(1, 2 if name == "survey" else 0)
