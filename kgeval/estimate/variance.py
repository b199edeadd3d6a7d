"""Linearised variance: sums of squares of cluster totals of scores, inside strata, stage by stage.

Source: Särndal, Swensson & Wretman (1992), ch. 4 and 5; Lumley (2004), *J. Stat. Softw.* 9(8);
several stages as in R ``survey``'s ``svyrecvar``.
"""

from __future__ import annotations

import numpy as np

from kgeval.estimate.units import Codes, Floats, Stage, Units


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
    if not stage.centred.all():
        below = np.bincount(stage.parent, stage.clusters)
        sums = np.stack([np.bincount(stage.parent[stage.stratum], column) for column in clusters.T], axis=1)
        means[~stage.centred] = (sums / below[:, None])[stage.parent[~stage.centred]]
    deviations = (clusters - means[stage.stratum]) * np.sqrt(stage.scale)[stage.stratum, None]
    return np.asarray(deviations.T @ deviations)


def domain_variances(scores: Floats, unit: Codes, domain: Codes, domains: int, units: Units) -> Floats:
    """Return the variance of each estimate in each domain from a sparse table of score totals.

    Parameters
    ----------
    scores
        (estimates, cells) score totals of the cells; units without a cell in a domain have score zero
        there, and count.
    unit, domain
        (cells,) the ultimate unit and the domain of each cell, sorted by domain and then unit.

    Returns
    -------
    (estimates, domains)
    """
    variances = np.zeros((len(scores), domains))
    for stage in units.stages:
        cluster = stage.unit[unit]
        starts = changes(domain, cluster)
        at = domain[starts], cluster[starts]
        totals = sum_runs(scores, starts)
        stratum = stage.stratum[at[1]]
        first = changes(at[0], stratum)
        home, held = at[0][first], stratum[first]
        present = np.append(first[1:], len(stratum)) - first
        drawn = stage.clusters[held]
        means = sum_runs(totals, first) / drawn
        if not stage.centred.all():
            grand, absent = _grand_means(totals, at, (home, held), domains, stage)
            means = np.where(stage.centred[held], means, grand)
            variances += absent
        squares = sum_runs((totals - np.repeat(means, present, axis=1)) ** 2, first)
        # clusters of the stratum without a member of the domain: their total is zero
        squares += (drawn - present) * means**2
        parts = squares * stage.scale[held]
        for row, part in enumerate(parts):
            variances[row] += np.bincount(home, part, domains)
    return variances


def _grand_means(
    totals: Floats, at: tuple[Codes, Codes], runs: tuple[Codes, Codes], domains: int, stage: Stage
) -> tuple[Floats, Floats]:
    """Find the means that single-cluster strata are held against under ``adjust`` (R survey 4.5).

    ``at`` are domain and cluster of each total, ``runs`` domain and stratum of each run of totals.

    Returns
    -------
    (estimates, runs) the mean over all units below the parent of each (domain, stratum), and
    (estimates, domains) what the single-cluster strata without a member of the domain add.
    """
    (domain, cluster), (home, held) = at, runs
    below = np.bincount(stage.parent, stage.clusters)
    parents = len(below)
    key = domain * parents + stage.parent[stage.stratum[cluster]]
    sums = np.stack([np.bincount(key, line, domains * parents) for line in totals])
    mean = sums / np.tile(below, domains)
    lonely = ~stage.centred
    weight = np.bincount(stage.parent, np.where(lonely, stage.scale, 0.0), parents)
    seen = np.bincount(
        home * parents + stage.parent[held], np.where(lonely[held], stage.scale[held], 0.0), domains * parents
    )
    absent = mean**2 * (np.tile(weight, domains) - seen)
    return mean[:, home * parents + stage.parent[held]], absent.reshape(-1, domains, parents).sum(axis=2)


def changes(*keys: Codes) -> Codes:
    """Return where runs of equal keys begin."""
    differs = np.ones(len(keys[0]), dtype=bool)
    np.not_equal(keys[0][1:], keys[0][:-1], out=differs[1:])
    for key in keys[1:]:
        differs[1:] |= key[1:] != key[:-1]
    return differs.nonzero()[0]


def sum_runs(values: Floats, starts: Codes) -> Floats:
    """Sum (k, cells) values over runs that begin at ``starts``."""
    if len(starts) == values.shape[1]:
        return values
    if len(values) > 1 and values.strides[0] == 0:  # the same line for every measure
        line = np.add.reduceat(values[0], starts)
        return np.broadcast_to(line, (len(values), len(line)))
    return np.add.reduceat(values, starts, axis=1)
