"""What interrupted the phase: what is known of its days, what units say, which windows fall into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.present.found import result_words
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.prose import Text
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.evaluation.disruptions import Disruption, Period
    from kgeval.plan.study import Study


def disruption_text(closures: pd.DataFrame, results: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return what is known of each disruption, without a day that no document confirms.

    Parameters
    ----------
    closures
        As ``evaluate.closures`` returns them.
    results
        Rows as ``evaluate.result_rows`` returns them, of one area.
    """
    said: list[str] = []
    for one in study.evaluation.disruptions:
        own = [
            *_closed(one, closures, labels(lang)),
            *(_outcome(one, results, study, lang)),
        ]
        said += [*(_period(period, labels(lang)) for period in one.periods), *own] if own else []
    return Text(paragraphs=tuple(said))


def windows_table(windows: pd.DataFrame, results: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return one line an indicator whose answers fall into a disruption, and how they are to be read.

    Parameters
    ----------
    windows
        As ``evaluate.windows`` returns them.
    results
        Rows of ``evaluate.result_rows``: an indicator without a result there has no line.
    """
    words, numbers = labels(lang), Numbers(lang=lang)
    plan = {one.key: one for one in study.evaluation.disruptions}
    there = set(zip(results["indicator"], results["variant"], strict=True))
    rows = []
    for row in windows.to_dict("records"):
        if (row["indicator"], row["variant"]) not in there:
            continue
        indicator = study.indicator(row["indicator"], row["variant"])
        months = int(row["months"])
        back = words.fill("disruption.months", months=months) if months else words["disruption.day"]
        rows.append(
            {
                "indicator": (word_of(indicator.short, lang) or word_of(indicator.label, lang), None),
                "back": (back, None),
                "window": (_from_to(row["starts"], row["ends"], numbers, words), None),
                "falls_in": (_falls_in(row["falls_in"], words), None),
                "reads": (word_of(plan[row["disruption"]].windows[row["number"]].reads, lang), None),
            }
        )
    columns = [
        Column(key=key, heading=words[f"disruption.column.{key}"])
        for key in ("indicator", "back", "window", "falls_in", "reads")
    ]
    return table_of("windows", words["disruption.windows"], columns, rows)


def _period(period: Period, words: Labels) -> str:
    label, source = word_of(period.label, words.lang), word_of(period.source, words.lang)
    numbers = Numbers(lang=words.lang)
    if period.starts is None and period.ends is None:
        return words.fill("disruption.unknown", label=label, source=source)
    dates = _from_to(period.starts, period.ends, numbers, words)
    return words.fill("disruption.known", label=label, dates=dates, source=source)


def _closed(one: Disruption, closures: pd.DataFrame, words: Labels) -> list[str]:
    numbers = Numbers(lang=words.lang)
    return [
        words.fill(
            "disruption.closed",
            label=word_of(one.label, words.lang),
            answered=numbers.number(row["answered"], 0),
            asked=numbers.number(row["asked"], 0),
            unit=word_of(one.closure_unit, words.lang),
            mean=numbers.number(number_of(row, "mean")),
            median=numbers.number(number_of(row, "median")),
        )
        for row in closures[closures["disruption"] == one.key].to_dict("records")
    ]


def _outcome(one: Disruption, results: pd.DataFrame, study: Study, lang: str) -> list[str]:
    plain = results[results["by"] == ""]
    said = [
        result_words(row, study, lang, in_full=True)
        for reference in one.outcomes
        for row in plain[
            (plain["indicator"] == reference.indicator) & (plain["variant"] == reference.variant)
        ].to_dict("records")
    ]
    return [labels(lang).fill("disruption.outcomes", results="; ".join(said))] if said else []


def _from_to(starts: Any, ends: Any, numbers: Numbers, words: Labels) -> str:
    unknown = words["disruption.day_unknown"]
    low, high = (unknown if pd.isna(day) else numbers.date(day) for day in (starts, ends))
    return words.fill("numbers.from_to", low=low, high=high)


def _falls_in(value: Any, words: Labels) -> str:
    return words["disruption.cannot_say" if pd.isna(value) else "value.yes" if value else "value.no"]
