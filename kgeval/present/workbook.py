"""Workbook: the results as numbers that can be sorted and reckoned with, read-me first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd

from kgeval.present.archive import MADE
from kgeval.present.labels import labels
from kgeval.present.measure import Measure, number_of
from kgeval.present.numbers import absent
from kgeval.present.tables.spec import Align, Column, TableSpec

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_GROUP, _GROUP_WIDTH = " group", 34  # the column of a table's groups, where it has any
_TOP = 3  # the row of the headings
_FORMATS = {"share": "0.0%", "number": "#,##0.0", "count": "#,##0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook: its tab and its table."""

    tab: str
    table: TableSpec


def workbook(
    sheets: Sequence[Sheet], *, title: str, notes: Sequence[str] = (), lang: str, synthetic: bool = False
) -> bytes:
    """Return an .xlsx file: a read-me sheet, then one sheet a table.

    Numbers stay numbers; what must not be shown is a dash; text that looks like a formula stays text.

    Parameters
    ----------
    sheets
        The tables in order.
    title
        Title of the read-me sheet.
    notes
        What a reader must know first.
    lang
        Language of the words.
    synthetic
        Print the watermark on every sheet, on screen and on paper.
    """
    from xlsxwriter import Workbook

    words = labels(lang)
    target = BytesIO()
    book = Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": title, "created": MADE})
    formats = _formats(book)
    mark = words["caveat.synthetic"] if synthetic else ""
    tabs = _tabs([words["workbook.read_first"], *(sheet.tab for sheet in sheets)])
    front = _page(book, tabs[0], mark)
    _write_front(front, formats, [title, mark, *notes], list(zip(tabs[1:], sheets, strict=True)))
    for tab, sheet in zip(tabs[1:], sheets, strict=True):
        _write_table(_page(book, tab, mark), formats, sheet.table, mark)
    book.close()
    return target.getvalue()


def sampling_errors(rows: pd.DataFrame, lang: str) -> TableSpec:
    """Return the sampling errors of published results, after the convention of MICS reports.

    Parameters
    ----------
    rows
        What ``publish`` returns; censuses and suppressed rows are left out, and the limits of two
        standard errors are blank at 0 and 100 % and below 8 degrees of freedom.
    """
    words = labels(lang)
    kept = rows[rows["se"].notna() & rows["value"].notna()]
    keys = ("indicator", "place", "round", "group", "value", "se", "cv", "deff", "deft", "weighted_n", "n")
    headings = [*keys, "low", "high"]
    columns = [Column(key=key, heading=words[f"workbook.{key}"], align=_side(key)) for key in headings]
    written = [_errors(row) for _, row in kept.iterrows()]
    return TableSpec(
        name="sampling_errors",
        title=words["workbook.sampling_errors"],
        columns=tuple(columns),
        cells=pd.DataFrame(
            [_error_cells(row, lang) for _, row in kept.iterrows()], columns=headings, dtype="str"
        ),
        numbers=pd.DataFrame(written, columns=headings),
        notes=(words["workbook.convention"],),
    )


def _error_cells(row: pd.Series, lang: str) -> dict[str, str]:
    measure, numbers = Measure(kind=row["kind"], lang=lang), _errors(row)
    plain = Measure(kind="mean", lang=lang, decimals=2)
    return {
        "indicator": row["label"],
        "place": row["place"],
        "round": row["round_label"],
        "group": row["group"],
        "cv": Measure(kind="share", lang=lang).value(numbers["cv"]),
        **{key: measure.value(numbers[key]) for key in ("value", "se", "low", "high")},
        **{key: plain.value(numbers[key]) for key in ("deff", "deft")},
        **{key: measure.numbers.number(numbers[key], 0) for key in ("weighted_n", "n")},
    }


def _side(key: str) -> Align:
    return "left" if key in ("indicator", "place", "round", "group") else "right"


def _errors(row: pd.Series) -> dict[str, float | None]:
    value, se, deff = (number_of(row, column) for column in ("value", "se", "deff"))
    assert value is not None
    assert se is not None
    df = number_of(row, "df") or 0
    limits = df >= 8 and not (row["kind"] == "share" and value in (0.0, 1.0))
    return {
        "value": value,
        "se": se,
        "cv": se / value if value else None,
        "deff": deff,
        "deft": deff**0.5 if deff is not None and deff >= 0 else None,
        "weighted_n": number_of(row, "weighted_n"),
        "n": number_of(row, "n"),
        "low": value - 2 * se if limits else None,
        "high": value + 2 * se if limits else None,
    }


def _formats(book: Any) -> dict[str, Any]:
    wrap = {"text_wrap": True, "valign": "top", "align": "left", "indent": 1}
    made = {name: book.add_format({"num_format": code, "valign": "top"}) for name, code in _FORMATS.items()}
    return made | {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "mark": book.add_format({"bold": True, "font_color": "#B34700"}),
        "muted": book.add_format({"font_color": "#595959", **wrap}),
        "heading": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4", "bottom": 1}
        ),
        "note": book.add_format({"font_color": "#595959"}),
        "text": book.add_format(wrap),
        "strong": book.add_format({"bold": True, **wrap}),
    }


def _tabs(wanted: Sequence[str]) -> list[str]:
    tabs: list[str] = []
    for name in wanted:
        short = _FORBIDDEN.sub(" ", name).strip()[:28] or "-"
        number, tab = 1, short
        while tab.casefold() in {one.casefold() for one in tabs}:
            number += 1
            tab = f"{short[:26]} {number}"
        tabs.append(tab)
    return tabs


def _page(book: Any, tab: str, mark: str) -> Any:
    page = book.add_worksheet(tab)
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    page.set_footer("&C&P / &N")
    if mark:
        page.set_header(f"&C&B{mark}")
    return page


def _write_front(
    page: Any, formats: dict[str, Any], lines: Sequence[str], sheets: Sequence[tuple[str, Sheet]]
) -> None:
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, lines[0], formats["title"])
    for row, line in enumerate(lines[1:], 1):
        page.merge_range(row, 0, row, 1, line, formats["mark" if row == 1 else "text"])
        page.set_row(row, 15 * (1 + len(line) // 115))
    for row, (tab, sheet) in enumerate(sheets, len(lines) + 1):
        page.write_url(row, 0, f"internal:'{tab}'!A1", string=tab)
        page.write_string(row, 1, sheet.table.title, formats["text"])


def _write_table(page: Any, formats: dict[str, Any], table: TableSpec, mark: str) -> None:
    page.write_string(0, 0, table.title, formats["title"])
    page.write_string(1, 0, " ".join(part for part in (mark, table.subtitle) if part), formats["mark"])
    rows = len(table.cells)
    if not rows:
        page.write_string(_TOP, 0, " ".join(table.notes), formats["note"])
        return
    shift = 1 if table.groups else 0
    headings = [
        {"header": heading, "header_format": formats["heading"]}
        for heading in _headings(table.columns, shift)
    ]
    page.add_table(
        _TOP, 0, _TOP + rows, len(headings) - 1, {"columns": headings, "style": "Table Style Light 1"}
    )
    page.freeze_panes(_TOP + 1, 1)
    page.repeat_rows(_TOP)
    page.set_row(_TOP, 15 * max(_heading_lines(table)))
    for row, lines in enumerate(_lines(table), _TOP + 1):
        if lines > 1:  # not every program makes room for wrapped text by itself
            page.set_row(row, 15 * lines)
    for row, group in enumerate(table.groups, _TOP + 1):
        page.write_string(row, 0, group, formats["text"])
    for at, column in enumerate(table.columns, shift):
        _write_column(page, formats, table, column, at)
    if table.groups:
        page.set_column(0, 0, _GROUP_WIDTH)
    for row, note in enumerate(table.notes, _TOP + rows + 2):
        page.write_string(row, 0, note, formats["note"])


def _write_column(page: Any, formats: dict[str, Any], table: TableSpec, column: Column, at: int) -> None:
    texts, numbers = list(table.cells[column.key]), list(table.numbers[column.key])
    for row, (text, number) in enumerate(zip(texts, numbers, strict=True), _TOP + 1):
        if isinstance(number, int | float | np.number) and not absent(float(number)):
            page.write_number(row, at, float(number), formats[_format(text, float(number))])
        else:
            page.write_string(row, at, text, formats["text"])
    page.set_column(at, at, _width(table, column))


def _width(table: TableSpec, column: Column) -> int:
    longest = max(len(text) for text in (*table.cells[column.key], *column.heading.split(" ")))
    return min(46, max(11, longest + 3))


def _lines(table: TableSpec) -> list[int]:
    """Return how many lines each row's longest cell needs."""
    widths = {column.key: _width(table, column) for column in table.columns}
    grouped = {_GROUP: list(table.groups)} if table.groups else {}
    widths |= dict.fromkeys(grouped, _GROUP_WIDTH)
    return [
        max((-(-len(row[key]) // width) for key, width in widths.items()), default=1)
        for row in table.cells.assign(**grouped).to_dict("records")
    ]


def _heading_lines(table: TableSpec) -> list[int]:
    return [-(-(len(column.heading) + 3) // _width(table, column)) for column in table.columns]


def _format(text: str, number: float) -> str:
    if "%" in text or "/" in text:  # x/n of a full count is a share
        return "share"
    return "count" if number == int(number) else "number"


def _headings(columns: Sequence[Column], shift: int) -> list[str]:
    headings: list[str] = [" "] * shift
    for column in columns:
        heading = column.heading or " "
        while heading in headings:
            heading += " "
        headings.append(heading)
    return headings
