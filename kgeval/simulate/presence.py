"""Which units there are in which round: the same, new ones, or the same with some replaced.

Rows come round by round, so that numbers given to units go on from one round to the next and no
new person inherits a former person's code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kgeval.plan.study import Study
from kgeval.simulate.draw import Scene, holds, stream
from kgeval.simulate.model import AREA, STUDY, Unit

# Streams of chance of their own: names with a blank, which no column has.
_HOW_MANY, _WHO_LEFT = "how many", "who left"
IDENTITY = "_unit"  # the same number for the same unit in every round
NUMBER = "number"  # of a unit within the one that it lies in, from 1

_Counts = np.ndarray[Any, np.dtype[np.int64]]


def unit_rows(unit: Unit, units: Mapping[str, pd.DataFrame], study: Study, seed: int) -> pd.DataFrame:
    """Return one row a unit and round: the answers of the units around it, ``_unit`` and ``number``.

    Parameters
    ----------
    unit
        What is to be made.
    units
        The units made before it, ``unit.within`` among them.
    """
    parents = _parents(unit, units, study)
    if unit.where is not None:
        parents = parents[holds(unit.where, parents)].reset_index(drop=True)
    if unit.lasting == "new":
        per_row = _counts(unit, parents, units, seed)
        rows, within = _spread(parents, per_row)
        return rows.assign(**{IDENTITY: np.arange(len(rows)), NUMBER: within + 1})
    first = parents.drop_duplicates(IDENTITY)
    places = pd.Series(_counts(unit, first, units, seed), index=first[IDENTITY].to_numpy())
    rows, within = _spread(parents, places.reindex(parents[IDENTITY]).to_numpy())
    # a place is the same in every round, whoever holds it
    place = (places.cumsum() - places).reindex(rows[IDENTITY]).to_numpy() + within
    holder = place * len(study.rounds) + _changes(unit, rows["round"], place, study, seed)
    return rows.assign(**{IDENTITY: pd.factorize(holder)[0], NUMBER: within + 1})


def _parents(unit: Unit, units: Mapping[str, pd.DataFrame], study: Study) -> pd.DataFrame:
    if unit.within not in (STUDY, AREA):
        return units[unit.within]
    areas = [area.code for area in study.areas] if unit.within == AREA else [""]
    rows = [(round_.key, area, number) for round_ in study.rounds for number, area in enumerate(areas)]
    return pd.DataFrame(rows, columns=["round", "area", IDENTITY]).astype({"round": "str", "area": "str"})


def _counts(unit: Unit, parents: pd.DataFrame, units: Mapping[str, pd.DataFrame], seed: int) -> _Counts:
    scene = Scene(rows=parents, rng=stream(seed, unit.key, _HOW_MANY), units=units, windows={})
    counts = unit.count.draw(scene).astype("float64").fillna(0).to_numpy()
    return np.maximum(np.round(counts), 0).astype(np.int64)


def _spread(parents: pd.DataFrame, counts: _Counts) -> tuple[pd.DataFrame, _Counts]:
    """Repeat each row as often as said; return the rows and each one's place among its repetitions."""
    rows = parents.iloc[np.repeat(np.arange(len(parents)), counts)].reset_index(drop=True)
    within: _Counts = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, within


def _changes(unit: Unit, rounds: pd.Series, place: _Counts, study: Study, seed: int) -> _Counts:
    """Return how often the holder of each place has changed up to each round."""
    if unit.lasting == "same" or len(place) == 0:
        return np.zeros(len(place), dtype=np.int64)
    rng = stream(seed, unit.key, _WHO_LEFT)
    left = rng.random((int(place.max()) + 1, len(study.rounds))) < unit.turnover
    left[:, 0] = False
    order = {round_.key: number for number, round_ in enumerate(study.rounds)}
    changes: _Counts = left.cumsum(axis=1)[place, rounds.map(order).to_numpy()]
    return changes
