"""The sampling weights of records: positive and finite, or an error that names the row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.answers import LARGEST
from kgeval.estimate.units import Bools, Floats
from kgeval.plan.near_name import meant


def weights(frame: pd.DataFrame, column: str | None, *, file: str = "", first: int = 1) -> Floats | None:
    """Return the sampling weights, or ``None`` where each record weighs 1.

    Raises
    ------
    DesignError
        A weight is missing, zero, negative, infinite or beyond all counting (above :data:`LARGEST` or below
        its inverse). Its row is named, and its ``file`` where that is known; the first record is row
        ``first``: 1 in a table, 2 in a file whose first row holds the names of the columns.
    """
    if column is None:
        return None
    if column not in frame.columns:
        raise DesignError(
            f"the weight column {column!r} is not in the data; "
            f"{meant(column, map(str, frame.columns))}correct its name"
        )
    found = _floats(frame[column])
    if not len(found) or (found.min() >= 1 / LARGEST and found.max() <= LARGEST):
        return found
    wrong = ~_in_range(found)
    if wrong.any():
        row = int(np.argmax(wrong))
        of = f" of {file}" if file else ""
        raise DesignError(
            f"weight column {column!r} is {_kind_of_wrong(found[row])} in row {row + first}{of} "
            f"({int(wrong.sum())} such rows); a sampling weight is positive and finite: mend or exclude them"
        )
    return found


def usable_weights(values: pd.Series) -> Bools:
    """Return of each value whether it can be a sampling weight: a number, positive and finite."""
    return _in_range(_floats(values))


def _in_range(found: Floats) -> Bools:
    return (found >= 1 / LARGEST) & (found <= LARGEST)


def _floats(values: pd.Series) -> Floats:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf":
        return values.to_numpy(dtype=np.float64)
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _kind_of_wrong(weight: float) -> str:
    if np.isnan(weight):
        return "missing or no number"
    if np.isinf(weight):
        return "infinite"
    if weight > 0:
        return f"{weight:g}, beyond all counting,"
    return "zero" if weight == 0 else "negative"
