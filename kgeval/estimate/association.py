"""Are two questions related? Pearson's and Wald's tests of a table, as a sample design allows them.

Source: Rao & Scott (1984), *Ann. Stat.* 12, 46-60; Thomas & Rao (1987), *JASA* 82, 630-636 (Wald); the
same choices as R ``survey``'s ``svychisq``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import optimize, special

from kgeval.errors import DesignError
from kgeval.estimate.answers import condition, truth
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.codes import Codes, ordered_codes
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Operand
from kgeval.estimate.replicates import Replicates
from kgeval.estimate.units import Bools, Floats
from kgeval.estimate.weighted import Weighted, weigh
from kgeval.plan.sample import SampleDesign

Statistic = Literal["F", "Chisq", "Wald", "adjWald", "saddlepoint", "lincom"]
COLUMNS = (
    "row", "column", "test", "statistic", "df", "df_error", "p", "n", "n_missing", "clusters", "strata",
    "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A two-way table of a sample.

    Parameters
    ----------
    shares, covariance
        (rows · columns,) weighted shares of the cells, row by row, and their covariance.
    of_totals
        The covariance of the cells' estimated totals.
    rows, columns
        How many values each question has.
    size
        Σw of the records in the table.
    n
        How many they are.
    df
        Degrees of freedom of the design among them.
    """

    shares: Floats
    covariance: Floats
    of_totals: Floats
    rows: int
    columns: int
    size: float
    n: int
    df: float

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the table, (rows − 1)(columns − 1)."""
        return (self.rows - 1) * (self.columns - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    statistic: float
    df: float
    df_error: float
    p: float


def association(
    frame: pd.DataFrame,
    design: SampleDesign,
    row: str,
    column: str,
    *,
    test: Statistic = "F",
    where: Operand | None = None,
    df: DfRule | None = None,
    calibration: Calibration | None = None,
    replicates: Replicates | None = None,
) -> pd.DataFrame:
    """Test whether two questions are independent.

    Parameters
    ----------
    frame, design, where, df, calibration, replicates
        As in :func:`kgeval.estimate.regression.regress`.
    row, column
        Names of columns (each value is a category) or conditions such as ``"${age} < 30"``.
    test
        ``"F"``: Pearson's statistic with the second-order correction of Rao and Scott, referred to F (the
        default, as R's); ``"Chisq"``: with the first-order correction, referred to χ²; ``"Wald"`` and
        ``"adjWald"``; ``"saddlepoint"``: Pearson's statistic referred to the sum of F that it has in large
        samples, by a saddlepoint approximation (``"lincom"`` is the same: what R prints where its
        numerical integration is not installed).

    Returns
    -------
    DataFrame
        One row with :data:`COLUMNS`; ``df`` and ``df_error`` are those of the reference distribution.
        Without a test all numbers but the counts are missing and ``reason`` says why.

    Examples
    --------
    >>> answers = pd.DataFrame({"group": range(40), "girl": [0, 1] * 20, "reads": [0, 1, 1, 1] * 10})
    >>> found = association(answers, SampleDesign(cluster="group"), "girl", "reads").iloc[0]
    >>> round(float(found["statistic"]), 3), round(float(found["p"]), 5)
    (14.444, 0.00049)
    """
    if test not in _TESTS:
        raise DesignError(f"no test {test!r} of a table; choose one of {', '.join(_TESTS)}")
    sample = weigh(frame, design, calibration=calibration, replicates=replicates)
    first, second = _categories(frame, row), _categories(frame, column)
    who = condition(where, frame)
    everybody = np.ones(len(frame), dtype=bool)
    possible = everybody if who.possible is None else who.possible
    inside = (first >= 0) & (second >= 0) & (sample.weight != 0)
    inside &= everybody if who.sure is None else who.sure
    table = _table(sample, first, second, inside, design.df if df is None else df)
    stage = sample.units.stages[0]
    clusters = np.unique(stage.unit[sample.units.unit[inside]])
    counts = {
        "row": row, "column": column, "test": test, "n": int(inside.sum()),
        "n_missing": int((possible & ~inside).sum()), "clusters": len(clusters),
        "strata": len(np.unique(stage.stratum[clusters])),
    }  # fmt: skip
    reason = _obstacle(table)
    found = None
    if table is not None and not reason:
        try:
            found = _TESTS[test](table)
        except np.linalg.LinAlgError:
            reason = "no_variance: empty cells or too few clusters leave this test nothing to compare"
    if found is not None and not np.isfinite(found.p):
        found, reason = None, "no_df: too few clusters for so many categories"
    numbers = {
        name: np.nan if found is None else getattr(found, name)
        for name in ("statistic", "df", "df_error", "p")
    }
    return pd.DataFrame([counts | numbers | {"reason": reason}])[[*COLUMNS]]


def _categories(frame: pd.DataFrame, named: str) -> Codes:
    """Code the values of a column, or the truth of a condition; −1 where it is not known."""
    if named in frame.columns:
        return ordered_codes(frame[named])[0]
    values, known = truth(named, frame, name=named)
    codes = values.astype(np.intp)
    return codes if known is None else np.where(known, codes, -1)


def _table(sample: Weighted, first: Codes, second: Codes, inside: Bools, rule: DfRule) -> _Table | None:
    """Estimate the shares of the cells with their covariance; values that nobody has are left out."""
    if not inside.any():
        return None
    _, first_of = np.unique(first[inside], return_inverse=True)
    _, second_of = np.unique(second[inside], return_inverse=True)
    rows, columns = int(first_of.max()) + 1, int(second_of.max()) + 1
    member = np.zeros((len(inside), rows * columns))
    member[inside, first_of * columns + second_of] = 1.0

    def shares(weight: Floats) -> Floats:
        sums = weight @ member
        return np.asarray(sums / sums.sum()) if sums.sum() else np.full_like(sums, np.nan)

    size = float(sample.weight[inside].sum())
    found = shares(sample.weight)
    scores = (sample.weight * inside)[:, None] * (member - found) / size
    return _Table(
        shares=found,
        covariance=sample.covariance(scores, shares),
        of_totals=sample.covariance(sample.weight[:, None] * member, lambda weight: weight @ member),
        rows=rows,
        columns=columns,
        size=size,
        n=int(inside.sum()),
        df=sample.degrees_of_freedom(inside, rule),
    )


def _obstacle(table: _Table | None) -> str:
    """Say why there is nothing to test."""
    if table is None:
        return "no_answers: nobody in this domain has answered both questions"
    if table.freedom == 0:
        return "no_variance: one of the questions has one answer only"
    if np.isnan(table.df):
        return "no_df: the design leaves no degree of freedom"
    return "" if np.diag(table.covariance).max() > 0 else "no_variance: the shares show no sampling variance"


def _pearson(table: _Table) -> tuple[float, Floats]:
    """Return Pearson's statistic and the eigenvalues of the design effects that it is referred to."""
    shares = table.shares.reshape(table.rows, table.columns)
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    statistic = table.n * float(((shares - expected) ** 2 / expected).sum())
    inverse = np.divide(1.0, table.shares, out=np.zeros_like(table.shares), where=table.shares > 0)
    contrasts = _interaction(table.rows, table.columns)
    simple = contrasts.T @ (inverse[:, None] * contrasts) / table.n
    inner = inverse[:, None] * contrasts
    effects = _solve(simple, inner.T @ table.covariance @ inner)
    return statistic, np.asarray(np.linalg.eigvals(effects).real)


def _interaction(rows: int, columns: int) -> Floats:
    """Return the cells' interaction contrasts, orthogonal to rows and columns."""
    first = np.repeat(np.eye(rows), columns, axis=0)
    second = np.tile(np.eye(columns), (rows, 1))
    margins = np.column_stack([first, second[:, 1:]])
    products = (first[:, 1:, None] * second[:, None, 1:]).reshape(rows * columns, -1)
    slopes = np.linalg.lstsq(margins, products, rcond=None)[0]
    return np.asarray(products - margins @ slopes)


def _second_order(table: _Table) -> _Tested:
    statistic, effects = _pearson(table)
    df = float(effects.sum() ** 2 / (effects**2).sum())
    ratio = statistic / float(effects.sum())
    return _Tested(statistic=ratio, df=df, df_error=df * table.df, p=_upper_f(ratio, df, df * table.df))


def _first_order(table: _Table) -> _Tested:
    statistic, effects = _pearson(table)
    p = float(special.chdtrc(len(effects), statistic / effects.mean()))
    return _Tested(statistic=statistic, df=float(len(effects)), df_error=np.nan, p=p)


def _saddlepoint(table: _Table) -> _Tested:
    statistic, effects = _pearson(table)
    df = float(effects.sum() ** 2 / (effects**2).sum())
    error = df * table.df
    p = _upper_sum_of_f(statistic, effects, error)
    return _Tested(statistic=statistic, df=float(len(effects)), df_error=error, p=p)


def _wald(table: _Table, *, adjusted: bool) -> _Tested:
    """Wald's test of the departures from independence, Y_ij = N_ij − N_i. N_.j / N, on estimated totals."""
    totals = (table.shares * table.size).reshape(table.rows, table.columns)
    across, down = totals.sum(axis=1) / table.size, totals.sum(axis=0) / table.size
    departure = totals - np.outer(across, down) * table.size
    first = np.repeat(np.eye(table.rows), table.columns, axis=0)
    second = np.tile(np.eye(table.columns), (table.rows, 1))
    gradient = np.eye(totals.size)
    gradient -= (first @ first.T) * (second @ down)[:, None]
    gradient -= (second @ second.T) * (first @ across)[:, None]
    gradient += np.outer(across, down).ravel()[:, None]
    kept = np.outer(np.arange(table.rows) > 0, np.arange(table.columns) > 0).ravel()
    variance = (gradient @ table.of_totals @ gradient.T)[np.ix_(kept, kept)]
    y = departure.ravel()[kept]
    squares = float(y @ _solve(variance, y))
    df, error = float(table.freedom), table.df
    ratio = squares / df
    if adjusted:
        error = table.df - df + 1
        ratio *= error / table.df
    return _Tested(statistic=ratio, df=df, df_error=error, p=_upper_f(ratio, df, error))


def _solve(matrix: Floats, right: Floats) -> Floats:
    """Solve; a matrix that is singular but for rounding is an error, as in R."""
    if not np.linalg.cond(matrix, 1) < 1 / np.finfo(np.float64).eps:
        raise np.linalg.LinAlgError
    return np.asarray(np.linalg.solve(matrix, right))


def _upper_f(value: float, above: float, below: float) -> float:
    return float(special.fdtrc(above, below, value)) if above > 0 and below > 0 else np.nan


def _upper_sum_of_f(value: float, effects: Floats, error: float) -> float:
    """P(Σ λ χ²₁ > value · χ²_error/error), by a saddlepoint (Kuonen 1999, *Biometrika* 86)."""
    whole = int(error - 1e-9)  # R repeats the weight of the error a whole number of times
    weights = np.append(effects, np.full(whole, -value / error))
    scaled = weights / weights.max()
    lowest = float(np.max(1 / (2 * scaled[scaled < 0]))) * 0.99999
    highest = float(np.min(1 / (2 * scaled[scaled > 0]))) * 0.99999
    point = float(
        optimize.brentq(lambda z: float((scaled / (1 - 2 * z * scaled)).sum()), lowest, highest, xtol=1e-14)
    )
    if abs(point) < 1e-4:  # at the mean the formula is not defined; R falls back in the same way
        scale = float((effects**2).sum() / effects.sum())
        df = float(effects.sum() ** 2 / (effects**2).sum())
        return _upper_f(value / df / scale, df, error)
    w = np.sign(point) * np.sqrt(float(np.log(1 - 2 * point * scaled).sum()))
    v = point * np.sqrt(2 * float((scaled**2 / (1 - 2 * point * scaled) ** 2).sum()))
    return float(special.ndtr(-(w + np.log(v / w) / w)))


_TESTS: dict[str, Callable[[_Table], _Tested]] = {
    "F": _second_order,
    "Chisq": _first_order,
    "Wald": lambda table: _wald(table, adjusted=False),
    "adjWald": lambda table: _wald(table, adjusted=True),
    "saddlepoint": _saddlepoint,
    "lincom": _saddlepoint,
}
