"""Rows of text as a frame, built in pieces so that a large file never stands in memory twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd


def text_frame(records: Sequence[Sequence[str]], rows: Sequence[int], width: int) -> pd.DataFrame:
    """Return records of one ``width`` as text columns 0, 1, …, missing where empty, indexed by row number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    index = pd.Index(np.asarray(rows, dtype="int64"), name="row")
    columns: list[Sequence[str]] = list(zip(*records, strict=True)) if records else [()] * width
    table: dict[int, Any] = {}
    for place, column in enumerate(columns):
        cells = pa.array(column, type=pa.large_string())
        table[place] = text_series(pc.if_else(pc.equal(cells, ""), pa.scalar(None, cells.type), cells), index)
    return pd.DataFrame(table, index=index)


def text_series(cells: Any, index: pd.Index) -> pd.Series:
    """Return Arrow strings as a text column of the kind that pandas uses by itself."""
    dtype: Any = pd.StringDtype(na_value=np.nan)
    if dtype.storage == "pyarrow":  # no copy of each text
        cells = dtype.construct_array_type()._from_sequence(cells, dtype=dtype)
    else:
        cells = cells.to_pylist()
    series: pd.Series = pd.Series(cells, index=index, dtype=dtype)
    return series


def stack(frames: Sequence[pd.DataFrame], width: int) -> pd.DataFrame:
    """Return the pieces as one frame; without pieces, an empty one of that width."""
    if not frames:
        empty = pd.DataFrame({place: pd.Series(dtype="str") for place in range(width)})
        return empty.set_axis(pd.Index([], dtype="int64", name="row"), axis=0)
    return frames[0] if len(frames) == 1 else pd.concat(frames)
