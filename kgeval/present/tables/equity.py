"""Results of groups of people who are easily left out, beside those of all together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import labels
from kgeval.present.measure import measure_of, number_of, word_of
from kgeval.present.published import publish
from kgeval.present.result import interval_cell, value_cell
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def equity_table(rows: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return one line a group and result; a value that too few answers carry is a dash.

    Parameters
    ----------
    rows
        As ``evaluate.equity_rows`` returns them.
    """
    words = labels(lang)
    made, groups = [], []
    for _, row in publish(rows, None, study, lang).iterrows():
        measure = measure_of(study.indicator(row["indicator"], row["variant"]), lang)
        hidden = row["outcome"] == "suppressed"
        plain = None if hidden else number_of(row, "plain")
        made.append(
            {
                "indicator": (row["label"], None),
                "value": (value_cell(row), number_of(row, "value")),
                "interval": (interval_cell(row), None),
                "n": (measure.numbers.number(number_of(row, "n"), 0), number_of(row, "n")),
                "plain": (measure.with_unit(plain), plain),
                "note": (words["equity.too_few"] if hidden else "", None),
            }
        )
        groups.append(word_of(study.evaluation.equity[int(row["cut"])].group, lang))
    sides: list[tuple[str, Align]] = [
        ("indicator", "left"), ("value", "right"), ("interval", "right"), ("n", "right"), ("plain", "right"),
        ("note", "left"),
    ]  # fmt: skip
    columns = [Column(key=key, heading=words[f"equity.column.{key}"], align=align) for key, align in sides]
    notes = [words["equity.note"]] if made else []
    return table_of("equity", words["equity.title"], columns, made, groups=groups, notes=notes)
