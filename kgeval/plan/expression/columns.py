"""Columns while an expression is evaluated: numbers, texts, dates and truths, each with its unknowns.

A literal is a column of length 1 and broadcasts. What is unknown is NaN in numbers, NaT in dates,
the code -1 in texts, and neither yes nor no in truths. The empty text is unanswered everywhere.

Conversions follow XPath 1.0 (section 4) and ODK: a date is the number of days since 1970-01-01, true
is 1, an answered text that is no number converts to nothing: it stays answered and unequal to every
number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Moments = NDArray[np.datetime64]

UNANSWERED = -1
_DAY = np.timedelta64(1, "D") / np.timedelta64(1, "us")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_DATE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?))?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_CLOCK = re.compile(
    r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Float64, NaN where unknown."""

    floats: Floats


@dataclass(frozen=True, slots=True)
class Texts:
    """A code for each row into the distinct ``words``, -1 where unanswered; no word is empty."""

    codes: NDArray[np.intp]
    words: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Dates:
    """datetime64[us], NaT where unknown."""

    moments: Moments


@dataclass(frozen=True, slots=True)
class Truths:
    """Rows that are surely ``yes`` and surely ``no``; unknown is neither."""

    yes: Mask
    no: Mask


Column = Numbers | Texts | Dates | Truths


def number(value: float) -> Numbers:
    """Return a literal number."""
    return Numbers(np.array([value], dtype=np.float64))


def text(value: str) -> Texts:
    """Return a literal text."""
    if value == "":
        return Texts(np.array([UNANSWERED], dtype=np.intp), np.array([], dtype=object))
    return Texts(np.zeros(1, dtype=np.intp), np.array([value], dtype=object))


def certain(mask: Mask) -> Truths:
    """Return truths of which none is unknown."""
    return Truths(mask, ~mask)


def from_series(series: pd.Series[Any]) -> Column:  # noqa: PLR0911  one a type
    """Return a frame's column by its type; an object column is read by what it holds."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf":  # the common case, without a detour
        return Numbers(series.to_numpy().astype(np.float64, copy=False))
    if isinstance(dtype, pd.CategoricalDtype):
        return _from_categories(series)
    if pd.api.types.is_bool_dtype(dtype):
        answers = series.astype("boolean").array
        yes = np.asarray(answers.fillna(False), dtype=bool)
        return Truths(yes, ~yes & ~np.asarray(answers.isna()))
    if pd.api.types.is_numeric_dtype(dtype):
        return Numbers(series.to_numpy(dtype=np.float64, na_value=np.nan))
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return Dates(_moments(series))
    codes, distinct = pd.factorize(series.array)
    if isinstance(dtype, pd.StringDtype):
        return _from_words(codes.astype(np.intp, copy=False), np.asarray(distinct, dtype=object))
    return _from_distinct(codes.astype(np.intp, copy=False), list(distinct))


def _moments(series: pd.Series[Any]) -> Moments:
    local = series.dt.tz_localize(None) if getattr(series.dtype, "tz", None) is not None else series
    return local.astype("datetime64[us]").to_numpy()


def _from_words(codes: NDArray[np.intp], words: NDArray[np.object_]) -> Texts:
    """Return texts from distinct words of which one may be empty; nothing here runs word by word."""
    for place in np.flatnonzero(words == ""):
        codes = np.where(codes == place, UNANSWERED, np.where(codes > place, codes - 1, codes))
        words = np.delete(words, place)
    return Texts(codes, words)


def _from_categories(series: pd.Series[Any]) -> Column:
    codes = series.cat.codes.to_numpy().astype(np.intp)
    return _from_distinct(codes, list(series.cat.categories))


def _from_distinct(codes: NDArray[np.intp], distinct: list[Any]) -> Column:
    if distinct and all(isinstance(value, int | float | np.number) for value in distinct):
        if all(isinstance(value, bool | np.bool_) for value in distinct):
            yes = np.array([*distinct, False], dtype=bool)[codes]
            return Truths(yes, ~yes & (codes >= 0))
        return Numbers(np.array([*distinct, np.nan], dtype=np.float64)[codes])
    if distinct and all(hasattr(value, "isoformat") and hasattr(value, "year") for value in distinct):
        days = [np.datetime64(value.isoformat()[:26], "us") for value in distinct]
        return Dates(np.array([*days, np.datetime64("NaT")], dtype="datetime64[us]")[codes])
    return texts_of(codes, [value if isinstance(value, str) else _written(value) for value in distinct])


def _written(value: Any) -> str:
    return number_text(float(value)) if isinstance(value, int | float | np.number) else str(value)


def texts_of(codes: NDArray[np.intp], words: Sequence[str]) -> Texts:
    """Return texts whose ``words`` may be empty or stand twice; empty ones become unanswered."""
    kept = {word: place for place, word in enumerate(dict.fromkeys(word for word in words if word != ""))}
    if len(kept) == len(words):
        return Texts(codes, _objects(words))
    moved = np.array([*(kept.get(word, UNANSWERED) for word in words), UNANSWERED], dtype=np.intp)
    return Texts(moved[codes], _objects(list(kept)))


def _objects(words: Sequence[str]) -> NDArray[np.object_]:
    array = np.empty(len(words), dtype=object)
    array[:] = words
    return array


# -- by distinct words: Python looks at each different text once, however many rows hold it ---------


def floats_by_word(column: Texts, function: Callable[[str], float]) -> Floats:
    """Return ``function`` of each row's text; NaN where unanswered."""
    return np.array([*map(function, column.words), np.nan], dtype=np.float64)[column.codes]


def mask_by_word(column: Texts, function: Callable[[str], bool]) -> Mask:
    """Return ``function`` of each row's text; False where unanswered."""
    return np.array([*map(function, column.words), False], dtype=bool)[column.codes]


def texts_by_word(column: Texts, function: Callable[[str], str]) -> Texts:
    """Return ``function`` of each row's text; unanswered stays so."""
    return texts_of(column.codes, [function(word) for word in column.words])


def distinct_rows(columns: Sequence[Texts]) -> tuple[NDArray[np.intp], list[tuple[str, ...]]]:
    """Return for each row the number of its combination of texts, and the combinations ("" unanswered)."""
    codes = np.broadcast_arrays(*(column.codes for column in columns))
    combined = np.zeros(codes[0].shape, dtype=np.int64)
    for part, column in zip(codes, columns, strict=True):
        # Numbered anew after each column: the product of the counts would overflow.
        combined = combined * (len(column.words) + 1) + (part + 1)
        combined = np.unique(combined, return_inverse=True)[1].astype(np.int64)
    rows = np.zeros(int(combined.max(initial=-1)) + 1, dtype=np.intp)
    rows[combined] = np.arange(len(combined))
    combinations = [
        tuple("" if part[row] < 0 else cast("str", column.words[part[row]])
              for part, column in zip(codes, columns, strict=True))
        for row in rows
    ]  # fmt: skip
    return combined.astype(np.intp), combinations


# -- conversions ------------------------------------------------------------------------------------


def known(column: Column) -> Mask:
    """Return the rows that are answered."""
    match column:
        case Numbers():
            return ~np.isnan(column.floats)
        case Texts():
            return column.codes >= 0
        case Dates():
            return ~np.isnat(column.moments)
        case Truths():
            return column.yes | column.no


def to_numbers(column: Column) -> Floats:
    """Return the column as numbers; NaN where unknown or without a number."""
    match column:
        case Numbers():
            return column.floats
        case Texts():
            return floats_by_word(column, parse_number)
        case Dates():
            days = column.moments.astype(np.int64) / _DAY
            return np.where(np.isnat(column.moments), np.nan, days)
        case Truths():
            return np.where(column.yes, 1.0, np.where(column.no, 0.0, np.nan))


def to_texts(column: Column) -> Texts:
    """Return the column as texts, as XPath's string() writes them."""
    match column:
        case Texts():
            return column
        case Numbers():
            codes, distinct = pd.factorize(column.floats)
            return texts_of(codes.astype(np.intp), [number_text(value) for value in distinct])
        case Dates():
            codes, moments = pd.factorize(column.moments)
            return texts_of(codes.astype(np.intp), [date_text(moment) for moment in moments])
        case Truths():
            codes = np.where(column.yes, 0, np.where(column.no, 1, UNANSWERED)).astype(np.intp)
            return Texts(codes, _objects(["true", "false"]))


def to_dates(column: Column) -> Moments:
    """Return the column as moments: texts as ISO dates, numbers as days since 1970-01-01."""
    match column:
        case Dates():
            return column.moments
        case Texts():
            parsed = [parse_date(cast("str", word)) for word in column.words]
            return np.array([*parsed, np.datetime64("NaT")], dtype="datetime64[us]")[column.codes]
        case _:
            values = to_numbers(column)
            plausible = (values >= -719_162) & (values < 2_932_897)  # the years 1 to 9999
            days = np.where(plausible, values, 0.0)
            moments = np.round(days * _DAY).astype(np.int64).astype("datetime64[us]")
            return np.where(plausible, moments, np.datetime64("NaT"))


def to_truths(column: Column) -> Truths:
    """Return the column as truths: a number that is not 0, a text that is answered."""
    match column:
        case Truths():
            return column
        case Numbers():
            answered = known(column)
            return Truths(answered & (column.floats != 0), column.floats == 0)
        case _:
            answered = known(column)
            return Truths(answered, np.zeros_like(answered))


def parse_number(word: str) -> float:
    """Return the number that a text writes in ASCII digits, else NaN: also beyond what a double holds."""
    stripped = word.strip()
    number = float(stripped) if _NUMBER.fullmatch(stripped) else np.nan
    return number if np.isfinite(number) else np.nan


def number_text(value: float) -> str:
    """Return a number as XPath writes it: without a decimal point where it is whole."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(float(value))


def parse_date(word: str) -> np.datetime64:
    """Return the moment that an ISO text names (its time zone is left out), else NaT."""
    found = _DATE.fullmatch(word.strip())
    if not found:
        return np.datetime64("NaT", "us")
    try:
        return np.datetime64(found[1] + (f"T{found[2]}" if found[2] else ""), "us")
    except ValueError:  # 2018-02-30
        return np.datetime64("NaT", "us")


def parse_clock(word: str) -> float:
    """Return the time of day that "HH:MM" names as a share of the day, else NaN."""
    found = _CLOCK.fullmatch(word.strip())
    if not found:
        return np.nan
    return (int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)) / 86_400


def date_text(moment: np.datetime64) -> str:
    """Return the ISO text of a moment, without the time of day where that is midnight."""
    written = str(moment.astype("datetime64[s]"))
    return written.removesuffix("T00:00:00")
