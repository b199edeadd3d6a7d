"""Rows with another number of fields than the header: each is rejected, or the file is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from kgeval.prepare.read.delimited import DELIMITERS, TextSheet
from kgeval.prepare.read.header import Where
from kgeval.prepare.read.sheet import Body


def judge_ragged(
    body: Body, kinds: pd.Series, sheet: TextSheet, *, names: Sequence[str], where: Where
) -> Body:
    """Return ``body`` with a ``reason`` for each ragged row.

    Raises
    ------
    DataError
        ``MIXED_DELIMITERS`` where another delimiter makes such a row whole; ``TRUNCATED`` where the
        last row is short and the file ends without a line end; ``ROW_TOO_LONG`` or
        ``ROW_TOO_SHORT`` where more than half of the rows are ragged, since then it is the header
        that does not fit.
    """
    ragged = body.ragged
    width = body.cells.shape[1]
    if ragged.empty:
        return replace(body, ragged=ragged.assign(reason=pd.Series(dtype="str")))
    for row, text in ragged["text"].items():
        if _whole_with_another(str(text), sheet.layout.delimiter, width):
            raise where.fault(
                "MIXED_DELIMITERS",
                "from this row on another delimiter is used",
                hint="two exports were pasted into one file; deliver them as two files",
                row=int(str(row)),
            )
    last = int(str(ragged.index[-1]))
    short = ragged["fields"] < width
    if last == body.counted + sheet_header(body, kinds) and short.iloc[-1] and sheet.ends_inside_row():
        hint = "the file was cut off on its way; copy or export it again"
        raise where.fault("TRUNCATED", "the last row is not complete", hint=hint, row=last)
    records = int(kinds.isna().sum())
    if len(ragged) > records:
        code = "ROW_TOO_SHORT" if short.iloc[0] else "ROW_TOO_LONG"
        raise where.fault(
            code,
            f"{len(ragged)} rows have another number of fields than the {len(names)} column names",
            hint="the column names do not fit the rows; export it again",
            row=int(str(ragged.index[0])),
        )
    reasons = short.map({True: "ROW_TOO_SHORT", False: "ROW_TOO_LONG"}).astype("str")
    return replace(body, ragged=ragged.assign(reason=reasons))


def sheet_header(body: Body, kinds: pd.Series) -> int:
    """Return the row of the header: rows below it are counted from there."""
    first = [index[0] for index in (body.ragged.index, kinds.index) if len(index)]
    return min(int(str(row)) for row in first) - 1


def _whole_with_another(text: str, delimiter: str, width: int) -> bool:
    if width <= 2:
        return False
    lines = {other: io.StringIO(text, newline="") for other in DELIMITERS if other != delimiter}
    try:
        return any(len(next(csv.reader(lines[other], delimiter=other), [])) == width for other in lines)
    except csv.Error:  # a field that is too large for any table
        return False
