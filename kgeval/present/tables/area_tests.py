"""Table of the areas' changes, corrected for so many of them being looked at together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.flag import SUPPRESS
from kgeval.present.labels import labels
from kgeval.present.measure import Measure, number_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.cells import ALPHA, gap_cell, indicator_name, named_columns, p_cell
from kgeval.present.tables.spec import TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def area_tests_table(tests: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the change of every area, indicator by indicator, with p values of its family.

    Parameters
    ----------
    tests
        Rows of ``evaluate.area_tests``.
    """
    words, numbers = labels(lang), Numbers(lang=lang)
    shown = tests[tests["p"].notna() & (tests["flag"].fillna("") != SUPPRESS)]
    records = shown.to_dict("records")
    rows = []
    for row in records:
        measure = Measure(kind=study.indicator(row["indicator"]).kind, lang=lang)
        rows.append(
            {
                "place": (study.area_label(row["area"], lang), None),
                "difference": (gap_cell(row, measure), number_of(row, "difference")),
                **{key: (p_cell(number_of(row, key), numbers), row[key]) for key in ("p", "p_holm", "p_bh")},
                "clear": (
                    words["attribution.changed" if row["p_holm"] < ALPHA else "attribution.unclear"],
                    None,
                ),
            }
        )
    return table_of(
        "area_tests",
        words["attribution.tests"],
        named_columns(
            words, ("place", "left"), ("difference", "right"), ("p", "right"), ("p_holm", "right"),
            ("p_bh", "right"), ("clear", "left"),
        ),
        rows,
        groups=[indicator_name(study.indicator(row["indicator"]), lang) for row in records],
        notes=[words["attribution.note_tests"]],
    )  # fmt: skip
