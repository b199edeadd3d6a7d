"""The printed names of answers: a question's choices, areas, rounds, what a derived column says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgeval.errors import ParameterError
from kgeval.plan.area import AREA_COLUMNS
from kgeval.present.labels import labels
from kgeval.present.measure import word_of

if TYPE_CHECKING:
    from kgeval.plan.indicator import Indicator
    from kgeval.plan.study import Study


def choice_labels(study: Study, table: str, column: str, lang: str) -> dict[str, str]:
    """Return the printed name of each choice of a question, by its code; empty where it has none."""
    asked = (one for one in study.tables[table].form.questions if one.name == column)
    return {choice.name: word_of(choice.label, lang) for one in asked for choice in one.choices}


def answer_label(study: Study, table: str, column: str, code: str, lang: str) -> str:
    """Return the printed name of a question's answer; the code where it has none."""
    return choice_labels(study, table, column, lang).get(code, code)


def choice_label(study: Study, table: str, column: str, code: object, lang: str) -> str:
    """Return the printed name of a question's answer, and a word for an answer that was not given."""
    if not isinstance(code, str) or not code:
        return labels(lang)["offices.not_said"]
    return answer_label(study, table, column, code, lang)


def value_label(study: Study, table: str, column: str, value: str, lang: str) -> str:
    """Return the printed name of a column's value: an area's, a round's, a condition's, or an answer's."""
    if column in AREA_COLUMNS:
        return study.area_label(value, lang)
    if column == "round":
        return round_labels(study, lang).get(value, value)
    if value in ("True", "False"):
        label = column_label(study, table, column, lang)
        return f"{label}: {labels(lang)['value.yes' if value == 'True' else 'value.no']}"
    return answer_label(study, table, column, value, lang)


def column_label(study: Study, table: str, column: str, lang: str) -> str:
    """Return the printed name of a column: its question's, or what the derived column is called."""
    for question in study.tables[table].form.questions:
        if question.name == column:
            return word_of(question.label, lang)
    for derived in study.norms.derived:
        if (derived.table, derived.name) == (table, column):
            return word_of(derived.label, lang)
    return column


def group_label(study: Study, indicator: Indicator, by: str, by_value: str, lang: str) -> str:
    """Return the printed name of a breakdown's group; "" for the plain row."""
    if not by:
        return ""
    columns, values = by.split("*"), by_value.split(" * ")
    named = zip(columns, values, strict=False)
    return " · ".join(_part_label(study, indicator.table, column, value, lang) for column, value in named)


def by_label(study: Study, indicator: Indicator, by: str, lang: str) -> str:
    """Return the printed name of what a breakdown is by: its questions; "" for the plain row."""
    return " · ".join(
        word_of(study.area_level, lang)
        if column in AREA_COLUMNS
        else column_label(study, indicator.table, column, lang) or column
        for column in by.split("*")
        if column
    )


def round_labels(study: Study, lang: str) -> dict[str, str]:
    """Return the printed name of each round, by its key."""
    return {one.key: word_of(one.label, lang) for one in study.rounds}


def _part_label(study: Study, table: str, column: str, value: str, lang: str) -> str:
    """Return the printed name of one column's value in a breakdown, also of a looked-up column's."""
    if column in AREA_COLUMNS:
        try:
            return study.area_label(value, lang)
        except ParameterError:
            return value
    named = choice_labels(study, table, column, lang)
    if value in named:
        return named[value]
    for derived in study.norms.derived:
        if (derived.table, derived.name) == (table, column) and derived.lookup is not None:
            return _part_label(study, derived.lookup.table, derived.lookup.column, value, lang)
    return value
