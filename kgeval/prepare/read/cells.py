"""A sheet of a workbook as a grid of stored values, each turned into the text that a person would read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kgeval.prepare.read.note import Note
from kgeval.prepare.read.sheet import HEAD_ROWS, Body, Merge
from kgeval.prepare.read.table import text_frame

Value = object  # str, float, int, bool, date, datetime, time or timedelta; "" and None are empty


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSheet:
    """One sheet of a workbook (a ``Sheet``): ``rows`` are as long as the widest.

    ``counted`` is the number of rows that the second counter found, trailing blank ones included.
    ``formulas`` and ``errors`` are by (row from 1, column from 0): a formula's text where no value
    is stored with it, else "".
    """

    name: str
    hidden: bool
    rows: Sequence[Sequence[Value]]
    counted: int
    merges: Sequence[Merge] = ()
    hidden_rows: Sequence[int] = ()
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def head(self) -> Sequence[Sequence[str]]:
        """The first rows as text."""
        return [[cell_text(value) for value in row] for row in self.rows[:HEAD_ROWS]]

    def body(self, header_row: int) -> Body:
        """Return the rows below the header; every row of a grid has the same width."""
        width = len(self.rows[0]) if self.rows else 0
        records = self.rows[header_row:]
        columns = [_column([row[place] for row in records]) for place in range(width)]
        blank = self.counted - header_row - len(records)  # rows that are formatted but hold nothing
        numbers = range(header_row + 1, header_row + 1 + len(records) + max(blank, 0))
        texts = [[*column[0], *[""] * max(blank, 0)] for column in columns]
        for (row, place), text in (*self.errors.items(), *self.formulas.items()):
            if text and place < width and header_row < row < numbers.stop:
                texts[place][row - header_row - 1] = text
        native = np.column_stack([column[1] for column in columns]) if columns else np.empty((0, 0), bool)
        native = np.vstack([native, np.zeros((max(blank, 0), width), bool)]) if width else native
        cells = text_frame(list(zip(*texts, strict=True)), numbers, width)
        return Body(
            cells=cells,
            native=pd.DataFrame(native, index=cells.index),
            ragged=pd.DataFrame({"fields": [], "text": []}),
            counted=max(self.counted - header_row, 0),
        )

    def notes(self, header_row: int, names: Sequence[str]) -> list[Note]:
        """Return hidden rows, formulas and errors below the header, one note a column."""
        below = [row for row in self.hidden_rows if row > header_row]
        notes = [Note(code="HIDDEN_ROWS", row=below[0], count=len(below))] if below else []
        used = {cell: text for cell, text in self.formulas.items() if not text and cell not in self.errors}
        unknown = {cell: text for cell, text in self.formulas.items() if text}
        for code, cells in (
            ("FORMULA_VALUE_USED", used),
            ("FORMULA_WITHOUT_VALUE", unknown),
            ("CELL_ERROR", self.errors),
        ):
            by_column: dict[int, list[int]] = {}
            for row, place in sorted(cells):
                if row > header_row and place < len(names):
                    by_column.setdefault(place, []).append(row)
            notes += [
                Note(code=code, row=rows[0], column=names[place], count=len(rows))
                for place, rows in by_column.items()
            ]
        return notes


def cell_text(value: Value) -> str:
    """Return a stored value as text: dates in ISO form, numbers without a needless ``.0``.

    >>> cell_text(3.0), cell_text(2.5), cell_text(True), cell_text(dt.date(2020, 3, 5))
    ('3', '2.5', 'TRUE', '2020-03-05')
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, bool):
        return str(value).upper()
    return _moment(value) if isinstance(value, (dt.date, dt.time, dt.timedelta)) else str(value)


def _moment(value: dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.timedelta):
        return _clock(value)
    if isinstance(value, dt.time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, dt.datetime) and value.time() != dt.time(0):
        return value.isoformat(timespec="seconds")
    return value.isoformat()[:10]


def _clock(value: dt.timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def _column(values: list[Value]) -> tuple[list[str], np.ndarray]:
    """Return a column's texts and which of its cells were not stored as text."""
    texts = [value if type(value) is str else cell_text(value) for value in values]
    native = np.fromiter((type(v) is not str and v is not None for v in values), bool, len(values))
    return texts, native
