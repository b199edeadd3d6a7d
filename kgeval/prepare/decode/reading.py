"""What one distinct text of a column was read as, and the column that is put together from that.

Decoders work on the distinct texts of a column, never on its cells: a column of a hundred thousand
answers has a few dozen of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

CHANGE_COLUMNS = ("rid", "raw_value", "new_value", "action", "rule")
FAULT_COLUMNS = ("rid", "raw_value", "code", "blanked", "detail")


class Mark(NamedTuple):
    """What happened to a distinct text: a ``rule`` mended its notation, or a ``fault`` was seen.

    With ``kept`` the value stays although a person should look at it; else a fault leaves none.
    """

    rule: str = ""
    fault: str = ""
    detail: str = ""
    kept: bool = False
    action: str = "normalise"


class Reading(NamedTuple):
    """A value (None: none) and its mark (None: the text is the value's plain notation)."""

    value: object
    mark: Mark | None = None


def unread(fault: str, detail: str = "") -> Reading:
    """Return that a text could not be read."""
    return Reading(None, Mark(fault=fault, detail=detail))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A column of typed answers and all that was done to get it.

    ``values`` has the index of the text; ``changes`` (``CHANGE_COLUMNS``) one row for each cell whose
    notation was changed, ``faults`` (``FAULT_COLUMNS``) one for each cell that a person should look
    at, ``blanked`` where no value could be taken from it. ``labels`` are labels that stood for their
    choice word for word, in the whole column: nothing was corrected there.
    """

    values: pd.Series
    changes: pd.DataFrame
    faults: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)


def assemble(
    text: pd.Series,
    codes: np.ndarray,
    distinct: Sequence[str],
    readings: Mapping[int, Reading],
    *,
    dtype: str,
    plain: Any = None,
    labels: Mapping[str, str] | None = None,
) -> Decoded:
    """Put a column together.

    Parameters
    ----------
    text
        The column as delivered, index ``rid``.
    codes, distinct
        The place of each cell in ``distinct`` (-1: empty), and the distinct texts.
    readings
        What the distinct texts were read as, by their place.
    dtype
        ``Int64``, ``float64``, ``datetime64[us]`` or ``str``.
    plain
        The values of distinct texts that are not in ``readings``, an array of ``dtype``.
    """
    values = _values([readings[place].value for place in readings], dtype)
    if plain is not None:
        values, others = plain, values
        values[list(readings)] = others
    marked = {place: reading for place, reading in readings.items() if reading.mark is not None}
    untouched = (
        dtype == "str"
        and len(readings) == len(distinct)
        and all(readings[place].value == word for place, word in enumerate(distinct))
    )
    return Decoded(
        values=text
        if untouched and text.dtype == "str"
        else pd.Series(values.take(codes, allow_fill=True), index=text.index, name=text.name),
        changes=_changes(text, codes, distinct, marked),
        faults=_faults(text, codes, distinct, marked),
        labels=labels or {},
    )


def _values(values: Sequence[Any], dtype: str) -> Any:
    """Return the values of distinct texts as an array of the column's type."""
    if dtype == "datetime64[us]":
        days = [np.datetime64("NaT") if value is None else value for value in values]
        return pd.Series(np.array(days, dtype="datetime64[us]")).array
    if dtype == "float64":
        numbers = [np.nan if value is None else value for value in values]
        return pd.Series(np.array(numbers, dtype="float64")).array
    return pd.Series(list(values), dtype="Int64" if dtype == "Int64" else "str").array


def _cells(codes: np.ndarray, places: Sequence[int], size: int) -> np.ndarray:
    """Return the positions of the cells that hold one of the distinct texts at ``places``."""
    wanted = np.zeros(size + 1, dtype=bool)  # the last one stands for empty cells, code -1
    wanted[list(places)] = True
    return np.flatnonzero(wanted[codes])


def _changes(
    text: pd.Series, codes: np.ndarray, distinct: Sequence[str], marked: Mapping[int, Reading]
) -> pd.DataFrame:
    ruled = {place: r for place, r in marked.items() if r.mark is not None and r.mark.rule}
    if not ruled:
        return _no_rows(CHANGE_COLUMNS)
    cells = _cells(codes, list(ruled), len(distinct))
    lines = [(distinct[c], plain_text(ruled[c].value), ruled[c].mark) for c in codes[cells].tolist()]
    return pd.DataFrame(
        {
            "rid": text.index[cells].to_numpy(),
            "raw_value": [raw for raw, _, _ in lines],
            "new_value": [new for _, new, _ in lines],
            "action": [mark.action for _, _, mark in lines if mark is not None],
            "rule": [mark.rule for _, _, mark in lines if mark is not None],
        },
        columns=list(CHANGE_COLUMNS),
    ).astype("str")


def _faults(
    text: pd.Series, codes: np.ndarray, distinct: Sequence[str], marked: Mapping[int, Reading]
) -> pd.DataFrame:
    faulty = {place: r.mark for place, r in marked.items() if r.mark is not None and r.mark.fault}
    if not faulty:
        return _no_rows(FAULT_COLUMNS)
    cells = _cells(codes, list(faulty), len(distinct))
    lines = [(distinct[c], faulty[c]) for c in codes[cells].tolist()]
    frame = pd.DataFrame(
        {
            "rid": text.index[cells].to_numpy(),
            "raw_value": [raw for raw, _ in lines],
            "code": [mark.fault for _, mark in lines],
            "blanked": np.array([not mark.kept for _, mark in lines], dtype=bool),
            "detail": [mark.detail for _, mark in lines],
        },
        columns=list(FAULT_COLUMNS),
    )
    return frame.astype({name: "str" for name in FAULT_COLUMNS if name != "blanked"})


@cache
def _no_rows(columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table without rows: most columns of most sheets need no word, and a frame takes its time."""
    types = {name: pd.Series(dtype="bool" if name == "blanked" else "str") for name in columns}
    return pd.DataFrame(types)


def plain_text(value: object) -> str:
    """Return a value in the notation of the correction log: dot decimals, ISO dates, "" for none.

    >>> plain_text(1500.0), plain_text(0.5), plain_text(None)
    ('1500', '0.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(float(value))
    return str(value)
