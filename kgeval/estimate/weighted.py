"""A sample with its final weights: how the variance of anything made from its records is found.

Three roads lead to a covariance: linearised scores summed over clusters; the same after taking out what
known totals explain (calibration); the spread of the estimate over replicate weights. Whoever
estimates from records gives both the scores and the statistic, and need not know which road is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.calibrate import Calibrated, Calibration, calibrate, trim_notes, trim_weights
from kgeval.estimate.linear import DfRule
from kgeval.estimate.margin_matrix import unit_sums
from kgeval.estimate.replicates import Replicates
from kgeval.estimate.units import Bools, Floats, Units, sampling_units
from kgeval.estimate.variance import unit_covariance
from kgeval.estimate.weights import weights
from kgeval.plan.sample import SampleDesign

Statistic = Callable[[Floats], Floats]  # (records,) weights → (k,) estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """A sample ready for estimates from its records.

    Parameters
    ----------
    weight
        (records,) final weights.
    units
        The sampling units.
    calibrated, replicates
        How the variance is found; both ``None``: from the scores alone.
    said
        Further codes for the column ``reason``.
    """

    weight: Floats
    units: Units
    calibrated: Calibrated | None = None
    replicates: Replicates | None = None
    said: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Codes for the column ``reason``."""
        road = self.units.notes if self.replicates is None else self.replicates.notes
        return (*road, *(() if self.calibrated is None else self.calibrated.notes), *self.said)

    def covariance(self, scores: Floats, statistic: Statistic) -> Floats:
        """Return the (k, k) covariance of estimates.

        Parameters
        ----------
        scores
            (records, k) weighted linearised values; zero outside the domain.
        statistic
            Makes the (k,) estimates from weights; used with replicate weights only.
        """
        if self.replicates is not None:
            thetas = np.stack([statistic(column) for column in self.replicates.weights().T])
            return self.replicates.covariance(thetas, statistic(self.weight))
        return unit_covariance(self.unit_totals(scores), self.units)

    def unit_totals(self, scores: Any) -> Floats:
        """Return the totals of (records, k) scores over the ultimate units, residualised if calibrated.

        ``scores`` may be a sparse matrix.
        """
        size = len(self.units.stages[0].unit)
        if self.calibrated is not None:
            return self.calibrated.unit_totals(scores, self.units.unit, size)
        return unit_sums(scores, self.units.unit, size)

    def degrees_of_freedom(self, answered: Bools, rule: DfRule = "domain") -> float:
        """Return the degrees of freedom of an estimate from the answered records; NaN: none.

        Clusters − strata, or where that is below 1 the smaller of clusters − 1 and the design's; with
        replicate weights their rank − 1.
        """
        if not isinstance(rule, str):
            return float(rule)
        if self.replicates is not None:
            found = self.replicates.rank_df(None if rule == "design" else answered)
            return found if found >= 1 else np.nan
        if rule == "design":
            return float(self.units.df) if self.units.df >= 1 else np.nan
        first = self.units.stages[0]
        clusters = np.unique(first.unit[self.units.unit[answered]])
        strata = np.unique(first.stratum[clusters])
        own = len(clusters) - len(strata)
        freedom = own if own >= 1 else min(len(clusters) - 1, self.units.df)
        return float(freedom) if freedom >= 1 else np.nan


def weigh(
    frame: pd.DataFrame,
    design: SampleDesign,
    *,
    calibration: Calibration | None = None,
    replicates: Replicates | None = None,
    trim: tuple[float, float] | None = None,
) -> Weighted:
    """Give the records their final weights.

    Parameters
    ----------
    frame
        One row a record, *all* records of the sample.
    design
        The sample design. With replicate weights its clusters and strata are only counted.
    calibration
        Known totals; replicate weights are calibrated one by one.
    replicates
        From :func:`kgeval.estimate.replicates.given_replicates` or
        :func:`kgeval.estimate.resample.make_replicates`.
    trim
        Limits of the design weights, as :class:`Calibration` has them for calibrated ones.
    """
    if design.census:
        raise DesignError("a census has no sampling error; neither calibration nor replicate weights apply")
    counted = design if replicates is None else replace(design, single_cluster="certainty")
    units = sampling_units(frame, counted)
    given = weights(frame, design.weight)
    weight = np.ones(len(frame)) if given is None else given
    if replicates is not None and len(replicates.unit) != len(frame):
        raise DesignError(
            f"the replicate weights are of {len(replicates.unit)} records, the data have {len(frame)}; "
            "make both from the same records"
        )
    said: tuple[str, ...] = ()
    if trim is not None:
        if replicates is not None or calibration is not None:
            raise DesignError(
                "weights are trimmed before replicates are made of them, and calibrated ones by the "
                "calibration's own limits; do one after the other"
            )
        weight, cut = trim_weights(weight, *trim)
        said = trim_notes(trim, cut)
    if calibration is None:
        return Weighted(weight=weight, units=units, replicates=replicates, said=said)
    calibrated = calibrate(frame, weight, calibration)
    if replicates is not None:
        replicates = _calibrate_each(frame, replicates, calibration)
    return Weighted(weight=calibrated.weight, units=units, calibrated=calibrated, replicates=replicates)


def _calibrate_each(frame: pd.DataFrame, replicates: Replicates, calibration: Calibration) -> Replicates:
    each = [calibrate(frame, column, calibration).weight for column in replicates.weights().T]
    records = len(replicates.unit)
    return replace(
        replicates,
        base=np.ones(records),
        unit=np.arange(records, dtype=np.intp),
        factor=np.stack(each, axis=1),
    )
