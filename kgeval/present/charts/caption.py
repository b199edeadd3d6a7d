"""What stands around a plot: the finding counted in the title, the footnotes, the measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.flag import CENSUS
from kgeval.present.labels import Labels
from kgeval.present.measure import Measure, word_of
from kgeval.present.phrase import lowered
from kgeval.present.reading_order import pages_of, several_areas
from kgeval.present.result import measure_beside

if TYPE_CHECKING:
    from kgeval.plan.study import Study

VERDICTS = ("met", "not_met", "unclear", "absent")


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
    census, drawn = rows["interval_method"] == CENSUS, rows["value"].notna()
    holds = {
        "chart.note_interval": drawn & rows["low"].notna(),
        "chart.note_census": drawn & census,
        "chart.note_bounds": drawn & census & (rows["missing_low"] < rows["missing_high"]),
        "chart.note_review": drawn & (rows["flag"] == "review"),
        "chart.note_suppressed": rows["outcome"] == "suppressed",
    }
    return [words[name] for name, where in holds.items() if bool(where.any())]


def verdict_title(rows: pd.DataFrame, study: Study, words: Labels) -> str:
    """Return the finding of published rows: how many reach their target, how many do not."""
    by_area = several_areas(rows)
    single = rows[rows["area"] != WHOLE] if by_area else rows
    if rows["target"].isna().all():
        return _values_title(single, words) if by_area or len(rows) == 1 else rows.iloc[0]["place"]
    first = single.iloc[0]
    target = measure_beside(rows[rows["target"].notna()].iloc[0]).exact(
        float(rows["target"].dropna().iloc[0])
    )
    if len(rows) == 1:
        outcome = first["outcome"] if first["outcome"] in VERDICTS else "not_estimable"
        return words.fill(
            "title.targets_one",
            what=first["short"], place=first["place"], target=target,
            verdict=words[f"verdict.statistical.{outcome}"],
        )  # fmt: skip
    counted = Counter(o if o in VERDICTS else "absent" for o in single["outcome"])
    if not by_area:
        parts = count_parts(counted, "title.indicators", VERDICTS, len(single), words)
        return f"{first['place']}: {parts}"
    filled = {"target": target, "level": lowered(word_of(study.area_level, words.lang))}
    for outcome, template in (("met", "title.targets_all_met"), ("not_met", "title.targets_none_met")):
        if counted[outcome] == len(single) > 1:
            return words.fill(template, what=first["short"], total=len(single), **filled)
    parts = count_parts(counted, "title.targets", VERDICTS, len(single), words, **filled)
    return words.fill("title.targets_mixed", what=first["short"], parts=parts)


def paged_title(title: str, rows: pd.DataFrame, most: int, page: int | None) -> str:
    """Return the title of one page of rows: ``… (1/2)`` where there are several."""
    several = several_areas(rows)
    pages = pages_of(len(set(rows["area"]) - {WHOLE}) if several else len(rows), most - (1 if several else 0))
    return title if page is None or len(pages) == 1 else f"{title} ({page}/{len(pages)})"


def _values_title(rows: pd.DataFrame, words: Labels) -> str:
    values, first = rows["value"].dropna(), rows.iloc[0]
    measure = Measure(kind=first["kind"], lang=words.lang)
    if values.empty:
        return words.fill("title.values_absent", what=first["short"])
    low, high = measure.value(values.min()), measure.value(values.max())
    if low == high:
        return words.fill("title.values_one", what=first["short"], low=low)
    return words.fill("title.values", what=first["short"], low=low, high=high)
