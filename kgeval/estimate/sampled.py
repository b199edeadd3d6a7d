"""Estimates from a sample: intervals, reasons and flags around what linearisation gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kgeval.errors import DesignError
from kgeval.estimate.bounds import missing_bounds
from kgeval.estimate.breakdown import Domains
from kgeval.estimate.cells import Cells
from kgeval.estimate.finished import Finished
from kgeval.estimate.interval import METHODS, Sampled, all_equal, check_level, korn_graubard, t_interval
from kgeval.estimate.linear import DfRule, Linear
from kgeval.estimate.measure import Measure
from kgeval.estimate.quality import Seen, Standard, judge, standard
from kgeval.estimate.reason import Texts, blank, join, say
from kgeval.estimate.units import Bools, Floats, Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How estimates are finished.

    Parameters
    ----------
    interval
        Method for shares, a key of :data:`kgeval.estimate.interval.METHODS`.
    level
        Confidence level.
    df
        ``"domain"``, ``"design"`` or a number.
    profile
        Presentation standard, a key of ``standards.toml``.
    icc
        Intra-cluster correlation assumed where all answers are equal and no design effect is given.
    design_effects
        Measure → design effect in the next larger area, for shares whose answers are all equal.
    larger
        Breakdown → the breakdown (of some of its columns) whose domains are the next larger areas.
    """

    interval: str = "korn-graubard"
    level: float = 0.95
    df: DfRule = "domain"
    profile: str = "none"
    icc: float = 0.05
    design_effects: Mapping[str, float] = field(default_factory=dict)
    larger: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        standard(self.profile)
        if self.interval not in METHODS:
            raise DesignError(f"no interval method {self.interval!r}; choose one of {', '.join(METHODS)}")
        check_level(self.level)
        if isinstance(self.df, str) and self.df not in {"domain", "design"}:
            raise DesignError(f"degrees of freedom are 'domain', 'design' or a number, not {self.df!r}")
        if not isinstance(self.df, str) and not self.df > 0:
            raise DesignError(f"degrees of freedom must be positive, not {self.df:g}")
        for small, large in self.larger.items():
            if not set(large) < set(small):
                raise DesignError(f"the larger area {large} of {small} must have fewer of the same columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """Intervals under construction; filled in place, share by share."""

    low: Floats
    high: Floats
    effective: Floats
    method: Texts

    @classmethod
    def unknown(cls, shape: tuple[int, ...]) -> _Limits:
        low, high, effective = (np.full(shape, np.nan) for _ in range(3))
        return cls(low=low, high=high, effective=effective, method=blank(shape))


def finish_sample(
    measures: Sequence[Measure],
    table: Cells,
    found: Domains,
    linear: Linear,
    units: Units,
    *,
    larger: Floats,
    options: Options,
) -> Finished:
    """Finish the estimates of one breakdown.

    Parameters
    ----------
    table, found, units
        The cell table, the breakdown's domains, the sampling units.
    linear
        Values, variances and degrees of freedom of the breakdown's domains.
    larger
        (measures, domains) design effects of the next larger area; NaN: not known.
    """
    reason = blank(linear.value.shape, join(*units.notes))
    total = linear.total
    _explain(total, linear, units, reason)
    by = standard(options.profile)
    shares = np.array([[asked.kind == "share"] for asked in measures], dtype=bool)
    limits = _limits(shares, total, linear, larger=larger, options=options, by=by, reason=reason)
    missing_low, missing_high = missing_bounds(measures, total, table, found.code)
    se = np.sqrt(linear.variance)
    low, high = _judged_limits(shares, linear, limits, options, by)
    seen = Seen(
        kinds=[asked.kind for asked in measures], value=linear.value, se=se, low=low, high=high,
        df=linear.df, n=linear.n, effective=limits.effective,
    )  # fmt: skip
    return Finished(
        value=linear.value,
        se=se,
        low=limits.low,
        high=limits.high,
        df=linear.df,
        n=linear.n,
        n_missing=total["missing"],
        clusters=linear.clusters,
        strata=linear.strata,
        weighted_n=linear.weighted,
        deff=linear.deff,
        missing_low=missing_low,
        missing_high=missing_high,
        interval_method=limits.method,
        flag=judge(by, seen, reason),
        reason=reason,
    )


def _limits(
    shares: Bools,
    total: dict[str, Floats],
    linear: Linear,
    *,
    larger: Floats,
    options: Options,
    by: Standard,
    reason: Texts,
) -> _Limits:
    value, variance, df = linear.value, linear.variance, linear.df
    limits = _Limits.unknown(value.shape)
    varied = variance > 0
    by_t = varied & ~shares
    if by_t.any():
        limits.low[by_t], limits.high[by_t] = t_interval(
            value[by_t], np.sqrt(variance[by_t]), df[by_t], options.level
        )
        limits.method[by_t] = "t"
    inner = varied & shares & (value > 0) & (value < 1)
    if inner.any():
        sampled = _sampled(linear, inner, options.level)
        limits.low[inner], limits.high[inner] = METHODS[options.interval](sampled)
        if by.kinds:  # a standard asks for it
            limits.effective[inner] = np.minimum(sampled.n, sampled.effective)
        limits.method[inner] = options.interval
    equal = shares & (df > 0) & ((value == 0) | (value == 1))
    if equal.any():
        _equal_answers(
            total, linear, larger=larger, options=options, by=by, where=equal, limits=limits, reason=reason
        )
    still = ~np.isnan(value) & (variance == 0) & ~equal
    say(reason, still, "no_variance: the answers show no sampling variance, so there is no interval")
    return limits


def _sampled(linear: Linear, where: Bools, level: float) -> Sampled:
    return Sampled(
        p=linear.value[where], v=linear.variance[where], n=linear.n[where], df=linear.df[where], level=level
    )


def _equal_answers(
    total: dict[str, Floats],
    linear: Linear,
    *,
    larger: Floats,
    options: Options,
    by: Standard,
    where: Bools,
    limits: _Limits,
    reason: Texts,
) -> None:
    """Limits of shares at 0 and 100 %, whose sample shows no variance; filled in place."""
    n = total["n"][where]
    known = ~np.isnan(larger[where])
    deff = np.where(known, larger[where], assumed_deff(total, linear, where, options.icc))
    source = np.where(known, "of the larger area", f"assumed with icc {options.icc:g}")
    if by.deff_of_equal_answers is not None:
        deff, source = np.full_like(deff, by.deff_of_equal_answers), np.full_like(source, f"of {by.name}")
    deff = np.maximum(deff, 1.0)
    low, high, size = all_equal(linear.value[where], n, linear.df[where], deff, options.level)
    said = [
        f"all_equal: limits at effective n {size:.1f}, design effect {d:.2f} {origin}"
        for size, d, origin in zip(size, deff, source, strict=True)
    ]
    limits.effective[where] = n
    if options.interval in {"korn-graubard", "beta"}:
        limits.low[where], limits.high[where] = low, high
        limits.method[where] = "korn-graubard"
    else:
        said = [
            f"boundary: no {options.interval} limits at 0 or 100 %, korn-graubard {a:.4f} to {b:.4f}; {text}"
            for a, b, text in zip(low, high, said, strict=True)
        ]
    reason[where] = [join(before, text) for before, text in zip(reason[where], said, strict=True)]


def assumed_deff(total: dict[str, Floats], linear: Linear, where: Bools, icc: float) -> Floats:
    """Return (1 + cv²(w)) · (1 + (m̄ − 1) · icc): Kish (1965) for weights and clusters of size m̄."""
    everybody, w, ww = (total[name][where] for name in ("all", "all_w", "all_ww"))
    spread = np.maximum(everybody * ww / w**2 - 1, 0.0)
    size = np.maximum(linear.n[where] / linear.clusters[where], 1.0)
    return np.asarray((1 + spread) * (1 + (size - 1) * icc))


def _judged_limits(
    shares: Bools, linear: Linear, limits: _Limits, options: Options, by: Standard
) -> tuple[Floats, Floats]:
    """Return the 95 % Korn-Graubard limits that a standard looks at, whatever is printed."""
    if "share" not in by.kinds or (options.interval == "korn-graubard" and options.level == 0.95):
        return limits.low, limits.high
    low, high = np.full_like(limits.low, np.nan), np.full_like(limits.high, np.nan)
    inner = shares & (linear.variance > 0) & (linear.value > 0) & (linear.value < 1)
    low[inner], high[inner] = korn_graubard(_sampled(linear, inner, 0.95))
    equal = shares & (linear.df > 0) & ((linear.value == 0) | (linear.value == 1))
    n = linear.n[equal]
    low[equal], high[equal], _ = all_equal(linear.value[equal], n, linear.df[equal], np.ones_like(n), 0.95)
    return low, high


def _explain(total: dict[str, Floats], linear: Linear, units: Units, reason: Texts) -> None:
    """Say why something is missing or unusual."""
    # a variance needs a value and degrees of freedom
    usual = (linear.clusters > 1) & ~np.isnan(linear.variance) & ~linear.df_fallback
    if usual.all():
        return
    nobody, silent = linear.n == 0, total["missing"] > 0
    say(reason, nobody & silent, "no_answers: nobody in this domain has answered")
    say(reason, nobody & ~silent, "empty_domain: nobody counts in this domain")
    say(reason, ~nobody & np.isnan(linear.value), "zero_denominator: the denominator adds up to 0")
    estimated = ~np.isnan(linear.value)
    say(reason, estimated & (linear.clusters == 1), "one_cluster: one cluster cannot show a sampling error")
    without = estimated & (linear.clusters > 1) & np.isnan(linear.df)
    say(reason, without, "no_df: the design leaves no degree of freedom for a sampling error")
    alone = estimated & ~np.isnan(linear.df) & np.isnan(linear.variance)
    say(reason, alone, "single_cluster: no stratum here has two clusters, so there is nothing to average")
    fallback = estimated & linear.df_fallback & ~np.isnan(linear.df)
    words = (
        f"clusters − strata is below 1, so the smaller of clusters − 1 and the design's {units.df} is used"
    )
    say(reason, fallback, f"df_fallback: {words}")
