"""Cells that tables of changes and comparisons share: differences with limits, p values, columns."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from kgeval.plan.indicator import MAIN
from kgeval.present.labels import Labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.spec import Align, Column

if TYPE_CHECKING:
    from kgeval.plan.indicator import Indicator

Cell = tuple[str, object]
Record = dict[Hashable, Any]
ALPHA = 0.05


def gap_cell(row: Record, measure: Measure) -> str:
    """Return a difference with its interval: ``+16,9 (10,2 – 23,6)``."""
    difference, low, high = (number_of(row, key) for key in ("difference", "low", "high"))
    text = points(row, "difference", measure)
    return (
        text if difference is None or low is None or high is None else f"{text} ({measure.range(low, high)})"
    )


def p_cell(p: float | None, numbers: Numbers) -> str:
    """Return a p value with three decimals, never as zero: ``< 0,001``."""
    if p is None:
        return numbers.number(None)
    return f"< {numbers.number(0.001, 3)}" if p < 0.001 else numbers.number(p, 3)


def points(row: Record, key: str, measure: Measure) -> str:
    """Return a change or difference without its unit: ``+16,9``."""
    value = number_of(row, key)
    if value is None:
        return measure.numbers.number(None)
    decimals = 0 if measure.kind != "share" and abs(value) >= 1000 else 1
    return measure.numbers.number(value * measure.scale, decimals, sign=True)


def indicator_name(indicator: Indicator, lang: str) -> str:
    """Return the short name of a main definition, the whole label of a variant."""
    return word_of(indicator.short if indicator.variant == MAIN else indicator.label, lang)


def named_columns(words: Labels, *wanted: tuple[str, Align]) -> list[Column]:
    """Return columns headed by the subject's own words, else by those of the results."""
    return [
        Column(
            key=key,
            heading=words[
                f"attribution.column.{key}" if f"attribution.column.{key}" in words else f"column.{key}"
            ],
            align=align,
        )
        for key, align in wanted
    ]
