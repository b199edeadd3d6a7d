"""Interviews that took far less or far more time than the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = ("rid", "minutes", "fault", "n", "median", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """The fences, on the logarithm since durations are skewed: quartiles ± ``multiplier`` · IQR.

    With fewer than ``at_least`` interviews in a group only what cannot be is found.
    """

    multiplier: float = 1.5
    at_least: int = 10


def durations(
    minutes: pd.Series,
    groups: pd.DataFrame,
    parameters: Duration = Duration(),
) -> pd.DataFrame:
    """Return one row an interview whose duration stands out (``COLUMNS``).

    Parameters
    ----------
    minutes
        Index ``rid``; missing where start or end is not known.
    groups
        Same index: the columns within which interviews are compared.

    Returns
    -------
    DataFrame
        ``fault``: ``reversed`` (it ends no later than it starts), ``short`` or ``long``; ``n``, ``median``,
        ``low`` and ``high`` in minutes are those of the interviews that lasted at all.
    """
    known = minutes.dropna()
    lasting = known.loc[known > 0]
    logs = np.log(lasting)
    keys = [groups[name].reindex(lasting.index) for name in groups]
    by = logs.groupby(keys or np.zeros(len(logs)), sort=False, dropna=False)
    low, high = by.transform("quantile", 0.25), by.transform("quantile", 0.75)
    reach = parameters.multiplier * (high - low)
    table = pd.DataFrame(
        {
            "minutes": lasting, "n": by.transform("size"), "median": np.exp(by.transform("median")),
            "low": np.exp(low - reach), "high": np.exp(high + reach),
        }
    ).reindex(known.index)  # fmt: skip
    table["minutes"] = known
    judged = table["n"] >= parameters.at_least
    table["fault"] = np.select(
        [
            known <= 0,
            judged & (known < table["low"] * (1 - _ROUNDING)),
            judged & (known > table["high"] * (1 + _ROUNDING)),
        ],
        ["reversed", "short", "long"],
        default="",
    )
    found = table.loc[table["fault"] != ""]
    return found.rename_axis("rid").reset_index().reindex(columns=list(COLUMNS))


_ROUNDING = 1e-9  # exp(log(x)) is not x to the last digit
