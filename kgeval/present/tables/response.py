"""Tables of who was met again by class, and of changes raised for those who were not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.answers import value_label
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.cells import Record, gap_cell, indicator_name, named_columns, points
from kgeval.present.tables.spec import TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def response_table(classes: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the response classes of each followed table that lost somebody, with their factors."""
    words, numbers = labels(lang), Numbers(lang=lang)
    records = classes.to_dict("records")
    gone = any(study.panels[str(row["table"])].fates for row in records)
    rows = [
        {
            "response_class": (_class(row, study, words), None),
            "baseline": (numbers.number(row["baseline"], 0), row["baseline"]),
            "found": (numbers.number(row["found"], 0), row["found"]),
            "rate": (numbers.percent(row["rate"]), row["rate"]),
            "factor": (numbers.number(row["factor"], 2), row["factor"]),
        }
        for row in records
    ]
    return table_of(
        "response",
        words["attribution.response"],
        named_columns(
            words, ("response_class", "left"), ("baseline", "right"), ("found", "right"), ("rate", "right"),
            ("factor", "right"),
        ),
        rows,
        groups=[word_of(study.tables[str(row["table"])].label, lang) for row in records],
        notes=[
            words["attribution.note_response"],
            *([words["attribution.note_gone"]] if gone else []),
        ],
    )  # fmt: skip


def _class(row: Record, study: Study, words: Labels) -> str:
    if not row["response_class"]:
        return words["attribution.small_classes"]
    columns = study.panels[str(row["table"])].classes
    values = str(row["response_class"]).split(" * ")
    return ", ".join(
        value_label(study, str(row["table"]), column, value, words.lang)
        for column, value in zip(columns, values, strict=True)
    )


def adjusted_table(adjusted: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return each change before and after it is raised for those who were not met again."""
    words, numbers = labels(lang), Numbers(lang=lang)
    rows, groups = [], []
    for row in adjusted.to_dict("records"):
        indicator = study.indicator(str(row["indicator"]))
        measure = Measure(kind=indicator.kind, lang=lang)
        cell: Record = {"difference": row["adjusted"], "low": row["low"], "high": row["high"]}
        rows.append(
            {
                "indicator": (indicator_name(indicator, lang), None),
                "n": (numbers.number(row["n"], 0), row["n"]),
                "unadjusted": (points(row, "unadjusted", measure), row["unadjusted"]),
                "adjusted": (gap_cell(cell, measure), row["adjusted"]),
                "shift": (points(row, "shift", measure), number_of(row, "shift")),
            }
        )
        groups.append(word_of(study.tables[str(row["table"])].label, lang))
    process = bool((adjusted["inference"] == "process").any()) if len(adjusted) else False
    return table_of(
        "adjusted",
        words["attribution.adjusted"],
        named_columns(
            words, ("indicator", "left"), ("n", "right"), ("unadjusted", "right"), ("adjusted", "right"),
            ("shift", "right"),
        ),
        rows,
        groups=groups,
        notes=[words["attribution.note_adjusted"], *([words["attribution.note_process"]] if process else [])],
    )  # fmt: skip
