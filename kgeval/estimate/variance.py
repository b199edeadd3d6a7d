"""Linearised variance: sums of squares of cluster totals of scores, inside strata, stage by stage.

Source: Särndal, Swensson & Wretman (1992), ch. 4 and 5; Lumley (2004), *J. Stat. Softw.* 9(8);
several stages as in R ``survey``'s ``svyrecvar``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kgeval.estimate.codes import Codes, nest
from kgeval.estimate.units import Bools, Floats, Stage, Units


def covariance(scores: Floats, units: Units) -> Floats:
    """Return the covariance matrix of totals of linearised values.

    Parameters
    ----------
    scores
        (records, k) or (records,) weighted linearised values, e.g. w (y − R x) / X; zero for a record
        outside the domain. A total's score is w y.
    units
        The sampling units of the same records.

    Returns
    -------
    (k, k) symmetric matrix.
    """
    columns = np.asarray(scores, dtype=np.float64).reshape(len(scores), -1)
    size = len(units.stages[0].unit)
    totals = np.stack(
        [np.bincount(units.unit, column, size).astype(np.float64) for column in columns.T], axis=1
    )
    return unit_covariance(totals, units)


def unit_covariance(totals: Floats, units: Units) -> Floats:
    """Return the covariance matrix from score totals of the ultimate units, (units, k)."""
    return np.asarray(sum(_stage_covariance(totals, stage) for stage in units.stages))


def _stage_covariance(totals: Floats, stage: Stage) -> Floats:
    starts = np.flatnonzero(np.diff(stage.unit, prepend=-1))
    clusters = np.add.reduceat(totals, starts, axis=0)
    first = np.flatnonzero(np.diff(stage.stratum, prepend=-1))
    means = np.add.reduceat(clusters, first, axis=0) / stage.clusters[:, None]
    scale = stage.scale
    if stage.lonely.any() and stage.rule == "adjust":
        below = np.bincount(stage.parent, stage.clusters)
        sums = np.stack([np.bincount(stage.parent[stage.stratum], column) for column in clusters.T], axis=1)
        means[stage.lonely] = (sums / below[:, None])[stage.parent[stage.lonely]]
    elif stage.lonely.any():
        scale = scale * (np.bincount(stage.parent) / np.bincount(stage.parent, ~stage.lonely))[stage.parent]
    deviations = (clusters - means[stage.stratum]) * np.sqrt(scale)[stage.stratum, None]
    return np.asarray(deviations.T @ deviations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """How cells, sorted by domain and unit, lie in the clusters and strata of one stage.

    Parameters
    ----------
    clusters
        (clusters in domains,) where the cells of each cluster in each domain begin.
    strata
        (strata in domains,) where the clusters of each stratum in each domain begin, among ``clusters``.
    present
        (strata in domains,) how many clusters have a cell there.
    domain, stratum
        (strata in domains,) which they are.
    """

    clusters: Codes
    strata: Codes
    present: Codes
    domain: Codes
    stratum: Codes


def runs_of(stage: Stage, unit: Codes, domain: Codes) -> Runs:
    """Find the runs of one stage; ``unit`` and ``domain`` are (cells,), the ultimate unit and the domain."""
    cluster = stage.unit[unit]
    clusters = changes(domain, cluster)
    home, held = domain[clusters], stage.stratum[cluster[clusters]]
    strata = changes(home, held)
    return Runs(
        clusters=clusters,
        strata=strata,
        present=np.append(strata[1:], len(held)) - strata,
        domain=home[strata],
        stratum=held[strata],
    )


def domain_variances(
    scores: Floats,
    runs: Sequence[Runs],
    domains: int,
    units: Units,
    *,
    answered: Floats | None = None,
) -> Floats:
    """Return the variance of each estimate in each domain from a sparse table of score totals.

    Parameters
    ----------
    scores
        (estimates, cells) score totals of the cells; units without a cell in a domain have score zero
        there, and count.
    runs
        How the cells lie in the clusters and strata of each stage (:func:`runs_of`).
    answered
        (estimates, cells) answers in each cell: the rules for single clusters look only at the strata of the
        domain that have one (as R's ``subset`` of a design does). ``None``: at those that have a cell.

    Returns
    -------
    (estimates, domains); NaN where all strata of a domain have one cluster and ``average`` is the rule.
    """
    variances = np.zeros((len(scores), domains))
    for stage, run in zip(units.stages, runs, strict=True):
        totals = sum_runs(scores, run.clusters)
        drawn, scale = stage.clusters[run.stratum], stage.scale[run.stratum]
        sums = sum_runs(totals, run.strata)
        means = sums / drawn
        if stage.lonely.any():
            n = None if answered is None else sum_runs(sum_runs(answered, run.clusters), run.strata)
            seen = np.ones(sums.shape, dtype=bool) if n is None else n > 0
            means, scale = _single_clusters(sums, seen, run.domain, run.stratum, stage)
        deviations = np.repeat(means, run.present, axis=1)
        np.subtract(totals, deviations, out=deviations)
        deviations *= deviations
        squares = sum_runs(deviations, run.strata)
        # clusters of the stratum without a member of the domain: their total is zero
        squares += (drawn - run.present) * means**2
        squares *= scale
        first = changes(run.domain)
        variances[:, run.domain[first]] += sum_runs(squares, first)
    return variances


def _single_clusters(
    sums: Floats, seen: Bools, home: Codes, held: Codes, stage: Stage
) -> tuple[Floats, Floats]:
    """Return the means that strata are held against and the scale of their squares (R survey 4.5).

    Parameters
    ----------
    sums, seen
        (estimates, runs) the score totals of each stratum in each domain, and whether it has an answer there.
    home, held
        (runs,) the domain and the stratum of each run.
    """
    group = nest(home, stage.parent[held])  # the strata of a domain below the same parent

    def together(values: Floats | Bools) -> Floats:
        return np.stack([np.bincount(group, line)[group] for line in values]).astype(np.float64)

    lonely, drawn, scale = stage.lonely[held], stage.clusters[held], stage.scale[held]
    if stage.rule == "adjust":
        grand = together(sums) / np.maximum(together(seen * drawn), 1.0)
        return np.where(lonely, grand, sums / drawn), np.where(lonely & ~seen, 0.0, scale)
    strata, usable = together(seen), together(seen & ~lonely)
    times = np.divide(strata, usable, out=np.where(strata > 0, np.nan, 1.0), where=usable > 0)
    return sums / drawn, scale * times


def changes(*keys: Codes) -> Codes:
    """Return where runs of equal keys begin."""
    differs = np.ones(len(keys[0]), dtype=bool)
    np.not_equal(keys[0][1:], keys[0][:-1], out=differs[1:])
    for key in keys[1:]:
        differs[1:] |= key[1:] != key[:-1]
    return differs.nonzero()[0]


def count_runs(holds: Bools, starts: Codes) -> Floats:
    """Count how often (k, cells) hold within runs that begin at ``starts``."""
    return np.add.reduceat(holds, starts, axis=1, dtype=np.int32).astype(np.float64)


def sum_runs(values: Floats, starts: Codes) -> Floats:
    """Sum (k, cells) values over runs that begin at ``starts``."""
    if len(starts) == values.shape[1]:
        return values
    if len(values) > 1 and values.strides[0] == 0:  # the same line for every measure
        line = np.add.reduceat(values[0], starts)
        return np.broadcast_to(line, (len(values), len(line)))
    return np.add.reduceat(values, starts, axis=1)
