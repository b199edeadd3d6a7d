"""The sample: clusters of each area by simple random sampling, then records within them, with weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from kgeval.errors import StudyError
from kgeval.plan.sample import stages
from kgeval.plan.table import Table
from kgeval.simulate.draw import stream
from kgeval.simulate.model import Sampling
from kgeval.simulate.population import Records


def draw_sample(population: Records, seed: int) -> Records:
    """Draw the sample that the model declares from its population.

    Tables that are not sampled are censuses and stay whole. The weight of a record is
    (clusters / clusters drawn) x (records of the cluster / records drawn), the inverse of its
    chance to be drawn (Cochran 1977, ch. 11).
    """
    sampling = population.model.sampling
    if sampling is None:
        return replace(population, seed=seed)
    clusters = _clusters(population, sampling, seed)
    drawn = {
        key: _records(population.frames[key], population.study.tables[key], clusters, take, seed)
        for key, take in sampling.take.items()
    }
    return replace(population, seed=seed, frames={**population.frames, **drawn})


def _clusters(population: Records, sampling: Sampling, seed: int) -> Mapping[str, float]:
    """Return the sampled clusters with the inverse of their chance to be drawn."""
    frame = population.units[sampling.unit].drop_duplicates(sampling.column)
    rng = stream(seed, "sample", sampling.unit)
    drawn: dict[str, float] = {}
    for area, names in frame.groupby("area")[sampling.column]:
        number = sampling.clusters[str(area)]
        if number > len(names):
            raise StudyError([f"sampling asks for {number} clusters in area {area}, which has {len(names)}"])
        chosen = rng.choice(names.to_numpy(dtype=object), size=number, replace=False)
        drawn |= dict.fromkeys(sorted(chosen), len(names) / number)
    return drawn


def _records(
    frame: pd.DataFrame, table: Table, clusters: Mapping[str, float], take: int | None, seed: int
) -> pd.DataFrame:
    cluster, weight = stages(table.design.cluster)[0], table.design.weight
    if weight is None:
        raise StudyError([f"table {table.key} is sampled, so its design must name a weight"])
    inside = frame[frame[cluster].isin(list(clusters))]
    cells = [inside[cluster], inside["round"]]
    size = inside.groupby(cells)["rid"].transform("size").to_numpy()
    place = pd.Series(stream(seed, "sample", table.key).random(len(inside)), index=inside.index)
    rank = place.groupby(cells).rank().to_numpy()
    number = size if take is None else np.minimum(size, take)
    chance = inside[cluster].map(clusters).to_numpy(dtype="float64")
    # four decimals, as a sheet of weights shows them: what is delivered is what is used
    weighted = inside.assign(**{weight: np.round(chance * size / number, 4)})
    return weighted[rank <= number].reset_index(drop=True)
