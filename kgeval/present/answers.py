"""The printed names of answers: a question's choices, areas, rounds, what a derived column says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgeval.plan.area import AREA_COLUMNS
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.published import round_labels

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def answer_label(study: Study, table: str, column: str, code: str, lang: str) -> str:
    """Return the printed name of a question's answer; the code where it has none."""
    for question in study.tables[table].form.questions:
        if question.name == column:
            for choice in question.choices:
                if choice.name == code:
                    return word_of(choice.label, lang)
    return code


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
