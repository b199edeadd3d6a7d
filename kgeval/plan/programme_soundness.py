"""Is the plan sound: its lines, registers and cross-checks name what the study has.

One rule is about more than names: person-times (attendances) are never counted as persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kgeval.plan.expression import Expression
from kgeval.plan.side import Side

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def programme_faults(study: Study) -> Iterator[str]:
    """Yield one line a fault of ``plan.toml`` and ``crosschecks.toml``."""
    yield from _line_faults(study)
    yield from _register_faults(study)
    yield from _side_faults(study)
    yield from _shortlist_faults(study)
    yield from _attendance_faults(study)


def _line_faults(study: Study) -> Iterator[str]:
    known = {(one.key, one.variant) for one in study.indicators}
    for line in study.programme.lines:
        for key, variant in line.indicators:
            if (key, variant) not in known:
                yield f"plan.toml line {line.key!r}: there is no indicator {key!r} with variant {variant!r}"


def _register_faults(study: Study) -> Iterator[str]:
    programme = study.programme
    parts = {
        "reports": programme.reports, "budget": programme.budget, "register": programme.register,
        "public": programme.public,
    }  # fmt: skip
    columns = {
        "reports": ("agency", "received"),
        "budget": ("year", "source", "line", "estimate", "adjustment", "spent", "settled", "in_kind"),
        "register": ("task", "type", "day", "persons", "attended", "cost"),
        "public": (),
    }
    for name, part in parts.items():
        if part is None:
            continue
        if part.table not in study.tables:
            yield f"plan.toml {name}: there is no table {part.table!r}"
            continue
        named = {getattr(part, column) for column in columns[name]}
        named |= {*getattr(part, "attendances", ()), *getattr(part, "columns", ())}
        for column in sorted(named - study.columns(part.table)):
            yield f"plan.toml {name}: table {part.table!r} has no column {column!r}"


def _sides(study: Study) -> Iterator[tuple[str, str, Side]]:
    for check in study.crosschecks.checks:
        where = f"crosschecks.toml check {check.key!r}"
        yield from ((where, "left", check.left), (where, "right", check.right))
    for one in study.crosschecks.reported:
        where = f"crosschecks.toml reported {one.key!r}"
        yield from ((where, name, side) for name, side in zip(("value", "per"), one.sides, strict=False))


def _side_faults(study: Study) -> Iterator[str]:
    known = {one.key for one in study.indicators}
    for one in study.crosschecks.reported:
        if one.indicator not in known:
            yield f"crosschecks.toml reported {one.key!r}: there is no indicator {one.indicator!r}"
    for where, name, side in _sides(study):
        if side.table not in study.tables:
            yield f"{where} {name}: there is no table {side.table!r}"
            continue
        for part, expression in side.expressions.items():
            for column in sorted(expression.names - study.columns(side.table)):
                yield f"{where} {name}: {part} names {column!r}, which table {side.table!r} does not have"


def _shortlist_faults(study: Study) -> Iterator[str]:
    plan = study.programme.shortlist
    if plan is None:
        return
    if plan.table not in study.tables:
        yield f"plan.toml shortlist: there is no table {plan.table!r}"
        return
    columns = study.columns(plan.table)
    for part, expression in plan.expressions.items():
        for column in sorted((expression.names | {plan.id}) - columns):
            yield f"plan.toml shortlist {part}: table {plan.table!r} has no column {column!r}"


def _attendance_faults(study: Study) -> Iterator[str]:
    """Refuse attendances in a share, and in a total that does not call itself one of attendances."""
    register = study.programme.register
    if register is None:
        return
    for one in study.indicators:
        used = _attendances(study, one.table, *one.expressions.values())
        if used and one.kind in {"share", "ratio", "count"}:
            yield (
                f"indicators.toml [{one.key}] {one.variant}: {', '.join(used)} counts attendances, which are "
                "no persons and stand in no numerator; use the column of first-time persons"
            )
        elif used and one.unit != register.unit:
            yield (
                f"indicators.toml [{one.key}] {one.variant}: {', '.join(used)} counts attendances; its unit "
                f"must be {next(iter(register.unit.values()))!r}, or use the column of first-time persons"
            )
    for check in study.crosschecks.checks:
        sides = [bool(_attendances(study, side.table, side.of)) for side in (check.left, check.right)]
        if sides[0] != sides[1]:
            yield f"crosschecks.toml check {check.key!r}: holds attendances against persons"
    for reported in study.crosschecks.reported:
        if _attendances(study, reported.value.table, reported.value.of):
            yield f"crosschecks.toml reported {reported.key!r}: attendances are no persons"


def _attendances(study: Study, table: str, *expressions: Expression | None) -> list[str]:
    register = study.programme.register
    if register is None or table != register.table:
        return []
    names = {name for expression in expressions if expression is not None for name in expression.names}
    return sorted(names & set(register.attendances))
