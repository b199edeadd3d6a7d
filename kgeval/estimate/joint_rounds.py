"""Estimates of two rounds with their covariance, however the rounds' samples belong together.

Revisited clusters make one stacked sample; independent samples have strata of their own; samples that share
a part of their clusters have each round's own variance, and the covariance of the clusters in both:

    cov_h = m_h/(m_h − 1) Σ_common (Z₁ − Z̄₁)(Z₂ − Z̄₂)

The same rule as for a single change (``evaluate/change.py``); here for contrasts of several estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from kgeval.estimate.breakdown import domains
from kgeval.estimate.contrast import Joint, joint_of
from kgeval.estimate.estimates import Table, tabulate
from kgeval.estimate.linear import DomainCells, domain_cells, scores
from kgeval.estimate.measure import Measure, are_added
from kgeval.estimate.rounds import nest_in_rounds
from kgeval.estimate.units import Floats, Units, sampling_units
from kgeval.estimate.variance import unit_covariance
from kgeval.plan.sample import SampleDesign


def joint_in_rounds(
    frame: pd.DataFrame, design: SampleDesign, measures: Sequence[Measure], column: str
) -> Joint:
    """Estimate several measures of two rounds together.

    Parameters
    ----------
    frame
        All records of both rounds, one below the other.
    design
        The sample design; its ``rounds`` say how the samples belong together, its ``df`` which degrees of
        freedom the result has.
    measures
        Told apart by ``counts``, as in :func:`kgeval.estimate.contrast.joint`.
    column
        The round column.
    """
    nested, own = nest_in_rounds(frame, design, column)
    table = tabulate(nested, own, measures)
    found = joint_of(table)
    if design.rounds != "partial" or design.census:
        return _with_df(found, design, found.df, table.units.df)
    first = design.first_stage()
    plain = sampling_units(frame, first)
    cells = domain_cells(table.cells, domains(table.levels, (), table.cells.levels, table.cells.relevant))
    before = (frame[column] == frame[column].iloc[0]).to_numpy()
    crossed = _crossed(frame, first, table, cells, plain=plain, before=before)
    together = replace(found, covariance=found.covariance + crossed + crossed.T)
    return _with_df(together, design, _united(table, cells, plain), plain.df)


def _with_df(found: Joint, design: SampleDesign, own: float, whole: float) -> Joint:
    """Give the result the degrees of freedom that the design asks for."""
    if design.df == "domain":
        return replace(found, df=own)
    return replace(found, df=float(whole if design.df == "design" else design.df))


def _crossed(
    frame: pd.DataFrame,
    first: SampleDesign,
    table: Table,
    cells: DomainCells,
    *,
    plain: Units,
    before: np.ndarray,
) -> Floats:
    """(k, k) covariance of what one round adds with what the other adds, from the clusters in both."""
    added = are_added(table.measures)
    totals = np.zeros((len(table.units.stages[0].unit), len(table.measures)))
    totals[cells.unit] = scores(cells, added).T
    both = np.intersect1d(plain.unit[before], plain.unit[~before])
    size = len(table.measures)
    if not len(both):
        return np.zeros((size, size))
    inside = np.isin(plain.unit, both)
    common = sampling_units(frame[inside], first)
    parts = np.zeros((len(common.stages[0].unit), 2 * size))
    for side, here in enumerate((before, ~before)):
        # each unit of the table lies in one round: its totals go to its cluster, once
        pairs = np.unique(
            np.stack([table.units.unit[inside & here], common.unit[here[inside]]], axis=1), axis=0
        )
        np.add.at(parts[:, side * size : (side + 1) * size], pairs[:, 1], totals[pairs[:, 0]])
    return np.asarray(unit_covariance(parts, common)[:size, size:])


def _united(table: Table, cells: DomainCells, plain: Units) -> float:
    """Clusters of both rounds united − their strata, of the records that answer any measure."""
    answering = np.unique(cells.unit[cells.sums["n"].sum(axis=0) > 0])
    clusters = np.unique(plain.unit[np.isin(table.units.unit, answering)])
    strata = np.unique(plain.stages[0].stratum[clusters])
    freedom = len(clusters) - len(strata)
    return float(freedom if freedom >= 1 else min(len(clusters) - 1, plain.df))
