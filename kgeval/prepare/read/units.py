"""Units of money in headings: "Học phí (nghìn đồng)", "ĐVT: triệu đồng", "1.000 đ".

A district that reports in thousands says so in the heading, in a row below it or above the table.
What the heading says is the file's own declaration; the question's label says what is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from kgeval.prepare.decode.text import fold, squeeze
from kgeval.prepare.lexicon import words


def unit_in_brackets(heading: str) -> int | None:
    """Return how many đồng one unit of a heading's bracket is, or None where it names no money.

    >>> unit_in_brackets("Học phí (nghìn đồng/tháng)"), unit_in_brackets("Số trẻ (người)")
    (1000, None)
    """
    return _amount(_bracketed().search(fold(heading)))


def unit_alone(cell: str) -> int | None:
    """Return the unit of a cell that holds nothing else, as in the row below the column names."""
    return _amount(_alone().fullmatch(fold(squeeze(cell)).strip("()[] ")))


def unit_above(rows: Iterable[Sequence[str]]) -> int | None:
    """Return the unit that stands above a table, after the words for "unit"; None where two are named."""
    found = {_amount(_marked().search(fold(cell))) for row in rows for cell in row if cell.strip()} - {None}
    return found.pop() if len(found) == 1 else None


def without_unit(heading: str) -> str:
    """Return a heading, folded, without the bracket that names its unit of money."""
    return _bracketed().sub(" ", fold(heading)).strip(" /")


def _amount(found: re.Match[str] | None) -> int | None:
    if found is None:
        return None
    count = int(re.sub(r"\D", "", found["count"] or "1"))
    scales = {fold(word): int(meaning) for word, meaning in words("scale").items()}
    return count * scales.get(found["scale"] or "", 1)


@cache
def _money() -> str:
    scales, currencies = _either("scale"), _either("currency")
    return (
        rf"(?P<count>1[.,]?000(?:[.,]?000)?)? ?(?P<scale>{scales})? ?(?:{currencies})(?: ?(?:[/,;]|per\b).*)?"
    )


@cache
def _bracketed() -> re.Pattern[str]:
    inside = _money().replace(".*", r"[^()\[\]]*")
    return re.compile(rf"[(\[] ?(?:(?:{_either('unit')}) ?:? ?)?{inside} ?[)\]]")


@cache
def _alone() -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{_either('unit')}) ?:? ?)?{_money()}")


@cache
def _marked() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_either('unit')}) ?:? ?{_money()}")


@cache
def _either(kind: str) -> str:
    return "|".join(map(re.escape, sorted(map(fold, words(kind)), key=len, reverse=True)))
