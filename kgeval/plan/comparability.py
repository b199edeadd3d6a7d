"""Which indicators can be compared between the rounds: what was declared, and what the forms show.

A study declares what no form can tell (a window that grows, an instrument without a baseline). Where the
first round had a form of its own, each indicator is followed to its questions, and what changed there
lowers its mark. The mark travels with the indicator to every table, chart and sentence of a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from kgeval.plan.compare import ASPECTS, comparable, compare
from kgeval.plan.indicator import Indicator
from kgeval.plan.norm import Norms
from kgeval.plan.table import Table

ABSENT = "absent"  # the aspect of a question that only one of the forms asks
_RANK: Mapping[str, int] = {"yes": 0, "caution": 1, "no": 2}


def marked(
    indicators: Iterable[Indicator], tables: Mapping[str, Table], norms: Norms, baseline: str
) -> tuple[Indicator, ...]:
    """Return the indicators with the mark that their questions allow; never a better one than declared.

    Parameters
    ----------
    indicators, tables, norms
        As the study declares them.
    baseline
        The first round's key; only tables with a form of that round (``forms``) are compared.
    """
    compared = {
        key: compare(table.forms[baseline], table.form)
        for key, table in tables.items()
        if baseline in table.forms
    }
    return tuple(_marked(one, compared, norms) if compared else one for one in indicators)


def _marked(indicator: Indicator, compared: Mapping[str, pd.DataFrame], norms: Norms) -> Indicator:
    # Columns looked up in another table carry that table's questions; the own table's names come first.
    order = sorted(compared, key=lambda key: key != indicator.table)
    questions = pd.concat([compared[key] for key in order]).drop_duplicates("question")
    found = comparable(indicator, questions, derived=_derived(norms, indicator.table))
    changed = {part.split(":")[0] for part in found.reason.split("; ") if part}
    aspects = {
        row["question"]: _aspects(row)
        for row in questions[questions["question"].isin(changed)].to_dict("records")
    }
    worst = max(indicator.comparable, found.verdict, key=lambda mark: _RANK[mark])
    return replace(indicator, comparable=worst, changed_questions=aspects)


def _aspects(row: Mapping[object, object]) -> tuple[str, ...]:
    if not (row["first_row"] and row["second_row"]):
        return (ABSENT,)
    return tuple(aspect for aspect in ASPECTS if row[aspect] != "same")


def _derived(norms: Norms, table: str) -> dict[str, frozenset[str]]:
    """Return the names that each derived column and composite level stands on."""
    needs: dict[str, frozenset[str]] = {}
    for column in sorted(norms.derived, key=lambda one: one.table == table):  # the own table's win
        named: set[str] = set()
        if column.expression is not None:
            named |= column.expression.names
        if column.over is not None:
            parts = (column.over.where, column.over.of)
            named |= {column.over.by, *(name for part in parts if part is not None for name in part.names)}
        if column.lookup is not None:
            named |= {column.lookup.by, column.lookup.column}
        needs[column.name] = frozenset(named - {column.name})
    for composite in norms.composites:
        rules = [rule for rule in norms.rules if rule.set == composite.set]
        named = {*composite.managed.names}
        for rule in rules:
            named |= rule.met.names | (rule.applies.names if rule.applies is not None else frozenset())
        needs |= dict.fromkeys(composite.columns, frozenset(named))
    return needs
