"""Numbers as people write them: decimal commas, thousands dots, units; what has two readings is not guessed.

One separator before exactly three digits (``1.234``, ``12,500``) is the only notation with two
readings; the declared decimal sign decides it, and without one the cell is set aside. Everything
else says by itself what it means: ``12,5`` and ``0,125`` are decimals, ``1.500.000`` has thousands.
``3e+05`` is how R writes 300,000, to the last digit; ``3E+05`` is what a spreadsheet shows of any
number near it, and no number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from kgeval.prepare.decode.absent import no_answer
from kgeval.prepare.decode.reading import Mark, Reading, unread
from kgeval.prepare.decode.text import fold, squeeze
from kgeval.prepare.lexicon import words

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SIGNED = re.compile(r"([-+\u2212]?) ?([0-9][0-9., ]*)")
_GROUPED = {mark: re.compile(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in ",. "}
_TWO_READINGS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_POWER = re.compile(r"-?[0-9](?:\.[0-9]+)?e\+[0-9]{2}")
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Reads one text as a number.

    With ``whole`` only whole numbers are taken. ``decimal`` is the declared decimal sign. ``native``
    texts were stored as numbers: they are plain by construction.
    """

    whole: bool
    decimal: str | None = None
    native: bool = False
    missing_codes: frozenset[str] = frozenset()

    def __call__(self, text: str) -> Reading:
        """Return the number, or why there is none.

        A missing code is known by its value: pandas and R write 99 as ``99.0`` where a column has gaps.
        """
        reading = self._read(text)
        if isinstance(reading.value, int | float) and reading.value in numbers_among(self.missing_codes):
            return Reading(None, Mark(rule="MISSING_CODE"))
        return reading

    def _read(self, text: str) -> Reading:
        if text in self.missing_codes:
            return Reading(None, Mark(rule="MISSING_CODE"))
        if self.native:
            return self._stored(text)
        if _PLAIN.fullmatch(text) and ("." not in text or not self._doubtful(text)):
            return self._typed(text, "")
        if _POWER.fullmatch(text):
            return self._finished(float(text), "NUMBER_NOTATION")
        absent = no_answer(text, self.missing_codes)
        return absent if absent is not None else self._written(text)

    def _stored(self, text: str) -> Reading:
        try:
            number = float(text)
        except ValueError:  # a date or a truth value where a number belongs
            return no_answer(text, self.missing_codes) or unread("NOT_A_NUMBER", "stored as another type")
        return self._finished(number, "", exact=text if text.lstrip("-").isdigit() else "")

    def _doubtful(self, text: str) -> bool:
        """Return whether three digits follow a dot that may as well group thousands."""
        return (self.whole or self.decimal != ".") and _TWO_READINGS.fullmatch(text.lstrip("-")) is not None

    def _written(self, text: str) -> Reading:
        bare = squeeze(text)
        amount, scale = _without_unit(bare)
        if scale is None:
            total = _scaled_sum(fold(bare))
            return unread(total) if isinstance(total, str) else self._finished(total, "UNIT_WORD")
        found = _SIGNED.fullmatch(amount)
        if found is None:
            return unread("NOT_A_NUMBER")
        sign, digits = found.groups()
        plain, rule = _to_plain(digits.strip(), self.decimal, whole=self.whole)
        if plain is None:
            return unread(rule)
        if scale != 1:
            # exact: in floats 4.1 million is no whole number
            return self._finished(_negated(sign) * float(Decimal(plain) * scale), "UNIT_WORD")
        if amount != bare:
            rule = "UNIT_WORD"
        elif not rule:
            rule = "WHITESPACE_NORMALISED" if bare != text and sign != "+" else "NUMBER_NOTATION"
        return self._typed(("-" if _negated(sign) < 0 else "") + plain, rule)

    def _typed(self, plain: str, rule: str) -> Reading:
        return self._finished(float(plain), rule, exact=plain if "." not in plain else "")

    def _finished(self, number: float, rule: str, *, exact: str = "") -> Reading:
        if not math.isfinite(number):
            return unread("OUT_OF_RANGE", "larger than any number that is stored")
        if not self.whole:
            return Reading(number, Mark(rule=rule) if rule else None)
        if not number.is_integer():
            return unread("NOT_A_NUMBER", "not a whole number")
        value = int(exact) if exact else int(number)
        if abs(value) > _LARGEST:
            return unread("OUT_OF_RANGE", "larger than any number that is stored")
        if not rule and not exact and not self.native:
            rule = "NUMBER_NOTATION"  # 3.0
        return Reading(value, Mark(rule=rule) if rule else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Reads one text as an amount of money, where file and question count in other units.

    ``unit`` is what the file counts in, ``asked`` what the question asks for, both in đồng. A text
    with a unit word of its own ("2 triệu") counts in đồng.
    """

    numbers: Numbers
    unit: int
    asked: int

    def __call__(self, text: str) -> Reading:
        """Return the amount in the question's unit, or why there is none."""
        reading = replace(self.numbers, whole=False)(text)
        if not isinstance(reading.value, float):
            return reading
        worded = reading.mark is not None and reading.mark.rule == "UNIT_WORD"
        exact = Decimal(repr(reading.value)) * (1 if worded else self.unit) / self.asked
        if not self.numbers.whole:
            return Reading(float(exact), Mark(rule="UNIT_OF_COLUMN"))
        if exact != exact.to_integral_value():
            return unread("NOT_A_NUMBER", "not a whole number")
        return Reading(int(exact), Mark(rule="UNIT_OF_COLUMN"))


@cache
def numbers_among(codes: frozenset[str]) -> frozenset[float]:
    """Return the codes that are numbers, as numbers."""
    return frozenset(float(code) for code in codes if _PLAIN.fullmatch(code))


def plain_numbers(distinct: pd.Index, *, whole: bool, decimal: str | None) -> tuple[np.ndarray, Any]:
    """Read the texts that are plain numbers all at once.

    Returns
    -------
    mask, values
        Where ``distinct`` is plain, and an array of ``Int64`` or ``float64`` with its values there.
    """
    texts = distinct.to_series().reset_index(drop=True)
    mask = _all_match(texts, r"-?[0-9]{1,15}")
    if not whole:
        doubtful = _all_match(texts, r"-?[1-9][0-9]{0,2}\.[0-9]{3}") & (decimal != ".")
        mask = mask | (_all_match(texts, r"-?[0-9]{1,15}\.[0-9]+") & ~doubtful)
    numbers = pd.to_numeric(texts.where(mask))
    return mask, (numbers.astype("Int64") if whole else numbers.astype("float64")).array


def _all_match(texts: pd.Series, pattern: str) -> np.ndarray:
    return texts.str.fullmatch(pattern).fillna(False).to_numpy(dtype=bool)


def _negated(sign: str) -> int:
    return -1 if sign in {"-", "\u2212"} else 1


def _to_plain(digits: str, decimal: str | None, *, whole: bool) -> tuple[str | None, str]:
    """Return digits with a dot for the decimal sign and no thousands, and the rule.

    Without a reading the first is None and the second the fault. A whole number with the declared
    decimal sign before three digits is as doubtful as one without a declaration.
    """
    marks = sorted({mark for mark in ",. " if mark in digits})
    if not marks:
        return digits, ""
    if len(marks) > 1:
        return _both(digits)
    mark = marks[0]
    if _TWO_READINGS.fullmatch(digits) and (decimal is None or (whole and decimal == mark)):
        return None, "AMBIGUOUS_NUMBER"
    thousands = _GROUPED[mark].fullmatch(digits) and not digits.startswith("0")
    if thousands and not (mark == decimal and digits.count(mark) == 1):
        return digits.replace(mark, ""), "THOUSANDS_SEPARATOR"
    if mark == " " or digits.count(mark) > 1 or digits.endswith(mark):
        return None, "NOT_A_NUMBER"
    return digits.replace(mark, "."), "DECIMAL_COMMA" if mark == "," else ""


def _both(digits: str) -> tuple[str | None, str]:
    """Read ``1.234,5`` or ``1,234.5``: the last mark is the decimal one, the other groups thousands."""
    last = max(digits.rfind(","), digits.rfind("."))
    head, tail = digits[:last], digits[last + 1 :]
    grouping = {mark for mark in ",. " if mark in head}
    if last < 0 or len(grouping) != 1 or digits[last] in grouping or not tail.isdigit():
        return None, "NOT_A_NUMBER"
    mark = grouping.pop()
    if not _GROUPED[mark].fullmatch(head):
        return None, "NOT_A_NUMBER"
    return f"{head.replace(mark, '')}.{tail}", "THOUSANDS_SEPARATOR"


def _without_unit(text: str) -> tuple[str, int | None]:
    """Return the amount without its currency and scale words, and the scale; None: not of that shape."""
    found = _unit_pattern().fullmatch(fold(text))
    if found is None:
        return text, None
    scale = _scales().get(found["scale"] or "", 1)
    return (found["amount"].strip(), scale) if scale != 1 or found["currency"] else (text, 1)


def _scaled_sum(folded: str) -> float | str:
    """Read ``2tr5`` or ``2tr 500k`` (folded, in words or in short); a text returned is the fault.

    A bare tail continues the scale before it: one digit is tenths of it, three are thousandths. Two
    digits have two readings and are not guessed.
    """
    found = _sum_pattern().fullmatch(folded)
    if found is None:
        return "NOT_A_NUMBER"
    scale, head, tail = _scales()[found["scale"]], Decimal(found["head"].replace(",", ".")), found["tail"]
    if smaller := _scales().get(found["tail_scale"] or ""):
        return "NOT_A_NUMBER" if smaller >= scale else float(head * scale + int(tail) * smaller)
    if len(tail) == 2 or head % 1:
        return "AMBIGUOUS_NUMBER"
    return float(head * scale + Decimal(int(tail) * scale) / 10 ** len(tail))


@cache
def _scales() -> dict[str, int]:
    return {fold(word): int(meaning) for word, meaning in words("scale").items()}


@cache
def _unit_pattern() -> re.Pattern[str]:
    scales = _either(_scales())
    currencies = _either(map(fold, words("currency")))
    return re.compile(
        rf"(?P<amount>[-+\u2212]? ?[0-9][0-9., ]*?) ?(?P<scale>{scales})? ?(?P<currency>{currencies})?\.?"
    )


@cache
def _sum_pattern() -> re.Pattern[str]:
    scales, currencies = _either(_scales()), _either(map(fold, words("currency")))
    return re.compile(
        rf"(?P<head>[0-9]+(?:[.,][0-9]{{1,2}})?) ?(?P<scale>{scales}) ?(?P<tail>[0-9]{{1,3}})"
        rf" ?(?P<tail_scale>{scales})? ?(?:{currencies})?"
    )


def _either(texts: Iterable[str]) -> str:
    longest_first = sorted(texts, key=len, reverse=True)
    return "|".join(map(re.escape, longest_first))
