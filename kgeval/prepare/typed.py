"""The typed reading of a text: what two notations of one value share.

``3e+05`` is ``300000``, ``1.10`` is ``1.1``, ``2018-11-1`` is ``2018-11-01``, and in a column of yes and
no ``TRUE``, ``1`` and ``yes`` are one answer. A code with a leading zero is text, ``0905`` is not ``905``;
a whole number is read to its last digit, however long, for it may be the number of a card.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Context, InvalidOperation

import numpy as np
import pandas as pd

MISSING = frozenset({"", "NA", "NaN", "nan", "<NA>", "NULL", "null", "None"})
_TRUE = frozenset({"true", "1", "yes", "t", "y", "có", "đúng"})
_FALSE = frozenset({"false", "0", "no", "f", "n", "không", "sai"})
_DIGITS = frozenset({"0", "1"})
_NUMBER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DOUBLE = Context(prec=15)  # what statistical programs write of a double
_EXACT = Context(prec=4_000)


def canonical(values: pd.Series, *, yes_no: bool) -> pd.Series:
    """Return the typed reading of each text as a text that equal readings share; missing as missing."""
    codes, distinct = pd.factorize(values.astype("str"))
    words = np.array([*(reading(str(word), yes_no=yes_no) for word in distinct), None], dtype=object)
    return pd.Series(words[codes], index=values.index, dtype="str")


def says_yes_or_no(*columns: pd.Series, told: Iterable[str] = ()) -> bool:
    """Return whether one of the columns holds nothing but words for yes and no.

    0 and 1 alone may be counts: a word other than these must stand in one of the columns or in what a
    log says of them (``told``).
    """
    words = [_words(column.dropna().unique()) for column in columns]
    spoken = (set().union(*words) | _words(told)) & (_TRUE | _FALSE) - _DIGITS
    return bool(spoken) and any(found and found <= _TRUE | _FALSE for found in words)


def _words(texts: Iterable[object]) -> set[str]:
    found = {unicodedata.normalize("NFC", str(text)).strip() for text in texts} - MISSING
    return {word.lower() for word in found}


def reading(text: str, *, yes_no: bool) -> str | None:
    """Return the typed reading of one text, ``None`` where it says that there is no answer."""
    text = unicodedata.normalize("NFC", text).replace("\u00a0", " ").strip()
    if text in MISSING:
        return None
    if yes_no and text.lower() in _TRUE | _FALSE:
        return "1" if text.lower() in _TRUE else "0"
    return _number(text) or _day(text) or text


def _number(text: str) -> str | None:
    if not _NUMBER.fullmatch(text) or not any(letter.isdigit() for letter in text):
        return None
    context = _EXACT if _WHOLE.fullmatch(text) else _DOUBLE
    try:
        number = context.create_decimal(text).normalize(context)
    except InvalidOperation:
        return None
    return "0" if number == 0 else str(number)


def _day(text: str) -> str | None:
    day = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in day.groups())).isoformat() if day else None
    except ValueError:
        return None
