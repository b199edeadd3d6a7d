"""The functions of expressions that read and write dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from kgeval.plan.expression.columns import (
    Column,
    Dates,
    Numbers,
    Texts,
    distinct_rows,
    texts_of,
    to_dates,
    to_numbers,
    to_texts,
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DATE_PARTS: Mapping[str, Callable[[datetime], str]] = {
    "Y": lambda m: f"{m.year:04d}",
    "y": lambda m: f"{m.year % 100:02d}",
    "m": lambda m: f"{m.month:02d}",
    "n": lambda m: str(m.month),
    "b": lambda m: _MONTHS[m.month - 1],
    "d": lambda m: f"{m.day:02d}",
    "e": lambda m: str(m.day),
    "H": lambda m: f"{m.hour:02d}",
    "h": lambda m: str(m.hour),
    "M": lambda m: f"{m.minute:02d}",
    "S": lambda m: f"{m.second:02d}",
    "3": lambda m: f"{m.microsecond // 1000:03d}",
    "a": lambda m: _WEEKDAYS[m.weekday()],
    "%": lambda _: "%",
}  # https://getodk.github.io/xforms-spec/#fn:format-date


def date(value: Column) -> Dates:
    """Return the day of a date or moment."""
    days = to_dates(value).astype("datetime64[D]")
    return Dates(days.astype("datetime64[us]"))


def date_time(value: Column) -> Dates:
    """Return the moment that a text or number of days says."""
    return Dates(to_dates(value))


def decimal_date_time(value: Column) -> Numbers:
    """Return the days since 1970-01-01."""
    return Numbers(to_numbers(Dates(to_dates(value))))


def format_date(value: Column, pattern: Column) -> Texts:
    """Write a moment by a pattern, e.g. ``%Y-%m``; unknown stays empty."""
    moments = to_texts(Dates(to_dates(value)))
    codes, pairs = distinct_rows((moments, to_texts(pattern)))
    return texts_of(codes, [_formatted(moment, form) if moment else "" for moment, form in pairs])


def _formatted(moment: str, form: str) -> str:
    when = datetime.fromisoformat(moment)
    return re.sub(
        "%(.)", lambda found: _DATE_PARTS[found[1]](when) if found[1] in _DATE_PARTS else found[0], form
    )
