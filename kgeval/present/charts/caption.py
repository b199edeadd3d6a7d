"""What stands around a plot: the finding counted in the title, the footnotes, the measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import Labels
from kgeval.present.measure import word_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def count_parts(
    counted: Counter[str], room: str, order: Sequence[str], total: int, words: Labels, **parts: object
) -> str:
    """Return how many rows have each outcome, the first in full: ``2/3 … đạt; 1 chưa đạt``."""
    said: list[str] = []
    for outcome in order:
        if counted[outcome]:
            template = f"{room}_{outcome}" + ("_next" if said else "")
            said.append(words.fill(template, n=counted[outcome], total=total, **parts))
    return words["title.joined"].join(said)


def measure_words(row: pd.Series, words: Labels) -> str:
    """Return what is measured and of whom, e.g. ``% bà mẹ``."""
    name = {"share": "of_units", "count": "count_unit"}.get(row["kind"], "mean_unit")
    return words.fill(f"chart.{name}", unit=row["unit"])


def source_note(study: Study, period: str, remarks: Sequence[str], words: Labels) -> tuple[str, ...]:
    """Return the footnote: source and period, then remarks, then the study's own banner."""
    source = f"{word_of(study.title, words.lang)}, {period}"
    banner = word_of(study.banner, words.lang)
    line = " ".join([words.fill("chart.note_source", source=source), *remarks])
    return (line, *([banner] if banner else []))


def result_remarks(rows: pd.DataFrame, words: Labels) -> list[str]:
    """Return what the marks of a chart of results mean, for the marks that occur."""
    census, drawn = rows["interval_method"] == "census", rows["value"].notna()
    holds = {
        "chart.note_interval": drawn & rows["low"].notna(),
        "chart.note_census": drawn & census,
        "chart.note_bounds": drawn & census & (rows["missing_low"] < rows["missing_high"]),
        "chart.note_review": drawn & (rows["flag"] == "review"),
        "chart.note_suppressed": rows["outcome"] == "suppressed",
    }
    return [words[name] for name, where in holds.items() if bool(where.any())]
