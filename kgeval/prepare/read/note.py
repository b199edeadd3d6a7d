"""What a reader noticed or mended, one note a thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from kgeval.prepare.record import NOTE_COLUMNS, no_notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A stable ``code``, where it was seen first, and how often; never the value of a cell."""

    code: str
    row: int | None = None
    column: str = ""
    count: int = 1
    detail: str = ""


def as_frame(notes: Iterable[Note]) -> pd.DataFrame:
    """Return the notes as the frame that ``Delivered`` carries."""
    rows = [(note.code, note.row, note.column, note.count, note.detail) for note in notes]
    if not rows:
        return no_notes()
    frame = pd.DataFrame.from_records(rows, columns=list(NOTE_COLUMNS))
    return frame.astype({"code": "str", "row": "Int64", "column": "str", "count": "int64", "detail": "str"})
