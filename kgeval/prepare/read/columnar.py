"""Delimited text read column by column by Arrow's reader, many times faster than record by record.

It is believed only where it finds as many records as the counter of ``quotes`` did and no quote
stands out of place; every other text is read record by record.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pandas as pd

from kgeval.prepare.read.limits import Limits
from kgeval.prepare.read.table import text_series

_BLOCK = 1 << 22  # bytes; smaller ones leave many pieces to put together
_ODD = 1_000  # rows of another width; with more of them the file is read record by record


def read_columns(
    text: str, *, delimiter: str, header_row: int, width: int, counted: int, limits: Limits
) -> tuple[pd.DataFrame, list[tuple[int, int, str]]] | None:
    """Return the records below the header, or None where Arrow's reader is not to be believed.

    Returns
    -------
    cells, ragged
        Text columns 0, 1, … indexed by row number; and row, fields and raw text of each record of
        another width. Together they are ``counted`` records.
    """
    import pyarrow.compute as pc

    odd = _Odd(delimiter)
    table = _parsed(text, delimiter, header_row, width) if len(text) > _BLOCK else None
    if table is None:
        table = _parsed(text, delimiter, header_row, width, odd)
    ragged = [row for row in odd.rows if row[0] > header_row]
    if table is None or table.num_rows + len(ragged) != counted or counted > limits.rows:
        return None
    rows = np.arange(header_row + 1, header_row + 1 + counted)
    index = pd.Index(rows[~np.isin(rows, [row for row, _, _ in ragged])], name="row")
    columns, waiting = {}, table.columns[::-1]
    del table  # each column leaves when it was taken over: the table never stands in memory twice
    for place in range(width):
        column = waiting.pop()
        if (pc.max(pc.binary_length(column)).as_py() or 0) > limits.field_chars:
            return None
        columns[place] = text_series(column.combine_chunks(), index)
    return pd.DataFrame(columns, index=index), ragged


def _parsed(text: str, delimiter: str, header_row: int, width: int, odd: _Odd | None = None) -> Any:
    """Return the table, or None; rows of another width go to ``odd``, without it they are an error."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [str(place) for place in range(width)]
    try:
        return arrow_csv.read_csv(
            pa.py_buffer(text.encode()),
            read_options=arrow_csv.ReadOptions(
                column_names=names,
                skip_rows_after_names=header_row,
                use_threads=odd is None,  # rows are numbered by one thread only
                block_size=_BLOCK,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values='"' in text,
                ignore_empty_lines=False,
                invalid_row_handler=odd,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None


class _Odd:
    """Collects the rows that have another width than the header; Arrow calls it for each."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter, self.rows = delimiter, list[tuple[int, int, str]]()

    def __call__(self, row: Any) -> str:
        """Keep a row; give up where its number is not known."""
        if row.number is None or len(self.rows) >= _ODD:
            return "error"
        fields = next(csv.reader(io.StringIO(row.text, newline=""), delimiter=self.delimiter), [])
        self.rows.append((row.number, len(fields), row.text.rstrip("\r\n")))
        return "skip"
