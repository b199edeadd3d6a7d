"""When something happened, as the interviewer's own clock showed it."""

from __future__ import annotations

from functools import cache

import pandas as pd

from kgeval.prepare.decode.dates import Days

_CLOCK = r"([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]+)?\s*(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_MOMENT = rf"^\s*([0-9][0-9./\-]*[0-9])(?:T|\s+){_CLOCK}\s*$"


def moments(text: pd.Series, date_order: str | None = None) -> pd.Series:
    """Return the moments that texts name, missing where one names none; same index.

    The day is read as days are read everywhere: ISO 8601 as it stands, ``21/10/2018`` because it has one
    reading, ``05/09/2018`` only in a declared order. The offset from Greenwich is left out: what counts is
    the hour of the day where the interview was.

    >>> moments(pd.Series(["2018-10-21T12:25:00.000+07:00", "noon"])).tolist()
    [Timestamp('2018-10-21 12:25:00'), NaT]
    >>> moments(pd.Series(["05/09/2018 7:30"]), "dmy").tolist()
    [Timestamp('2018-09-05 07:30:00')]
    """
    if pd.api.types.is_datetime64_any_dtype(text.dtype):
        return text.astype("datetime64[us]")
    parts = text.astype("str").str.extract(_MOMENT)
    day = parts[0].map(cache(lambda said: _day(said, date_order)), na_action="ignore").astype("str")
    clock = parts[1].where(parts[1].isna() | (parts[1].str.count(":") == 2), parts[1] + ":00")
    return pd.to_datetime(day + " " + clock, errors="coerce").astype("datetime64[us]")


def _day(said: str, date_order: str | None) -> str | None:
    value = Days(order=date_order)(said).value
    return None if value is None else str(value)
