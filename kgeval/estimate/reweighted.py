"""Estimates with calibrated or replicate weights, in the same tidy rows as :func:`estimate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.breakdown import By, Domains, breakdowns
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.contrast import Joint
from kgeval.estimate.estimates import Table, finish
from kgeval.estimate.few_clusters import FewClusters, correct
from kgeval.estimate.linear import DfRule, Linear
from kgeval.estimate.measure import Measure, Operand, are_added, distinct
from kgeval.estimate.reason import join
from kgeval.estimate.records import Records, by_domain, read_records
from kgeval.estimate.replicates import Replicates
from kgeval.estimate.rounding import FIXED, stray
from kgeval.estimate.sampled import Options
from kgeval.estimate.sum_cells import sum_cells
from kgeval.estimate.units import Bools, Floats
from kgeval.estimate.variance import unit_covariance
from kgeval.estimate.weighted import Weighted, weigh
from kgeval.plan.sample import SampleDesign

CORRECTED = ("share", "mean")  # kinds that are a regression on nothing
BLOCK = 64  # domains whose dense score totals are held at a time


def estimate_reweighted(
    frame: pd.DataFrame,
    design: SampleDesign,
    measures: Sequence[Measure] | Measure,
    *,
    calibration: Calibration | None = None,
    replicates: Replicates | None = None,
    by: By = None,
    where: Operand | None = None,
    interval: str = "korn-graubard",
    level: float = 0.95,
    df: DfRule | None = None,
    profile: str = "none",
    trim: tuple[float, float] | None = None,
    few_clusters: FewClusters = "none",
) -> pd.DataFrame:
    """Estimate measures in domains of a sample whose weights are calibrated, replicated or trimmed.

    Parameters
    ----------
    frame, design, measures, by, where, interval, level, df, profile
        As in :func:`kgeval.estimate.estimates.estimate`.
    calibration
        Known totals of the population. A domain's score is residualised on them over the whole sample, so
        a calibrated total has standard error 0 and the reason ``known_total``.
    replicates
        Replicate weights; the variance is the spread of the estimates under them.
    trim
        Limits of the design weights.
    few_clusters
        ``"cr2"``: standard errors and degrees of freedom of shares and means are corrected for few
        clusters (:mod:`kgeval.estimate.few_clusters`); ratios and totals stay linearised.

    Returns
    -------
    DataFrame
        As :func:`kgeval.estimate.estimates.estimate`.
    """
    asked = _asked(measures)
    wanted, listed = breakdowns(by)
    options = Options(
        interval=interval, level=level, df=design.df if df is None else df, profile=profile, icc=design.icc
    )
    if few_clusters == "cr2" and (calibration is not None or replicates is not None):
        raise DesignError(
            "the correction for few clusters knows neither calibration nor replicates; choose one of them"
        )
    sample = weigh(frame, design, calibration=calibration, replicates=replicates, trim=trim)
    records = read_records(frame, asked, wanted=wanted, where=where)
    cells = sum_cells(
        asked,
        records.answers,
        [sample.weight] * len(asked),
        sample.units.unit,
        records.levels.codes,
        relevant=records.relevant,
    )
    units = replace(sample.units, notes=sample.notes)
    table = Table(measures=asked, cells=cells, levels=records.levels, units=units, design=design)
    restate = partial(_corrected if few_clusters == "cr2" else _restated, sample, records, options.df)
    estimates = finish(table, wanted, options, listed=listed, restate=restate)
    if few_clusters == "cr2":
        return _say_corrected(estimates)
    return estimates if calibration is None else _known_totals(estimates)


def reweighted_joint(sample: Weighted, records: Records, df: DfRule = "domain") -> Joint:
    """Return the estimates of the records' measures (no breakdown) with their covariance."""
    added = are_added(records.measures)
    y = np.stack([records.numerator(place) for place in range(len(added))], axis=1)
    x = np.stack([records.denominator(place) for place in range(len(added))], axis=1)

    def estimated(weight: Floats) -> Floats:
        above, below = weight @ y, weight @ x
        ratio = np.divide(above, below, out=np.full(len(added), np.nan), where=below != 0)
        return np.where(added, above, ratio)

    value = estimated(sample.weight)
    if np.isnan(value).any():
        empty = records.measures[int(np.argmax(np.isnan(value)))].name
        raise DesignError(f"{empty!r} has no value: nobody counts or its denominator adds up to 0")
    size = np.where(added, 1.0, sample.weight @ x)
    scores = sample.weight[:, None] * (y - np.where(added, 0.0, value) * x) / size
    either = np.any([records.answered(place) for place in range(len(added))], axis=0)
    covariance = sample.covariance(scores, estimated)
    fixed = np.sqrt(np.diag(covariance)) <= FIXED * np.sqrt((scores**2).sum(axis=0))
    return Joint(
        names=tuple(one.name for one in records.measures),
        values=value,
        covariance=np.where(fixed | fixed[:, None], 0.0, covariance),
        df=sample.degrees_of_freedom(either, df),
    )


def _asked(measures: Sequence[Measure] | Measure) -> tuple[Measure, ...]:
    asked = distinct(measures)
    own = [one.name for one in asked if one.weight]
    if own:
        raise DesignError(
            f"{own[0]!r} has a weight of its own, which is neither calibrated nor replicated; estimate it "
            "apart, with that weight as the design's"
        )
    return asked


def _restated(sample: Weighted, records: Records, rule: DfRule, found: Domains, linear: Linear) -> Linear:
    """Put the variance and degrees of freedom of the sample's own road in the place of the linearised."""
    at = records.domains(found.breakdown)
    if sample.replicates is not None:
        variance = _replicated(sample.replicates, records, at, linear.value)
        df = _ranks(sample, records, at, rule)
    else:
        variance, df = _residual(sample, records, at, linear.value), linear.df
    fallback = linear.df_fallback if sample.replicates is None else np.zeros_like(linear.df_fallback)
    return _with_variance(linear, variance, df, fallback)


def _with_variance(linear: Linear, variance: Floats, df: Floats, fallback: Bools) -> Linear:
    """Replace the variance and degrees of freedom, and what follows from them."""
    variance = np.where(np.isnan(linear.value) | ~(df > 0), np.nan, variance)
    # here the answers are not taken about an origin, and calibration leaves what its equations leave
    rounding = linear.rounding + stray(linear.n) * np.abs(linear.value)
    variance[np.sqrt(variance) <= np.fmax(rounding, FIXED * np.sqrt(linear.variance))] = 0.0
    deff = np.full_like(variance, np.nan)
    np.divide(variance * linear.n, linear.element, out=deff, where=linear.element > 0)
    return replace(linear, variance=variance, df=df, deff=deff, df_fallback=fallback)


def _corrected(sample: Weighted, records: Records, _rule: DfRule, found: Domains, linear: Linear) -> Linear:
    """Correct shares and means for few clusters (CR2, Satterthwaite)."""
    at = records.domains(found.breakdown)
    cluster = sample.units.stages[0].unit[sample.units.unit]
    variance, df = linear.variance.copy(), linear.df.copy()
    fallback = linear.df_fallback.copy()
    for place, asked in enumerate(records.measures):
        if asked.kind not in CORRECTED:
            continue
        answered, y = records.answered(place), records.answers[place].y
        for domain in np.flatnonzero(linear.variance[place] > 0):
            here = answered & (at.code == domain)
            corrected = correct(
                np.ones((int(here.sum()), 1)), y[here] - linear.value[place, domain], cluster[here]
            )
            scores = np.zeros((len(here), 1))
            scores[here, 0] = sample.weight[here] * corrected.residuals / sample.weight[here].sum()
            variance[place, domain] = unit_covariance(sample.unit_totals(scores), sample.units)[0, 0]
            df[place, domain] = corrected.df[0]
            fallback[place, domain] = False
    return _with_variance(linear, variance, df, fallback)


def _say_corrected(estimates: pd.DataFrame) -> pd.DataFrame:
    words = np.where(
        estimates["kind"].isin(CORRECTED),
        "few_clusters: CR2 with Satterthwaite degrees of freedom",
        "few_clusters: no CR2 for this kind, linearised",
    )
    said = [
        join(reason, text if se > 0 else "")
        for reason, text, se in zip(estimates["reason"], words, estimates["se"], strict=True)
    ]
    return estimates.assign(reason=said)


def _residual(sample: Weighted, records: Records, found: Domains, value: Floats) -> Floats:
    """(measures, domains) variances from scores residualised on the calibration variables."""
    added = are_added(records.measures)
    variance = np.empty_like(value)
    for place, line in enumerate(value):
        y = by_domain(sample.weight * records.numerator(place), found)
        x = by_domain(sample.weight * records.denominator(place), found)
        size = np.asarray(x.sum(axis=0))
        rate = np.zeros(len(found)) if added[place] else np.nan_to_num(line)
        divisor = np.ones(len(found)) if added[place] else np.where(size == 0, 1.0, size)
        for start in range(0, len(found), BLOCK):
            some = slice(start, start + BLOCK)
            scores = (y[:, some] - x[:, some] * rate[some]) * (1 / divisor[some])
            variance[place, some] = np.diag(unit_covariance(sample.unit_totals(scores), sample.units))
    return variance


def _replicated(replicates: Replicates, records: Records, found: Domains, value: Floats) -> Floats:
    """(measures, domains) variances from the spread over the replicates."""
    added = are_added(records.measures)
    variance = np.empty_like(value)
    for place, line in enumerate(value):
        above = _sums(replicates, records.numerator(place), found)
        if added[place]:
            thetas = above
        else:
            below = _sums(replicates, records.denominator(place), found)
            thetas = np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)
        variance[place] = replicates.variances(thetas, np.nan_to_num(line))
    return variance


def _sums(replicates: Replicates, values: Floats, found: Domains) -> Floats:
    """(domains, replicates) weighted sums under each replicate."""
    from scipy import sparse

    inside = np.flatnonzero(found.code >= 0)
    shape = (len(found), len(replicates.factor))
    held = (replicates.base * values)[inside]
    by_unit = sparse.csr_array((held, (found.code[inside], replicates.unit[inside])), shape=shape)
    return np.asarray(by_unit @ replicates.factor, dtype=np.float64)


def _ranks(sample: Weighted, records: Records, found: Domains, rule: DfRule) -> Floats:
    """(measures, domains) degrees of freedom, each set of answering records once."""
    known: dict[bytes, float] = {}
    df = np.empty((len(records.measures), len(found)))
    for place in range(len(records.measures)):
        answered = records.answered(place)
        for domain in range(len(found)):
            here = answered & (found.code == domain) if rule == "domain" else answered
            key = here.tobytes()
            if key not in known:
                known[key] = sample.degrees_of_freedom(here, rule) if here.any() else np.nan
            df[place, domain] = known[key]
    return df


def _known_totals(estimates: pd.DataFrame) -> pd.DataFrame:
    """Say why an estimate that calibration fixes has no sampling error."""
    words = "known_total: calibration fixes this value, so it has no sampling error"
    fixed = estimates["reason"].str.replace(r"no_variance: [^;]*", words, regex=True)
    return estimates.assign(reason=fixed.where(estimates["value"] != 0, estimates["reason"]))
