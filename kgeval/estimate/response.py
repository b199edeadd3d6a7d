"""Weights for those who were not met again: inverse response rates by class, and what estimating them costs.

Who answers in a class c stands for all of the class: weights are multiplied by a_c = W_c / R_c, the weight of
the class at first over that of its units met again. Since both are estimated from the sample, the
linearised value of a mean θ holds a second part beside w a_c (y − θ) / X̂:

    (S_c / R_c) (W_i − a_c f_i W_i),   S_c = Σ_c w (y − θ) / X̂,  f_i = 1 for who was met again

Source: Särndal, Swensson & Wretman (1992), *Model Assisted Survey Sampling*, ch. 15.6 (response homogeneity
groups); linearised as any function of totals. Equal to post-stratification to totals that are themselves
estimated. Within a class those met again must be like the others: nothing here can test that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kgeval.errors import DesignError
from kgeval.estimate.codes import Codes
from kgeval.estimate.units import Bools, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Response by class.

    Parameters
    ----------
    klass
        (records,) the class of each record's unit; −1: outside the population that is adjusted to.
    first
        (records,) whether the record is of the first round, and so carries the class's weight.
    found
        (records,) whether the record's unit was met again.
    weight
        (records,) weights before adjustment.
    factor
        (classes,) a_c.
    """

    klass: Codes
    first: Bools
    found: Bools
    weight: Floats
    factor: Floats

    @property
    def each(self) -> Floats:
        """(records,) the factor of each record; 0 for who was not met again or is outside."""
        return np.where(self.found & (self.klass >= 0), self.factor[self.klass], 0.0)

    def mean(self, y: Floats, known: Bools) -> tuple[float, Floats]:
        """Return the mean of the known answers of units met again, and its (records,) linearised values.

        Parameters
        ----------
        y, known
            (records,) the answers, and whether each is known and counts.
        """
        here = known & (self.klass >= 0) & self.found
        raised = np.where(here, self.weight * self.each, 0.0)
        size = raised.sum()
        if not size > 0:
            raise DesignError("nobody met again has an answer, so there is nothing to adjust")
        value = float(raised @ np.where(here, y, 0.0) / size)
        gap = np.where(here, y - value, 0.0) / size
        total = self._sums(np.where(here, self.weight, 0.0) * gap)
        met = self._sums(np.where(self.first & self.found, self.weight, 0.0))
        share = np.divide(total, met, out=np.zeros_like(total), where=met > 0)
        carried = np.where(self.first & (self.klass >= 0), self.weight * (1 - self.each), 0.0)
        return value, raised * gap + carried * share[self.klass]

    def _sums(self, values: Floats) -> Floats:
        inside = self.klass >= 0
        sums = np.bincount(self.klass[inside], values[inside], minlength=len(self.factor))
        return sums.astype(np.float64, copy=False)


def response(weight: Floats, *, first: Bools, found: Bools, klass: Codes) -> Response:
    """Find the factors of the classes.

    Parameters
    ----------
    weight, first, found, klass
        As in :class:`Response`.

    Raises
    ------
    DesignError
        In a class nobody was met again: it must be put together with another.
    """
    inside = klass >= 0
    size = int(klass.max()) + 1 if inside.any() else 0
    carried = np.bincount(klass[inside & first], weight[inside & first], minlength=size)
    met = np.bincount(klass[inside & first & found], weight[inside & first & found], minlength=size)
    if not (met > 0).all():
        place = int(np.argmin(met > 0))
        raise DesignError(f"in response class {place} nobody was met again; put it together with another")
    return Response(klass=klass, first=first, found=found, weight=weight, factor=carried / met)
