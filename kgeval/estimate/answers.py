"""What each record answers to a measure: values, which of them are known, and who counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kgeval.errors import DataError, DesignError
from kgeval.estimate.measure import Measure, Operand
from kgeval.estimate.units import Bools, Floats
from kgeval.plan.expression import Expression, columns, parse
from kgeval.plan.expression.columns import Numbers, Truths, to_truths
from kgeval.plan.expression.evaluate import Scope, evaluate

LARGEST = 1e100  # of answers and weights: their squares and sums stay finite numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What every record answers to one measure; unknown values are 0 and marked.

    Parameters
    ----------
    y, x
        (records,) numerator and denominator values; ``x`` is ``None`` where it is 1.
    known
        (records,) whether ``y`` and ``x`` are known; ``None``: all.
    member
        (records,) whether the record surely counts; ``None``: all.
    possible
        (records,) whether it may count (``member`` or membership unknown); ``None``: same as ``member``.
    """

    y: Floats
    x: Floats | None = None
    known: Bools | None = None
    member: Bools | None = None
    possible: Bools | None = None

    def members(self) -> Bools:
        """Return (records,) who surely counts."""
        return np.ones(len(self.y), dtype=bool) if self.member is None else self.member

    def may_count(self) -> Bools:
        """Return (records,) who surely counts, or of whom that is not known."""
        return self.members() if self.possible is None else self.possible

    def answered(self) -> Bools:
        """Return (records,) who surely counts and whose answer is known."""
        return self.members() if self.known is None else self.members() & self.known


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A three-valued membership: surely in, and possibly in. ``None`` stands for everybody."""

    sure: Bools | None = None
    possible: Bools | None = None

    def intersect(self, other: Condition) -> Condition:
        """Return who meets both (Kleene's *and*)."""
        return Condition(sure=_both(self.sure, other.sure), possible=_both(self.possible, other.possible))


def condition(operand: Operand | None, frame: pd.DataFrame) -> Condition:
    """Evaluate who is in; missing = unknown."""
    if operand is None:
        return Condition()
    value, known = truth(operand, frame)
    sure = value > 0
    return Condition(sure=sure, possible=sure if known is None else sure | ~known)


def answers(asked: Measure, frame: pd.DataFrame, where: Condition) -> Answers:
    """Evaluate one measure on every record."""
    if asked.kind in {"share", "count"}:
        y, known = truth(asked.answer, frame, name=asked.name)
    else:
        y, known = number(asked.answer, frame, name=asked.name)
    x = None
    if asked.kind == "ratio":
        if asked.per is None:
            raise DesignError(f"the ratio {asked.name!r} has no denominator; give 'per'")
        x, known_x = number(asked.per, frame, name=asked.name)
        known = _both(known, known_x)
    who = where.intersect(condition(asked.counts, frame))
    return Answers(
        y=y, x=x, known=known, member=who.sure, possible=None if who.possible is who.sure else who.possible
    )


def truth(operand: Operand, frame: pd.DataFrame, *, name: str = "") -> tuple[Floats, Bools | None]:
    """Evaluate to 1, 0 and known; text is parsed as an expression."""
    expression = parse(operand) if isinstance(operand, str) else operand
    if isinstance(expression, Expression):
        return _truths(expression, frame, name)
    values, known = _numbers(expression, len(frame), name)
    if not _true_or_false(values):
        raise _not_true_or_false(name)
    return values, known


def number(operand: Operand, frame: pd.DataFrame, *, name: str = "") -> tuple[Floats, Bools | None]:
    """Evaluate to numbers and known; text is parsed as an expression."""
    expression = parse(operand) if isinstance(operand, str) else operand
    if not isinstance(expression, Expression):
        return _numbers(expression, len(frame), name)
    found = evaluate(expression.node, Scope(text=expression.text, frame=frame))
    match found:
        case Truths():
            return _truths(expression, frame, name)
        case Numbers():
            return _numbers(np.broadcast_to(found.floats, (len(frame),)), len(frame), name)
        case _:
            if columns.known(found).any():
                raise _not_numbers(name)
            return np.zeros(len(frame)), np.zeros(len(frame), dtype=bool)


def _truths(expression: Expression, frame: pd.DataFrame, name: str) -> tuple[Floats, Bools | None]:
    """Evaluate a condition without the series that people get (``Expression.truth``).

    XLSForm takes any answered text and any number but 0 for true. A share of a bare ``${column}`` of yes
    and no would so be 100 %: only 0 and 1 pass for false and true without a comparison.
    """
    column = evaluate(expression.node, Scope(text=expression.text, frame=frame))
    match column:
        case Truths():
            pass
        case Numbers():
            if not _true_or_false(column.floats):
                raise _not_true_or_false(name)
        case _:
            if columns.known(column).any():
                raise _not_true_or_false(name)
    found = to_truths(column)
    yes, known = found.yes, found.yes | found.no
    if len(yes) != len(frame):  # a constant
        yes, known = np.broadcast_to(yes, len(frame)), np.broadcast_to(known, len(frame))
    return yes.astype(np.float64), None if known.all() else known


def _numbers(values: pd.Series | npt.NDArray[Any], records: int, name: str) -> tuple[Floats, Bools | None]:
    array = _series_to_numpy(values, name) if isinstance(values, pd.Series) else np.asarray(values)
    if array.shape != (records,):
        raise DesignError(
            f"{name or 'a condition'!r} has {array.size} values for {records} records; give one a record"
        )
    if array.dtype.kind == "b":
        return array.astype(np.float64), None
    try:
        array = array.astype(np.float64)
    except (TypeError, ValueError) as failure:
        raise _not_numbers(name) from failure
    largest = np.fmax.reduce(np.abs(array), initial=0.0)
    if largest > LARGEST:
        raise not_finite(name)
    if 0 < largest < 1 / LARGEST:
        raise _too_small(name)
    unknown = np.isnan(array)
    if not unknown.any():
        return array, None
    return np.where(unknown, 0.0, array), ~unknown


def _series_to_numpy(values: pd.Series, name: str) -> npt.NDArray[Any]:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "bif":
        return values.to_numpy()
    is_text = not (pd.api.types.is_numeric_dtype(values.dtype) or values.dtype == object)
    if is_text and not values.isna().all():
        raise _not_numbers(name)
    try:
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as failure:
        raise _not_numbers(name) from failure


def not_finite(name: str) -> DataError:
    """Return the error of an answer with infinite values."""
    return DataError(
        "NOT_FINITE",
        f"{name or 'a condition'!r} has infinite values, or values beyond ±{LARGEST:g}",
        hint="make them missing or mend them",
    )


def _too_small(name: str) -> DataError:
    """Return the error of answers whose squares would vanish."""
    return DataError(
        "NOT_FINITE",
        f"{name or 'a condition'!r} has no value beyond ±{1 / LARGEST:g} but 0",
        hint="give the values in a smaller unit",
    )


def _true_or_false(values: Floats) -> bool:
    return bool(((values == 0) | (values == 1) | np.isnan(values)).all())


def _not_true_or_false(name: str) -> DataError:
    return DataError(
        "NOT_TRUE_OR_FALSE",
        f"{name or 'a condition'!r} gives values besides 0, 1, true and false",
        hint="write a comparison, e.g. ${column} = 1 or ${column} = 'yes'",
    )


def _not_numbers(name: str) -> DataError:
    return DataError(
        "NOT_A_NUMBER",
        f"{name or 'a condition'!r} gives texts or dates where numbers are needed",
        hint="compare the column with a value, e.g. ${column} = 'yes', or use number(${column})",
    )


def _both(left: Bools | None, right: Bools | None) -> Bools | None:
    if left is None:
        return right
    return left if right is None else left & right
