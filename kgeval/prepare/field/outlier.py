"""Numbers far from the others of their group."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

COLUMNS = ("rid", "column", "value", "n", "min", "mean", "max", "low", "high")
UNJUDGED = ("column", "group", "n", "reason")
_MULTIPLIERS = {"iqr": 1.5, "sd": 3.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """What lies outside is flagged.

    Parameters
    ----------
    method
        ``iqr``: [p25 − m·(p75 − p25), p75 + m·(p75 − p25)], quartiles by linear interpolation;
        ``sd``: [mean − m·sd, mean + m·sd].
    multiplier
        m; None: 1.5 for ``iqr``, 3 for ``sd``.
    by
        The columns that make the groups.
    variables
        The questions looked at; empty: every number.
    combine
        Questions whose answers are judged together as one (the ages of the first and the second child).
    at_least
        The fewest answers that a group is judged from.
    """

    method: Literal["iqr", "sd"] = "iqr"
    multiplier: float | None = None
    by: tuple[str, ...] = ("round", "area")
    variables: tuple[str, ...] = ()
    combine: tuple[tuple[str, ...], ...] = ()
    at_least: int = 10

    @property
    def width(self) -> float:
        """The multiplier that holds."""
        return _MULTIPLIERS[self.method] if self.multiplier is None else self.multiplier


def outliers(
    answers: pd.DataFrame,
    groups: pd.DataFrame,
    parameters: Outlier = Outlier(),
    *,
    accepted: Collection[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Return one row an answer outside the fences of its group (``COLUMNS``).

    Parameters
    ----------
    answers
        Index ``rid``, numbers.
    groups
        Same index, the columns that make the groups.
    accepted
        (rid, column) of answers that a person has accepted: they count in the group and are not flagged.
    """
    cells = _cells(answers, groups, parameters)
    outside = (cells["value"] < cells["low"]) | (cells["value"] > cells["high"])
    found = cells.loc[outside & (cells["n"] >= parameters.at_least) & (cells["low"] < cells["high"])]
    if len(accepted):
        settled = pd.MultiIndex.from_tuples(list(accepted))
        found = found.loc[~pd.MultiIndex.from_frame(found[["rid", "column"]]).isin(settled)]
    return found[list(COLUMNS)].reset_index(drop=True)


def unjudged(
    answers: pd.DataFrame,
    groups: pd.DataFrame,
    parameters: Outlier = Outlier(),
) -> pd.DataFrame:
    """Return one row a question and group in which nothing can be said (``UNJUDGED``): why.

    ``too_few`` answers, or ``no_spread``: at least half of them (``sd``: all) are the same, and every
    other one would be outside.
    """
    cells = _cells(answers, groups, parameters).drop_duplicates("group")
    few = cells["n"] < parameters.at_least
    named = cells.loc[few | ~(cells["low"] < cells["high"])]
    group = [" ".join(map(str, names)) for names in groups.reindex(named["rid"]).to_numpy()]
    return pd.DataFrame(
        {
            "column": named["together"], "group": group, "n": named["n"],
            "reason": np.where(few.loc[named.index], "too_few", "no_spread"),
        },
        columns=list(UNJUDGED),
    ).reset_index(drop=True)  # fmt: skip


def _cells(answers: pd.DataFrame, groups: pd.DataFrame, parameters: Outlier) -> pd.DataFrame:
    """Return one row an answer with the numbers of its group; a question may have the name of any column."""
    columns = {name: answers[name].dropna().astype("float64") for name in answers}
    long = pd.concat(columns, names=["column", "rid"]).rename("value").reset_index()
    together = long["column"].map(_together(list(answers.columns), parameters.combine))
    keys = [groups[name].reindex(long["rid"]).set_axis(long.index) for name in groups]
    value = long["value"].groupby([together, *keys], sort=False, dropna=False)
    long = long.assign(
        together=together, group=value.ngroup(), n=value.transform("size"), min=value.transform("min"),
        mean=value.transform("mean"), max=value.transform("max"),
    )  # fmt: skip
    if parameters.method == "iqr":
        low, high = value.transform("quantile", 0.25), value.transform("quantile", 0.75)
        reach = parameters.width * (high - low)
    else:
        low = high = long["mean"]
        reach = parameters.width * value.transform("std")
    return long.assign(low=low - reach, high=high + reach).reset_index(drop=True)


def _together(names: Sequence[str], combine: Sequence[Sequence[str]]) -> dict[str, str]:
    of = {name: " + ".join(block) for block in combine for name in block}
    return {name: of.get(name, name) for name in names}
