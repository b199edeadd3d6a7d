"""Columns that follow from answers: derived ones, and the nested levels of composites.

Everything is three-valued (``boolean`` with missing for unknown): an aggregate over linked records is
unknown as long as an unanswered question could still decide it. Records are linked within their
round; a table that spans all rounds (a frame, a register) is linked to each, and looks itself into the
round that it is kept under.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from kgeval.errors import StudyError
from kgeval.plan.expression import Expression
from kgeval.plan.norm import Composite, Derived, Lookup, Over
from kgeval.plan.study import Study
from kgeval.prepare.composite import levels

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """Columns to add to a table, once the columns that they need (by table) are there."""

    table: str
    names: tuple[str, ...]
    needs: Mapping[str, frozenset[str]]
    columns: Callable[[Tables], Mapping[str, pd.Series]]


def link(study: Study, tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the clean tables with every derived column and composite level of the study's norms.

    Parameters
    ----------
    study
        With its norms.
    tables
        Clean tables by key; steps of tables that are not there are left out. So is what needs an optional
        table that was not delivered: its derived columns, what stands on them, and the rules that name
        them (a rule that nobody could check is no rule of this run).

    Returns
    -------
    dict
        The same tables, each with its further columns: truths ``boolean``, numbers ``float64``,
        texts ``str``; a looked-up column has the type it has there.

    Raises
    ------
    StudyError
        Columns that can never be computed: they need each other, or a column that is nowhere.
    """
    linked = dict(tables)
    lost = _lost(study, linked)
    waiting = [
        step
        for step in _steps(study, lost)
        if step.table in linked and not any((step.table, name) in lost for name in step.names)
    ]
    while waiting:
        ready = next((step for step in waiting if _has(linked, step.needs)), None)
        if ready is None:
            raise StudyError([_stuck(step, linked) for step in waiting])
        linked[ready.table] = linked[ready.table].assign(**ready.columns(linked))
        waiting.remove(ready)
    return linked


def _steps(study: Study, lost: frozenset[tuple[str, str]]) -> list[_Step]:
    steps = [_derived(study, column) for column in study.norms.derived]
    return steps + [_composite(study, composite, lost) for composite in study.norms.composites]


def _lost(study: Study, tables: Tables) -> frozenset[tuple[str, str]]:
    """Return the (table, column) that need an optional table which was not delivered."""
    undelivered = {key for key, table in study.tables.items() if table.optional and key not in tables}
    lost: set[tuple[str, str]] = set()
    while undelivered:
        more = {
            (step.table, name)
            for step in (_derived(study, column) for column in study.norms.derived)
            if any(key in undelivered or any((key, need) in lost for need in needs)
                   for key, needs in step.needs.items())
            for name in step.names
        }  # fmt: skip
        if more <= lost:
            break
        lost |= more
    return frozenset(lost)


def _has(tables: Tables, needs: Mapping[str, frozenset[str]]) -> bool:
    return all(key in tables and names <= set(tables[key].columns) for key, names in needs.items())


def _stuck(step: _Step, tables: Tables) -> str:
    absent = [
        f"{key}.{name}"
        for key, names in step.needs.items()
        for name in sorted(names - set(tables[key].columns if key in tables else ()))
    ]
    return (
        f"norms.toml: {step.table} {', '.join(step.names)} cannot be computed, for want of "
        f"{', '.join(absent)}; name columns that are there, and let no column need itself"
    )


def _derived(study: Study, column: Derived) -> _Step:
    needs: dict[str, frozenset[str]] = {}
    if column.over is not None:
        over, key = column.over, _key(study, column.table)
        needs = {column.table: frozenset({key}), over.table: _names([over.where, over.of]) | {over.by}}
        return _step(column, needs, lambda tables: _aggregate(study, tables, column.table, over))
    if column.lookup is not None:
        lookup = column.lookup
        needs = {column.table: frozenset({lookup.by})}
        needs[lookup.table] = needs.get(lookup.table, frozenset()) | {
            lookup.column,
            _key(study, lookup.table),
        }
        return _step(column, needs, lambda tables: _looked_up(study, tables, column.table, lookup))
    if column.revisited:
        needs = {column.table: frozenset({column.revisited})}
        return _step(column, needs, lambda tables: _revisited(study, tables[column.table], column.revisited))
    expression = column.expression
    assert expression is not None, "the study's reader saw to it that one of the ways is given"
    needs = {column.table: expression.names}
    return _step(column, needs, lambda tables: _plain(expression.values(tables[column.table])))


def _step(
    column: Derived, needs: Mapping[str, frozenset[str]], compute: Callable[[Tables], pd.Series]
) -> _Step:
    return _Step(
        table=column.table,
        names=(column.name,),
        needs=needs,
        columns=lambda tables: {column.name: compute(tables)},
    )


def _names(expressions: Iterable[Expression | None]) -> frozenset[str]:
    return frozenset().union(*(expression.names for expression in expressions if expression is not None))


def _key(study: Study, table: str) -> str:
    """Return the one column that names a record of the table within a round."""
    columns = study.tables[table].key_columns
    if len(columns) != 1:
        raise StudyError(
            [f"norms.toml: {table!r} is linked by one key column, but its form names {len(columns)}"]
        )
    return columns[0]


def _plain(values: pd.Series) -> pd.Series:
    return values.astype("float64") if values.dtype == "Float64" else values


def _pairing(
    study: Study, tables: Tables, *, here: str, by: str, there: str, column: str
) -> tuple[pd.MultiIndex, pd.MultiIndex]:
    """Return (round, key) of the records here and there, comparable with one another.

    A table that spans the phase answers the records of every round; where it asks itself, it asks
    the round that it is kept under.
    """
    own, other = tables[here], tables[there]
    rounds, others = own["round"], other["round"]
    if study.tables[there].round.always:
        rounds, others = (pd.Series("", index=frame.index, dtype="str") for frame in (own, other))
    return (
        pd.MultiIndex.from_arrays([rounds, own[by].astype("str")]),
        pd.MultiIndex.from_arrays([others, other[column].astype("str")]),
    )


def _looked_up(study: Study, tables: Tables, table: str, lookup: Lookup) -> pd.Series:
    """Return the linked record's answer; missing where no record, or more than one, is pointed to."""
    here, there = _pairing(
        study, tables, here=table, by=lookup.by, there=lookup.table, column=_key(study, lookup.table)
    )
    answers = tables[lookup.table][lookup.column].set_axis(there)
    answers = answers[~there.duplicated(keep=False) & there.get_level_values(1).notna()]
    found = answers.reindex(here)
    return pd.Series(found.array, index=tables[table].index)


def _revisited(study: Study, frame: pd.DataFrame, name: str) -> pd.Series:
    """Say whose answer to ``name`` stands in every round; unknown where it was not answered."""
    rounds = frame["round"].where(frame["round"].isin([round_.key for round_ in study.rounds]))
    met = rounds.groupby(frame[name]).transform("nunique")
    return (met == len(study.rounds)).astype("boolean").mask(frame[name].isna(), pd.NA)


def _aggregate(study: Study, tables: Tables, table: str, over: Over) -> pd.Series:
    """Aggregate the records of another table that point here.

    ``all`` and ``any`` are unknown where no record points here at all: nobody was asked.
    """
    other = tables[over.table]
    here, there = _pairing(study, tables, here=table, by=_key(study, table), there=over.table, column=over.by)
    counted = _truth(over.where, other)
    if over.rule in {"all", "any"}:
        of = _truth(over.of, other)
        said = ~counted | of if over.rule == "all" else counted & of
        result = _all(said, there) if over.rule == "all" else ~_all(~said, there)
        return pd.Series(result.reindex(here).array, index=tables[table].index, dtype="boolean")
    result = _sum(_amount(over, other, counted), there).reindex(here)
    pointed = pd.Series(here.isin(there), index=tables[table].index)
    total = pd.Series(result.to_numpy(dtype="float64"), index=tables[table].index)
    return total.where(pointed, 0.0)


def _amount(over: Over, other: pd.DataFrame, counted: pd.Series) -> pd.Series:
    """Return what each record adds: nothing where it does not count, unknown where that is unknown."""
    if over.rule == "count":
        amount = (counted & _truth(over.of, other)).astype("Float64")
    else:
        assert over.of is not None, "the study's reader saw to it that a sum has a value"
        amount = over.of.values(other).astype("Float64")
    amount = amount.mask(counted.isna(), pd.NA)
    return amount.mask(~counted.fillna(value=True), 0.0)


def _truth(expression: Expression | None, frame: pd.DataFrame) -> pd.Series:
    if expression is None:
        return pd.Series(True, index=frame.index, dtype="boolean")
    return expression.truth(frame)


def _all(said: pd.Series, groups: pd.MultiIndex) -> pd.Series:
    """Kleene's conjunction by group: false if one is false, else unknown if one is unknown."""
    false = (said.fillna(value=True) == False).groupby(groups).any()  # noqa: E712 - on a whole column
    unknown = said.isna().groupby(groups).any()
    result = pd.Series(True, index=false.index, dtype="boolean").mask(unknown, pd.NA)
    return result.mask(false, False)


def _sum(amount: pd.Series, groups: pd.MultiIndex) -> pd.Series:
    unknown = amount.isna().groupby(groups).any()
    return amount.fillna(0.0).groupby(groups).sum().mask(unknown, pd.NA).astype("Float64")


def _composite(study: Study, composite: Composite, lost: frozenset[tuple[str, str]]) -> _Step:
    rules = [
        rule
        for rule in study.norms.rules
        if rule.set == composite.set
        and rule.table == composite.table
        and not any((rule.table, name) in lost for name in _names([rule.met, rule.applies]))
    ]
    parts = [composite.managed, *(rule.met for rule in rules), *(rule.applies for rule in rules)]
    return _Step(
        table=composite.table,
        names=composite.columns,
        needs={composite.table: _names(parts)},
        columns=lambda tables: levels(composite, rules, study.rounds, tables[composite.table]),
    )
