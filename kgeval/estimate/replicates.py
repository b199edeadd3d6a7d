"""Replicate weights: the estimate is made again under each, and their spread is its variance.

Source: Wolter (2007), *Introduction to Variance Estimation*, ch. 3 (BRR, Fay), 4 (jackknife), 5
(bootstrap); variance and degrees of freedom as R ``survey``'s ``svrepdesign``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.codes import Codes
from kgeval.estimate.units import Bools, Floats

Kind = Literal["JK1", "JKn", "BRR", "Fay", "bootstrap"]
KINDS: tuple[Kind, ...] = ("JK1", "JKn", "BRR", "Fay", "bootstrap")
RANK = 1e-7  # singular values below this part of the greatest are 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicates:
    """The replicate weights of every record, ``base · factor[unit]``.

    Parameters
    ----------
    kind
        ``JK1``, ``JKn``, ``BRR``, ``Fay`` or ``bootstrap``.
    base, unit, factor
        (records,), (records,), (units, replicates): replicates made from a design differ by cluster
        only; given ones have one unit a record. Zeros are allowed.
    scale, rscales
        The variance is scale · Σ rscales (θ_r − centre)²; ``rscales`` is (replicates,).
    mse
        The centre is the estimate itself, not the mean of the replicates.
    df
        Degrees of freedom where they are given; ``None``: rank of the replicate weights − 1.
    notes
        Codes for the column ``reason``.
    """

    kind: Kind
    base: Floats
    unit: Codes
    factor: Floats
    scale: float
    rscales: Floats
    mse: bool = False
    df: float | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return int(self.factor.shape[1])

    def weights(self) -> Floats:
        """Return the replicate weights, (records, replicates)."""
        return self.base[:, None] * self.factor[self.unit]

    def covariance(self, thetas: Floats, full: Floats) -> Floats:
        """Return the (k, k) covariance of estimates from their replicates.

        Parameters
        ----------
        thetas
            (replicates, k) the estimates under each replicate; a replicate without one (NaN) is left out.
        full
            (k,) the estimates under the full weights.
        """
        kept = np.isfinite(thetas).all(axis=1)
        usable, rscales = thetas[kept], self.rscales[kept]
        if not len(usable):
            return np.full((thetas.shape[1], thetas.shape[1]), np.nan)
        centre = full if self.mse else usable[rscales > 0].mean(axis=0)
        away = (usable - centre) * np.sqrt(rscales)[:, None]
        return np.asarray(self.scale * away.T @ away)

    def variances(self, thetas: Floats, full: Floats) -> Floats:
        """Return the (estimates,) variances; a replicate without the estimate (NaN) is left out.

        Parameters
        ----------
        thetas, full
            (estimates, replicates) and (estimates,).
        """
        known = np.isfinite(thetas)
        counted = known & (self.rscales > 0)
        number = counted.sum(axis=1)
        mean = np.where(counted, thetas, 0.0).sum(axis=1) / np.maximum(number, 1)
        centre = full if self.mse else mean
        squares = np.where(known, thetas - centre[:, None], 0.0) ** 2
        variance = self.scale * (squares @ self.rscales)
        return np.where(number > 0, variance, np.nan)

    def rank_df(self, records: Bools | None = None) -> float:
        """Return the degrees of freedom among some of the records: as given, or rank − 1."""
        if self.df is not None:
            return self.df
        unit = self.unit if records is None else self.unit[records]
        held = self.factor[np.unique(unit)]
        if not held.size:
            return 0.0
        size = np.linalg.norm(held, axis=0)
        singular = np.linalg.svd(held / np.where(size > 0, size, 1.0), compute_uv=False)
        return float((singular > RANK * singular[0]).sum() - 1)


def replicate_columns(columns: Iterable[str], prefix: str) -> list[str]:
    """Return the columns called prefix and a number, in the order of the numbers.

    Examples
    --------
    >>> replicate_columns(["w", "rw10", "rw2", "rwx"], "rw")
    ['rw2', 'rw10']
    """
    found = {name: re.fullmatch(re.escape(prefix) + r"_?(\d+)", name) for name in columns}
    numbered = {name: int(match.group(1)) for name, match in found.items() if match}
    return sorted(numbered, key=numbered.__getitem__)


def given_replicates(
    frame: pd.DataFrame,
    prefix: str,
    kind: Kind,
    *,
    scale: float | None = None,
    rscales: Sequence[float] | None = None,
    mse: bool = False,
    rho: float = 0.5,
    df: float | None = None,
) -> Replicates:
    """Take replicate weights from columns of the records.

    Parameters
    ----------
    frame
        One row a record.
    prefix
        The columns are called prefix and a number; they hold whole weights, not factors.
    kind
        How they were made; it gives the scale where none is given: (R − 1)/R for JK1, 1/R for BRR,
        1/(R (1 − ρ)²) for Fay, 1/(R − 1) for the bootstrap. JKn needs ``rscales``.
    scale, rscales, mse, df
        As in :class:`Replicates`.
    rho
        Fay's coefficient.

    Raises
    ------
    DesignError
        No such column, a weight that is missing, negative or infinite, or scales that do not fit.
    """
    columns = replicate_columns([str(name) for name in frame.columns], prefix)
    if len(columns) < 2:
        raise DesignError(
            f"{len(columns)} columns are called {prefix!r} and a number; replicate weights are two "
            f"columns or more, e.g. {prefix}1, {prefix}2"
        )
    weights = frame[columns].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        row, column = (int(place[0]) for place in np.nonzero(wrong))
        raise DesignError(
            f"replicate weight {columns[column]!r} is missing, negative or infinite in row {row + 1} "
            f"({int(wrong.sum())} such cells); zero is allowed, nothing else: mend the file"
        )
    return Replicates(
        kind=kind,
        base=np.ones(len(frame)),
        unit=np.arange(len(frame), dtype=np.intp),
        factor=weights,
        scale=_scale(kind, len(columns), rho, scale, rscales),
        rscales=_rscales(kind, len(columns), rscales),
        mse=mse,
        df=df,
        notes=(f"replicates: {len(columns)} replicate weights, {kind}",),
    )


def _scale(
    kind: Kind, number: int, rho: float, scale: float | None, rscales: Sequence[float] | None
) -> float:
    if kind not in KINDS:
        raise DesignError(f"no replicate weights of kind {kind!r}; choose one of {', '.join(KINDS)}")
    if kind == "Fay" and not 0 <= rho < 1:
        raise DesignError(f"Fay's coefficient lies between 0 and 1, not {rho:g}")
    if kind in {"BRR", "Fay"}:  # fixed by the method, as in R
        return 1 / (number * (1 - (rho if kind == "Fay" else 0.0)) ** 2)
    if scale is not None:
        if not (np.isfinite(scale) and scale > 0):
            raise DesignError(f"the scale of replicate weights is positive, not {scale:g}")
        return float(scale)
    if kind == "JKn" and rscales is None:
        raise DesignError(
            "JKn replicate weights need a scale for each replicate, (n − 1)/n of its stratum; give the scales"
        )
    return {"JK1": (number - 1) / number, "JKn": 1.0, "bootstrap": 1 / (number - 1)}[kind]


def _rscales(kind: Kind, number: int, rscales: Sequence[float] | None) -> Floats:
    if rscales is None or kind in {"BRR", "Fay"}:
        return np.ones(number)
    found = np.asarray(rscales, dtype=np.float64)
    if found.size == 1:
        return np.full(number, float(found.ravel()[0]))
    if found.shape != (number,):
        raise DesignError(f"there are {found.size} scales for {number} replicate weights; give one each")
    if not (np.isfinite(found) & (found >= 0)).all() or not found.any():
        raise DesignError("the scales of replicate weights are numbers from 0 upwards; mend the file")
    return found


def read_scales(table: pd.DataFrame) -> tuple[float | None, list[float] | None]:
    """Read a table with the columns ``scale`` (its first value counts) and ``rscales``, or one of them."""
    named = {str(name).strip().casefold(): name for name in table.columns}
    if not {"scale", "rscales"} & set(named):
        raise DesignError(
            "the file of replicate scales has neither a column 'scale' nor 'rscales'; name them so"
        )
    scale = float(table[named["scale"]].iloc[0]) if "scale" in named else None
    rscales = [float(value) for value in table[named["rscales"]]] if "rscales" in named else None
    return scale, rscales
