"""What is estimated: a share, mean, total, ratio or count, and what each record answers to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kgeval.errors import DataError, DesignError
from kgeval.estimate.units import Bools, Floats
from kgeval.plan.expression import Expression, columns, parse
from kgeval.plan.expression.columns import Numbers, Truths, to_truths
from kgeval.plan.expression.evaluate import Scope, evaluate
from kgeval.plan.indicator import Indicator, Kind

LARGEST = 1e100  # of answers and weights: their squares and sums stay finite numbers

# A text is an XLSForm expression; arrays and series hold one value a record, NaN or NA = unknown.
Operand = str | Expression | pd.Series | npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing to estimate.

    Parameters
    ----------
    name
        Stands in the column ``indicator``.
    kind
        ``share`` (of records that succeed), ``mean``, ``total``, ``ratio`` of two totals, or ``count``:
        how many records succeed (in a sample their estimated number).
    answer
        What is averaged or added: true/false for a share or count, else a number.
    counts
        Who belongs to the denominator; ``None``: every record.
    per
        A ratio's denominator.
    logical
        The lowest and highest possible answer of a mean or total, for the bounds of missing answers.
    weight
        A weight column that replaces the design's.
    """

    name: str
    kind: Kind
    answer: Operand
    counts: Operand | None = None
    per: Operand | None = None
    logical: tuple[float, float] | None = None
    weight: str | None = None


def share(
    name: str, succeeds: Operand, counts: Operand | None = None, *, weight: str | None = None
) -> Measure:
    """Measure the share of records that succeed among those that count.

    Parameters
    ----------
    name
        Stands in the column ``indicator``; unique among the measures of one call.
    succeeds
        An XLSForm condition over the columns, or (records,) true/false or 1/0; missing is unknown.
    counts
        Who belongs to the denominator, likewise; None: every record. Unknown membership widens the bounds
        ``missing_low`` and ``missing_high``.
    weight
        A weight column that replaces the design's.

    Returns
    -------
    Measure
        For :func:`kgeval.estimate.estimates.estimate`, which gives a share from 0 to 1.

    Examples
    --------
    >>> from kgeval.estimate.estimates import estimate
    >>> from kgeval.plan.sample import SampleDesign
    >>> mothers = pd.DataFrame({"hamlet": [1, 1, 2, 2, 3, 3], "age": [20, 31, 25, 40, 19, 28],
    ...                         "knows": [1, 0, 1, 1, 0, None]})
    >>> asked = share("knows", "${knows} = 1", counts="${age} < 35")
    >>> row = estimate(mothers, SampleDesign(cluster="hamlet"), [asked]).iloc[0]
    >>> float(row["value"]), int(row["n"]), int(row["n_missing"])
    (0.5, 4, 1)
    """
    return Measure(name=name, kind="share", answer=succeeds, counts=counts, weight=weight)


def count(
    name: str, succeeds: Operand, counts: Operand | None = None, *, weight: str | None = None
) -> Measure:
    """Measure how many of the records that count succeed.

    Parameters
    ----------
    name, succeeds, counts, weight
        As in :func:`share`.

    Returns
    -------
    Measure
        For :func:`kgeval.estimate.estimates.estimate`: in a sample the estimated number of units in the
        population (the sum of weights), in a census the number of records.
    """
    return Measure(name=name, kind="count", answer=succeeds, counts=counts, weight=weight)


def mean(
    name: str,
    value: Operand,
    counts: Operand | None = None,
    *,
    logical: tuple[float, float] | None = None,
    weight: str | None = None,
) -> Measure:
    """Measure the mean of a value among the records that count.

    Parameters
    ----------
    name, counts, weight
        As in :func:`share`.
    value
        An XLSForm expression that gives a number, or (records,) numbers in any unit; missing is unknown.
    logical
        The lowest and the highest possible value, in its unit, for the bounds of missing answers; None: no
        bounds.

    Returns
    -------
    Measure
        For :func:`kgeval.estimate.estimates.estimate`, which gives a mean in the value's unit.
    """
    return Measure(name=name, kind="mean", answer=value, counts=counts, logical=logical, weight=weight)


def total(
    name: str,
    value: Operand,
    counts: Operand | None = None,
    *,
    logical: tuple[float, float] | None = None,
    weight: str | None = None,
) -> Measure:
    """Measure the total of a value over the records that count.

    Parameters
    ----------
    name, value, counts, logical, weight
        As in :func:`mean`.

    Returns
    -------
    Measure
        For :func:`kgeval.estimate.estimates.estimate`, which gives the population's total in the value's
        unit. It needs weights that add up to the population.
    """
    return Measure(name=name, kind="total", answer=value, counts=counts, logical=logical, weight=weight)


def ratio(
    name: str, value: Operand, per: Operand, counts: Operand | None = None, *, weight: str | None = None
) -> Measure:
    """Measure the ratio of two totals over the records that count.

    Parameters
    ----------
    name, counts, weight
        As in :func:`share`.
    value, per
        Numerator and denominator of each record, as ``value`` in :func:`mean`. A record of which one of both
        is unknown leaves the ratio.

    Returns
    -------
    Measure
        For :func:`kgeval.estimate.estimates.estimate`, which gives units of ``value`` for one of ``per``; no
        value where the denominators add up to 0.

    Examples
    --------
    >>> from kgeval.estimate.estimates import estimate
    >>> from kgeval.plan.sample import SampleDesign
    >>> groups = pd.DataFrame({"commune": [1, 1, 2, 2], "children": [6, 9, 12, 7], "staff": [1, 2, 2, None]})
    >>> asked = ratio("children a carer", "${children}", "${staff}")
    >>> row = estimate(groups, SampleDesign(cluster="commune"), [asked]).iloc[0]
    >>> float(row["value"]), int(row["n"])
    (5.4, 3)
    """
    return Measure(name=name, kind="ratio", answer=value, per=per, counts=counts, weight=weight)


def measure(indicator: Indicator, name: str | None = None) -> Measure:
    """Return what a study's indicator asks for; ``name`` is its key unless given."""
    answer = indicator.succeeds if indicator.kind in {"share", "count"} else indicator.value
    if answer is None:
        raise DesignError(
            f"indicator {indicator.key!r} says nothing to estimate; give it 'succeeds' or 'value'"
        )
    low, high = indicator.logical_low, indicator.logical_high
    return Measure(
        name=name or indicator.key,
        kind=indicator.kind,
        answer=answer,
        counts=indicator.counts,
        per=indicator.per,
        logical=None if low is None or high is None else (low, high),
        weight=indicator.weight,
    )


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


def distinct(measures: Sequence[Measure] | Measure) -> tuple[Measure, ...]:
    """Return the measures; a name given twice, or none at all, is an error."""
    asked = (measures,) if isinstance(measures, Measure) else tuple(measures)
    names = [one.name for one in asked]
    if not asked:
        raise DesignError(
            "there is nothing to estimate; give at least one share, mean, total, ratio or count"
        )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DesignError(f"two measures are called {twice!r}; give each a name of its own")
    return asked


def are_added(measures: Sequence[Measure]) -> Bools:
    """(measures,) whether the measure is a total or count, not a quotient."""
    return np.array([asked.kind in {"total", "count"} for asked in measures], dtype=bool)
