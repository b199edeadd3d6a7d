"""Interviews that began at an hour at which nobody is visited."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

COLUMNS = ("rid", "started")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfDay:
    """From which hour (``earliest``) to before which hour (``latest``) interviews begin."""

    earliest: int = 6
    latest: int = 20


def odd_hours(
    started: pd.Series,
    parameters: TimeOfDay = TimeOfDay(),
) -> pd.DataFrame:
    """Return one row an interview that began outside these hours (``COLUMNS``).

    Parameters
    ----------
    started
        Moments on the interviewer's own clock, index ``rid``; missing where not known.
    """
    known = started.dropna()
    hour = known.dt.hour
    odd = known.loc[(hour < parameters.earliest) | (hour >= parameters.latest)]
    return pd.DataFrame({"rid": odd.index, "started": odd.dt.strftime("%Y-%m-%d %H:%M").to_numpy()})


def by_hour(started: pd.Series) -> pd.Series:
    """Return how many interviews began in each hour of the day that has one; index: the hour."""
    counts: pd.Series = started.dropna().dt.hour.value_counts().sort_index().rename_axis("hour")
    return counts
