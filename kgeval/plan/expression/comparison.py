"""Comparing two columns as XPath 1.0 does (section 3.4), unknown where an operand is unanswered."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kgeval.plan.expression import columns
from kgeval.plan.expression.columns import (
    Column,
    Dates,
    Floats,
    Mask,
    Moments,
    Numbers,
    Texts,
    Truths,
    known,
    to_numbers,
    to_truths,
)

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(sign: str, left: Column, right: Column) -> Truths:
    """Compare as XPath 1.0 (section 3.4) does; unknown where an operand is unanswered."""
    match left, right:
        case (Truths(), _) | (_, Truths()) if sign in {"=", "!="}:
            return _same_truth(sign, to_truths(left), to_truths(right))
        case Texts(), Texts():
            return _compare_texts(sign, left, right)
        case (Dates(), (Dates() | Texts())) | (Texts(), Dates()):
            answered = known(left) & known(right)
            return _decided(sign, columns.to_dates(left), columns.to_dates(right), answered)
        case Numbers(), Numbers():
            return _compare_numbers(sign, left.floats, right.floats)
        case _:
            return _decided(sign, to_numbers(left), to_numbers(right), known(left) & known(right))


def _same_truth(sign: str, left: Truths, right: Truths) -> Truths:
    same = (left.yes & right.yes) | (left.no & right.no)
    other = (left.yes & right.no) | (left.no & right.yes)
    return Truths(same, other) if sign == "=" else Truths(other, same)


def _decided(sign: str, left: Floats | Moments, right: Floats | Moments, answered: Mask) -> Truths:
    # An answered operand without a value (a word where a number belongs) is NaN or NaT here, so it
    # is unequal to everything and neither less nor greater, as in XPath.
    yes = _COMPARE[sign](left, right) & answered
    return Truths(yes, answered & ~yes)


_COMPLEMENT = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _compare_numbers(sign: str, left: Floats, right: Floats) -> Truths:
    if sign in _COMPLEMENT:  # both are False with NaN: no mask is needed
        return Truths(_COMPARE[sign](left, right), _COMPARE[_COMPLEMENT[sign]](left, right))
    same = left == right
    other = (left < right) | (left > right)
    return Truths(same, other) if sign == "=" else Truths(other, same)


def _compare_texts(sign: str, left: Texts, right: Texts) -> Truths:
    answered = (left.codes >= 0) & (right.codes >= 0)
    if sign in {"=", "!="}:
        place = {word: code for code, word in enumerate(left.words)}
        shared = np.array([*(place.get(word, -2) for word in right.words), -1], dtype=np.intp)
        same = (left.codes == shared[right.codes]) & answered
        return Truths(same, answered & ~same) if sign == "=" else Truths(answered & ~same, same)
    yes = np.zeros(answered.shape, dtype=bool)
    for measure in (columns.parse_number, _days, columns.parse_clock):
        yes |= _COMPARE[sign](columns.floats_by_word(left, measure), columns.floats_by_word(right, measure))
    return Truths(yes, answered & ~yes)


def _days(word: str) -> float:
    moment = columns.parse_date(word)
    return np.nan if np.isnat(moment) else float(moment.astype(np.int64))
