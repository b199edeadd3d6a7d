"""The table of changes between the rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.caveat import change_caveat
from kgeval.present.charts.dumbbell import change_cell, clearly_wished
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of
from kgeval.present.numbers import absent
from kgeval.present.published import publish_changes
from kgeval.present.style import change_colour
from kgeval.present.tables.result_row import Cell, columns_of, indicator_name, records_of, unpublished
from kgeval.present.tables.spec import TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def changes_table(
    changes: pd.DataFrame, study: Study, lang: str, *, estimates: pd.DataFrame | None = None
) -> TableSpec:
    """Return both rounds, the change with its interval, and whether it is clear.

    What is not published is named in the notes; a target stays in its row, with dashes.

    Parameters
    ----------
    changes
        ``results/changes`` of one place; differences of shares from −1 to 1.
    study, lang
        The study, and one of its languages.
    estimates
        ``results/estimates`` of both rounds: gives each change the limits of its rounds.
    """
    words = labels(lang)
    everything = records_of(publish_changes(changes, study, lang, estimates))
    rows = [row for row in everything if row["outcome"] != "suppressed" or _has_target(row, study)]
    unseen = dict.fromkeys(
        row["short"] for row in everything if row["outcome"] == "suppressed" and not _has_target(row, study)
    )
    columns = columns_of(
        words,
        ("indicator", "left"), ("from_value", "right"), ("to_value", "right"), ("difference", "right"),
        ("clear", "left"), ("note", "left"),
    )  # fmt: skip
    return table_of(
        "changes",
        words["table.changes"],
        columns,
        [_change_row(row, words) for row in rows],
        notes=[
            change_caveat(study, lang, changes["indicator"]) if rows else words["table.empty"],
            *([words["chart.note_wished"]] if rows and clearly_wished(pd.DataFrame(rows)) else []),
            *unpublished(unseen, words),
        ],
        colours={
            (number, "clear"): change_colour(row["outcome"], row["direction"])
            for number, row in enumerate(rows)
            if row["outcome"] in ("up", "down", "unclear")
        },
    )


def _has_target(row: pd.Series, study: Study) -> bool:
    return study.indicator(row["indicator"], row["variant"]).target is not None


def _change_row(row: pd.Series, words: Labels) -> dict[str, Cell]:
    measure = Measure(kind=row["kind"], lang=words.lang)
    conclusions = {"up": "clear_up", "down": "clear_down", "unclear": "unclear", "census": "census",
                   "suppressed": "suppressed"}  # fmt: skip
    caution = ""
    if row["comparable"] != "yes":
        caution = row["comparable_reason"] or words["change_sentence.caution_plain"]
    elif row["outcome"] == "not_estimable" and absent(row["from_value"]):
        caution = words["change_sentence.no_baseline"].strip()
    return {
        "indicator": (indicator_name(row), None),
        "from_value": (measure.value(number_of(row, "from_value")), number_of(row, "from_value")),
        "to_value": (measure.value(number_of(row, "to_value")), number_of(row, "to_value")),
        "difference": (change_cell(row), number_of(row, "difference")),
        "clear": (words[f"value.{conclusions.get(row['outcome'], 'not_estimable')}"], None),
        "note": (caution, None),
    }
