"""What every column of a study's tables holds: the codebook, before any data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kgeval.plan.expression import Expression
from kgeval.plan.footing import footing
from kgeval.plan.form import Choice, Form, Group, Personal, Question
from kgeval.plan.norm import Derived
from kgeval.plan.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One column of one table.

    Parameters
    ----------
    table, name
        Where it is and what it is called. The answers of a repeat have its name in ``repeat``.
    type
        The question's type, or ``derived``.
    section
        The headings of the groups around it, outermost first.
    label, hint, message
        The question, its hint and what is said to an answer that it does not allow, by language.
    choices, missing
        The answers to choose from; the codes that mean no answer.
    required
        ``yes``, the condition, or "".
    skip, constraint, calculation
        The rules as the form has them; "" where there is none.
    personal
        The class of personal data; "" for derived columns, which inherit it from what they are made of.
    source
        Where the question comes from.
    indicators
        The indicators (without variants) that are computed from it.
    """

    table: str
    name: str
    type: str
    section: tuple[Mapping[str, str], ...] = ()
    repeat: str = ""
    label: Mapping[str, str]
    hint: Mapping[str, str]
    message: Mapping[str, str]
    choices: tuple[Choice, ...] = ()
    missing: tuple[str, ...] = ()
    required: str = ""
    skip: str = ""
    constraint: str = ""
    calculation: str = ""
    personal: Personal | None = None
    source: str = ""
    indicators: tuple[str, ...] = ()


def codebook(study: Study, others: Mapping[str, Form] | None = None) -> tuple[Entry, ...]:
    """Return one entry a column, in the order of the tables and of their questions.

    Parameters
    ----------
    study
        Its tables come first, the columns that ``norms.toml`` derives after the questions of their table.
    others
        Forms of the study that no table uses (yet), by name.
    """
    uses: dict[tuple[str, str], list[str]] = {}
    for indicator in study.indicators:
        for column in footing(study, indicator):
            names = uses.setdefault(column, [])
            if indicator.key not in names:
                names.append(indicator.key)
    forms = {key: table.form for key, table in study.tables.items()} | dict(others or {})
    return tuple(
        entry
        for key, form in forms.items()
        for entry in (
            *(_asked(key, form, question, uses) for question in form.questions),
            *(_derived(column) for column in study.norms.derived if column.table == key),
        )
    )


def _asked(table: str, form: Form, question: Question, uses: Mapping[tuple[str, str], list[str]]) -> Entry:
    groups: Mapping[str, Group] = {group.name: group for group in form.groups}
    return Entry(
        table=table,
        name=question.name,
        type=question.type,
        section=tuple(groups[name].label for name in question.groups if name in groups),
        repeat=question.repeat,
        label=question.label,
        hint=question.hint,
        message=question.constraint_message,
        choices=question.choices,
        missing=question.missing_codes,
        required="yes" if question.required else _text(question.required_if),
        skip=_text(question.relevant),
        constraint=_text(question.constraint),
        calculation=_text(question.calculation),
        personal=question.personal,
        source=question.source,
        indicators=tuple(uses.get((table, question.name), ())),
    )


def _derived(column: Derived) -> Entry:
    rule = _text(column.expression)
    if column.lookup is not None:
        rule = f"{column.lookup.table}.{column.lookup.column} [{column.lookup.by}]"
    if column.over is not None:
        of = _text(column.over.of) or "*"
        where = f" | {column.over.where.text}" if column.over.where is not None else ""
        rule = f"{column.over.rule}({column.over.table}: {of}{where}) [{column.over.by}]"
    return Entry(
        table=column.table, name=column.name, type="derived", label=column.label, hint={}, message={},
        calculation=rule,
    )  # fmt: skip


def _text(expression: Expression | None) -> str:
    return expression.text if expression is not None else ""
