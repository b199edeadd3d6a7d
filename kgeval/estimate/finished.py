"""The columns of finished estimates, before they are laid out as rows."""

from __future__ import annotations

from dataclasses import dataclass

from kgeval.estimate.reason import Texts
from kgeval.estimate.units import Floats

NUMBERS = (
    "value", "se", "low", "high", "df", "n", "n_missing", "clusters", "strata", "weighted_n", "deff",
    "missing_low", "missing_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Every column of the result as a (measures, domains) array; NaN is an absent number."""

    value: Floats
    se: Floats
    low: Floats
    high: Floats
    df: Floats
    n: Floats
    n_missing: Floats
    clusters: Floats
    strata: Floats
    weighted_n: Floats
    deff: Floats
    missing_low: Floats
    missing_high: Floats
    interval_method: Texts
    flag: Texts
    reason: Texts
