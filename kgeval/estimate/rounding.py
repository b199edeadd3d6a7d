"""Rounding: how large a standard error may be and still be nothing but the last digits of sums.

A variance of 0 is a finding (all answers alike; a total that calibration fixes) and must not be hidden
behind the rounding of sums, nor may a small one be taken for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kgeval.estimate.units import Bools, Floats

LAST_DIGIT = float(np.finfo(np.float64).eps)
FIXED = 1e-8  # of a standard error: what the equations of calibration leave where they fix a value


def stray(n: Floats | float) -> Any:
    """Return how far a sum of n rounded terms may stray, as a part of the sum of their sizes.

    It strays by about √n last digits; 16 times as much is beyond doubt.
    """
    return 16 * LAST_DIGIT * np.sqrt(n)


def rounding(total: dict[str, Floats], value: Floats, rate: Floats, size: Floats) -> Floats:
    """Return the largest standard error that is nothing but rounding, (measures, domains).

    The terms are the answers about their origin, w d and R w x, of all who count (Σwx is found by taking the
    silent from all); the answers themselves carry one last digit each.

    Parameters
    ----------
    total
        Field → (measures, domains) sums.
    value
        (measures, domains) estimates, 0 for a total.
    rate, size
        R and X of the linearised value (d − R x)/X.
    """
    weight, spread, width = (np.sqrt(np.abs(total[name])) for name in ("all_w", "yy", "xx"))
    terms = stray(total["all"]) * (spread + np.abs(rate) * width) + LAST_DIGIT * np.abs(value) * width
    return np.asarray(terms * weight / np.abs(size))


def is_rounding(variance: Floats, parts: Floats | float, limit: Floats | float) -> Bools:
    """Whether the variance of a change is nothing but rounding.

    Parameters
    ----------
    variance, parts
        Of the change, and the sum of those of both rounds where it is what remains of them; else 0.
    limit
        The standard error that the rounding of both rounds may show.
    """
    se = np.sqrt(np.maximum(variance, 0.0))
    return np.asarray((variance <= 64 * LAST_DIGIT * parts) | (se <= limit))
