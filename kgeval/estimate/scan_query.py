"""The one pass over Parquet files as a query of DuckDB, where every expression can be written in SQL.

Sums are written as products, ``sum(w * answer)``, never with FILTER or CASE: unknown is NULL and drops out of
a sum, and products are several times faster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.errors import DataError
from kgeval.estimate.answers import LARGEST, not_finite
from kgeval.estimate.cells import FIELDS, KNOWN, SQUARED, stacked
from kgeval.estimate.measure import Measure
from kgeval.estimate.scan_request import RELEVANT, Scan, as_expression, cell_codes, need_columns
from kgeval.estimate.sql import NUMBERS, condition_sql, number_sql, quote
from kgeval.estimate.tabular import written_names
from kgeval.estimate.units import Floats
from kgeval.estimate.weights import weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One aggregate query; ``fields`` tells which sum each measure's field is read from."""

    text: str
    fields: tuple[dict[str, str], ...]


def query_of(scan: Scan, origin: Floats) -> Query | None:
    """Write the one pass, or return ``None`` where an expression has no SQL.

    ``origin`` is (measures,) the value about which a mean or ratio is summed.
    """
    types = _types(scan)
    if any(types[name] not in NUMBERS for name in scan.weights):
        return None
    where = None if scan.where is None else condition_sql(as_expression(scan.where).node, types)
    if scan.where is not None and where is None:
        return None
    sums: dict[str, str] = {}  # SQL → alias; equal sums are asked for once
    fields = []
    for asked, about in zip(scan.measures, origin, strict=True):
        found = _measure_sql(asked, scan.design.weight, types, where, sums, about=float(about))
        if found is None:
            return None
        fields.append(found)
    for name in scan.weights:
        weight = _weight(name)
        sums.setdefault(
            f"count_if(NOT coalesce({weight} BETWEEN {1 / LARGEST} AND {LARGEST}, FALSE))", f"bad_{len(sums)}"
        )
    relevant = "TRUE" if where is None else f"coalesce(bool_or({where} IS NOT FALSE), FALSE)"
    keys = [quote(name) for name in scan.keys]
    chosen = ", ".join(
        [*keys, f"{relevant} AS {quote(RELEVANT)}", *(f"{sql} AS {name}" for sql, name in sums.items())]
    )
    group = ", ".join(keys)
    text = f"SELECT {chosen} FROM {_source(scan)} GROUP BY {group}"  # noqa: S608  names and texts are quoted
    return Query(text=text, fields=tuple(fields))


def _source(scan: Scan) -> str:
    files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in scan.paths)
    return f"read_parquet([{files}], union_by_name = true)"


def _types(scan: Scan) -> dict[str, str]:
    import duckdb

    for path in scan.paths:  # a file that is no Parquet is refused by name
        need_columns(scan.columns, written_names(path), path)
    with duckdb.connect() as database:
        described = database.execute(f"DESCRIBE FROM {_source(scan)}").fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def _weight(name: str | None) -> str:
    return "1.0" if name is None else f"{quote(name)}::DOUBLE"


def _measure_sql(
    asked: Measure,
    design_weight: str | None,
    types: dict[str, str],
    where: str | None,
    sums: dict[str, str],
    *,
    about: float,
) -> dict[str, str] | None:
    """Name the sums of one share, count, mean, total or ratio; ``None`` where there is no SQL."""
    w = _weight(asked.weight or design_weight)
    counts = None if asked.counts is None else condition_sql(as_expression(asked.counts).node, types)
    if asked.counts is not None and counts is None:
        return None
    member = " AND ".join(f"({part})" for part in (where, counts) if part)
    answer = _answer_sql(asked, types)
    if answer is None:
        return None
    y, x = (None if part is None else _inside(part, member) for part in answer)

    def alias(sql: str) -> str:
        return sums.setdefault(sql, f"s{len(sums)}")

    def weighted(value: str) -> str:
        return alias(f"coalesce(sum({w} * {value}), 0)")

    everybody = f"({member})" if member else None
    answered = f"(({y}) IS NOT NULL)::TINYINT"
    fields = {
        "all": alias("count(*)" if everybody is None else f"count_if({everybody})"),
        "all_w": alias(f"coalesce(sum({w}), 0)") if everybody is None else weighted(f"{everybody}::TINYINT"),
        "all_ww": weighted(w) if everybody is None else weighted(f"{w} * {everybody}::TINYINT"),
        "n": alias(f"count({y})"),
        "w": weighted(answered),
        "y": weighted(f"({y})"),
    }
    away = f"({y})"
    if about:
        away = f"(({y}) - {about!r}::DOUBLE)" if x is None else f"(({y}) - {about!r}::DOUBLE * ({x}))"
        fields["d"] = weighted(away)
    if x is not None:
        fields |= {
            "x": weighted(f"({x})"),
            "xx": weighted(f"({x}) * ({x})"),
            "xy": weighted(f"({x}) * {away}"),
        }
    if asked.kind in SQUARED:
        fields["yy"] = weighted(f"{away} * {away}")
    if member:
        fields |= _perhaps_sql(asked, member, answer[0], w, alias)
    return fields


def _inside(value: str, member: str) -> str:
    """Leave out whoever does not surely count."""
    return f"CASE WHEN {member} THEN {value} END" if member else value


def _perhaps_sql(
    asked: Measure, member: str, answer: str, w: str, alias: Callable[[str], str]
) -> dict[str, str]:
    """Name the sums of those of whom it is unknown whether they count."""
    perhaps = f"({member}) IS NULL"
    fields = {"perhaps": alias(f"count_if({perhaps})")}
    if asked.kind in {"share", "count"}:
        for name, sure in (("perhaps_least", "TRUE"), ("perhaps_most", "FALSE")):
            chosen = f"{perhaps} AND ({answer}) IS NOT {sure}"
            fields[name] = alias(f"coalesce(sum({w}) FILTER (WHERE {chosen}), 0)")
    return fields


def _answer_sql(asked: Measure, types: dict[str, str]) -> tuple[str, str | None] | None:
    """Write the answer and a ratio's denominator, both known or both NULL."""
    if asked.kind in {"share", "count"}:
        truth = condition_sql(as_expression(asked.answer).node, types)
        return None if truth is None else (f"({truth})::TINYINT", None)
    y = number_sql(as_expression(asked.answer).node, types)
    if y is None or asked.logical is not None:
        return None
    y = f"({y})::DOUBLE"
    if asked.per is None:
        return y, None
    x = number_sql(as_expression(asked.per).node, types)
    if x is None:
        return None
    x = f"({x})::DOUBLE"
    return f"CASE WHEN {x} IS NOT NULL THEN {y} END", f"CASE WHEN {y} IS NOT NULL THEN {x} END"


def by_database(scan: Scan, query: Query) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Make the pass.

    Returns
    -------
    The key columns of the cells with :data:`RELEVANT`, and field → (measures, cells).
    """
    import duckdb

    with duckdb.connect() as database:
        found = database.execute(query.text).fetchnumpy()
    keys = pd.DataFrame({name: found[name] for name in (*scan.keys, RELEVANT)})
    if keys.empty:
        raise DataError("EMPTY", "the files hold no rows", hint="give files with records")
    if any(np.asarray(found[name]).any() for name in found if name.startswith("bad_")):
        _refuse_weights(scan)
    # the database returns them in no order; sorted once here, the cells of a breakdown are merely sliced
    order = np.argsort(cell_codes(keys, scan.keys), kind="stable")
    taken: dict[str, Floats] = {}

    def take(name: str) -> Floats:
        if name not in taken:
            taken[name] = np.asarray(found.pop(name), dtype=np.float64)
        return taken[name]

    names = [{field: take(name) for field, name in fields.items()} for fields in query.fields]
    follows = all("perhaps" not in one for one in names)
    lines = [_line(asked, one, follows=follows) for asked, one in zip(scan.measures, names, strict=True)]
    for asked, line in zip(scan.measures, lines, strict=True):
        if not all(np.isfinite(line[name]).all() for name in ("x", "y", "xx", "yy")):
            raise not_finite(asked.name)
    sums = stacked(lines, KNOWN if follows else FIELDS, order)
    return keys.take(order).reset_index(drop=True), sums


def _refuse_weights(scan: Scan) -> None:
    """Read the weights alone, to name the row that is wrong."""
    for path in scan.paths:
        frame = pd.read_parquet(path, columns=scan.weights)
        for name in scan.weights:
            weights(frame, name, file=path.name)


def _line(asked: Measure, one: dict[str, Floats], *, follows: bool) -> dict[str, Floats]:
    """Compose the fields of one measure from the aggregates; what follows from the others is left out."""
    centred = one.get("d", one["y"])
    line = {"x": one["w"], "xx": one["w"], "d": centred, "xy": centred, "yy": centred} | one
    if follows:
        return {name: line[name] for name in KNOWN}
    nothing = np.zeros_like(one["n"])
    counted = asked.kind in {"share", "count"}
    silent = one["all_w"] - one["w"] if counted else nothing
    least, most = one.get("perhaps_least", nothing), one.get("perhaps_most", nothing)
    unknown = {
        "missing": one["all"] - one["n"] + one.get("perhaps", nothing),
        "least_y": nothing, "least_x": silent + least, "most_y": silent + most, "most_x": silent + most,
    }  # fmt: skip
    return {name: (line | unknown)[name] for name in FIELDS}
