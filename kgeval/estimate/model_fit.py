"""The fit of a weighted regression by statsmodels, and the scores of its coefficients."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kgeval.estimate.units import Floats

Kind = Literal["linear", "logistic"]
CLOSE = 1e-12  # relative change of the deviance at which the iteration of a logistic fit ends
STEPS = 50
FLAT = 1e-10  # a logistic fit whose every record is this near to 0 or 1 has no finite coefficients


class NoFit(Exception):  # noqa: N818  an outcome that the caller puts in words, not an error for users
    """The coefficients are not finite: a term predicts the answer without error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFit:
    """A weighted fit.

    Parameters
    ----------
    coefficients
        (columns,).
    inverse
        (columns, columns) inverse of the weighted information, X'WX or X'W μ(1 − μ)X.
    working
        (records,) working residuals: y − μ, over μ(1 − μ) for a logistic fit.
    iterated
        (records,) weights of the last step: w, times μ(1 − μ) for a logistic fit.
    """

    coefficients: Floats
    inverse: Floats
    working: Floats
    iterated: Floats

    def scores(self, columns: Floats, working: Floats | None = None) -> Floats:
        """Return the (records, columns) linearised coefficients; ``working`` replaces the residuals."""
        residuals = self.working if working is None else working
        return np.asarray(columns * (residuals * self.iterated)[:, None] @ self.inverse)


def fit(kind: Kind, columns: Floats, y: Floats, weight: Floats) -> ModelFit:
    """Fit a regression.

    Parameters
    ----------
    columns
        (records, columns) of full rank.
    y, weight
        (records,).

    Raises
    ------
    NoFit
        A logistic fit runs away to infinity (complete or quasi-complete separation).
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.regression.linear_model import WLS

    scaled = weight / weight.mean()  # numerical stability, as R does
    if kind == "linear":
        coefficients = np.asarray(WLS(y, columns, weights=scaled).fit(method="qr").params)
        return _fitted(coefficients, columns, y - columns @ coefficients, weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # separation shows in the coefficients, see below
        model = GLM(y, columns, family=Binomial(), freq_weights=scaled)
        result = model.fit(maxiter=STEPS, tol=CLOSE)
    share = np.asarray(result.mu)
    spread = share * (1 - share)
    if not result.converged or not np.isfinite(result.params).all() or (spread < FLAT).any():
        raise NoFit
    return _fitted(np.asarray(result.params), columns, (y - share) / spread, weight * spread)


def _fitted(coefficients: Floats, columns: Floats, working: Floats, iterated: Floats) -> ModelFit:
    inverse: Floats = np.asarray(np.linalg.inv(columns.T @ (columns * iterated[:, None])), dtype=np.float64)
    return ModelFit(coefficients=coefficients, inverse=inverse, working=working, iterated=iterated)
