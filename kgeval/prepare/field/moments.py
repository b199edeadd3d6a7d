"""When something happened, as the interviewer's own clock showed it."""

from __future__ import annotations

import pandas as pd

# 2018-10-21T12:25:00.000+07:00, 2018-10-21 12:25, 21/10/2018 is not taken: day and month could be swapped
_MOMENT = r"^\s*([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]+)?\s*(?:Z|[+-][0-9]{2}:?[0-9]{2})?\s*$"  # noqa: E501


def moments(text: pd.Series) -> pd.Series:
    """Return the moments that texts name in ISO 8601, missing where one names none; same index.

    The offset from Greenwich is left out: what counts is the hour of the day where the interview was.

    >>> moments(pd.Series(["2018-10-21T12:25:00.000+07:00", "noon"])).tolist()
    [Timestamp('2018-10-21 12:25:00'), NaT]
    """
    if pd.api.types.is_datetime64_any_dtype(text.dtype):
        return text.astype("datetime64[us]")
    parts = text.astype("str").str.extract(_MOMENT)
    clock = parts[1].where(parts[1].isna() | (parts[1].str.count(":") == 2), parts[1] + ":00")
    return pd.to_datetime(parts[0] + " " + clock, errors="coerce").astype("datetime64[us]")
