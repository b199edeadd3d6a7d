"""One published result as it stands in a cell of a table or beside a plot."""

from __future__ import annotations

import pandas as pd

from kgeval.present.labels import labels
from kgeval.present.measure import Measure, number_of, text_of
from kgeval.present.published import is_census


def measure_beside(row: pd.Series) -> Measure:
    """Return how a published row's numbers are written beside its target."""
    limits = [number_of(row, column) for column in ("value", "low", "high")]
    measure = Measure(kind=text_of(row, "kind"), lang=text_of(row, "lang"))
    return measure.beside(number_of(row, "target"), *limits)


def value_cell(row: pd.Series) -> str:
    """Return a published value alone, as its flag asks: ``88,1%``, ``16/19 (N = 20)``, ``(88,1%)``, ``–``."""
    measure, value = measure_beside(row), number_of(row, "value")
    if value is None:
        return labels(measure.lang)["numbers.absent"]
    text = measure.value(value)
    if is_census(row) and measure.kind == "share":
        answered, unknown = int(number_of(row, "n") or 0), int(number_of(row, "n_missing") or 0)
        text = labels(measure.lang).fill(
            "value.census_value", x=round(value * answered), r=answered, total=answered + unknown
        )
    flag = text_of(row, "flag")
    return f"({text})" if flag == "parentheses" else f"{text}*" if flag == "review" else text


def interval_cell(row: pd.Series) -> str:
    """Return a published interval: ``82,9 – 91,9``; a dash where there is none."""
    return measure_beside(row).range(number_of(row, "low"), number_of(row, "high"))


def value_with_interval(row: pd.Series) -> str:
    """Return ``88,1% (82,9 – 91,9)``, or the value alone where there is no interval."""
    if number_of(row, "value") is None or number_of(row, "low") is None:
        return value_cell(row)
    return f"{value_cell(row)} ({interval_cell(row)})"


def bounds_cell(row: pd.Series) -> str:
    """Return the range that unknown answers leave open; a dash where nothing is unknown."""
    low, high = number_of(row, "missing_low"), number_of(row, "missing_high")
    measure = measure_beside(row)
    return measure.range(low, high) if number_of(row, "n_missing") else labels(measure.lang)["numbers.absent"]
