"""Days as people write them: in any order that is declared, in words, as serials of spreadsheets.

``03/04/2024`` has two readings; the declared order decides it. Without a declaration it is set
aside, unless the same column spells days out in words, which says how its author writes days. That
other numbers of the column are above 12 says nothing: a spreadsheet of another country leaves
exactly those alone when it swaps day and month of all the others.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from kgeval.prepare.decode.absent import no_answer
from kgeval.prepare.decode.lunar import is_lunar_year
from kgeval.prepare.decode.reading import Mark, Reading, unread
from kgeval.prepare.decode.text import fold, squeeze
from kgeval.prepare.lexicon import words

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r" ?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_THREE = re.compile(r"([0-9]{1,2}) ?([/.\-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4}|[0-9]{2})")
_YEAR_FIRST = re.compile(r"([0-9]{4}) ?([/.\-]) ?([0-9]{1,2}) ?\2 ?([0-9]{1,2})")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"-?[0-9]{1,7}(?:\.[0-9]+)?")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DECLARE = "day and month could be exchanged; declare date_order in the table's reading, or --date-order"
_LAST_SERIAL = 2_958_465  # 9999-12-31 counted from 1900


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Reads one text as a day.

    ``order`` is how day, month and year follow each other; ``date_system`` the day from which the
    workbook counts; ``window`` the first and last possible day; with ``swap`` a day outside of it
    whose day and month, exchanged, fall into it is exchanged.
    """

    order: str | None = None
    date_system: str = ""
    window: tuple[dt.date, dt.date] | None = None
    swap: bool = False
    native: bool = False
    missing_codes: frozenset[str] = frozenset()

    def knowing(self, texts: Iterable[str]) -> Days:
        """Return the reader that takes the order from days in words, if none is declared."""
        texts = list(texts)
        if self.order is not None or not any(_in_words(squeeze(text)) for text in texts):
            return self
        month_first = (found for text in texts if (found := _THREE.fullmatch(squeeze(text))))
        return self if any(int(found[3]) > 12 for found in month_first) else replace(self, order="dmy")

    def __call__(self, text: str) -> Reading:
        """Return the day, or why there is none."""
        if found := _ISO.fullmatch(text):
            return self._within(_day(*found.groups()), "")
        if text in self.missing_codes:
            return Reading(None, Mark(rule="MISSING_CODE"))
        if self.native:
            return self._stored(text)
        absent = no_answer(text, self.missing_codes)
        return absent if absent is not None else self._written(squeeze(text))

    def _stored(self, text: str) -> Reading:
        if found := _MOMENT.fullmatch(text):
            return self._within(_iso(found[1]), "DATE_PARSED")
        try:
            serial = float(text)
        except ValueError:
            return no_answer(text, self.missing_codes) or unread("BAD_DATE", "stored as another type")
        if not self.date_system:
            return unread("AMBIGUOUS_DATE", "a number that may count days from any day")
        return self._within(_from_serial(serial, self.date_system), "DATE_SERIAL")

    def _written(self, text: str) -> Reading:
        found = self._said(text)
        if found is not None:
            return self._within(found[0], found[1])
        if numbers := _THREE.fullmatch(text):
            return self._ordered(int(numbers[1]), int(numbers[3]), numbers[4])
        if _YEAR.fullmatch(text) or _month_of_year(text) or is_lunar_year(text):
            return unread("PARTIAL_DATE", "no day is said")
        if _SERIAL.fullmatch(text):
            return unread("AMBIGUOUS_DATE", "a number that may count days from any day")
        return unread("BAD_DATE", "not written as a day")

    def _said(self, text: str) -> tuple[dt.date | None, str] | None:
        """Return a day that has one reading in any country, with the rule; None: not of that kind."""
        if found := _ISO.fullmatch(text):
            return _day(*found.groups()), "WHITESPACE_NORMALISED"
        if found := _MOMENT.fullmatch(text):
            return _iso(found[1]), "DATE_PARSED"
        if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
            year, month, day = (part for part in found.groups() if part.isdigit())
            return _day(year, month, day), "DATE_PARSED"
        parts = _in_words(text)
        return (_day(*parts), "DATE_PARSED") if parts else None

    def _ordered(self, first: int, second: int, year: str) -> Reading:
        if self.order == "ymd":
            # written with the year last, so the declaration says nothing of this cell
            return replace(self, order=None)._ordered(first, second, year)
        if self.order is None and len(year) == 2:
            return unread("AMBIGUOUS_DATE", "a year of two digits and no declared order")
        if self.order is None and first != second and first <= 12 and second <= 12:
            return unread("AMBIGUOUS_DATE", _DECLARE)
        order = self.order or ("dmy" if second <= 12 else "mdy")
        day, month = (first, second) if order == "dmy" else (second, first)
        full = year if len(year) == 4 else _century(year)
        found = _day(full, str(month), str(day))
        if (
            found is None
            and self.swap
            and (exchanged := _day(full, str(day), str(month)))
            and self._inside(exchanged)
        ):
            return Reading(exchanged, Mark(rule="DATE_SWAPPED"))
        return self._within(found, "DATE_PARSED")

    def _within(self, found: dt.date | None, rule: str) -> Reading:
        """Return a day if it lies in the window; a day that does not exist is ``BAD_DATE``."""
        if found is None:
            return unread("BAD_DATE", "there is no such day")
        if self._inside(found):
            return Reading(found, Mark(rule=rule) if rule else None)
        exchanged = _day(str(found.year), str(found.day), str(found.month))
        if exchanged is not None and self._inside(exchanged):
            if self.swap:
                return Reading(exchanged, Mark(rule="DATE_SWAPPED"))
            return unread("DATE_OUT_OF_WINDOW", "with day and month exchanged it would be inside")
        return unread("DATE_OUT_OF_WINDOW")

    def _inside(self, found: dt.date) -> bool:
        return self.window is None or self.window[0] <= found <= self.window[1]


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _iso(text: str) -> dt.date | None:
    return _day(*text.split("-"))


def _century(year: str) -> str:
    """Return a year of two digits in full, as POSIX does: 69 to 99 are of the last century."""
    return f"{'19' if int(year) >= 69 else '20'}{year}"


def _from_serial(serial: float, date_system: str) -> dt.date | None:
    """Return the day of a spreadsheet's serial; the system of 1900 has a day 60 that never was."""
    number = int(serial)
    if number < 1 or number > _LAST_SERIAL:
        return None
    if date_system == "1904":
        return dt.date(1904, 1, 1) + dt.timedelta(days=number) if number < 2_957_004 else None
    if number == 60:
        return None
    return dt.date(1899, 12, 31 if number < 60 else 30) + dt.timedelta(days=number)


def _in_words(text: str) -> tuple[str, str, str] | None:
    """Return year, month and day of a day written in words, day first."""
    found = _words_pattern().fullmatch(fold(text))
    return (found["year"], found["month"], found["day"]) if found else None


def _month_of_year(text: str) -> bool:
    month = _either("month")
    return re.fullmatch(rf"(?:(?:{month}) ?)?[0-9]{{1,2}} ?[/.\-] ?[0-9]{{4}}", fold(text)) is not None


@cache
def _words_pattern() -> re.Pattern[str]:
    day, month, year = (_either(kind) for kind in ("day", "month", "year"))
    return re.compile(
        rf"(?:(?:{day}) ?)?(?P<day>[0-9]{{1,2}}),? (?:{month}) ?(?P<month>[0-9]{{1,2}}),? ?"
        rf"(?:(?:{year}) ?)?(?P<year>[0-9]{{4}})"
    )


@cache
def _either(kind: str) -> str:
    return "|".join(re.escape(fold(word)) for word in words(kind))
