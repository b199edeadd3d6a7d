"""Lunar years: sixty names in turn, each a year that begins at Tết and not on 1 January.

A birth "in the year Đinh Dậu" is no day. It is set aside as partial; ``lunar_year`` gives the span
of days it can mean, for a person or for a question on years.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

from kgeval.prepare.decode.text import plain, squeeze
from kgeval.prepare.lexicon import resource, words

CYCLE = 60


def lunar_year(name: str, *, near: int) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day of the lunar year of that name which is nearest to ``near``.

    Where the day of Tết is not in the table, the span is the widest possible (20 January to
    20 February of the next year).

    >>> lunar_year("Mau Tuat", near=2019)
    (datetime.date(2018, 2, 16), datetime.date(2019, 2, 4))
    """
    place = _cycle().get(plain(squeeze(name)))
    if place is None:
        return None
    # 1984 was the first of a cycle
    years = [1984 + place + CYCLE * turn for turn in range(-3, 3)]
    year = min(years, key=lambda candidate: abs(candidate - near))
    first = _new_years().get(year, dt.date(year, 1, 20))
    following = _new_years().get(year + 1, dt.date(year + 1, 2, 21))
    return first, following - dt.timedelta(days=1)


def is_lunar_year(text: str) -> bool:
    """Return whether a text names a lunar year, with or without the word for year before it."""
    bare = plain(squeeze(text))
    for word in map(plain, words("year")):
        bare = bare.removeprefix(f"{word} ")
    return bare in _cycle()


@cache
def _cycle() -> dict[str, int]:
    names = resource("lunar_years.csv")
    stems = [row["name"] for row in names if row["kind"] == "stem"]
    branches = [row["name"] for row in names if row["kind"] == "branch"]
    return {
        plain(f"{stems[place % len(stems)]} {branches[place % len(branches)]}"): place
        for place in range(CYCLE)
    }


@cache
def _new_years() -> dict[int, dt.date]:
    days = [
        dt.date.fromisoformat(row["name"]) for row in resource("lunar_years.csv") if row["kind"] == "new_year"
    ]
    return {day.year: day for day in days}
