"""Few clusters: residuals and degrees of freedom that do not flatter (CR2, Satterthwaite).

With some dozen clusters the linearised variance is too small, since residuals are smaller than errors.
CR2 undoes that inside each cluster as if errors were alike and independent, and the degrees of freedom
say how uncertain the variance itself is.

Source: Bell & McCaffrey (2002), *Surv. Methodol.* 28, 169-181; the same choices as R ``survey`` 4.5's
``std.errors = "Bell-McCaffrey"``: leverage without weights, then the stratified sandwich with n_h/(n_h − 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from kgeval.estimate.codes import Codes
from kgeval.estimate.units import Floats

FewClusters = Literal["none", "cr2"]
WHOLE = 1e-10  # a leverage this near to 1: the cluster alone decides a coefficient, nothing is left over


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What CR2 makes of a regression.

    Parameters
    ----------
    residuals
        (records,) residuals, inflated inside their clusters.
    df
        (coefficients,) Satterthwaite degrees of freedom.
    """

    residuals: Floats
    df: Floats


def correct(regressors: Floats, residuals: Floats, cluster: Codes) -> Corrected:
    """Correct residuals for the leverage of their clusters.

    Parameters
    ----------
    regressors
        (records, coefficients) of full rank; a column of ones for a mean.
    residuals
        (records,) of the fit.
    cluster
        (records,) the first-stage cluster of each record.

    Examples
    --------
    >>> corrected = correct(np.ones((4, 1)), np.array([1.0, 1.0, -1.0, -1.0]), np.array([0, 0, 1, 1]))
    >>> corrected.residuals.round(4).tolist(), corrected.df.tolist()
    ([1.4142, 1.4142, -1.4142, -1.4142], [1.0])
    """
    inverse: Floats = np.asarray(np.linalg.inv(regressors.T @ regressors), dtype=np.float64)
    root = np.linalg.cholesky(inverse)
    inflated = residuals.astype(np.float64, copy=True)
    norms, carried = [], []
    for members in _groups(cluster):
        own = regressors[members]
        left, singular, _ = np.linalg.svd(own @ root, full_matrices=False)
        rest = 1 - singular**2
        usable = rest > WHOLE
        stretch = np.where(usable, 1 / np.sqrt(np.where(usable, rest, 1.0)), 0.0) - 1
        inflated[members] += left @ (stretch * (left.T @ residuals[members]))
        influence = own @ inverse
        influence += left @ (stretch[:, None] * (left.T @ influence))
        norms.append((influence**2).sum(axis=0))
        carried.append(own.T @ influence)
    return Corrected(residuals=inflated, df=_satterthwaite(np.array(norms), np.array(carried), inverse))


def _groups(cluster: Codes) -> list[Codes]:
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.diff(cluster[order])) + 1
    return [np.asarray(part, dtype=np.intp) for part in np.split(order, starts)]


def _satterthwaite(norms: Floats, carried: Floats, inverse: Floats) -> Floats:
    """(Σλ)²/Σλ² of P_kl = g_k'g_l, for each coefficient (theorem 4 of the source).

    ``norms`` is (clusters, coefficients), ``carried`` (clusters, coefficients, coefficients).
    """
    df = np.empty(norms.shape[1])
    for place in range(len(df)):
        ours = carried[:, :, place]
        products = np.diag(norms[:, place]) - ours @ inverse @ ours.T
        squares = float((products**2).sum())
        df[place] = float(np.trace(products)) ** 2 / squares if squares > 0 else np.nan
    return df
