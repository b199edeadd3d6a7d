"""Calibration: new weights that reproduce known population totals, and the variance that knows of it.

The calibrated estimator varies only as far as the totals do not explain the answer, so scores are
replaced by the residuals of their regression on the calibration variables, over the whole sample and
with the design weights (Särndal, Swensson & Wretman 1992, ch. 6; Deville & Särndal 1992; as R
``survey``'s ``calibrate``). Post-stratification and raking are special cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.codes import Codes
from kgeval.estimate.distance import Distance
from kgeval.estimate.margin_matrix import MarginMatrix, margin_matrix, rescaled, unit_sums
from kgeval.estimate.units import Floats

if TYPE_CHECKING:
    from kgeval.estimate.totals import Totals

Method = Literal["poststratify", "rake", "linear", "logit"]
CLOSE = 1e-10  # relative misfit of the totals at which the iteration ends
STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How the weights shall be calibrated.

    Parameters
    ----------
    totals
        What is known of the population.
    method
        ``poststratify`` (one margin), ``rake`` (the multiplicative distance: iterative
        proportional fitting where all totals are counts), ``linear`` (the general
        regression estimator) or ``logit``.
    bounds
        Limits of new weight / old weight; ``logit`` needs them, ``linear`` and ``rake`` may have them.
    trim
        Limits of the weights themselves, applied afterwards: the weight cut off is given back in equal
        parts to the others, once. Its limits are treated as fixed in the variance.
    """

    totals: Totals
    method: Method
    bounds: tuple[float, float] | None = None
    trim: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        one_margin = len(self.totals.margins) == 1 and not self.totals.sums
        if self.method == "poststratify" and not one_margin:
            raise DesignError(
                "post-stratification takes one table of counts; for several margins rake, for sums of "
                "numbers calibrate"
            )
        if self.method not in {"poststratify", "rake", "linear", "logit"}:
            raise DesignError(f"no calibration {self.method!r}; choose poststratify, rake, linear or logit")

    @property
    def distance(self) -> Distance:
        """The distance that the method minimises."""
        low, high = self.bounds or (-np.inf, np.inf)
        kinds: dict[Method, Literal["linear", "raking", "logit"]] = {"rake": "raking", "logit": "logit"}
        return Distance(kind=kinds.get(self.method, "linear"), low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """The calibrated weights of every record, with what their variance needs.

    Parameters
    ----------
    given, calibrated, weight
        (records,) design weights, calibrated weights, final weights (trimmed where asked for).
    matrix
        The calibration variables.
    notes
        Codes for the column ``reason``.
    """

    given: Floats
    calibrated: Floats
    weight: Floats
    matrix: MarginMatrix
    notes: tuple[str, ...]

    def unit_totals(self, scores: Any, unit: Codes, size: int) -> Floats:
        """Sum residualised scores over sampling units.

        Parameters
        ----------
        scores
            (records, k) scores weighted by ``weight``, dense or sparse.
        unit, size
            (records,) the unit of each record, and how many units there are.

        Returns
        -------
        (units, k)
        """
        moved = self.calibrated != 0
        undone = np.divide(self.given, self.calibrated, out=np.zeros_like(self.given), where=moved)
        slopes = self.matrix.solve(self.given, self.matrix.added(rescaled(scores, undone)))
        explained = unit_sums(rescaled(self.matrix.columns, self.calibrated), unit, size)
        return unit_sums(scores, unit, size) - explained @ slopes


def calibrate(frame: pd.DataFrame, weight: Floats, calibration: Calibration) -> Calibrated:
    """Calibrate the weights of a sample.

    Parameters
    ----------
    frame
        One row a record of the whole sample.
    weight
        (records,) design weights.
    calibration
        The known totals and the method.

    Raises
    ------
    DesignError
        A calibration column is absent or incomplete, the totals do not fit the categories of the sample
        or each other, or no weights within the bounds reach them.

    Examples
    --------
    >>> from kgeval.estimate.totals import read_totals
    >>> records = pd.DataFrame({"sex": [1, 1, 2, 2]})
    >>> counts = pd.DataFrame({"sex": [1, 2], "total": [30, 50]})
    >>> calibration = Calibration(totals=read_totals(counts, records), method="poststratify")
    >>> calibrate(records, np.ones(4), calibration).weight.round(9).tolist()
    [15.0, 15.0, 25.0, 25.0]
    """
    matrix = margin_matrix(frame, calibration.totals)
    ratio = _solve(matrix, weight, calibration.distance)
    calibrated = weight * ratio
    final, trimmed = calibrated, 0
    if calibration.trim is not None:
        final, trimmed = trim_weights(calibrated, *calibration.trim)
    return Calibrated(
        given=weight,
        calibrated=calibrated,
        weight=final,
        matrix=matrix,
        notes=_notes(calibration, final, trimmed),
    )


def _notes(calibration: Calibration, final: Floats, trimmed: int) -> tuple[str, ...]:
    notes = [f"calibrated: weights calibrated to known totals ({calibration.method})"]
    if calibration.trim is not None:
        notes.extend(trim_notes(calibration.trim, trimmed))
    negative = int((final < 0).sum())
    if negative:
        notes.append(f"negative_weights: {negative} calibrated weights are below 0, bounds would prevent it")
    return tuple(notes)


def _solve(matrix: MarginMatrix, weight: Floats, distance: Distance) -> Floats:
    """Find g by Newton's method, halving steps that lead away."""
    slopes = np.zeros(len(matrix.totals))
    ratio, rising = distance.ratio(np.zeros(len(weight)))
    misfit = matrix.totals - matrix.added(weight * ratio)
    scale = 1 + np.abs(matrix.totals)
    for _ in range(STEPS):
        if (np.abs(misfit) <= CLOSE * scale).all():
            return ratio
        step = matrix.solve(weight * rising, misfit)
        for _halving in range(30):
            ahead, ahead_rising = distance.ratio(matrix.fitted(slopes + step))
            left = matrix.totals - matrix.added(weight * ahead)
            if np.isfinite(left).all() and np.linalg.norm(left / scale) < np.linalg.norm(misfit / scale):
                break
            step = step / 2
        else:
            break  # no step comes nearer
        slopes, ratio, rising, misfit = slopes + step, ahead, ahead_rising, left
    if (np.abs(misfit) <= 1e-7 * scale).all():  # R's own criterion
        return ratio
    worst = int(np.argmax(np.abs(misfit) / scale))
    remedy = "widen the bounds" if distance.bounded else "merge small categories or drop a margin"
    raise DesignError(
        f"calibration does not reach the known totals: {matrix.names[worst]} stays "
        f"{abs(misfit[worst]):.6g} away from {matrix.totals[worst]:g}; {remedy}"
    )


def trim_notes(limits: tuple[float, float], cut: int) -> tuple[str, ...]:
    """Say how many weights were cut."""
    low, high = limits
    limit = (
        f"{low:g} … {high:g}" if np.isfinite([low, high]).all()
        else f"at most {high:g}" if np.isfinite(high)
        else f"at least {low:g}"
    )  # fmt: skip
    words = f"trimmed: {cut} weights cut to {limit}, the limits are taken as fixed"
    return (words,) if cut else ()


def trim_weights(weight: Floats, low: float, high: float) -> tuple[Floats, int]:
    """Cut weights to limits and give what was cut back to the others in equal parts, once.

    Returns
    -------
    The new weights (same sum; some may pass a limit a little again) and how many were cut.
    """
    if not low < high:
        raise DesignError("the trimming limits must be a lower and a higher weight, e.g. 5 and 50")
    outside = (weight < low) | (weight > high)
    if outside.all():
        raise DesignError(f"all weights lie outside the trimming limits {low:g} … {high:g}; widen them")
    cut = np.clip(weight, low, high)
    back = (weight - cut).sum() / (~outside).sum()
    return np.where(outside, cut, weight + back), int(outside.sum())
