"""Tables on the quality of the evidence: fates of those to be reached, reported against surveyed figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.answers import round_labels
from kgeval.present.labels import labels
from kgeval.present.measure import measure_of, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

_COUNTS = ("planned", "reached", "refused", "not_found", "other")


def fieldwork_table(fieldwork: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return planned, reached, refused, not found and the response rate, by table, round and area.

    Parameters
    ----------
    fieldwork
        As ``evaluate.fieldwork`` returns it.
    """
    words, numbers, rounds = labels(lang), Numbers(lang=lang), round_labels(study, lang)
    rows = [
        {
            "round": (rounds[row["round"]], None),
            "place": (study.area_label(row["area"], lang), None),
            **{name: (numbers.number(row[name], 0), row[name]) for name in _COUNTS},
            "response": (numbers.percent(row["response"]), row["response"]),
        }
        for row in fieldwork.to_dict("records")
    ]
    plan = {work.table: work for work in study.evaluation.evidence.fieldwork}
    groups = [word_of(study.tables[key].label, lang) for key in fieldwork["table"]]
    notes = [words["evidence.note"]]
    notes += [
        f"{word_of(study.tables[key].label, lang)}: {word_of(plan[key].unknown, lang)}"
        for key in dict.fromkeys(fieldwork["table"])
        if word_of(plan[key].unknown, lang)
    ]
    if any(not plan[key].fates_by_area for key in fieldwork["table"]):
        notes.append(words["evidence.few_units"])
    places = list(dict.fromkeys(fieldwork["area"]))
    sides: list[tuple[str, Align]] = [("round", "left")]
    sides += [("place", "left")] if len(places) > 1 else []
    sides += [(name, "right") for name in (*_COUNTS, "response")]
    columns = [Column(key=key, heading=words[f"evidence.column.{key}"], align=align) for key, align in sides]
    return table_of(
        "fieldwork",
        words["evidence.fieldwork"],
        columns,
        rows,
        subtitle=study.area_label(places[0], lang) if len(places) == 1 else "",
        groups=groups,
        notes=notes if rows else [],
    )


def reported_table(pairs: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return reported figures beside surveyed ones, and which is adopted and why.

    Parameters
    ----------
    pairs
        As ``evaluate.reported_against_surveyed`` returns them, of one area.
    """
    words = labels(lang)
    rows = []
    for row in pairs.to_dict("records"):
        pair = study.evaluation.evidence.reported[row["number"]]
        measure = measure_of(study.indicator(*pair.surveyed.pair), lang)
        rows.append(
            {
                "what": (word_of(pair.label, lang), None),
                "reported": (measure.value(row["reported"]), row["reported"]),
                "surveyed": (measure.value(row["surveyed"]), row["surveyed"]),
                "interval": (measure.range(number_of(row, "low"), number_of(row, "high")), None),
                "difference": (measure.difference(row["difference"]), row["difference"]),
                "adopted": (words[f"evidence.adopted.{row['adopted']}"], None),
                "because": (word_of(pair.because, lang), None),
            }
        )
    sides: list[tuple[str, Align]] = [
        ("what", "left"), ("reported", "right"), ("surveyed", "right"), ("interval", "right"),
        ("difference", "right"), ("adopted", "left"), ("because", "left"),
    ]  # fmt: skip
    columns = [Column(key=key, heading=words[f"evidence.column.{key}"], align=align) for key, align in sides]
    return table_of("reported", words["evidence.reported"], columns, rows)
