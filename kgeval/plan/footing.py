"""What an indicator stands on: the questions of every form that its value is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kgeval.plan.expression import Expression
from kgeval.plan.indicator import Indicator
from kgeval.plan.norm import Composite, Derived

if TYPE_CHECKING:
    from kgeval.plan.study import Study

Column = tuple[str, str]  # table, name


def footing(study: Study, indicator: Indicator) -> frozenset[Column]:
    """Return the questions (table, name) that an indicator is computed from.

    Derived columns, look-ups into other tables and the rules of composites are followed to the
    questions; columns that no form asks (``round``, ``area``) are left out.
    """
    asked = {(key, one.name) for key, table in study.tables.items() for one in table.form.questions}
    found, waiting = set[Column](), list(_named(indicator.table, indicator.expressions.values()))
    while waiting:
        column = waiting.pop()
        if column not in found:
            found.add(column)
            waiting.extend(_below(study, column))
    return frozenset(found & asked)


def _below(study: Study, column: Column) -> Iterator[Column]:
    """Yield what a derived column or a composite's level is computed from; nothing for a question."""
    table, name = column
    for derived in study.norms.derived:
        if (derived.table, derived.name) == column:
            yield from _of_derived(derived)
    for composite in study.norms.composites:
        if composite.table == table and name.startswith(f"{composite.key}_"):
            yield from _of_composite(study, composite)


def _of_derived(derived: Derived) -> Iterator[Column]:
    yield from _named(derived.table, [derived.expression])
    if derived.over is not None:
        yield from _named(derived.over.table, [derived.over.where, derived.over.of])
        yield derived.over.table, derived.over.by
    if derived.lookup is not None:
        yield derived.table, derived.lookup.by
        yield derived.lookup.table, derived.lookup.column


def _of_composite(study: Study, composite: Composite) -> Iterator[Column]:
    yield from _named(composite.table, [composite.managed])
    for rule in study.norms.rules:
        if rule.set == composite.set and rule.table == composite.table:
            yield from _named(rule.table, [rule.applies, rule.met])


def _named(table: str, expressions: Iterable[Expression | None]) -> Iterator[Column]:
    for expression in expressions:
        if expression is not None:
            yield from ((table, name) for name in sorted(expression.names))
