"""A form that came as loose CSV files: ``survey.csv`` with ``choices.csv`` and ``settings.csv`` beside it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

BESIDE = ("choices", "external_choices", "settings")


def is_loose(text: str) -> bool:
    """Return whether a CSV text is the sheet ``survey`` alone: its first row names the columns.

    A form whose sheets stand under one another in one file begins with the name of a sheet.
    """
    first = next(csv.reader(io.StringIO(text)), [])
    return {"type", "name"} <= {cell.strip().lower() for cell in first}


def loose_sheets(path: Path, text: str) -> dict[str, Any]:
    """Return the sheets as pyxform's readers do: rows by column, and the columns of each sheet."""
    book = dict[str, Any](_sheet("survey", text))
    for name in BESIDE:
        beside = path.with_name(f"{name}{path.suffix}")
        if beside.is_file():
            book |= _sheet(name, beside.read_text(encoding="utf-8-sig"))
    return book


def _sheet(name: str, text: str) -> dict[str, Any]:
    reader = csv.reader(io.StringIO(text))
    columns = [column.strip() for column in next(reader, [])]
    rows = [
        {column: cell.strip() for column, cell in zip(columns, row, strict=False) if column and cell.strip()}
        for row in reader
    ]
    return {name: rows, f"{name}_header": [dict.fromkeys(filter(None, columns))]}
