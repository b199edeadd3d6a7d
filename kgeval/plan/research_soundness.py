"""``research.toml`` may name only what the study has, and nothing that is kept in the restricted store."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from kgeval.plan.indicator import MAIN
from kgeval.plan.research import FILE, Curve

if TYPE_CHECKING:  # the study is built first and then checked: no circle at run time
    from kgeval.plan.study import Study

MOST = 400  # specifications of one curve


def research_faults(study: Study) -> Iterator[str]:
    """Yield one line for every name in ``research.toml`` that stands nowhere, and what must not be used."""
    rounds = {one.key for one in study.rounds}
    for model in study.research.models:
        where = f"{FILE} model {model.key}"
        if model.table not in study.tables:
            yield f"{where}: there is no table {model.table!r}; tables are {', '.join(study.tables)}"
            continue
        named = {name for part in model.expressions.values() for name in part.names}
        named |= {name for name in (model.by, model.weight, model.cluster) if name}
        yield from _column_faults(study, where, model.table, named)
        yield from (f"{where}: there is no round {name!r}" for name in model.rounds if name not in rounds)
        if study.tables[model.table].design.census and not model.cluster:
            yield (
                f"{where}: {model.table!r} is a full count, which has no sampling error; name with 'cluster' "
                "the units that are to stand for others like them"
            )
    for curve in study.research.curves:
        yield from _curve_faults(study, curve, f"{FILE} curve {curve.indicator}")


def _curve_faults(study: Study, curve: Curve, where: str) -> Iterator[str]:
    variants = {one.variant: one for one in study.indicators if one.key == curve.indicator}
    if not variants:
        yield f"{where}: there is no such indicator"
        return
    if variants[MAIN].kind != "share":
        yield f"{where}: only a share has a curve; {curve.indicator} is a {variants[MAIN].kind}"
    for choice in ("denominator", "success"):
        for option in curve.choices[choice]:
            if option.key not in variants:
                yield f"{where}: {choice}: the indicator has no variant {option.key!r}"
    if curve.choices["denominator"][0].key != MAIN or curve.choices["success"][0].key != MAIN:
        yield f"{where}: the first option is the main one: let denominator and success begin with 'main'"
    size = prod(len(options) for options in curve.choices.values())
    if size > MOST:
        yield f"{where}: {size} specifications are more than can be read; leave options out, at most {MOST}"
    table = variants[MAIN].table
    if table in study.tables:
        for option in curve.choices["records"]:
            names = frozenset() if option.where is None else option.where.names
            yield from _column_faults(study, where, table, names)
        if study.tables[table].design.census and "none" in {one.key for one in curve.choices["weight"]}:
            yield f"{where}: {table!r} is a full count without weights; leave the choice 'weight' out"


def _column_faults(study: Study, where: str, table: str, names: set[str] | frozenset[str]) -> Iterator[str]:
    columns, guarded = study.columns(table), set(study.guarded.get(table, ()))
    for name in sorted(names - columns):
        yield f"{where}: table {table!r} has no column {name!r}; write the name as its form has it"
    for name in sorted(names & guarded):
        yield f"{where}: {name!r} is of class restricted: it serves composites alone and is never modelled"
