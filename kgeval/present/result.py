"""One published result as it stands in a cell of a table or beside a plot."""

from __future__ import annotations

import pandas as pd

from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, Row, number_of, text_of
from kgeval.present.published import is_census


def measure_beside(row: pd.Series) -> Measure:
    """Return how a published row's numbers are written beside its target."""
    limits = [number_of(row, column) for column in ("value", "low", "high")]
    measure = Measure(kind=text_of(row, "kind"), lang=text_of(row, "lang"))
    return measure.beside(number_of(row, "target"), *limits)


def value_cell(row: pd.Series) -> str:
    """Return a published value alone, as its flag asks: ``88,1%``, ``(88,1%)``, ``–``.

    Of a full count it also says how many of how many: ``84,2% (16/19; N = 20)``.
    """
    measure, value = measure_beside(row), number_of(row, "value")
    if value is None:
        return labels(measure.lang)["numbers.absent"]
    text = measure.value(value)
    counted = census_count(row)
    if counted:
        text = labels(measure.lang).fill("value.census_value", share=text, count=counted)
    flag = text_of(row, "flag")
    return f"({text})" if flag == "parentheses" else f"{text}*" if flag == "review" else text


def census_count(row: pd.Series) -> str:
    """Return how many of how many a share of a full count is: ``16/19; N = 20``; "" for any other row."""
    value, answered = number_of(row, "value"), int(number_of(row, "n") or 0)
    if value is None or not is_census(row) or text_of(row, "kind") != "share":
        return ""
    unknown = int(number_of(row, "n_missing") or 0)
    return labels(text_of(row, "lang")).fill(
        "value.census_count", x=round(value * answered), r=answered, total=answered + unknown
    )


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


def statistical_words(row: Row, words: Labels) -> str:
    """Return the statistical verdict; of a full count it says so, since nothing was sampled."""
    kind = "census" if is_census(row) else "statistical"
    return words[f"verdict.{kind}.{text_of(row, 'statistical') or 'none'}"]
