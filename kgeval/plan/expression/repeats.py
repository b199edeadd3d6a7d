"""What an expression can ask of the records of a repeat: how many, their sum, the second of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kgeval.plan.expression.columns import UNANSWERED, Column, Dates, Floats, Numbers, Texts, Truths


def aggregate(name: str, values: Floats, owners: pd.Index[Any], records: pd.Index[Any]) -> Numbers:
    """Aggregate the values of each record's repeat.

    Parameters
    ----------
    name
        ``sum``, ``min``, ``max`` or ``count`` (of answered values).
    values
        One a repeated record, NaN where unknown.
    owners
        The label of the record that each belongs to.
    records
        The labels of the records, one value of the result each. Sum, minimum and maximum are unknown
        where a value is; over no record the sum and the count are 0, the others unknown.
    """
    grouped = pd.Series(values).groupby(np.asarray(owners))
    answered = grouped.count()
    found = answered if name == "count" else grouped.agg(name).where(answered == grouped.size())
    result = np.array(found.reindex(records), dtype=np.float64)
    if name in {"count", "sum"}:
        result[~records.isin(owners)] = 0.0
    return Numbers(result)


def indexed(column: Column, owners: pd.Index[Any], records: pd.Index[Any], place: Floats) -> Column:
    """Return the value in the ``place``-th (from 1) record of each record's repeat, else unknown."""
    ordinal = pd.Series(np.asarray(owners)).groupby(np.asarray(owners)).cumcount().to_numpy() + 1
    rows = pd.Series(np.arange(len(owners)), index=pd.MultiIndex.from_arrays([owners, ordinal]))
    wanted = np.broadcast_to(np.nan_to_num(place, nan=0.0), (len(records),))
    found = rows.reindex(pd.MultiIndex.from_arrays([records, wanted])).to_numpy(dtype=np.float64)
    return _taken(column, np.nan_to_num(found, nan=-1).astype(np.intp))


def _taken(column: Column, rows: NDArray[np.intp]) -> Column:
    """Return the column's rows; row -1 is the unknown appended at the end."""
    match column:
        case Numbers():
            return Numbers(np.append(column.floats, np.nan)[rows])
        case Dates():
            return Dates(np.append(column.moments, np.datetime64("NaT", "us"))[rows])
        case Texts():
            return Texts(np.append(column.codes, UNANSWERED)[rows], column.words)
        case Truths():
            return Truths(np.append(column.yes, False)[rows], np.append(column.no, False)[rows])
