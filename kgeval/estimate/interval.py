"""Confidence intervals for shares that stay honest near 0 and 100 % and with few clusters.

Every function takes arrays (broadcast against each other) and returns ``(low, high)``; what is not
defined is NaN, never a zero-width interval. ``v`` is the linearised variance, ``n`` the answered
records with a positive weight, ``df`` the degrees of freedom. ``scipy.special`` is imported where it is
used: it takes longer than all of this package.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from kgeval.errors import DesignError
from kgeval.estimate.side_by_side import side_by_side

Array = npt.NDArray[np.float64]
Limits = tuple[Array, Array]
_WORTH_A_THREAD = 1000  # quantiles: half a millisecond


def check_level(level: float) -> None:
    """Refuse a confidence level that is none, e.g. 95 for 0.95."""
    if not 0 < level < 1:
        raise DesignError(f"the confidence level {level:g} is not between 0 and 1, e.g. 0.95")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """Shares with what their intervals need, one element an estimate.

    Parameters
    ----------
    p, v, n, df
        Share, linearised variance, answered records, degrees of freedom; 0 < p < 1 and v > 0.
    level
        Confidence level of the two-sided interval.
    """

    p: Array
    v: Array
    n: Array
    df: Array
    level: float

    @property
    def t(self) -> Array:
        """The upper quantile of t."""
        return t_quantile(0.5 + self.level / 2, self.df)

    @property
    def se(self) -> Array:
        """Standard error."""
        return np.sqrt(self.v)

    @property
    def effective(self) -> Array:
        """p(1 − p)/v, corrected for few degrees of freedom (Korn and Graubard 1998)."""
        return self.p * (1 - self.p) / self.v * t_ratio(self.n, self.df, self.level)


def t_quantile(probability: float, df: npt.ArrayLike) -> Array:
    """Quantile of Student's t; the normal's where ``df`` is infinite, NaN where it is not positive."""
    freedom = np.asarray(df, dtype=np.float64)
    if freedom.size > 20:  # the same few degrees of freedom again and again, and each is costly
        distinct, place = np.unique(freedom, return_inverse=True)
        return np.asarray(_t_quantile(probability, distinct)[place].reshape(freedom.shape))
    return _t_quantile(probability, freedom)


def _t_quantile(probability: float, freedom: Array) -> Array:
    from scipy import special

    return np.asarray(special.stdtrit(freedom, probability))


def t_ratio(n: Array, df: Array, level: float) -> Array:
    """(t with n − 1 degrees of freedom / t with those of the design)²."""
    upper = 0.5 + max(level, 1e-6) / 2  # at level 0 both quantiles are 0; their ratio has a limit
    return (t_quantile(upper, np.maximum(n - 1, 1)) / t_quantile(upper, df)) ** 2


def t_interval(value: Array, se: Array, df: Array, level: float) -> Limits:
    """Return value ± t · se, for means, totals, ratios and differences."""
    margin = t_quantile(0.5 + level / 2, df) * se
    return value - margin, value + margin


def clopper_pearson(p: Array, n: Array, level: float) -> Limits:
    """Exact binomial limits at a sample size that need not be whole."""
    alpha = 1 - level
    low = np.maximum(n * p, 1e-300), n * (1 - p) + 1, alpha / 2
    high = n * p + 1, np.maximum(n * (1 - p), 1e-300), 1 - alpha / 2
    limits = [partial(_beta_quantile, *low), partial(_beta_quantile, *high)]
    below, above = side_by_side(limits) if p.size >= _WORTH_A_THREAD else [limit() for limit in limits]
    return below, above


def _beta_quantile(a: Array, b: Array, probability: float) -> Array:
    from scipy import special

    return np.asarray(special.betaincinv(a, b, probability))


def korn_graubard(s: Sampled) -> Limits:
    """Clopper-Pearson at n* = min(n, n_e · r), the cut last (Korn & Graubard 1998; NCHS 2017)."""
    return clopper_pearson(s.p, np.minimum(s.n, s.effective), s.level)


def beta(s: Sampled) -> Limits:
    """Korn-Graubard without the cut at n, as R's ``svyciprop(method = "beta")``."""
    return clopper_pearson(s.p, s.effective, s.level)


def logit(s: Sampled) -> Limits:
    """T interval on the log odds (delta method), carried back."""
    from scipy import special

    margin = s.t * s.se / (s.p * (1 - s.p))
    centre = special.logit(s.p)
    return special.expit(centre - margin), special.expit(centre + margin)


def asin(s: Sampled) -> Limits:
    """T interval on arcsin √p, carried back."""
    margin = s.t * s.se / (2 * np.sqrt(s.p * (1 - s.p)))
    centre = np.arcsin(np.sqrt(s.p))
    low = np.maximum(centre - margin, 0.0)
    high = np.minimum(centre + margin, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def wilson(s: Sampled) -> Limits:
    """Wilson's score interval at n_e = p(1 − p)/v with t once (R survey 4.5)."""
    n, t2 = s.p * (1 - s.p) / s.v, s.t**2
    centre = (s.p + t2 / (2 * n)) / (1 + t2 / n)
    margin = s.t / (1 + t2 / n) * np.sqrt(s.p * (1 - s.p) / n + t2 / (4 * n * n))
    return centre - margin, centre + margin


def wald(s: Sampled) -> Limits:
    """Share ± t · se; may leave [0, 1], kept for comparison with other systems."""
    return t_interval(s.p, s.se, s.df, s.level)


def likelihood(s: Sampled) -> Limits:
    """Scaled profile likelihood (Rao & Scott 1984), interpolated as R does."""
    from kgeval.estimate.profile_likelihood import limits

    return limits(s)


def all_equal(p: Array, n: Array, df: Array, deff: Array, level: float) -> tuple[Array, Array, Array]:
    """Limits where every answer is the same, so that the sample shows no variance.

    n* = min(n, n · r / d) where ``deff`` d is that of the same indicator in the next larger area, or an
    assumed one; one-sided exact binomial limits at n*. Without d, 72 unanimous answers would "prove"
    95 % however few the clusters.

    Returns
    -------
    low, high, effective sample size
    """
    size = np.minimum(n, n * t_ratio(n, df, level) / np.maximum(deff, 1.0))
    edge = np.exp(np.log((1 - level) / 2) / size)
    return np.where(p > 0.5, edge, 0.0), np.where(p > 0.5, 1.0, 1 - edge), size


METHODS: dict[str, Callable[[Sampled], Limits]] = {
    "korn-graubard": korn_graubard,
    "beta": beta,
    "logit": logit,
    "xlogit": logit,  # the same limits: R's two roads, a regression and the delta method, agree
    "asin": asin,
    "wilson": wilson,
    "likelihood": likelihood,
    "wald": wald,
}
