"""Table of a comparison: the change of each side, the difference of the changes, what may be said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.area import AREA_COLUMNS
from kgeval.present.answers import answer_label
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.style import change_colour
from kgeval.present.tables.cells import (
    ALPHA,
    Record,
    gap_cell,
    indicator_name,
    named_columns,
    p_cell,
    points,
)
from kgeval.present.tables.spec import TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def comparison_table(comparison: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the change of each side and the difference of the changes, indicator by indicator.

    Parameters
    ----------
    comparison
        Rows of ``evaluate.compare_changes``, with ``p_holm`` and ``family_size`` of
        ``evaluate.with_adjusted_p``.
    """
    words, numbers = labels(lang), Numbers(lang=lang)
    shown = comparison[comparison["difference"].notna() | comparison["comparable"].eq("no")]
    records = shown.to_dict("records")
    rows = []
    for row in records:
        indicator = study.indicator(row["indicator"], row["variant"])
        measure = Measure(kind=indicator.kind, lang=lang)
        rows.append(
            {
                "side": (side_label(row, study, lang), None),
                **{
                    key: (measure.value(number_of(row, key)), number_of(row, key))
                    for key in ("reference_from", "group_from")
                },
                **{
                    key: (points(row, key, measure), number_of(row, key))
                    for key in ("reference_change", "group_change")
                },
                "gap": (gap_cell(row, measure), number_of(row, "difference")),
                "p_holm": (p_cell(number_of(row, "p_holm"), numbers), number_of(row, "p_holm")),
                "clear": (words[f"attribution.{conclusion(row)}"], None),
            }
        )
    return table_of(
        "comparison",
        words["attribution.comparison"],
        named_columns(
            words, ("side", "left"), ("reference_from", "right"), ("reference_change", "right"),
            ("group_from", "right"), ("group_change", "right"), ("gap", "right"), ("p_holm", "right"),
            ("clear", "left"),
        ),
        rows,
        groups=[indicator_name(study.indicator(row["indicator"], row["variant"]), lang) for row in records],
        notes=[*conditions(shown, words), *_family(shown, words)],
        colours={
            (place, "clear"): change_colour("up" if conclusion(row) == "clear_more" else "unclear")
            for place, row in enumerate(records)
            if conclusion(row) != "none"
        },
    )  # fmt: skip


def checks_table(checks: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the same comparisons computed in other ways; a way that the data do not allow has no column.

    Parameters
    ----------
    checks
        Rows of ``evaluate.comparison_checks``.
    """
    words, numbers = labels(lang), Numbers(lang=lang)
    records = checks[checks["difference"].notna()].to_dict("records")
    rows = []
    for row in records:
        indicator = study.indicator(str(row["indicator"]))
        measure = Measure(kind=indicator.kind, lang=lang)
        ways: dict[str, Record] = {
            way: {"difference": row[value], "low": row[f"{way}_low"], "high": row[f"{way}_high"]}
            for way, value in (("cr2", "difference"), ("ancova", "ancova"))
        }
        p = number_of(row, "p_permutation")
        rows.append(
            {
                "side": (side_label(row, study, lang), None),
                "shift": (points(row, "difference", measure), number_of(row, "difference")),
                "cr2": (gap_cell(ways["cr2"], measure), number_of(row, "cr2_se")),
                "ancova": (gap_cell(ways["ancova"], measure), number_of(row, "ancova")),
                "p_permutation": (p_cell(p, numbers), p),
            }
        )
    ways_there = {"cr2": "cr2_se", "ancova": "ancova", "p_permutation": "p_permutation"}
    kept = [name for name, column in ways_there.items() if bool(checks[column].notna().any())]
    plain = [] if "cr2" in kept else ["shift"]  # its value stands with the interval, or alone
    columns = [("side", "left"), *((name, "right") for name in (*plain, *kept))]
    return table_of(
        "comparison_checks",
        words["attribution.checks"],
        named_columns(words, *columns),  # type: ignore[arg-type]
        rows if kept else [],
        groups=[indicator_name(study.indicator(str(row["indicator"])), lang) for row in records]
        if kept
        else [],
        notes=[words["attribution.note_checks"], *conditions_of(study, checks, words)],
    )


def conditions_of(study: Study, checks: pd.DataFrame, words: Labels) -> list[str]:
    """Return under which condition the sides of the compared tables may be read as more than a change."""
    drawn = {study.comparisons[str(table)].randomised for table in checks["table"]}
    names = [name for held, name in ((True, "note_randomised"), (False, "note_chosen")) if held in drawn]
    return [words[f"attribution.{name}"] for name in names]


def conditions(comparison: pd.DataFrame, words: Labels) -> list[str]:
    """Return what a reader of a comparison must know: how the sides came about, what is inferred."""
    if comparison.empty:
        return []
    holds = {
        "note_randomised": bool(comparison["randomised"].any()),
        "note_chosen": not bool(comparison["randomised"].all()),
        "note_process": bool((comparison["inference"] == "process").any()),
    }
    return [words[f"attribution.{name}"] for name, true in holds.items() if true]


def _family(comparison: pd.DataFrame, words: Labels) -> list[str]:
    sizes = comparison["family_size"].dropna()
    return [words.fill("attribution.note_family", count=int(sizes.max()))] if len(sizes) else []


def side_label(row: Record, study: Study, lang: str) -> str:
    """Return the printed name of a side: the pooled side's own, an area's, or an answer's."""
    comparison = study.comparisons[str(row["table"])]
    group = str(row["group"])
    if comparison.pooled:
        return word_of(comparison.group_label, lang)
    if comparison.column in AREA_COLUMNS:
        return study.area_label(group, lang)
    return answer_label(study, comparison.table, comparison.column, group, lang)


def conclusion(row: Record) -> str:
    """Return ``clear_more``, ``unclear`` or ``none``: what a difference of changes allows to say."""
    p = number_of(row, "p_holm") if "p_holm" in row else number_of(row, "p")
    if p is None:
        return "none"
    return "clear_more" if p < ALPHA else "unclear"
