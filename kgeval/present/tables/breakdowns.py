"""The table of results by groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import labels
from kgeval.present.measure import number_of
from kgeval.present.published import main, publish
from kgeval.present.tables.result_row import columns_of, records_of, remarks, result_row, unpublished
from kgeval.present.tables.spec import TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def breakdowns_table(estimates: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the main definitions by groups; a group that too few answers carry shows a dash.

    A breakdown of which nothing is published is named in the notes.

    Parameters
    ----------
    estimates
        ``results/estimates`` of one place and round; shares from 0 to 1.
    study, lang
        The study, and one of its languages.
    """
    words = labels(lang)
    cut = [row for row in records_of(main(publish(estimates, None, study, lang))) if row["by"]]
    seen = {_heading(row) for row in cut if number_of(row, "value") is not None}
    rows = [row for row in cut if _heading(row) in seen]
    unseen = dict.fromkeys(_heading(row) for row in cut if _heading(row) not in seen)
    columns = columns_of(
        words,
        ("group", "left"), ("value", "right"), ("interval", "right"), ("n", "right"), ("note", "left"),
    )  # fmt: skip
    return table_of(
        "breakdowns",
        words["table.breakdowns"],
        columns,
        [result_row(row, words) for row in rows],
        groups=[_heading(row) for row in rows],
        notes=[*(remarks(rows, words) if rows else [words["table.empty"]]), *unpublished(unseen, words)],
    )


def _heading(row: pd.Series) -> str:
    return f"{row['short']} – {row['by_label']}"
