"""Numbers as people read them, in the language of the page; never by the machine's locale.

Shares come in as 0–1 and go out in percent. Rounding is half away from zero on the decimal digits
that Python prints (0.8815 is 88.2, not the binary 88.1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from kgeval.present.labels import labels

NBSP = "\u00a0"
_MOST = 3  # no result is printed with more decimals than this, however close to its target


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How one language writes numbers; an absent number (None, NaN) is written as a dash."""

    lang: str

    def number(self, value: float | None, decimals: int = 1, *, sign: bool = False) -> str:
        """Return ``value`` with a fixed number of decimals; ``sign`` writes a plus as well."""
        words = labels(self.lang)
        if absent(value):
            return words["numbers.absent"]
        rounded = _rounded(value, decimals)
        text = f"{abs(rounded):,.{decimals}f}".translate(
            str.maketrans(",.", words["numbers.group"] + words["numbers.decimal"])
        )
        if rounded < 0:
            return words["numbers.minus"] + text
        return f"+{text}" if sign and rounded > 0 else text

    def exact(self, value: float | None, most: int = _MOST) -> str:
        """Return ``value`` with as many decimals as it has, at most ``most``: 95, 12.5."""
        if absent(value):
            return self.number(value)
        shortest = _rounded(value, most).normalize()
        exponent = shortest.as_tuple().exponent
        return self.number(float(shortest), max(0, -exponent) if isinstance(exponent, int) else 0)

    def percent(self, share: float | None, decimals: int = 1) -> str:
        """Return a share in percent, e.g. ``88,1%``.

        A share below 1 never prints as 100 %, one above 0 never as 0 %: decimals are added first.
        """
        if absent(share):
            return labels(self.lang)["numbers.absent"]
        value = _scaled(share)
        while decimals < _MOST and _rounded(value, decimals) in (0, 100) and value not in (0, 100):
            decimals += 1
        return f"{self.number(value, decimals)}%"

    def percent_exact(self, share: float | None) -> str:
        """Return a share in percent with as many decimals as it has, e.g. a target: ``95%``."""
        return labels(self.lang)["numbers.absent"] if absent(share) else f"{self.exact(_scaled(share))}%"

    def points(self, difference: float | None, *, sign: bool = True) -> str:
        """Return a difference of shares in percentage points, e.g. ``+16,9 điểm phần trăm``."""
        words = labels(self.lang)
        if absent(difference):
            return words["numbers.absent"]
        return f"{self.number(_scaled(difference), sign=sign)}{NBSP}{words['numbers.points']}"

    def range(self, low: float | None, high: float | None, *, scale: float = 1, decimals: int = 1) -> str:
        """Return two limits that no line break may part, e.g. ``82,9 – 91,9``."""
        return self._between("numbers.range", low, high, scale, decimals).replace(" ", NBSP)

    def interval(self, low: float | None, high: float | None) -> str:
        """Return the limits of a share in percent for a narrow column, e.g. ``82,9 – 91,9``."""
        return self.range(low, high, scale=100)

    def from_to(self, low: float | None, high: float | None) -> str:
        """Return the limits of a share in words, e.g. ``từ 82,9% đến 91,9%``."""
        return labels(self.lang).fill("numbers.from_to", low=self.percent(low), high=self.percent(high))

    def n(self, count: float | None) -> str:
        """Return a sample size, e.g. ``n = 313``."""
        return labels(self.lang).fill("numbers.n", n=self.number(count, 0)).replace(" ", NBSP)

    def count(self, count: float | None) -> str:
        """Return a number of things as official letters write it: ``06``, ``14``."""
        text = self.number(count, 0)
        padded = bool(labels(self.lang).words["numbers.leading_zero"])
        return f"0{text}" if padded and len(text) == 1 and text in "123456789" else text

    def date(self, day: date | None) -> str:
        """Return a day in figures."""
        words = labels(self.lang)
        if day is None:
            return words["numbers.absent"]
        return words.fill("numbers.date", day=day.day, month=day.month, year=day.year)

    def _between(
        self, template: str, low: float | None, high: float | None, scale: float, decimals: int
    ) -> str:
        if absent(low) or absent(high):
            return labels(self.lang)["numbers.absent"]
        scaled = (
            float(Decimal(repr(float(limit))) * Decimal(str(scale)))
            for limit in (low, high)
            if limit is not None
        )
        lower, upper = (self.number(limit, decimals) for limit in scaled)
        return labels(self.lang).fill(template, low=lower, high=upper)


def absent(value: float | None) -> bool:
    """Return whether there is no number: None, NaN, NA."""
    if value is None:
        return True
    try:
        return not math.isfinite(float(value))
    except TypeError:  # pandas.NA refuses
        return True


def decimals_apart(value: float | None, other: float | None, *, scale: float = 100, decimals: int = 1) -> int:
    """Return how many decimals are needed so that two unequal numbers do not print alike.

    A limit of 94.96 % beside a target of 95 % must not read ``95,0%`` and yet "not met".
    """
    if absent(value) or absent(other):
        return decimals
    first, second = (Decimal(repr(float(x))) * Decimal(str(scale)) for x in (value, other) if x is not None)
    if abs(first - second) <= Decimal("1e-7"):
        return decimals
    while decimals < _MOST and _rounded(float(first), decimals) == _rounded(float(second), decimals):
        decimals += 1
    return decimals


def _scaled(share: float | None) -> float:
    return float(Decimal(repr(float(share))) * 100) if share is not None else math.nan


def _rounded(value: float | None, decimals: int) -> Decimal:
    exact = Decimal(repr(float(value))) if value is not None else Decimal("NaN")
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded
