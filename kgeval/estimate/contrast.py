"""Covariance between estimates: contrasts, ratios of estimates, any smooth function of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from kgeval.errors import DesignError
from kgeval.estimate.breakdown import domains
from kgeval.estimate.estimates import Table, tabulate
from kgeval.estimate.interval import t_interval
from kgeval.estimate.linear import answering, domain_cells, scores, values
from kgeval.estimate.measure import Measure, Operand, are_added
from kgeval.estimate.units import Floats
from kgeval.estimate.variance import unit_covariance
from kgeval.plan.sample import SampleDesign


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A combination of estimates with its standard error and t interval."""

    value: float
    se: float
    low: float
    high: float
    df: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wald:
    """The test that several contrasts are zero at once; NaN where there is none."""

    statistic: float
    df: float
    df_error: float
    p: float


NO_TEST = Wald(statistic=np.nan, df=np.nan, df_error=np.nan, p=np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Estimates with their covariance.

    Parameters
    ----------
    names
        The measures' names.
    values
        (k,) estimates.
    covariance
        (k, k) linearised covariance.
    df
        Clusters with an answer to any of the measures − their strata.
    """

    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    df: float

    def contrast(self, coefficients: Mapping[str, float], *, level: float = 0.95) -> Contrast:
        """Return Σ c·estimate, e.g. ``{"endline": 1, "baseline": -1}``."""
        weights = np.array([coefficients.get(name, 0.0) for name in self.names])
        self._known(coefficients)
        return self._finish(float(weights @ self.values), weights, level)

    def ratio(self, above: str, below: str, *, level: float = 0.95) -> Contrast:
        """Return the ratio of two estimates (delta method)."""
        self._known((above, below))
        top, bottom = self.names.index(above), self.names.index(below)
        if not self.values[bottom]:
            raise DesignError(f"the ratio to {below!r} has no value: that estimate is 0")
        value = float(self.values[top] / self.values[bottom])
        gradient = np.zeros(len(self.names))
        gradient[top] = 1 / self.values[bottom]
        gradient[bottom] -= value / self.values[bottom]
        return self._finish(value, gradient, level)

    def together(self, coefficients: Floats) -> Wald:
        """Test that all contrasts, the rows of a (contrasts, k) matrix, are zero.

        F = (ν − r + 1)/(ν r) · d'V⁻¹d with r and ν − r + 1 degrees of freedom, r the rank of V: the
        denominator of Korn & Graubard (1990), *Am. Stat.* 44, 270-276.
        """
        gaps, covariance = coefficients @ self.values, coefficients @ self.covariance @ coefficients.T
        scale = np.sqrt(np.maximum(np.diag(covariance), 0))
        kept = scale > 0
        if not kept.any() or not np.isfinite(covariance).all():
            return NO_TEST
        gaps, scale, covariance = gaps[kept], scale[kept], covariance[np.ix_(kept, kept)]
        values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
        usable = values > 1e-10 * values.max()
        rank = int(usable.sum())
        left = self.df - rank + 1
        if not left >= 1:
            return Wald(statistic=np.nan, df=float(rank), df_error=np.nan, p=np.nan)
        along = (gaps / scale) @ vectors[:, usable]
        statistic = float((along**2 / values[usable]).sum()) * left / (self.df * rank)
        p = float(special.fdtrc(rank, left, statistic))
        return Wald(statistic=statistic, df=float(rank), df_error=float(left), p=p)

    def _known(self, names: Mapping[str, float] | Sequence[str]) -> None:
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise DesignError(f"no estimate is called {unknown[0]!r}; there are {', '.join(self.names)}")

    def _finish(self, value: float, gradient: Floats, level: float) -> Contrast:
        variance = float(gradient @ self.covariance @ gradient)
        se = float(np.sqrt(max(variance, 0.0)))
        low, high = t_interval(np.array(value), np.array(se), np.array(self.df), level)
        return Contrast(value=value, se=se, low=float(low), high=float(high), df=self.df)


def joint(
    frame: pd.DataFrame, design: SampleDesign, measures: Sequence[Measure], *, where: Operand | None = None
) -> Joint:
    """Estimate several measures of one sample together with their covariance.

    Domains are told apart by ``counts``: ``share("girls", "${reads} = 1", "${sex} = 2")``.

    Parameters
    ----------
    frame, design, where
        As in :func:`kgeval.estimate.estimates.estimate`.
    measures
        What to estimate; each name once.
    """
    table = tabulate(frame, design, measures, where=where)
    return joint_of(table)


def joint_of(table: Table) -> Joint:
    """Return the estimates of a cell table (no breakdown) with their covariance."""
    cells = domain_cells(table.cells, domains(table.levels, (), table.cells.levels, table.cells.relevant))
    added = are_added(table.measures)
    value = values(cells.totals, added)
    linear = scores(cells, added)
    size = len(table.units.stages[0].unit)
    totals = np.zeros((size, len(table.measures)))
    totals[cells.unit] = linear.T
    either = cells.sums["n"].sum(axis=0, keepdims=True)
    clusters, strata = (float(count[0, 0]) for count in answering(cells, cells.runs(table.units)[0], either))
    df = clusters - strata if clusters - strata >= 1 else min(clusters - 1, table.units.df)
    return Joint(
        names=tuple(asked.name for asked in table.measures),
        values=value[:, 0],
        covariance=unit_covariance(totals, table.units),
        df=float(df),
    )
