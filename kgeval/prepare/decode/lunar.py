"""Lunar years: sixty names in turn, each a year that begins at Tết and not on 1 January.

A birth "in the year Đinh Dậu" is no day. It is set aside as partial.
"""

from __future__ import annotations

from functools import cache

from kgeval.prepare.decode.text import plain, squeeze
from kgeval.prepare.lexicon import resource, words

CYCLE = 60


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
