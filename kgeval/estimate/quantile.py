"""Quantiles with Woodruff's interval: the limits of the share below, carried back to the answers.

Source: Woodruff (1952), *JASA* 47, 635-646; Francisco & Fuller (1991), *Ann. Stat.* 19, 454-469; as R
``survey``'s ``svyquantile`` with ``qrule = "math"`` and ``interval.type = "mean"``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.breakdown import By
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.interval import t_quantile
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Operand
from kgeval.estimate.reason import join
from kgeval.estimate.recordwise import Found, Respondents, estimate_recordwise
from kgeval.estimate.replicates import Replicates
from kgeval.estimate.units import Floats
from kgeval.plan.sample import SampleDesign

ROUNDING = 1e-12  # of replicate weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """One quantile to estimate.

    Parameters
    ----------
    name, answer, counts
        As in :class:`kgeval.estimate.measure.Measure`.
    probability
        Which quantile, e.g. 0.5 for the median.
    spread
        With replicate weights: ``replicates`` takes the spread of the quantile itself (as R's
        ``interval.type = "quantile"``), ``woodruff`` that of the share below it.
    """

    name: str
    answer: Operand
    probability: float
    counts: Operand | None = None
    spread: Literal["replicates", "woodruff"] = "replicates"

    def __post_init__(self) -> None:
        if not 0 < self.probability < 1:
            raise DesignError(
                f"a quantile lies between 0 and 1, e.g. 0.5 for the median, not {self.probability:g}"
            )

    @property
    def kind(self) -> str:
        """The kind of estimate."""
        return "quantile"

    def estimate(self, respondents: Respondents) -> Found:
        """Estimate the quantile of one domain."""
        order = np.argsort(respondents.y, kind="stable")
        y, weight = respondents.y[order], respondents.weight[order]
        value = at_share(y, weight, self.probability)
        low_end, high_end = _bounds(y, weight, self.probability, respondents.missing_weight)
        known = Found(value=value, missing_low=low_end, missing_high=high_end)
        if np.isnan(respondents.df):
            return known
        replicates = respondents.sample.replicates
        if replicates is not None and self.spread == "replicates":
            return self._replicated(respondents, known, jackknife=replicates.kind in {"JK1", "JKn"})
        return _woodruff(respondents, y, weight, known)

    def _replicated(self, respondents: Respondents, known: Found, *, jackknife: bool) -> Found:
        order = np.argsort(respondents.y, kind="stable")
        y = respondents.y[order]
        variance = respondents.variance_of_mean(
            respondents.y, lambda weight: at_share(y, weight[order], self.probability, rounding=ROUNDING)
        )
        se = float(np.sqrt(variance))
        margin = float(t_quantile(0.5 + respondents.level / 2, respondents.df)) * se
        words = "the jackknife may misjudge the error of a quantile, Woodruff's interval does not"
        if not se > 0:
            return replace(known, reason="no_variance: the quantile is the same in all replicates")
        return replace(
            known, se=se, low=known.value - margin, high=known.value + margin, interval_method="t",
            reason=f"jackknife_quantile: {words}" if jackknife else "",
        )  # fmt: skip


def quantile(name: str, value: Operand, probability: float, counts: Operand | None = None) -> Quantile:
    """Measure a quantile of a value among the records that count, e.g. 0.5 for the median."""
    return Quantile(name=name, answer=value, probability=probability, counts=counts)


def estimate_quantiles(
    frame: pd.DataFrame,
    design: SampleDesign,
    asked: Sequence[Quantile] | Quantile,
    *,
    calibration: Calibration | None = None,
    replicates: Replicates | None = None,
    by: By = None,
    where: Operand | None = None,
    level: float = 0.95,
    df: DfRule | None = None,
    trim: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Estimate quantiles in domains; see :func:`kgeval.estimate.recordwise.estimate_recordwise`.

    Examples
    --------
    >>> frame = pd.DataFrame({"hamlet": np.repeat(range(6), 10), "books": np.arange(60) % 7})
    >>> row = estimate_quantiles(frame, SampleDesign(cluster="hamlet"), quantile("median", "${books}", 0.5))
    >>> row[["value", "low", "high", "df"]].iloc[0].tolist()
    [3.0, 3.0, 4.0, 5.0]
    """
    return estimate_recordwise(
        frame, design, asked,
        calibration=calibration, replicates=replicates, by=by, where=where, level=level, df=df,
        trim=trim,
    )  # fmt: skip


def at_share(y: Floats, weight: Floats, share: float, *, rounding: float = 0.0) -> float:
    """Return the smallest answer up to which the given share of the weight lies; ``y`` is sorted.

    Where the weight reaches the share exactly (20 of 200 equal weights and 0.1), rounding decides between
    two neighbours, both of them right; to agree with R the sums are made in its way, accumulated in
    extended precision. ``rounding`` (relative) makes what nearly reaches the share enough: replicate
    weights come from files with some 15 digits.
    """
    positive = weight != 0
    y, weight = y[positive], weight[positive]
    cumulated = np.cumsum(weight, dtype=np.longdouble).astype(np.float64)
    goal = share * cumulated[-1]
    reached = (cumulated > goal) | (share - cumulated / cumulated[-1] == 0)
    if rounding:
        reached |= cumulated >= goal * (1 - rounding)
    return float(y[int(np.argmax(reached))]) if reached.any() else float(y[-1])


def _bounds(y: Floats, weight: Floats, share: float, missing: float) -> tuple[float, float]:
    """Return the quantile if every missing answer were lowest, and highest; NaN where it has no limit."""
    total = float(weight.sum())
    goals = (share * (total + missing) - missing) / total, share * (total + missing) / total
    low, high = (at_share(y, weight, goal) if 0 < goal <= 1 else np.nan for goal in goals)
    return low, high


def _woodruff(respondents: Respondents, y: Floats, weight: Floats, known: Found) -> Found:
    below = (respondents.y <= known.value).astype(np.float64)
    share = float(respondents.weight @ below / respondents.weight.sum())
    spread = float(np.sqrt(respondents.variance_of_mean(below)))
    if not spread > 1e-8:
        return replace(
            known, reason="no_variance: the share below shows no sampling variance, so no interval"
        )
    t = float(t_quantile(0.5 + respondents.level / 2, respondents.df))
    ends = share - t * spread, share + t * spread
    low, high = (at_share(y, weight, end) if 0 <= end <= 1 else np.nan for end in ends)
    lost = [name for name, limit in (("lower", low), ("upper", high)) if np.isnan(limit)]
    reason = f"outside: the {' and the '.join(lost)} limit lies beyond all answers" if lost else ""
    return replace(
        known, se=(high - low) / (2 * t), low=low, high=high, interval_method="woodruff",
        reason=join(known.reason, reason),
    )  # fmt: skip
