"""The sampling units of a design: which record lies in which cluster and stratum, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.codes import Codes, dense_codes, firsts, nest, ordered_codes
from kgeval.estimate.finite_population import Population, StratumName, read_populations
from kgeval.plan.near_name import meant
from kgeval.plan.sample import SampleDesign, SingleCluster, stages

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One sampling stage, as the variance sees it.

    Parameters
    ----------
    unit
        (ultimate units,) the stage's unit that holds each ultimate unit; never decreasing.
    stratum
        (units of the stage,) the stratum of each unit; never decreasing. From the second stage on
        the strata of different parent units are different strata.
    clusters
        (strata,) how many units of the stage were drawn in each stratum, n_h.
    scale
        (strata,) what the stratum's sum of squares is multiplied by:
        (sampling fractions of the stages above) · (1 − f_h) · n_h / (n_h − 1).
    lonely, rule
        (strata,) the single-cluster strata that a rule gives a variance, and the rule: under ``adjust`` they
        are held against the mean of all units below the same parent, under ``average`` they stand for
        the mean of the other strata there.
    parent
        (strata,) the unit of the stage above; 0 in the first stage.
    """

    unit: Codes
    stratum: Codes
    clusters: Floats
    scale: Floats
    lonely: Bools
    parent: Codes
    rule: SingleCluster


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """The units of all stages of one sample.

    Parameters
    ----------
    unit
        (records,) the ultimate unit (of the last stage that matters for the variance) of each record.
    stages
        The stages, the first first; later ones only where the population of each is known, since
        sampling is taken as complete below (as R's ``svydesign`` does).
    notes
        Codes with figures for the column ``reason``, e.g. how single-cluster strata were treated.
    """

    unit: Codes
    stages: tuple[Stage, ...]
    notes: tuple[str, ...] = ()

    @property
    def clusters(self) -> int:
        """The number of first-stage clusters in the design."""
        return len(self.stages[0].stratum)

    @property
    def strata(self) -> int:
        """The number of first-stage strata in the design."""
        return len(self.stages[0].clusters)

    @property
    def df(self) -> int:
        """Degrees of freedom of the whole design, clusters − strata."""
        return self.clusters - self.strata


def sampling_units(frame: pd.DataFrame, design: SampleDesign) -> Units:
    """Code the clusters and strata of every record of the whole sample.

    Parameters
    ----------
    frame
        One row a record, *all* records of the sample: clusters without a member of a domain count.
    design
        Names the columns. Cluster ids are nested in strata: the same id in two strata is two clusters.

    Raises
    ------
    DesignError
        A design column is absent or has a missing value, a population is smaller than its sample or
        varies inside a stratum, or a stratum has one cluster and ``single_cluster = "fail"``.
    """
    clusters, strata, populations = (
        stages(design.cluster), stages(design.stratum), stages(design.population),
    )  # fmt: skip
    _need_columns(frame, (*clusters, *strata, *populations))
    _need_stages(clusters, strata, populations)
    depth = max(1, min(len(populations), len(clusters)))
    parent: Codes = np.zeros(len(frame), dtype=np.intp)
    ids = 0  # how many different cluster ids the first stage has
    unit_of_record: list[Codes] = []
    strata_of_record: list[Codes] = []
    for level in range(depth):
        stratum = parent
        if level < len(strata):
            codes = complete_codes(frame, strata[level])
            stratum = nest(parent, codes) if level else codes
        inside = (
            complete_codes(frame, clusters[level])
            if level < len(clusters)
            else np.arange(len(frame), dtype=np.intp)
        )
        ids = ids or int(inside.max(initial=-1)) + 1
        parent = nest(stratum, inside) if level or strata else inside
        unit_of_record.append(parent)
        strata_of_record.append(stratum)
    known = read_populations(frame, populations[:depth])
    made: list[Stage] = []
    notes: list[str] = []
    share_above: Floats = np.ones(1)
    for level in range(depth):
        stage, share_above, note = _stage(
            ultimate=parent,
            unit=unit_of_record[level],
            stratum=strata_of_record[level],
            population=known[level] if level < len(known) else None,
            share_above=share_above[unit_of_record[level - 1]] if level else np.ones(len(frame)),
            rule=design.single_cluster,
            above=unit_of_record[level - 1] if level else np.zeros(len(frame), dtype=np.intp),
            name=partial(_stratum_name, frame, (*clusters[:level], *strata[: level + 1])),
        )
        made.append(stage)
        notes.extend(note)
    if clusters and strata:
        notes.extend(_reused_ids(ids, made[0]))
    return Units(unit=parent, stages=tuple(made), notes=tuple(notes))


def complete_codes(frame: pd.DataFrame, column: str) -> Codes:
    """Code a design column 0, 1, … in the order of its values; a missing value is an error."""
    values = frame[column]
    dense = dense_codes(values)
    codes = ordered_codes(values)[0] if dense is None else dense[0]
    if len(codes) and codes.min() < 0:
        row = int(np.argmax(codes < 0))
        raise DesignError(
            f"design column {column!r} has no value in row {row + 1} ({int((codes < 0).sum())} such rows); "
            "every record needs its cluster, stratum and population: complete the column"
        )
    return codes


def _need_stages(clusters: Sequence[str], strata: Sequence[str], populations: Sequence[str]) -> None:
    """Refuse a stratum or population of a stage whose units are not named: it would be passed over."""
    for what, columns in (("stratum", strata), ("population", populations)):
        if len(columns) > max(1, len(clusters)):
            raise DesignError(
                f"the sample design names the {what} of {len(columns)} stages, but the units of "
                f"{len(clusters)}; name a cluster column for each stage (the last may be the record's id), "
                f"or leave out {columns[-1]!r}"
            )


def _need_columns(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise DesignError(
            f"the sample design names column {absent[0]!r}, which the data do not have; "
            f"{meant(absent[0], map(str, frame.columns))}"
            "correct the design or the data (columns are matched letter by letter)"
        )


def _stage(
    *,
    ultimate: Codes,
    unit: Codes,
    stratum: Codes,
    population: Population | None,
    share_above: Floats,
    rule: SingleCluster,
    above: Codes,
    name: StratumName,
) -> tuple[Stage, Floats, list[str]]:
    """Build one stage from record-level codes; also the sampled share of each unit, for the next stage."""
    if not len(unit):
        empty: Codes = np.zeros(0, dtype=np.intp)
        nothing = np.zeros(0)
        return (
            Stage(
                unit=empty,
                stratum=empty,
                clusters=nothing,
                scale=nothing,
                lonely=nothing > 0,
                parent=empty,
                rule=rule,
            ),
            nothing,
            [],
        )
    units, strata = int(unit.max()) + 1, int(stratum.max()) + 1
    record_of_unit = firsts(unit, units)
    stratum_of_unit = stratum[record_of_unit]
    record_of_stratum = record_of_unit[firsts(stratum_of_unit, strata)]
    drawn = np.bincount(stratum_of_unit, minlength=strata).astype(np.float64)
    fraction = np.zeros(strata)
    if population is not None:
        fraction = population.sampled(drawn, stratum, record_of_stratum, name)
    share = share_above[record_of_stratum]
    scale = share * (1 - fraction) * drawn / np.maximum(drawn - 1, 1)
    alone = (drawn == 1) & (fraction < 1 - 1e-7)
    scale, lonely, notes = _single(
        scale,
        alone,
        parent=above[record_of_stratum],
        rule=rule,
        record_of_stratum=record_of_stratum,
        name=name,
    )
    last = ultimate is unit
    stage = Stage(
        unit=np.arange(units) if last else unit[firsts(ultimate, int(ultimate.max()) + 1)],
        stratum=stratum_of_unit,
        clusters=drawn,
        scale=scale,
        lonely=lonely,
        parent=above[record_of_stratum],
        rule=rule,
    )
    return stage, (share * fraction)[stratum_of_unit], notes


def _single(
    scale: Floats,
    alone: Bools,
    *,
    parent: Codes,
    rule: SingleCluster,
    record_of_stratum: Codes,
    name: StratumName,
) -> tuple[Floats, Bools, list[str]]:
    """Treat the strata with a single cluster, as R's option ``survey.lonely.psu`` does."""
    if not alone.any():
        return scale, alone, []
    count = int(alone.sum())
    if rule == "fail":
        raise DesignError(
            f"{name(int(record_of_stratum[np.argmax(alone)]))} has one cluster, so its variance cannot be "
            f"computed ({count} such strata); merge it with a neighbour or set single_cluster to "
            "'adjust', 'average', 'remove' or 'certainty'"
        )
    note = [f"single_cluster: {count} strata with one cluster, rule '{rule}'"]
    if rule == "adjust":
        return scale, alone, note
    scale = np.where(alone, 0.0, scale)
    if rule != "average":
        return scale, np.zeros_like(alone), note
    if (np.bincount(parent, ~alone, minlength=int(parent.max()) + 1) == 0).any():
        raise DesignError(
            "single_cluster = 'average' needs a stratum with two clusters or more; choose another rule"
        )
    return scale, alone, note


def _stratum_name(frame: pd.DataFrame, columns: Sequence[str], record: int) -> str:
    named = [f"{column} = {frame[column].iloc[record]}" for column in columns]
    return f"stratum ({', '.join(named)})" if named else "the sample"


def _reused_ids(ids: int, first: Stage) -> list[str]:
    clusters = len(first.stratum)
    if clusters <= ids:
        return []
    return [f"clusters_nested: {ids} cluster ids are {clusters} clusters, each inside its stratum"]
