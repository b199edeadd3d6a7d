"""Interviews repeated in part, held against the first ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = ("rid", "back_rid", "column", "type", "value", "back_value", "differs")
RATES = ("by", "name", "type", "compared", "different", "rate", "threshold", "look")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackCheckRates:
    """From which error rate on a type of question is to be looked at; None: no threshold is set.

    No threshold is anything but a convention of fieldwork: 10 % for type 1 is the default of this
    parameter, types 2 and 3 have none.
    """

    type1: float | None = 0.10
    type2: float | None = None
    type3: float | None = None

    def threshold(self, type_: int) -> float:
        """Return the threshold of a type; NaN where it has none."""
        value = (self.type1, self.type2, self.type3)[type_ - 1]
        return np.nan if value is None else float(value)


def comparison(
    first: pd.DataFrame,
    back: pd.DataFrame,
    pairs: pd.Series,
    types: Mapping[str, int],
    okrange: Mapping[str, tuple[float, bool]] | None = None,
) -> pd.DataFrame:
    """Return one row a back-checked record and question that was asked again (``COLUMNS``).

    Parameters
    ----------
    first, back
        The answers of the interviews and of the back-checks, index ``rid`` of each.
    pairs
        The ``rid`` of the interview that each back-check repeats; index ``rid`` of the back-check.
    types
        Question → 1, 2 or 3.
    okrange
        Question → the difference that counts as none: (amount, whether it is a share of the first value).

    Returns
    -------
    DataFrame
        What was not asked again is not compared; an answer where there was none before differs. Values
        are those of the questions, of any type.
    """
    rows = []
    for column, type_ in types.items():
        if column not in first or column not in back:
            continue
        again = back[column].reindex(pairs.index).dropna()
        before = first[column].reindex(pairs.loc[again.index]).set_axis(again.index)
        differs = _differ(before, again, (okrange or {}).get(column))
        rows.append(
            pd.DataFrame(
                {
                    "rid": pairs.loc[again.index].to_numpy(),
                    "back_rid": again.index,
                    "column": column,
                    "type": type_,
                    "value": before.astype(object).to_numpy(),
                    "back_value": again.astype(object).to_numpy(),
                    "differs": differs.to_numpy(dtype=bool),
                }
            )
        )
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(COLUMNS))


def error_rates(
    compared: pd.DataFrame,
    names: Mapping[str, pd.Series],
    parameters: BackCheckRates = BackCheckRates(),
) -> pd.DataFrame:
    """Return the error rate of each type, and by type of each name (``RATES``).

    Parameters
    ----------
    compared
        As ``comparison`` gives it.
    names
        What rates are wanted by (enumerator, back_checker) → the name of each row of ``compared``.
    """
    parts = [
        compared.assign(by=by, name=name).dropna(subset=["name"])
        for by, name in {"all": pd.Series("", index=compared.index), **names}.items()
    ]
    told = pd.concat(parts, ignore_index=True)
    grouped = told.groupby(["by", "name", "type"], sort=False)["differs"]
    table = grouped.agg(compared="size", different="sum").reset_index()
    rate = table["different"].astype("float64") / table["compared"]
    threshold = table["type"].map(parameters.threshold).astype("float64")
    return table.assign(rate=rate, threshold=threshold, look=rate >= threshold).reindex(columns=list(RATES))


def _differ(before: pd.Series, again: pd.Series, okrange: tuple[float, bool] | None) -> pd.Series:
    both = before.notna()
    if okrange is not None and pd.api.types.is_numeric_dtype(before.dtype):
        one, other = before.astype("float64"), again.astype("float64")
        amount, is_share = okrange
        allowed = amount * one.abs() if is_share else amount
        return ~both | ((other - one).abs() > allowed + 1e-12).fillna(value=False)
    return ~both | (before != again).fillna(value=False).astype(bool)
