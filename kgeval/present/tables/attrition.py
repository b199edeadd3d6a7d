"""Tables of who was met again and of what happened to units between the rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.panel import FATES
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.cells import Cell, Record, named_columns
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def attrition_table(attrition: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return who was met again, by table and area, with what became of the others."""
    words, numbers = labels(lang), Numbers(lang=lang)
    rows = [
        {
            "place": (study.area_label(row["area"], lang), None),
            "baseline": (numbers.number(row["baseline"], 0), row["baseline"]),
            "found": (numbers.number(row["found"], 0), row["found"]),
            "lost": (numbers.percent(row["lost"]), row["lost"]),
            "fates": (_fates(row, words), None),
            "new": (numbers.number(row["new"], 0), row["new"]),
        }
        for row in attrition.to_dict("records")
    ]
    notes = dict.fromkeys(word_of(study.panels[key].note, lang) for key in attrition["table"])
    return table_of(
        "attrition",
        words["attribution.attrition"],
        named_columns(
            words, ("place", "left"), ("baseline", "right"), ("found", "right"), ("lost", "right"),
            ("fates", "left"), ("new", "right"),
        ),
        rows,
        groups=[word_of(study.tables[key].label, lang) for key in attrition["table"]],
        notes=[words["attribution.note_fates"], *notes],
    )  # fmt: skip


def _fates(row: Record, words: Labels) -> str:
    if number_of(row, FATES[0]) is None:
        return words["attribution.not_told"]
    return fates(row, words) or words["attribution.nobody"]


def fates(row: Record, words: Labels) -> str:
    """Return what became of those not met again: ``giải thể 2; từ chối 1``."""
    return "; ".join(
        words.fill("attribution.fate_said", what=words[f"attribution.fate.{fate}"], count=int(row[fate]))
        for fate in FATES
        if number_of(row, fate)
    )


def events_table(events: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return what happened to units between the rounds, the areas side by side."""
    words = labels(lang)
    areas = list(dict.fromkeys(events["area"]))
    rows, groups = [], []
    for (table, number), part in events.groupby(["table", "number"], sort=False):
        cells = {row["area"]: _event(row, words) for row in part.to_dict("records")}
        label = word_of(study.panels[str(table)].transitions[int(str(number))].label, lang)
        rows.append({"event": (label, None), **cells})
        groups.append(word_of(study.tables[str(table)].label, lang))
    columns = named_columns(words, ("event", "left"))
    columns += [Column(key=area, heading=study.area_label(area, lang), align="right") for area in areas]
    return table_of(
        "events", words["attribution.events"], columns, rows, groups=groups,
        notes=[words["attribution.note_events"]],
    )  # fmt: skip


def _event(row: Record, words: Labels) -> Cell:
    name = "event_unknown" if row["unknown"] else "event_cell"
    text = words.fill(f"attribution.{name}", count=row["count"], both=row["both"], unknown=row["unknown"])
    return text, row["count"]
