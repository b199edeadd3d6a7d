"""What the corrections of cells did to the indicators, as a table: ``41,2% → 40,8%``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.indicator import MAIN
from kgeval.present.answers import round_labels
from kgeval.present.labels import labels
from kgeval.present.measure import Measure, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def effects_table(effects: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return each indicator that the corrections moved, before and after, by round."""
    words, rounds = labels(lang), round_labels(study, lang)
    rows = [_row(row, study, rounds, lang) for row in effects.to_dict("records")]
    wanted = (("indicator", "left"), ("round", "left"), ("before", "right"), ("after", "right"),
              ("moved", "right"))  # fmt: skip
    return table_of(
        "correction_effects",
        words["effects.title"],
        [Column(key=key, heading=words[f"effects.{key}"], align=align) for key, align in wanted],  # type: ignore[arg-type]
        rows,
        notes=[words["effects.note"]],
    )


def _row(
    row: dict[object, object], study: Study, rounds: dict[str, str], lang: str
) -> dict[str, tuple[str, object]]:
    indicator = study.indicator(str(row["indicator"]), str(row["variant"]))
    before, after = float(row["before"]), float(row["after"])  # type: ignore[arg-type]
    measure = Measure(kind=indicator.kind, lang=lang)
    while measure.decimals < _MOST and measure.value(before) == measure.value(after):
        measure = Measure(kind=indicator.kind, lang=lang, decimals=measure.decimals + 1)
    label = indicator.short if indicator.variant == MAIN else indicator.label
    moved = Numbers(lang=lang).number((after - before) * measure.scale, measure.decimals, sign=True)
    return {
        "indicator": (word_of(label, lang), None),
        "round": (rounds.get(str(row["round"]), str(row["round"])), None),
        "before": (measure.value(before), before),
        "after": (measure.value(after), after),
        "moved": (moved, after - before),
    }


_MOST = 4  # decimals: what moves less is written as no move
