"""Is the study sound? Every name that one file uses must stand in another; all faults are told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kgeval.plan.area import WHOLE
from kgeval.plan.evaluation.faults import evaluation_faults
from kgeval.plan.expression import Expression
from kgeval.plan.field_soundness import field_faults
from kgeval.plan.form.logic import arithmetic_on_codes, strange_codes
from kgeval.plan.indicator import MAIN, Indicator
from kgeval.plan.norm import Derived
from kgeval.plan.programme_soundness import programme_faults
from kgeval.plan.research_soundness import research_faults
from kgeval.plan.sample import stages as plan_stages
from kgeval.plan.table import ADDED, Table

if TYPE_CHECKING:  # the study is built first and then checked: no circle at run time
    from kgeval.plan.study import Study

_UNANSWERED = (
    "?"  # no list's code: what it is compared with is unknown where unanswered (docs/expressions.md)
)


def cross_faults(study: Study) -> Iterator[str]:
    """Yield a line for every name that is used and stands nowhere (with the nearest known one) or twice."""
    yield from _table_faults(study)
    yield from _twice_named(study)
    yield from _derived_faults(study)
    yield from _indicator_faults(study)
    yield from _comparison_faults(study)
    yield from _panel_faults(study)
    yield from evaluation_faults(study)
    yield from programme_faults(study)
    yield from research_faults(study)
    yield from field_faults(study)


def _table_faults(study: Study) -> Iterator[str]:
    rounds = {round_.key for round_ in study.rounds}
    for key, table in study.tables.items():
        where = f"study.toml tables {key}"
        named = {*table.round.values.values(), *table.round.files, *table.forms}
        named |= {*filter(None, [table.round.always])}
        yield from (f"{where}: there is no round {name!r}" for name in sorted(named - rounds))
        yield from _round_codes(table, where)
        columns = study.columns(key)
        for part, names in _named_columns(table).items():
            yield from (_no_column(where, part, name, columns) for name in names if name not in columns)
        places = {WHOLE, *(area.code for area in study.areas)}
        meant = {*table.area.values.values(), *filter(None, [table.area.otherwise])}
        for name in sorted(meant - places):
            yield f"{where}: area {name!r} is no area's code, and not {WHOLE!r}"
        if table.area.link and table.area.link[0] not in study.tables:
            yield f"{where}: area link names the table {table.area.link[0]!r}, which the study does not have"


def _round_codes(table: Table, where: str) -> Iterator[str]:
    """Yield the codes of a round that the round's question lacks: no record would ever be of that round."""
    listed = [q.choices for q in table.form.questions if q.name == table.round.column]
    codes = [choice.name for choices in listed for choice in choices]
    for code in table.round.values if codes else ():
        if code not in codes:
            yield (
                f"{where} round: {table.round.column!r} has no code {code!r}; its list has {', '.join(codes)}"
            )


def _named_columns(table: Table) -> dict[str, tuple[str, ...]]:
    rule, design = table.area, table.design
    stages = {"cluster": design.cluster, "stratum": design.stratum, "population": design.population}
    return {
        "round": tuple(filter(None, [table.round.column])),
        "area": tuple(filter(None, [rule.column, rule.prefix, rule.link[1] if rule.link else ""])),
        "design weight": tuple(filter(None, [design.weight])),
        **{f"design {part}": plan_stages(columns) for part, columns in stages.items()},
    }


def _twice_named(study: Study) -> Iterator[str]:
    """Name questions that would lose their answers to a column of the same name."""
    for key, table in study.tables.items():
        questions = {question.name for question in table.form.questions}
        same = {table.round.column, table.area.column}  # these become the columns that cleaning gives
        for name in sorted(questions & {*ADDED} - same):
            yield (
                f"study.toml tables {key}: the form has a question {name!r}, and cleaning gives every table "
                f"a column of that name; rename the question, e.g. {key}_{name}"
            )
        derived = Counter(column.name for column in study.norms.derived if column.table == key)
        for name in sorted(set(derived) & (questions | {*ADDED})):
            yield f"norms.toml column {name!r}: table {key!r} has a column of that name; choose another"
        for name in sorted(name for name, times in derived.items() if times > 1):
            yield f"norms.toml column {name!r} of table {key!r} stands twice; choose another name"


def _derived_faults(study: Study) -> Iterator[str]:
    for column in study.norms.derived:
        yield from _column_faults(study, column, f"norms.toml column {column.name!r}")
    for rule in study.norms.rules:
        parts = {"met": rule.met, "applies": rule.applies}
        yield from _expression_faults(study, f"norms.toml rule {rule.key!r} of {rule.set}", rule.table, parts)
    for composite in study.norms.composites:
        where = f"norms.toml composite {composite.key!r}"
        yield from _expression_faults(study, where, composite.table, {"managed": composite.managed})


def _column_faults(study: Study, column: Derived, where: str) -> Iterator[str]:
    yield from _expression_faults(study, where, column.table, {"expression": column.expression})
    if column.over is not None:
        parts = {"where": column.over.where, "of": column.over.of}
        yield from _expression_faults(study, f"{where} over", column.over.table, parts)
        yield from _name_faults(study, f"{where} over", "by", column.over.table, column.over.by)
    if column.revisited:
        yield from _name_faults(study, where, "revisited", column.table, column.revisited)
    if column.lookup is not None:
        yield from _name_faults(study, f"{where} lookup", "column", column.lookup.table, column.lookup.column)
        yield from _name_faults(study, f"{where} lookup", "by", column.table, column.lookup.by)


def _indicator_faults(study: Study) -> Iterator[str]:
    rounds, codes = {round_.key for round_ in study.rounds}, {area.code for area in study.areas}
    repeated = Counter((indicator.key, indicator.variant) for indicator in study.indicators)
    for (key, variant), times in repeated.items():
        if times > 1:
            yield f"indicators.toml: {key} {variant} stands {times} times"
    for indicator in study.indicators:
        where = _where(indicator)
        yield from _expression_faults(study, where, indicator.table, indicator.expressions)
        for crossed in indicator.breakdowns:
            for name in crossed:
                yield from _name_faults(study, where, "breakdowns", indicator.table, name)
        if indicator.weight:
            yield from _name_faults(study, where, "weight", indicator.table, indicator.weight)
        yield from (f"{where}: there is no round {name!r}" for name in indicator.rounds if name not in rounds)
        of = () if indicator.target is None else indicator.target.areas
        yield from (f"{where} target: there is no area of code {code!r}" for code in of if code not in codes)


def _comparison_faults(study: Study) -> Iterator[str]:
    for key, comparison in study.comparisons.items():
        where = f"study.toml comparison {key}"
        yield from _expression_faults(study, where, key, {})  # is there such a table?
        names = filter(None, (comparison.column, comparison.unit, *comparison.balance))
        for name in names:
            yield from _name_faults(study, where, "a column", key, name)


def _panel_faults(study: Study) -> Iterator[str]:
    for key, panel in study.panels.items():
        where = f"study.toml panel {key}"
        parts = {"found": panel.found, **{f"fate {fate}": rule for fate, rule in panel.fates.items()}}
        events = panel.transitions
        parts |= {f"transition {place} before": one.before for place, one in enumerate(events, 1)}
        parts |= {f"transition {place} after": one.after for place, one in enumerate(events, 1)}
        yield from _expression_faults(study, where, key, parts)
        for name in filter(
            None, (panel.unit, *panel.columns, *panel.classes, *panel.same, *(one.changed for one in events))
        ):
            yield from _name_faults(study, where, "a column", key, name)


def _where(indicator: Indicator) -> str:
    variant = "" if indicator.variant == MAIN else f".variants.{indicator.variant}"
    return f"indicators.toml [{indicator.key}{variant}]"


def _expression_faults(
    study: Study, where: str, table: str, parts: Mapping[str, Expression | None]
) -> Iterator[str]:
    if table not in study.tables:
        near = get_close_matches(table, study.tables, n=1)
        remedy = f"did you mean {near[0]!r}?" if near else f"tables are {', '.join(study.tables)}"
        yield f"{where}: there is no table {table!r}; {remedy}"
        return
    columns = study.columns(table)
    selects = {question.name: question for question in study.tables[table].form.questions if question.choices}
    for part, expression in parts.items():
        if expression is None:
            continue
        for name in sorted(expression.names - columns - {"."}):
            yield _no_column(where, part, name, columns, table)
        for name in arithmetic_on_codes(expression, frozenset(selects)):
            yield (
                f"{where}: {part} calculates with the codes of {name!r}, which are names and no quantities; "
                f"write (${{{name}}} = code) for each code that counts"
            )
        strange = [pair for pair in strange_codes(expression, selects) if pair[1] != _UNANSWERED]
        for name, code in strange:
            known = ", ".join(choice.name for choice in selects[name].choices)
            yield f"{where}: {part} asks {name!r} for the code {code!r}, which its list lacks; it has {known}"


def _name_faults(study: Study, where: str, part: str, table: str, name: str) -> Iterator[str]:
    if table in study.tables and name not in study.columns(table):
        yield _no_column(where, part, name, study.columns(table), table)


def _no_column(where: str, part: str, name: str, columns: frozenset[str], table_key: str = "") -> str:
    near = get_close_matches(name, sorted(columns), n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "write the name as the form has it"
    of = f" of table {table_key!r}" if table_key else ""
    return f"{where}: {part} names {name!r}, but no question or derived column{of} has that name; {remedy}"
