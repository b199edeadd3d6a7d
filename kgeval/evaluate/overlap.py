"""Which clusters two rounds have in common, and a warning where only their coding keeps them apart."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.estimate.codes import Codes
from kgeval.estimate.rounds import coding_differs
from kgeval.estimate.units import Bools, Units, sampling_units
from kgeval.evaluate.change_pairs import Request
from kgeval.plan.sample import SampleDesign, stages


class ClusterCodingWarning(UserWarning):
    """Cluster ids of two rounds look shared but are coded differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How the clusters of the two rounds belong together.

    ``plain`` are the clusters of both rounds united, ``to_plain`` leads from a unit of the table to its
    cluster; ``common`` and ``to_common`` the same for clusters found in both rounds (−1: in one only),
    needed where the rounds share only a part of their clusters.
    """

    plain: Units
    to_plain: Codes
    common: Units | None
    to_common: Codes
    notes: tuple[str, ...]

    @classmethod
    def find(
        cls,
        rows: pd.DataFrame,
        design: SampleDesign,
        units: Units,
        request: Request,
        asked: Bools | None = None,
    ) -> Overlap:
        """Compare the clusters of the rounds; ``asked`` are the records that the change is of (None: all)."""
        first = design.first_stage()
        plain = sampling_units(rows, first) if design.rounds != "independent" else units
        to_plain = _lead(units, plain)
        before = (rows[request.column] == request.start).to_numpy()
        notes = _coding_notes(rows, design, before) or _left_notes(plain, before, asked, design, request)
        if design.rounds != "partial":
            return cls(plain=plain, to_plain=to_plain, common=None, to_common=to_plain, notes=notes)
        both = np.intersect1d(plain.unit[before], plain.unit[~before])
        inside = np.isin(plain.unit, both)
        common = sampling_units(rows[inside], first)
        lead = np.full(len(units.stages[0].unit), -1, dtype=np.intp)
        lead[units.unit[inside]] = common.unit
        return cls(plain=plain, to_plain=to_plain, common=common, to_common=lead, notes=notes)


def _lead(units: Units, plain: Units) -> Codes:
    lead = np.zeros(len(units.stages[0].unit), dtype=np.intp)
    lead[units.unit] = plain.unit
    return lead


def _coding_notes(rows: pd.DataFrame, design: SampleDesign, before: np.ndarray) -> tuple[str, ...]:
    clusters = stages(design.cluster)
    if not clusters:
        return ()
    ids = rows[clusters[0]]
    if design.rounds != "independent" and coding_differs(ids[before], ids[~before]):
        text = (
            f"cluster_coding: ids in {clusters[0]!r} look shared by the rounds but are coded differently, "
            "so the rounds count as different clusters"
        )
        warnings.warn(text, ClusterCodingWarning, stacklevel=4)
        return (text,)
    return ()


def _left_notes(
    plain: Units, before: Bools, asked: Bools | None, design: SampleDesign, request: Request
) -> tuple[str, ...]:
    """Say how many of the clusters that were to be visited again were met in one round only."""
    if design.rounds != "same_clusters" or not stages(design.cluster):
        return ()
    here = np.ones(len(before), dtype=bool) if asked is None else asked  # an area has clusters of its own
    first, last = np.unique(plain.unit[before & here]), np.unique(plain.unit[~before & here])
    left, new = len(np.setdiff1d(first, last)), len(np.setdiff1d(last, first))
    if not left and not new:
        return ()
    whole = len(np.union1d(first, last))
    only = f"{left} have records only in {request.start} and {new} only in {request.end}"
    return (f"clusters_left: of {whole} clusters {only}",)
