"""What is estimated: a share, mean, total, ratio or count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.units import Bools
from kgeval.plan.expression import Expression
from kgeval.plan.indicator import Indicator, Kind

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
