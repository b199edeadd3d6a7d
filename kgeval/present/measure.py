"""How the values of one indicator are written: a share in percent, a count, or a plain number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from kgeval.plan.indicator import Indicator
from kgeval.present.labels import labels
from kgeval.present.numbers import NBSP, Numbers, absent, decimals_apart

MEASURED = ("mean", "total", "ratio")  # kinds whose values are in the indicator's unit


class Row(Protocol):
    """One row of a results frame: a Series or a mapping from column names."""

    def get(self, key: str, default: Any = ..., /) -> Any:
        """Return the value of a column, or the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Writes values of an indicator of one ``kind`` in one language with a fixed number of decimals."""

    kind: str
    lang: str
    decimals: int = 1
    unit: str = ""  # of the value itself, where it has one: days, dong

    @property
    def numbers(self) -> Numbers:
        """The numbers of the language."""
        return Numbers(lang=self.lang)

    @property
    def scale(self) -> float:
        """What a value is multiplied by before it is printed or drawn."""
        return 100 if self.kind == "share" else 1

    def beside(self, target: float | None, *others: float | None) -> Measure:
        """Return the measure with enough decimals that no value prints like an unequal target."""
        if self.kind == "count":
            return self
        needed = [decimals_apart(x, target, scale=self.scale, decimals=self.decimals) for x in others]
        return replace(self, decimals=max([self.decimals, *needed]))

    def value(self, value: float | None) -> str:
        """Return one value: ``88,1%``, ``06``, ``12,5``."""
        if self.kind == "share":
            return self.numbers.percent(value, self.decimals)
        if self.kind == "count":
            return self.numbers.count(value)
        return self.numbers.number(value, self._sensible(value))

    def with_unit(self, value: float | None) -> str:
        """Return one value with its unit, where values of this kind have one: ``12,5 ngày``."""
        text = self.value(value)
        return f"{text} {self.unit}" if self.unit and not absent(value) else text

    def _sensible(self, *values: float | None) -> int:
        # Nobody reads the tenths of a million.
        largest = max((abs(value) for value in values if value is not None and not absent(value)), default=0)
        return 0 if self.scale == 1 and largest >= 1000 else self.decimals

    def exact(self, value: float | None) -> str:
        """Return a value with no more decimals than it has, as targets are written: ``95%``."""
        if self.kind == "share":
            return self.numbers.percent_exact(value)
        return self.numbers.count(value) if self.kind == "count" else self.numbers.exact(value)

    def from_to(self, low: float | None, high: float | None) -> str:
        """Return two limits in words: ``từ 82,9% đến 91,9%``."""
        return labels(self.lang).fill("numbers.from_to", low=self.value(low), high=self.value(high))

    def range(self, low: float | None, high: float | None) -> str:
        """Return two limits for a column or a chart: ``82,9 – 91,9``."""
        decimals = 0 if self.kind == "count" else self._sensible(low, high)
        return self.numbers.range(low, high, scale=self.scale, decimals=decimals)

    def difference(self, difference: float | None, *, sign: bool = True) -> str:
        """Return a change: in percentage points for a share, else a plain number."""
        if self.kind == "share":
            return self.numbers.points(difference, sign=sign)
        decimals = 0 if self.kind == "count" else self._sensible(difference)
        text = self.numbers.number(difference, decimals, sign=sign)
        return f"{text} {self.unit}" if self.unit and not absent(difference) else text

    def bare_difference(self, difference: float) -> str:
        """Return a change without its unit, for a column or a chart: ``+37,8``, ``+61.511``."""
        decimals = 0 if self.kind == "count" else self._sensible(difference)
        return self.numbers.number(difference * self.scale, decimals, sign=True)

    def difference_from_to(self, low: float | None, high: float | None) -> str:
        """Return the limits of a change in words: ``từ 10,2 đến 23,6 điểm phần trăm``."""
        decimals = 0 if self.kind == "count" else self._sensible(low, high)
        scaled = [limit if absent(limit) else float(limit or 0) * self.scale for limit in (low, high)]
        lower, upper = (self.numbers.number(limit, decimals) for limit in scaled)
        words = labels(self.lang)
        text = words.fill("numbers.from_to", low=lower, high=upper)
        return f"{text}{NBSP}{words['numbers.points']}" if self.kind == "share" else text


def text_of(row: Row, column: str) -> str:
    """Return a text of a row; "" where the column is absent or empty."""
    value = row.get(column, "")
    return value if isinstance(value, str) else ""


def number_of(row: Row, column: str) -> float | None:
    """Return a number of a row; None where the column is absent or empty."""
    value = row.get(column, None)
    return None if value is None or absent(value) else float(value)


def word_of(words: Mapping[str, str], lang: str) -> str:
    """Return a study's word in a language, or in the first language that it has."""
    return words.get(lang) or next((word for word in words.values() if word), "")


def measure_of(indicator: Indicator, lang: str) -> Measure:
    """Return how values of ``indicator`` are written."""
    own = indicator.kind in MEASURED
    return Measure(kind=indicator.kind, lang=lang, unit=word_of(indicator.unit, lang) if own else "")
