"""The variance of an answer in the population, with its standard error.

S² = n/(n − 1) · Σw(y − ȳ)²/Σw; its error is that of a mean of the squares, ȳ taken as fixed (as R
``survey``'s ``svyvar``); with replicate weights ȳ is made again under each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kgeval.estimate.interval import t_quantile
from kgeval.estimate.measure import Operand
from kgeval.estimate.recordwise import Found, Respondents
from kgeval.estimate.units import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationVariance:
    """The variance of a number among the records that count.

    Parameters
    ----------
    name, answer, counts
        As in :class:`kgeval.estimate.measure.Measure`.
    """

    name: str
    answer: Operand
    counts: Operand | None = None

    @property
    def kind(self) -> str:
        """The kind of estimate."""
        return "variance"

    def estimate(self, respondents: Respondents) -> Found:
        """Estimate the variance of one domain."""
        y, weight = respondents.y, respondents.weight
        n = int((weight != 0).sum())
        if n < 2:
            return Found(value=np.nan, reason="no_variance: one answer has no variance")
        squares = (y - weight @ y / weight.sum()) ** 2 * n / (n - 1)
        value = float(weight @ squares / weight.sum())
        if np.isnan(respondents.df):
            return Found(value=value)

        def remade(own: Floats) -> float:
            return float(own @ (y - own @ y / own.sum()) ** 2 / own.sum() * n / (n - 1))

        se = float(np.sqrt(respondents.variance_of_mean(squares, remade)))
        if not se > 1e-8 * abs(value):
            return Found(value=value, se=0.0, reason="no_variance: all answers lie equally far from the mean")
        margin = float(t_quantile(0.5 + respondents.level / 2, respondents.df)) * se
        return Found(value=value, se=se, low=value - margin, high=value + margin, interval_method="t")


def population_variance(name: str, value: Operand, counts: Operand | None = None) -> PopulationVariance:
    """Measure the variance of a value; estimate it with ``estimate_recordwise``."""
    return PopulationVariance(name=name, answer=value, counts=counts)
