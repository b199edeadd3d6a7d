"""Cell tables of files larger than memory: one pass over Parquet, by DuckDB or batch by batch.

Rows are summed into one row for each combination of sampling unit and breakdown; what comes out is
small and is finished like any frame. DuckDB makes the pass where every expression can be written in
SQL, else each batch is evaluated here; both give the same numbers (a law in the tests).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kgeval.errors import DataError, DesignError
from kgeval.estimate.breakdown import code_levels
from kgeval.estimate.cells import FIELDS, Cells, are_counted, sum_cells
from kgeval.estimate.estimates import Table
from kgeval.estimate.measure import Measure, Operand, answers, condition, distinct, not_finite, weights
from kgeval.estimate.sql import NUMBERS, condition_sql, number_sql, quote
from kgeval.estimate.tabular import column_names, plain_numbers
from kgeval.estimate.units import Floats, nest, ordered_codes, sampling_units
from kgeval.plan.expression import Expression, parse
from kgeval.plan.sample import SampleDesign, stages

Map = Callable[[Callable[[Any], Any], Iterable[Any]], list[Any]]
BATCH = 500_000  # rows evaluated at a time: 15 indicators then need about 300 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What is to be summed from the files.

    Parameters
    ----------
    paths
        Parquet files with the same columns.
    design, measures, wanted, where
        As in :func:`kgeval.estimate.estimates.tabulate`; operands are texts or expressions.
    """

    paths: tuple[Path, ...]
    design: SampleDesign
    measures: tuple[Measure, ...]
    wanted: tuple[tuple[str, ...], ...]
    where: Operand | None

    @property
    def keys(self) -> list[str]:
        """The columns that tell cells apart."""
        design = self.design
        columns = [*stages(design.stratum), *stages(design.cluster), *stages(design.population)]
        return list(dict.fromkeys([*columns, *(column for breakdown in self.wanted for column in breakdown)]))

    @property
    def weights(self) -> list[str]:
        """The weight columns in use."""
        named = [self.design.weight, *(asked.weight for asked in self.measures)]
        return list(dict.fromkeys(name for name in named if name))

    @property
    def columns(self) -> list[str]:
        """Every column that is read."""
        operands = [
            self.where,
            *(part for one in self.measures for part in (one.answer, one.counts, one.per)),
        ]
        named = [
            name for operand in operands for name in sorted(_expression(operand).names) if operand is not None
        ]
        return list(dict.fromkeys([*self.keys, *self.weights, *named]))


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
    query = _query(scan) if in_database is not False else None
    if query is None and in_database:
        raise DesignError("an expression cannot be written in SQL; leave in_database undecided")
    if over is not None:
        keys, sums, origin = _spread(scan, over, in_database=query is not None)
    elif query is None:
        keys, sums, origin = _by_batches(scan)
    else:
        keys, sums, origin = _by_database(scan, query)
    _need_keys(keys, design)
    rule = "certainty" if design.census else design.single_cluster
    units = sampling_units(keys, replace(design, single_cluster=rule))
    levels = code_levels(keys, scan.wanted)
    cells = Cells(
        unit=units.unit,
        levels=levels.codes,
        sums=sums,
        counted=are_counted(scan.measures),
        origin=origin,
        relevant=keys[_RELEVANT].to_numpy(dtype=bool),
    )
    return Table(measures=scan.measures, cells=cells, levels=levels, units=units, design=design)


_RELEVANT = " relevant"  # no column of a file is called so by accident


def _need_keys(keys: pd.DataFrame, design: SampleDesign) -> None:
    """Refuse records without cluster, stratum or population: their rows are not known any more."""
    for name in (*stages(design.stratum), *stages(design.cluster), *stages(design.population)):
        if keys[name].isna().any():
            raise DesignError(
                f"design column {name!r} has no value in some records; every record needs its cluster, "
                "stratum and population: complete the column"
            )


# -- file by file -----------------------------------------------------------------------------------


def _spread(scan: Scan, over: Map, *, in_database: bool) -> tuple[pd.DataFrame, dict[str, Floats], Floats]:
    """Sum each file by itself, wherever ``over`` takes it, and add the cells up in the files' order."""
    origin = np.zeros(len(scan.measures))
    if not in_database:  # squares are summed about one value of each measure, the same in every file
        first = next(_batches(replace(scan, paths=scan.paths[:1])), None)
        if first is not None:
            origin = _batch_cells(scan, first, None)[1].origin
    of_file = partial(_file_cells, in_database=in_database, origin=origin)
    parts = over(of_file, [replace(scan, paths=(path.resolve(),)) for path in scan.paths])
    filled = [(keys, sums) for keys, sums in parts if len(keys)]
    if not filled:
        raise DataError("EMPTY", "the files hold no rows", hint="give files with records")
    (table,), (added,) = _compact(scan.keys, [keys for keys, _ in filled], [sums for _, sums in filled])
    return table, added, origin


def _file_cells(scan: Scan, *, in_database: bool, origin: Floats) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Return the cells of one file."""
    query = _query(scan) if in_database else None
    try:
        keys, sums, _ = _by_batches(scan, origin) if query is None else _by_database(scan, query)
    except DataError as error:
        if error.code != "EMPTY":
            raise
        return pd.DataFrame(columns=[*scan.keys, _RELEVANT]), {}
    return keys, sums


def _expression(operand: Operand | None) -> Expression:
    if isinstance(operand, Expression):
        return operand
    if operand is None or isinstance(operand, str):
        return parse(operand or "1")
    raise DesignError("answers of streamed files are expressions, not arrays")


# -- batch by batch ---------------------------------------------------------------------------------


def _by_batches(scan: Scan, origin: Floats | None = None) -> tuple[pd.DataFrame, dict[str, Floats], Floats]:
    """Evaluate batches with NumPy and add their cells up."""
    keys: list[pd.DataFrame] = []
    sums: list[dict[str, Floats]] = []
    for batch in _batches(scan):
        part, cells = _batch_cells(scan, batch, origin)
        origin = cells.origin
        keys.append(part)
        sums.append(cells.sums)
        if len(keys) == 64:
            keys, sums = _compact(scan.keys, keys, sums)
    if origin is None or not keys:
        raise DataError("EMPTY", "the files hold no rows", hint="give files with records")
    (table,), (added,) = _compact(scan.keys, keys, sums)
    return table, added, origin


def _batches(scan: Scan) -> Iterator[pd.DataFrame]:
    import pyarrow.parquet as pq

    for path in scan.paths:
        _need(scan.columns, column_names(path), path)
        for batch in pq.ParquetFile(path).iter_batches(batch_size=BATCH, columns=scan.columns):
            yield plain_numbers(batch.to_pandas())


def _need(columns: Sequence[str], present: Sequence[str], path: Path) -> None:
    absent = [column for column in columns if column not in present]
    if absent:
        raise DataError(
            "COLUMN_ABSENT",
            f"there is no column {absent[0]!r}",
            hint="correct the name in the options, or give the file that has it",
            file=path.name,
        )


def _batch_cells(scan: Scan, batch: pd.DataFrame, origin: Floats | None) -> tuple[pd.DataFrame, Cells]:
    code = np.zeros(len(batch), dtype=np.intp)
    for column in scan.keys:
        code = nest(code, ordered_codes(batch[column])[0] + 1)
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
    return keys.assign(**{_RELEVANT: cells.relevant}), cells


def _compact(
    names: list[str], keys: list[pd.DataFrame], sums: list[dict[str, Floats]]
) -> tuple[list[pd.DataFrame], list[dict[str, Floats]]]:
    """Add up the cells that several batches have in common."""
    table = pd.concat(keys, ignore_index=True)
    code = np.zeros(len(table), dtype=np.intp)
    for name in names:
        code = nest(code, ordered_codes(table[name])[0] + 1)
    size = int(code.max()) + 1
    added = {
        field: np.stack(
            [
                np.bincount(code, line, size).astype(np.float64)
                for line in np.concatenate([one[field] for one in sums], axis=1)
            ]
        )
        for field in FIELDS
    }
    grouped = table.groupby(code, sort=True)
    merged = table.iloc[grouped.head(1).index].set_axis(code[grouped.head(1).index]).sort_index()
    relevant = grouped[_RELEVANT].any().to_numpy()
    return [merged.reset_index(drop=True).assign(**{_RELEVANT: relevant})], [added]


# -- in the database --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """One aggregate query; ``fields`` tells which sum each measure's field is read from."""

    text: str
    fields: tuple[dict[str, str], ...]


def _query(scan: Scan) -> _Query | None:
    """Write the one pass, or return ``None`` where an expression has no SQL."""
    types = _types(scan)
    if any(types[name] not in NUMBERS for name in scan.weights):
        return None
    where = None if scan.where is None else condition_sql(_expression(scan.where).node, types)
    if scan.where is not None and where is None:
        return None
    sums: dict[str, str] = {}  # SQL → alias; equal sums are asked for once
    fields = []
    for asked in scan.measures:
        found = _measure_sql(asked, scan.design.weight, types, where, sums)
        if found is None:
            return None
        fields.append(found)
    for name in scan.weights:
        bad = f"count_if(NOT coalesce({_weight(name)} > 0 AND isfinite({_weight(name)}), FALSE))"
        sums.setdefault(bad, f"bad_{len(sums)}")
    relevant = "TRUE" if where is None else f"coalesce(bool_or({where} IS NOT FALSE), FALSE)"
    keys = [quote(name) for name in scan.keys]
    chosen = ", ".join(
        [*keys, f"{relevant} AS {quote(_RELEVANT)}", *(f"{sql} AS {name}" for sql, name in sums.items())]
    )
    group = ", ".join(keys)
    text = f"SELECT {chosen} FROM {_source(scan)} GROUP BY {group}"  # noqa: S608  names and texts are quoted
    return _Query(text=text, fields=tuple(fields))


def _source(scan: Scan) -> str:
    files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in scan.paths)
    return f"read_parquet([{files}])"


def _types(scan: Scan) -> dict[str, str]:
    import duckdb

    for path in scan.paths:  # a file that is no Parquet is refused by name
        _need(scan.columns, column_names(path), path)
    with duckdb.connect() as database:
        described = database.execute(f"DESCRIBE FROM {_source(scan)}").fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def _weight(name: str | None) -> str:
    return "1.0" if name is None else f"{quote(name)}::DOUBLE"


def _measure_sql(
    asked: Measure, design_weight: str | None, types: dict[str, str], where: str | None, sums: dict[str, str]
) -> dict[str, str] | None:
    """Name the sums of one share, count, mean, total or ratio; ``None`` where there is no SQL."""
    w = _weight(asked.weight or design_weight)
    counts = None if asked.counts is None else condition_sql(_expression(asked.counts).node, types)
    if asked.counts is not None and counts is None:
        return None
    member = " AND ".join(part for part in (where, counts) if part)
    parts = _share_sql(asked, types) if asked.kind in {"share", "count"} else _value_sql(asked, types)
    if parts is None:
        return None
    known, y, x = parts
    answered = f"({member}) AND {known}" if member else known
    inside = f" FILTER (WHERE {member})" if member else ""

    def alias(sql: str) -> str:
        return sums.setdefault(sql, f"s{len(sums)}")

    def weighted(value: str | None, chosen: str) -> str:
        factor = w if value is None else f"{w} * ({value})"
        return alias(f"coalesce(sum({factor}) FILTER (WHERE {chosen}), 0)")

    fields = {
        "all": alias(f"count(*){inside}"),
        "all_w": alias(f"coalesce(sum({w}){inside}, 0)"),
        "all_ww": alias(f"coalesce(sum({w} * {w}){inside}, 0)"),
        "n": alias(f"count(*) FILTER (WHERE {answered})"),
    }
    silent = f"NOT ({known})" if not member else f"({member}) AND NOT ({known})"
    fields["silent_w"] = weighted(None, silent)
    fields["y"] = weighted(y, answered)
    if x is not None:
        fields |= {"x": weighted(x, answered), "xx": weighted(f"({x}) * ({x})", answered)}
        fields |= {"xy": weighted(f"({x}) * ({y})", answered)}
    if asked.kind in {"mean", "ratio"}:
        fields["yy"] = weighted(f"({y}) * ({y})", answered)
    if member and asked.kind in {"share", "count"}:
        perhaps = f"({member}) IS NULL"
        fields |= {
            "perhaps": alias(f"count(*) FILTER (WHERE {perhaps})"),
            "perhaps_least": weighted(None, f"{perhaps} AND ({_answer(asked, types)}) IS NOT TRUE"),
            "perhaps_most": weighted(None, f"{perhaps} AND ({_answer(asked, types)}) IS NOT FALSE"),
        }
    elif member:
        fields["perhaps"] = alias(f"count(*) FILTER (WHERE ({member}) IS NULL)")
    return fields


def _answer(asked: Measure, types: dict[str, str]) -> str | None:
    return condition_sql(_expression(asked.answer).node, types)


def _share_sql(asked: Measure, types: dict[str, str]) -> tuple[str, str, None] | None:
    answer = _answer(asked, types)
    return None if answer is None else (f"({answer}) IS NOT NULL", f"({answer})::TINYINT", None)


def _value_sql(asked: Measure, types: dict[str, str]) -> tuple[str, str, str | None] | None:
    y = number_sql(_expression(asked.answer).node, types)
    if y is None or asked.logical is not None:
        return None
    if asked.per is None:
        return f"({y}) IS NOT NULL", f"({y})::DOUBLE", None
    x = number_sql(_expression(asked.per).node, types)
    if x is None:
        return None
    return f"({y}) IS NOT NULL AND ({x}) IS NOT NULL", f"({y})::DOUBLE", f"({x})::DOUBLE"


def _by_database(scan: Scan, query: _Query) -> tuple[pd.DataFrame, dict[str, Floats], Floats]:
    import duckdb

    with duckdb.connect() as database:
        found = database.execute(query.text).fetch_df()
    if found.empty:
        raise DataError("EMPTY", "the files hold no rows", hint="give files with records")
    if any(found[name].sum() > 0 for name in found.columns if name.startswith("bad_")):
        _refuse_weights(scan)
    sums = {
        field: np.stack(
            [_field(found, one, field, asked) for one, asked in zip(query.fields, scan.measures, strict=True)]
        )
        for field in FIELDS
    }
    for one, asked in enumerate(scan.measures):
        if not all(np.isfinite(sums[field][one]).all() for field in ("x", "y")):
            raise not_finite(asked.name)
    return found[[*scan.keys, _RELEVANT]], sums, np.zeros(len(scan.measures))


def _refuse_weights(scan: Scan) -> None:
    """Read the weights alone, to name the row that is wrong."""
    for path in scan.paths:
        frame = pd.read_parquet(path, columns=scan.weights)
        for name in scan.weights:
            weights(frame, name)


def _field(found: pd.DataFrame, names: dict[str, str], field: str, asked: Measure) -> Floats:
    """Read or compose one field of one measure from the aggregates."""

    def take(name: str) -> Floats:
        return found[names[name]].to_numpy(dtype=np.float64) if name in names else np.zeros(len(found))

    counted = asked.kind in {"share", "count"}
    answered_w = take("all_w") - take("silent_w")
    composed: dict[str, Any] = {
        "w": lambda: answered_w,
        "x": lambda: take("x") if asked.kind == "ratio" else answered_w,
        "xx": lambda: take("xx") if asked.kind == "ratio" else answered_w,
        "xy": lambda: take("xy") if asked.kind == "ratio" else take("y"),
        "yy": lambda: take("yy") if asked.kind in {"mean", "ratio"} else take("y"),
        "missing": lambda: take("all") - take("n") + take("perhaps"),
        "least_x": lambda: (take("silent_w") + take("perhaps_least")) * counted,
        "most_x": lambda: (take("silent_w") + take("perhaps_most")) * counted,
        "most_y": lambda: (take("silent_w") + take("perhaps_most")) * counted,
        "least_y": lambda: np.zeros(len(found)),
    }
    return np.asarray(composed[field]() if field in composed else take(field))
