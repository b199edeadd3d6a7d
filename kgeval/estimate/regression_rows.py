"""The coefficients of a regression as rows: errors, intervals, odds ratios, and why a number is absent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from kgeval.estimate.interval import t_interval
from kgeval.estimate.model_fit import Kind
from kgeval.estimate.reason import join
from kgeval.estimate.units import Bools, Floats

COLUMNS = (
    "term", "estimate", "se", "low", "high", "df", "t", "p", "n", "n_missing", "clusters", "strata",
    "confidence", "reason",
)  # fmt: skip
EXACT = 1e-10  # a standard error below this part of the answers is rounding
ODDS = ("odds_ratio", "odds_low", "odds_high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The coefficients of one domain, NaN where there is none; ``covariance`` is of those ``kept``.

    ``largest`` is the largest answer without its sign: what an error is measured by to be none.
    """

    names: tuple[str, ...]
    largest: float

    estimates: Floats
    kept: Bools
    covariance: Floats | None
    df: Floats
    n: int
    n_missing: int
    clusters: int
    strata: int
    reason: str


def columns_of(kind: Kind) -> list[str]:
    """Return the columns of :func:`coefficient_rows`."""
    return [*COLUMNS, *(ODDS if kind == "logistic" else ())]


def coefficient_rows(found: Fitted, kind: Kind, level: float) -> pd.DataFrame:
    """Lay out one row a coefficient, with its t interval at ``level`` and the reason where there is none."""
    estimate = found.estimates
    variance = np.full_like(estimate, np.nan)
    if found.covariance is not None:
        variance[found.kept] = np.maximum(np.diag(found.covariance), 0.0)
    exact = np.sqrt(variance) <= EXACT * np.maximum(np.abs(estimate), found.largest)
    se = np.where(exact, 0.0, np.sqrt(variance))
    usable = (se > 0) & (found.df > 0)
    se = np.where(np.isnan(found.df), np.nan, se)
    low, high, t, p = (np.full_like(estimate, np.nan) for _ in range(4))
    low[usable], high[usable] = t_interval(estimate[usable], se[usable], found.df[usable], level)
    t[usable] = estimate[usable] / se[usable]
    p[usable] = 2 * special.stdtr(found.df[usable], -np.abs(t[usable]))
    rows = pd.DataFrame(
        {
            "term": list(found.names), "estimate": estimate, "se": se, "low": low, "high": high,
            "df": found.df, "t": t, "p": p, "n": found.n, "n_missing": found.n_missing,
            "clusters": found.clusters, "strata": found.strata, "confidence": level,
            "reason": _reasons(found, exact),
        }
    )  # fmt: skip
    if kind == "logistic":
        rows = rows.assign(odds_ratio=_exp(estimate), odds_low=_exp(low), odds_high=_exp(high))
    return rows


def _exp(values: Floats) -> Floats:
    return np.exp(np.clip(values, -700.0, 700.0))


def _reasons(found: Fitted, exact: Bools) -> list[str]:
    alone = found.covariance is not None and not found.kept.all()
    words = "collinear: this term cannot be told from those before it"
    return [
        join(
            found.reason,
            words if alone and not kept else "",
            "no_df: too few clusters for so many coefficients" if kept and np.isnan(df) else "",
            "no_variance: the fit is exact, so there is no interval" if kept and none else "",
        )
        for kept, df, none in zip(found.kept, found.df, exact, strict=True)
    ]
