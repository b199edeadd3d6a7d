"""Likelihood intervals for shares, with the profile and the interpolation of R's ``svyciprop``.

R evaluates the scaled deviance at steps on the log odds, joins them by a Forsythe-Malcolm-Moler
spline and reads the limits off by linear interpolation. Solving the same equation exactly moves the
limits in the fifth digit; the reader who compares with R should not have to wonder why.

R's own limits still differ by up to 4e-5 where its last Fisher iterations moved (its naive variance is
that of the last iteration but one).

Source: Rao & Scott (1984), *Ann. Statist.* 12; R ``survey`` 4.5 ``confint.svyglm``, ``MASS`` profile.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from kgeval.estimate.interval import Array, Sampled, t_quantile

_STEPS = 9  # R's maxsteps = 10 counts to below


def limits(s: Sampled) -> tuple[Array, Array]:
    """Return the limits of every share, one by one (the profile is not an array operation)."""
    found = [
        _limits(float(p), float(v), float(n), float(df), s.level)
        for p, v, n, df in zip(*np.broadcast_arrays(s.p, s.v, s.n, s.df), strict=True)
    ]
    low, high = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return low, high


def _limits(p: float, v: float, n: float, df: float, level: float) -> tuple[float, float]:
    fisher = n * p * (1 - p)
    dispersion = n / (n - 1)  # R's quasi-binomial dispersion of an intercept
    inflation = v / (p * (1 - p)) ** 2 * fisher
    cut = float(t_quantile(0.5 + level / 2, df)) * np.sqrt(inflation)
    alpha = max(float(special.ndtr(-cut)) / 2, 1e-300)
    grid, roots = _profile(p, n, dispersion, alpha, np.sqrt(v) / (p * (1 - p)))
    dense = np.linspace(grid[0], grid[-1], 3 * len(grid))
    curve = fmm_spline(grid, roots, dense)
    order = np.argsort(curve, kind="stable")
    found = np.interp([-cut, cut], curve[order], dense[order], left=np.nan, right=np.nan)
    centre = float(special.logit(p))
    low, high = (
        _solve(p, 2 * n / dispersion, cut**2, (centre, edge)) if np.isnan(limit) else float(limit)
        for limit, edge in zip(found, (-700.0, 700.0), strict=True)
    )
    return float(special.expit(low)), float(special.expit(high))


def _solve(p: float, scale: float, bound: float, between: tuple[float, float]) -> float:
    """Solve the same equation by bisection, where R's profile does not reach far enough."""
    inner, outer = between
    for _ in range(100):
        middle = (inner + outer) / 2
        if scale * _gain(p, middle) <= bound:
            inner = middle
        else:
            outer = middle
    return inner


def _gain(p: float, log_odds: float) -> float:
    """Log-likelihood that the estimate gains, per record, over a share with these log odds."""
    here = p * (np.log(p) - special.log_expit(log_odds))
    return float(here + (1 - p) * (np.log1p(-p) - special.log_expit(-log_odds)))


def _profile(p: float, n: float, dispersion: float, alpha: float, step_se: float) -> tuple[Array, Array]:
    """Signed roots of the scaled deviance at steps on the log odds, both ways, until the cut is passed."""
    top = -float(special.stdtrit(n - 1, alpha / 2))  # √F(1, n − 1) is t
    centre = special.logit(p)
    points = [(centre, 0.0)]
    for sign in (-1.0, 1.0):
        for step in range(1, _STEPS + 1):
            at = centre + sign * step * top / 5 * step_se
            root = np.sqrt(max(2 * n * _gain(p, at) / dispersion, 0.0))
            points.append((at, sign * root))
            if root >= top:
                break
    grid, roots = np.array(sorted(points)).T
    return grid, roots


def fmm_spline(x: Array, y: Array, at: Array) -> Array:
    """Cubic spline whose ends follow the cubics through the four outermost points (Forsythe et al. 1977)."""
    n, h, slope = len(x), np.diff(x), np.diff(y) / np.diff(x)
    if n < 4:
        raise ValueError("the spline needs four points")
    system, right = np.zeros((n, n)), np.zeros(n)
    inner = np.arange(1, n - 1)
    system[inner, inner - 1], system[inner, inner + 1] = h[:-1], h[1:]
    system[inner, inner] = 2 * (h[:-1] + h[1:])
    right[1:-1] = np.diff(slope)
    system[0, :2] = -h[0], h[0]
    system[-1, -2:] = h[-1], -h[-1]
    third = [_third(x[:4], y[:4]), _third(x[-4:], y[-4:])]
    right[0], right[-1] = h[0] ** 2 * third[0], -(h[-1] ** 2) * third[1]
    c = np.linalg.solve(system, right)
    place = np.clip(np.searchsorted(x, at, side="right") - 1, 0, n - 2)
    u, width = at - x[place], h[place]
    b = slope[place] - width * (c[place + 1] + 2 * c[place])
    d = (c[place + 1] - c[place]) / width
    return np.asarray(y[place] + u * (b + u * (3 * c[place] + u * d)))


def _third(x: Array, y: Array) -> float:
    """Third divided difference of four points."""
    first = np.diff(y) / np.diff(x)
    second = np.diff(first) / (x[2:] - x[:-2])
    return float((second[1] - second[0]) / (x[3] - x[0]))
