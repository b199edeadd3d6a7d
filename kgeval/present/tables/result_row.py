"""One row of a table of results: its cells in words, and the notes that such rows call for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from kgeval.plan.flag import CENSUS
from kgeval.plan.indicator import MAIN
from kgeval.present.labels import Labels
from kgeval.present.measure import MEASURED, number_of, text_of
from kgeval.present.numbers import Numbers
from kgeval.present.phrase import reason_words
from kgeval.present.result import bounds_cell, interval_cell, measure_beside, statistical_words, value_cell
from kgeval.present.tables.spec import Align, Column

Cell = tuple[str, object]
MARKED = ("met", "not_met", "unclear")  # verdicts that have a sign and a colour of their own


def columns_of(words: Labels, *wanted: tuple[str, Align]) -> list[Column]:
    """Return the columns of a table of results, each headed by its word."""
    return [Column(key=key, heading=words[f"column.{key}"], align=align) for key, align in wanted]


def records_of(rows: pd.DataFrame) -> list[pd.Series]:
    """Return the rows of a frame, one by one."""
    return [row for _, row in rows.iterrows()]


def result_row(row: pd.Series, words: Labels) -> dict[str, Cell]:
    """Return what a table may show of a published row: what is printed in each cell, and its number."""
    numbers, measure = Numbers(lang=words.lang), measure_beside(row)
    value, target = number_of(row, "value"), number_of(row, "target")
    return {
        "indicator": (indicator_name(row), None),
        "variant": (_variant_words(row, words), None),
        "place": (row["place"], None),
        "round": (row["round_label"], None),
        "group": (row["group"], None),
        "plan": (measure.exact(target), target),
        "value": (value_cell(row), value),
        "interval": (interval_cell(row), None),
        "n": (numbers.number(number_of(row, "n"), 0), number_of(row, "n")),
        "missing": (numbers.number(number_of(row, "n_missing"), 0), number_of(row, "n_missing")),
        "missing_bounds": (bounds_cell(row), None),
        "official": (_official_words(row, words), None),
        "statistical": (_statistical_words(row, words), None),
        "note": (_note(row, words), None),
    }


def indicator_name(row: pd.Series) -> str:
    """Return the indicator's name, with the unit of its values where they are neither shares nor counts."""
    name = str(row["short"] if row["variant"] == MAIN else row["label"])
    return f"{name} ({row['unit']})" if row["kind"] in MEASURED and row["unit"] else name


def _variant_words(row: pd.Series, words: Labels) -> str:
    official = row["variant"] == MAIN and text_of(row, "official")
    return words["value.main" if official else "value.reference"]


def _official_words(row: pd.Series, words: Labels) -> str:
    if row["outcome"] == "suppressed":
        return words["numbers.absent"]
    return (
        words[f"verdict.official.{text_of(row, 'official')}"]
        if row["official"]
        else words["value.no_official"]
    )


def _statistical_words(row: pd.Series, words: Labels) -> str:
    if row["outcome"] == "suppressed":
        return words["verdict.chart.suppressed"]
    mark = words[f"value.mark_{row['outcome']}"] if row["outcome"] in MARKED else ""
    return mark + statistical_words(row, words)


def _note(row: pd.Series, words: Labels) -> str:
    if row["outcome"] == "suppressed":
        return words["verdict.chart.suppressed"]
    if number_of(row, "value") is None:
        return reason_words(text_of(row, "reason"), words.lang) or words["verdict.chart.not_estimable"]
    flag = text_of(row, "flag")
    return words[f"sentence.{flag}"] if flag in ("review", "footnote", "parentheses") else ""


def remarks(rows: Sequence[pd.Series], words: Labels) -> list[str]:
    """Return the notes that rows of these kinds call for."""
    holds = {
        "caveat.sample": any(number_of(row, "low") is not None for row in rows),
        "caveat.census": any(row["interval_method"] == CENSUS for row in rows),
        "caveat.suppressed": any(row["outcome"] == "suppressed" for row in rows),
        "chart.note_review": any(row["flag"] == "review" for row in rows),
    }
    return [words[name] for name, true in holds.items() if true]


def unpublished(names: Iterable[str], words: Labels) -> list[str]:
    """Return the note that names what is not published; none where everything is."""
    listed = "; ".join(names)
    return [words.fill("table.not_published", what=listed)] if listed else []
