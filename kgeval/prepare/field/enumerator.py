"""Enumerators side by side: how much, how complete, how long, with which form, when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

RATES = ("missing", "dont_know", "refused", "other")
COLUMNS = (
    "round", "enumerator", "submissions", "consent", *RATES, "shortest", "mean", "median", "longest",
    "versions", "first", "last", "days", "differs", "look",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumerator:
    """When a rate is named as unlike the others': it is both ``times`` theirs and ``more`` above.

    Consent counts the other way round: the share without it. Nobody is named with fewer than
    ``at_least`` submissions.
    """

    times: float = 2.0
    more: float = 0.05
    at_least: int = 10


def enumerators(
    submissions: pd.DataFrame,
    parameters: Enumerator = Enumerator(),
) -> pd.DataFrame:
    """Return one row a round and enumerator (``COLUMNS``).

    Parameters
    ----------
    submissions
        One row a submission: round, enumerator, ``consent`` (boolean, missing where unknown), numbers
        of questions ``asked`` and of those ``missing``, ``dont_know``, ``refused`` and ``other``,
        ``minutes``, ``version``, ``day``. What is not known is missing throughout.

    Returns
    -------
    DataFrame
        ``consent`` is a share of the submissions, the rates are shares of the questions asked, durations
        in minutes; ``differs`` names the rates that are unlike those of all other enumerators together.
    """
    by = submissions.groupby(["round", "enumerator"], sort=True)
    sums = by[["asked", *RATES]].sum(min_count=1)
    agreed = by["consent"].agg(["sum", "count"]).astype("float64")
    minutes = by["minutes"].agg(["min", "mean", "median", "max"]).to_numpy(dtype="float64")
    number = by.size()
    refused = pd.DataFrame({"consent": agreed["count"] - agreed["sum"], "of": agreed["count"]})
    table = pd.DataFrame(
        {
            "submissions": number,
            "consent": agreed["sum"] / agreed["count"].where(agreed["count"] > 0),
            **{rate: _share(sums[rate], sums["asked"]) for rate in RATES},
            "shortest": minutes[:, 0], "mean": minutes[:, 1], "median": minutes[:, 2],
            "longest": minutes[:, 3],
            "versions": by["version"].agg(lambda said: ", ".join(sorted(set(said.dropna())))),
            "first": by["day"].min(), "last": by["day"].max(), "days": by["day"].nunique(),
        }
    )  # fmt: skip
    unlike = {"consent": _unlike(refused["consent"], refused["of"], parameters)}
    unlike |= {rate: _unlike(sums[rate], sums["asked"], parameters) for rate in RATES}
    marks = (
        pd.DataFrame(unlike).loc[number.index].to_numpy()
        & (number >= parameters.at_least).to_numpy()[:, None]
    )
    differs = [", ".join(name for name, yes in zip(unlike, row, strict=True) if yes) for row in marks]
    table = table.assign(differs=differs, look=np.asarray(marks.any(axis=1)))
    return table.reset_index().reindex(columns=list(COLUMNS))


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)


def _unlike(part: pd.Series, whole: pd.Series, parameters: Enumerator) -> pd.Series:
    """Return where the rate is far above that of all others of the round together."""
    others, of = (series.groupby("round").transform("sum") - series.fillna(0) for series in (part, whole))
    own, theirs = _share(part, whole), _share(others, of)
    above = (own >= parameters.times * theirs) & (own - theirs >= parameters.more)
    return pd.Series(np.asarray(above.fillna(value=False), dtype=bool), index=part.index)
