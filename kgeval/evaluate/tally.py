"""How many records there are, or what they sum to: plain counts, no estimates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.evaluation.reference import Tally


def chosen(
    tally: Tally, tables: Mapping[str, pd.DataFrame], *, area: str = WHOLE, round_key: str = ""
) -> pd.DataFrame:
    """Return the records that a tally is about, in an area and a round (empty: in all).

    Parameters
    ----------
    tables
        Table key → clean records of all areas; a table that was not delivered is empty.
    """
    records = tables.get(tally.table, pd.DataFrame(columns=["area", "round"]))
    if records.empty:
        return records
    here = np.ones(len(records), dtype=np.bool_)
    if area != WHOLE:
        here &= (records["area"] == area).to_numpy(dtype=np.bool_)
    if round_key:
        here &= (records["round"] == round_key).to_numpy(dtype=np.bool_)
    if tally.where is not None:
        here &= tally.where.truth(records).fillna(False).to_numpy(dtype=np.bool_)
    return records[here]


def total(
    tally: Tally, tables: Mapping[str, pd.DataFrame], *, area: str = WHOLE, round_key: str = ""
) -> float:
    """Return the count of the chosen records, or the sum over them; NaN where there is no such record."""
    records = chosen(tally, tables, area=area, round_key=round_key)
    if records.empty:
        return float("nan")
    if tally.sums is None:
        return float(len(records))
    return float(tally.sums.values(records).astype("Float64").sum(min_count=1))
