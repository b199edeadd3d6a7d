"""A worksheet's XML read beside the reader: rows counted again, formulas, errors and hidden rows found.

The readers of values tell nothing of these. The part was found well formed before (``archive``), so
patterns on its bytes are enough, and many times faster than a tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_REF = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>|</(?:\w+:)?c>)?"
)
_ERROR = re.compile(
    rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(?:\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?'
    rb"\s*<(?:\w+:)?v>([^<]{1,20})<"
)
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a worksheet's XML tells beside its values; cells as (row from 1, column from 0)."""

    rows: int  # the number of the last row
    columns: int  # the number of the last column with a cell
    hidden: tuple[int, ...]
    formulas: dict[tuple[int, int], str]  # cell -> "" if it holds a value, else the formula
    errors: dict[tuple[int, int], str]  # cell -> #REF! …
    merges: tuple[tuple[int, int, int, int], ...]  # first row, first column, last row, last column


def read_marks(xml: bytes) -> Marks:
    """Return the marks of one worksheet part."""
    rows, last, hidden = 0, 0, []
    for found in _ROW.finditer(xml):
        number = _ROW_NUMBER.search(found.group(1))
        last = int(number.group(1)) if number else last + 1
        rows = max(rows, last)
        if _HIDDEN.search(found.group(1)):
            hidden.append(last)
    return Marks(
        rows=rows,
        columns=max((column_number(letters) for letters in _letters(xml)), default=0),
        hidden=tuple(hidden),
        formulas=_formulas(xml),
        errors={cell: m.group(2).decode() for m in _ERROR.finditer(xml) if (cell := _cell(m.group(1)))},
        merges=tuple(
            (int(m.group(2)), column_number(m.group(1)) - 1, int(m.group(4)), column_number(m.group(3)) - 1)
            for m in _MERGE.finditer(xml)
        ),
    )


def column_number(letters: bytes | str) -> int:
    """Return the number of a column from its letters, A = 1."""
    text = letters.decode() if isinstance(letters, bytes) else letters
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column from its number, 1 = A."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _letters(xml: bytes) -> set[bytes]:
    return {found.group(1) for found in _REF.finditer(xml)}


def _cell(attributes: bytes) -> tuple[int, int] | None:
    found = _REF.search(attributes)
    return (int(found.group(2)), column_number(found.group(1)) - 1) if found else None


def _formulas(xml: bytes) -> dict[tuple[int, int], str]:
    if b"<f" not in xml and b":f" not in xml:
        return {}
    formulas = {}
    for found in _FORMULA.finditer(xml):
        cell = _cell(found.group(1))
        if cell is not None:
            text = (found.group(2) or b"").decode("utf-8", "replace")
            formulas[cell] = f"={text}" if found.group(3) else ""
    return formulas
