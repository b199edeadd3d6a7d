"""Table of a change divided into composition and what changed within classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.answers import by_label
from kgeval.present.comparability import comparable_words
from kgeval.present.labels import labels
from kgeval.present.measure import Measure, number_of
from kgeval.present.tables.cells import Record, gap_cell, indicator_name, named_columns, points
from kgeval.present.tables.spec import TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def decomposition_table(parts: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return each change divided into composition and within, by the classes it was divided by."""
    words = labels(lang)
    rows = []
    for row in parts.to_dict("records"):
        indicator = study.indicator(row["indicator"], row["variant"])
        measure = Measure(kind=indicator.kind, lang=lang)
        rows.append(
            {
                "by": (by_label(study, indicator, row["by"], lang), None),
                "difference": (points(row, "change", measure), number_of(row, "change")),
                **{
                    part: (_part_cell(row, part, measure), number_of(row, part))
                    for part in ("composition", "within")
                },
            }
        )
    return table_of(
        "decomposition",
        words["attribution.decomposition"],
        named_columns(
            words, ("by", "left"), ("difference", "right"), ("composition", "right"), ("within", "right")
        ),
        rows,
        groups=[indicator_name(study.indicator(key), lang) for key in parts["indicator"]],
        notes=[words["attribution.note_decomposition"], *_cautions(parts, study, lang)],
    )


def _part_cell(row: Record, part: str, measure: Measure) -> str:
    cell: Record = {"difference": row[part], "low": row[f"{part}_low"], "high": row[f"{part}_high"]}
    return gap_cell(cell, measure)


def _cautions(parts: pd.DataFrame, study: Study, lang: str) -> list[str]:
    """Return what must be known to read the change of an indicator that is compared with caution."""
    marked = dict.fromkeys(parts.loc[parts["comparable"] == "caution", "indicator"])
    return [
        f"{indicator_name(indicator, lang)}: {comparable_words(indicator, lang)}"
        for indicator in map(study.indicator, marked)
    ]
