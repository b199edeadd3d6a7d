"""Was the target reached? Two verdicts side by side: the official one, and what the data can carry.

The official verdict compares the point estimate of the one definition that was decided to be the
official one. The statistical verdict is read from the interval that is printed beside it (from the
bounds of unknown answers in a census), and may say that it cannot say. Source of the rules:
``docs/method.md``, "Verdicts".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from scipy import special

from kgeval.estimate.interval import METHODS, Sampled, all_equal, clopper_pearson, t_ratio
from kgeval.plan.flag import CENSUS
from kgeval.plan.indicator import Indicator
from kgeval.plan.study import Study

TOLERANCE = 1e-9  # 16 of 20 meets 0.80 whatever the last bit says
Official = Literal["exceeded", "met", "not_met", "not_estimable", ""]
Statistical = Literal["met", "not_met", "unclear", "not_estimable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One target in one area; the fields are the columns of ``results/verdicts``.

    ``shortfall`` is how much is missing to the target (negative: more than reached), with the limits
    that the interval gives it. ``min_certifiable`` is the value nearest to the target that this
    design could certify; missing where not even 100 % would do. ``p_one_sided`` inverts the printed
    interval: it is at most half of 1 − confidence exactly where ``met`` is certain.
    """

    indicator: str
    variant: str
    area: str
    as_of: str
    target: float
    direction: str
    value: float
    low: float
    high: float
    official: Official
    statistical: Statistical
    shortfall: float
    shortfall_low: float
    shortfall_high: float
    min_certifiable: float
    p_one_sided: float
    reason: str


COLUMNS = tuple(Verdict.__dataclass_fields__)


def judge(study: Study, estimates: pd.DataFrame) -> pd.DataFrame:
    """Hold every estimate of the last round against its target.

    Parameters
    ----------
    estimates
        One row an estimate, with the columns of ``results/estimates``; only plain rows (no
        breakdown) of the endline are judged.

    Returns
    -------
    One row a definition with a target, a direction and an area, with the columns of ``Verdict``.
    """
    plain = estimates[(estimates["by"] == "") & (estimates["round"] == study.endline.key)]
    as_of = study.data_as_of.isoformat() if study.data_as_of else ""
    verdicts = []
    for row in plain.to_dict("records"):
        indicator = study.indicator(row["indicator"], row["variant"])
        target = indicator.target_in(row["area"])
        if target is not None and indicator.direction != "none":
            verdicts.append(asdict(verdict(cast("dict[str, Any]", row), indicator, target, as_of=as_of)))
    return pd.DataFrame(verdicts, columns=list(COLUMNS))


def verdict(row: Mapping[str, Any], indicator: Indicator, target: float, *, as_of: str = "") -> Verdict:
    """Judge one estimate.

    Parameters
    ----------
    row
        The estimate: value, se, low, high, df, n, missing_low, missing_high, interval_method, confidence.
    target
        On the scale of the value: a share from 0 to 1, or a count.
    """
    sign = -1.0 if indicator.direction == "lower" else 1.0
    low, high = _evidence(row)
    statistical, reason = _statistical(row, low, high, target, sign)
    sampled = row["interval_method"] != CENSUS and not math.isnan(low)
    certifiable = _min_certifiable(row, target, sign) if sampled else math.nan
    if sampled and math.isnan(certifiable):
        reason = "; ".join(filter(None, [reason, "cannot_certify"]))
    shortfalls = sorted((sign * (target - low), sign * (target - high)))
    return Verdict(
        indicator=indicator.key,
        variant=indicator.variant,
        area=row["area"],
        as_of=as_of,
        target=target,
        direction=indicator.direction,
        value=row["value"],
        low=low,
        high=high,
        official=official(row["value"], target, sign) if indicator.official else "",
        statistical=statistical,
        shortfall=sign * (target - row["value"]),
        shortfall_low=shortfalls[0],
        shortfall_high=shortfalls[1],
        min_certifiable=certifiable,
        p_one_sided=_p_one_sided(row, target, sign) if sampled else math.nan,
        reason=reason,
    )


def official(value: float, target: float, sign: float = 1.0) -> Official:
    """Compare the unrounded point estimate with the target; ``sign`` −1 where lower is better.

    Examples
    --------
    >>> official(16 / 20, 0.80), official(0.96, 0.95), official(0.9499, 0.95)
    ('met', 'exceeded', 'not_met')
    """
    if math.isnan(value):
        return "not_estimable"
    gain = sign * (value - target)
    if abs(gain) <= TOLERANCE:
        return "met"
    return "exceeded" if gain > 0 else "not_met"


def _evidence(row: Mapping[str, Any]) -> tuple[float, float]:
    """Return the limits that the data leave open: the interval, or a census's bounds of unknown answers."""
    if row["interval_method"] == CENSUS:
        return row["missing_low"], row["missing_high"]
    return row["low"], row["high"]


def _statistical(
    row: Mapping[str, Any], low: float, high: float, target: float, sign: float
) -> tuple[Statistical, str]:
    census = row["interval_method"] == CENSUS
    if math.isnan(row["value"]) or math.isnan(low) or math.isnan(high):
        return "not_estimable", row["reason"] or "no_interval"
    worst, best = sorted((sign * (low - target), sign * (high - target)))
    if worst >= -TOLERANCE:
        return "met", ""
    # A census that falls short by the tolerance has met its target; a sample's upper limit must lie below.
    if best < -TOLERANCE:
        return "not_met", ""
    return "unclear", "unknown_answers" if census else "interval_contains_target"


def _sampled(row: Mapping[str, Any], level: float) -> Sampled:
    one = {"p": row["value"], "v": row["se"] ** 2, "n": float(row["n"]), "df": float(row["df"])}
    return Sampled(**{name: np.array([number]) for name, number in one.items()}, level=level)


def _effective(row: Mapping[str, Any]) -> float:
    """Return the sample size n* that the row's Korn-Graubard limits stand on."""
    if row["value"] in (0.0, 1.0):
        edge = row["low"] if row["value"] == 1.0 else 1 - row["high"]
        return math.log((1 - row["confidence"]) / 2) / math.log(edge)
    s = _sampled(row, row["confidence"])
    return float(np.minimum(s.n, s.effective)[0])


def _min_certifiable(row: Mapping[str, Any], target: float, sign: float) -> float:
    """Return the value nearest to the target whose interval would lie wholly on the good side."""
    if row["kind"] != "share":
        half = abs(row["value"] - (row["low"] if sign > 0 else row["high"]))
        return float(target + sign * half)
    if not 0 < target < 1:
        return target if target in (0.0, 1.0) and row["value"] == target else math.nan
    size = np.array([_effective(row)])

    def gain(share: float) -> float:
        low, high = clopper_pearson(np.array([share]), size, row["confidence"])
        return float(low[0]) - target if sign > 0 else target - float(high[0])

    best = 1.0 if sign > 0 else 0.0
    return math.nan if gain(best) < 0 else _bisect(gain, inside=best, outside=target)


def _p_one_sided(row: Mapping[str, Any], target: float, sign: float) -> float:
    """Return the one-sided p value of "the target is not reached" that belongs to the printed interval."""
    if row["kind"] != "share":
        t = sign * (row["value"] - target) / row["se"]
        return float(special.stdtr(row["df"], -t)) if math.isfinite(row["df"]) else float(special.ndtr(-t))
    reached = sign * (row["value"] - target) > 0

    def beyond(alpha: float) -> float:
        """Positive where the interval at level 1 − alpha leaves the target outside."""
        low, high = _limits(row, 1 - alpha)
        return (low - target) if row["value"] > target else (target - high)

    tiny = 1e-12
    if abs(row["value"] - target) <= TOLERANCE:
        return 0.5
    if beyond(tiny) >= 0:
        alpha = tiny
    elif beyond(1 - tiny) < 0:
        alpha = 1.0
    else:
        alpha = _bisect(beyond, inside=1 - tiny, outside=tiny)
    return alpha / 2 if reached else 1 - alpha / 2


def _limits(row: Mapping[str, Any], level: float) -> tuple[float, float]:
    if row["value"] in (0.0, 1.0):
        n, df = np.array([float(row["n"])]), np.array([float(row["df"])])
        deff = n * t_ratio(n, df, row["confidence"]) / _effective(row)
        low, high, _ = all_equal(np.array([row["value"]]), n, df, deff, level)
    else:
        low, high = METHODS[row["interval_method"]](_sampled(row, level))
    return float(low[0]), float(high[0])


def _bisect(gain: Callable[[float], float], *, inside: float, outside: float) -> float:
    """Return where ``gain`` turns from negative (outside) to not negative (inside)."""
    for _ in range(100):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if gain(middle) >= 0 else (inside, middle)
    return inside
