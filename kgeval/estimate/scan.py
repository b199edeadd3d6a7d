"""Cell tables of files larger than memory: one pass over Parquet, by DuckDB or batch by batch.

Rows are summed into one row for each combination of sampling unit and breakdown; what comes out is
small and is finished like any frame. DuckDB makes the pass where every expression can be written in
SQL, else each batch is evaluated here; both give the same numbers (a law in the tests).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kgeval.errors import DataError, DesignError
from kgeval.estimate.answers import answers, condition
from kgeval.estimate.breakdown import code_levels
from kgeval.estimate.cells import CENTRED, Cells, are_counted
from kgeval.estimate.estimates import Table
from kgeval.estimate.measure import Measure, Operand, distinct
from kgeval.estimate.scan_query import by_database, query_of
from kgeval.estimate.scan_request import RELEVANT, Scan, cell_codes, need_columns
from kgeval.estimate.sum_cells import origins, sum_cells
from kgeval.estimate.tabular import plain_numbers, whole_codes, written_names
from kgeval.estimate.units import Floats, sampling_units
from kgeval.estimate.weights import weights
from kgeval.plan.sample import SampleDesign, stages

Map = Callable[[Callable[[Any], Any], Iterable[Any]], list[Any]]
BATCH = 500_000  # rows evaluated at a time: 15 indicators then need about 300 MB
_ENOUGH = 1000  # records for a value near the estimates


def tabulate_files(
    paths: Sequence[Path],
    design: SampleDesign,
    measures: Sequence[Measure] | Measure,
    *,
    wanted: Sequence[tuple[str, ...]] = ((),),
    where: Operand | None = None,
    in_database: bool | None = None,
    over: Map | None = None,
) -> Table:
    """Return the cell table of Parquet files without holding their rows.

    Parameters
    ----------
    design
        Must name clusters: where each record is its own, the table would be as long as the files.
    in_database
        Whether DuckDB makes the pass; ``None``: where it can.
    over
        A ``map`` that sums the files one by one, e.g. on the machines of a cluster, where they must lie
        under the same paths; their cells are added here. ``None``: one pass over all files, here.
    """
    scan = Scan(
        paths=tuple(paths), design=design, measures=distinct(measures), wanted=tuple(wanted), where=where
    )
    if design.cluster is None:
        raise DesignError("a streamed estimate needs clusters; without them read the file whole")
    origin = _origins(scan)
    query = query_of(scan, origin) if in_database is not False else None
    if query is None and in_database:
        raise DesignError("an expression cannot be written in SQL; leave in_database undecided")
    if over is not None:
        keys, sums = _spread(scan, over, origin, in_database=query is not None)
    elif query is None:
        keys, sums = _by_batches(scan, origin)
    else:
        keys, sums = by_database(scan, query)
    _need_keys(keys, design)
    keys = whole_codes(keys, [column for breakdown in scan.wanted for column in breakdown])
    rule = "certainty" if design.census else design.single_cluster
    units = sampling_units(keys, replace(design, single_cluster=rule))
    levels = code_levels(keys, scan.wanted)
    cells = Cells(
        unit=units.unit,
        levels=levels.codes,
        sums=sums,
        counted=are_counted(scan.measures),
        origin=origin,
        relevant=keys[RELEVANT].to_numpy(dtype=bool),
    )
    return Table(measures=scan.measures, cells=cells, levels=levels, units=units, design=design)


def _need_keys(keys: pd.DataFrame, design: SampleDesign) -> None:
    """Refuse records without cluster, stratum or population: their rows are not known any more."""
    for name in (*stages(design.stratum), *stages(design.cluster), *stages(design.population)):
        if (keys[name].isna() | (keys[name] == "")).any():
            raise DesignError(
                f"design column {name!r} has no value in some records; every record needs its cluster, "
                "stratum and population: complete the column"
            )


# -- file by file -----------------------------------------------------------------------------------


def _origins(scan: Scan) -> Floats:
    """Return a value near each mean or ratio, from the first records: the same in every batch and file."""
    batches = _batches(scan, records=_ENOUGH) if any(one.kind in CENTRED for one in scan.measures) else ()
    parts: list[pd.DataFrame] = []
    for batch in batches:  # the first file may hold a single record, and that a wild one
        parts.append(batch)
        if sum(map(len, parts)) >= _ENOUGH:
            break
    if not parts:
        return np.zeros(len(scan.measures))
    first = pd.concat(parts, ignore_index=True)
    who = condition(scan.where, first)
    return origins(scan.measures, [answers(one, first, who) for one in scan.measures])


def _spread(
    scan: Scan, over: Map, origin: Floats, *, in_database: bool
) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Sum each file by itself, wherever ``over`` takes it, and add the cells up in the files' order."""
    of_file = partial(_file_cells, in_database=in_database, origin=origin)
    parts = over(of_file, [replace(scan, paths=(path.resolve(),)) for path in scan.paths])
    filled = [(keys, sums) for keys, sums in parts if len(keys)]
    if not filled:
        raise DataError("EMPTY", "the files hold no rows", hint="give files with records")
    (table,), (added,) = _compact(scan.keys, [keys for keys, _ in filled], [sums for _, sums in filled])
    return table, added


def _file_cells(scan: Scan, *, in_database: bool, origin: Floats) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Return the cells of one file."""
    query = query_of(scan, origin) if in_database else None
    try:
        return _by_batches(scan, origin) if query is None else by_database(scan, query)
    except DataError as error:
        if error.code != "EMPTY":
            raise
        return pd.DataFrame(columns=[*scan.keys, RELEVANT]), {}


# -- batch by batch ---------------------------------------------------------------------------------


def _by_batches(scan: Scan, origin: Floats) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Evaluate batches with NumPy and add their cells up."""
    keys: list[pd.DataFrame] = []
    sums: list[dict[str, Floats]] = []
    for batch in _batches(scan):
        part, cells = _batch_cells(scan, batch, origin)
        keys.append(part)
        sums.append(cells.sums)
        if len(keys) == 64:
            keys, sums = _compact(scan.keys, keys, sums)
    if not keys:
        raise DataError("EMPTY", "the files hold no rows", hint="give files with records")
    (table,), (added,) = _compact(scan.keys, keys, sums)
    return table, added


def _batches(scan: Scan, records: int = BATCH) -> Iterator[pd.DataFrame]:
    import pyarrow.parquet as pq

    for path in scan.paths:
        need_columns(scan.columns, written_names(path), path)
        for batch in pq.ParquetFile(path).iter_batches(batch_size=records, columns=scan.columns):
            yield plain_numbers(batch.to_pandas())


def _batch_cells(scan: Scan, batch: pd.DataFrame, origin: Floats) -> tuple[pd.DataFrame, Cells]:
    code = cell_codes(batch, scan.keys)
    who = condition(scan.where, batch)
    columns = {name: weights(batch, name) for name in [None, *scan.weights]}
    cells = sum_cells(
        scan.measures,
        [answers(one, batch, who) for one in scan.measures],
        [columns[one.weight or scan.design.weight] for one in scan.measures],
        code,
        np.empty((len(batch), 0), dtype=np.intp),
        relevant=who.possible,
        origin=origin,
        whole=True,
    )
    first = pd.Series(np.arange(len(batch))).groupby(code).first().to_numpy()
    keys = batch[scan.keys].iloc[first].reset_index(drop=True)
    return keys.assign(**{RELEVANT: cells.relevant}), cells


def _compact(
    names: list[str], keys: list[pd.DataFrame], sums: list[dict[str, Floats]]
) -> tuple[list[pd.DataFrame], list[dict[str, Floats]]]:
    """Add up the cells that several batches have in common."""
    table = pd.concat(keys, ignore_index=True)
    code = cell_codes(table, names)
    size = int(code.max()) + 1
    added = {
        field: np.stack(
            [
                np.bincount(code, line, size).astype(np.float64)
                for line in np.concatenate([one[field] for one in sums], axis=1)
            ]
        )
        for field in sums[0]
        if all(field in one for one in sums)  # what follows from the others may be left out
    }
    grouped = table.groupby(code, sort=True)
    merged = table.iloc[grouped.head(1).index].set_axis(code[grouped.head(1).index]).sort_index()
    relevant = grouped[RELEVANT].any().to_numpy()
    return [merged.reset_index(drop=True).assign(**{RELEVANT: relevant})], [added]
