"""Make replicate weights from a sample design: jackknife, balanced half-samples, bootstrap.

The first-stage clusters are left out, halved or drawn again inside their strata; later stages follow
their cluster. Source: Wolter (2007), ch. 3-5; bootstrap: Rao, Wu & Yue (1992), *Surv. Methodol.* 18,
209-217, which draws n_h − 1 of n_h clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.codes import Codes
from kgeval.estimate.hadamard import hadamard
from kgeval.estimate.replicates import KINDS, Kind, Replicates
from kgeval.estimate.units import Bools, Floats, Stage, sampling_units
from kgeval.estimate.weights import weights
from kgeval.plan.sample import SampleDesign


@dataclass(frozen=True, slots=True, kw_only=True)
class _Factors:
    """(clusters, replicates) factors on the weights, with the scales of the variance."""

    factor: Floats
    scale: float
    rscales: Floats


def make_replicates(
    frame: pd.DataFrame,
    design: SampleDesign,
    kind: Kind,
    *,
    replicates: int = 500,
    rho: float = 0.5,
    seed: int = 1,
    mse: bool = False,
) -> Replicates:
    """Make replicate weights from a design.

    Parameters
    ----------
    frame, design
        The records of the whole sample and its design. Strata of one cluster need
        ``single_cluster = "certainty"`` or ``"remove"``.
    kind
        ``JK1`` (no strata), ``JKn``, ``BRR`` and ``Fay`` (an even number of clusters in each stratum,
        taken as pairs in the order of their ids), ``bootstrap``.
    replicates, seed
        Of the bootstrap; the same seed gives the same weights.
    rho
        Fay's coefficient.
    mse
        As in :class:`kgeval.estimate.replicates.Replicates`.

    Raises
    ------
    DesignError
        The design does not suit the kind; the message names one that does.
    """
    units = sampling_units(frame, design)
    stage = units.stages[0]
    lonely = stage.clusters == 1
    if lonely.any() and design.single_cluster not in {"certainty", "remove"}:
        raise DesignError(
            f"replicate weights know no rule {design.single_cluster!r} for the {int(lonely.sum())} strata of "
            "one cluster; set single_cluster to 'certainty', or merge them with a neighbour"
        )
    made = _factors(stage, kind, replicates=replicates, rho=rho, seed=seed)
    weight = weights(frame, design.weight)
    number = made.factor.shape[1]
    return Replicates(
        kind=kind,
        base=np.ones(len(frame)) if weight is None else weight,
        unit=stage.unit[units.unit],
        factor=made.factor,
        scale=made.scale,
        rscales=made.rscales,
        mse=mse,
        notes=(f"replicates: {number} replicate weights, {kind}", *units.notes),
    )


def _factors(stage: Stage, kind: Kind, *, replicates: int, rho: float, seed: int) -> _Factors:
    match kind:
        case "JK1":
            if len(stage.clusters) > 1:
                raise DesignError("JK1 is for samples without strata; use JKn")
            return _jackknife(stage)
        case "JKn":
            return _jackknife(stage)
        case "BRR":
            return _half_samples(stage, 0.0)
        case "Fay":
            if not 0 <= rho < 1:
                raise DesignError(f"Fay's coefficient lies between 0 and 1, not {rho:g}")
            return _half_samples(stage, rho)
        case "bootstrap":
            return _bootstrap(stage, replicates, seed)
    raise DesignError(f"no replicate weights of kind {kind!r}; choose one of {', '.join(KINDS)}")


def _correction(stage: Stage) -> Floats:
    """(strata,) 1 − f_h, and 0 where a single cluster adds nothing to the variance."""
    return np.asarray(stage.scale * np.maximum(stage.clusters - 1, 0) / stage.clusters)


def _jackknife(stage: Stage) -> _Factors:
    """Leave out one cluster at a time; the others of its stratum stand for it."""
    drawn = stage.clusters[stage.stratum]
    left_out = np.flatnonzero(drawn > 1)
    if not len(left_out):
        raise DesignError("every stratum has one cluster only; no replicate weights can be made")
    same = stage.stratum[:, None] == stage.stratum[left_out][None, :]
    factor = np.where(same, (drawn / np.maximum(drawn - 1, 1))[:, None], 1.0)
    factor[left_out, np.arange(len(left_out))] = 0.0
    number = drawn[left_out]
    rscales = (number - 1) / number * _correction(stage)[stage.stratum[left_out]]
    return _Factors(factor=factor, scale=1.0, rscales=rscales)


def _half_samples(stage: Stage, rho: float) -> _Factors:
    """Take one cluster of each pair, after the columns of a Hadamard matrix."""
    if (_correction(stage)[stage.clusters > 1] < 1 - 1e-12).any():
        raise DesignError("balanced half-samples know no finite population; use JKn, or leave it out")
    odd = (stage.clusters > 1) & (stage.clusters % 2 == 1)
    if odd.any():
        raise DesignError(
            f"{int(odd.sum())} strata have an odd number of clusters; balanced half-samples need pairs: use "
            "JKn or the bootstrap"
        )
    pair, second = _pairs(stage)
    number = int(pair.max()) + 1
    if number == 0:
        raise DesignError("every stratum has one cluster only; no replicate weights can be made")
    balanced = hadamard(number + 1)[1 : number + 1]
    sign = np.where(second, -1.0, 1.0)[:, None] * balanced[np.maximum(pair, 0)]
    factor = np.where((pair >= 0)[:, None], 1 + (1 - rho) * sign, 1.0)
    size = factor.shape[1]
    return _Factors(factor=factor, scale=1 / (size * (1 - rho) ** 2), rscales=np.ones(size))


def _pairs(stage: Stage) -> tuple[Codes, Bools]:
    """Return the pair of each cluster (−1: a single cluster) and whether it is the second of it."""
    start = np.concatenate([[0], np.cumsum(stage.clusters[:-1])]).astype(np.intp)
    place = np.arange(len(stage.stratum)) - start[stage.stratum]
    pairs = (stage.clusters // 2).astype(np.intp)
    before = np.concatenate([[0], np.cumsum(pairs[:-1])]).astype(np.intp)
    pair = np.where(stage.clusters[stage.stratum] > 1, before[stage.stratum] + place // 2, -1)
    return pair.astype(np.intp), place % 2 == 1


def _bootstrap(stage: Stage, replicates: int, seed: int) -> _Factors:
    """Draw n_h − 1 of n_h clusters with replacement, and shrink for the finite population."""
    if replicates < 2:
        raise DesignError(
            f"the bootstrap needs two replicates or more, not {replicates}; some hundred are usual"
        )
    random = np.random.default_rng(seed)
    factor = np.ones((len(stage.stratum), replicates))
    shrink = np.sqrt(_correction(stage))
    for stratum, drawn in enumerate(stage.clusters.astype(np.intp)):
        if drawn < 2:
            continue
        times = random.multinomial(drawn - 1, np.full(drawn, 1 / drawn), size=replicates).T
        whole = times * (drawn / (drawn - 1))
        factor[stage.stratum == stratum] = 1 + shrink[stratum] * (whole - 1)
    return _Factors(factor=factor, scale=1 / (replicates - 1), rscales=np.ones(replicates))
