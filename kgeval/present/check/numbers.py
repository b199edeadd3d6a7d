"""Every number that is written must stand in the results: in titles, sentences, notes and tables.

A number is looked for among those of the indicators and areas that its paragraph names; a paragraph that
names none may hold any published number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from numbers import Real
from typing import Any

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.present.charts.chart import Chart
from kgeval.present.check.texts import paragraphs
from kgeval.present.labels import labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.published import main, plain, publish, publish_changes
from kgeval.present.result import measure_beside
from kgeval.present.results import Results

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MOST_NAMED = 5
_MILLION = 1e6  # money is printed in millions
_SHARES = ("value", "low", "high", "missing_low", "missing_high", "min_certifiable", "target")
_COUNTS = ("n", "n_missing", "clusters", "improved", "worsened", "same", "entries", "exits", "from_n", "to_n")
_POINTS = ("difference", "low", "high")


def number_faults(files: Mapping[str, bytes], drawn: Iterable[Chart], results: Results) -> list[str]:
    """Return each written number that no result and no word of the study holds, with its place."""
    known = _Known(results)
    texts = [(chart.name, text) for chart in drawn for text in (chart.title, chart.alt)]
    texts += [(name, text) for name, content in files.items() for text in paragraphs(name, content)]
    stray = dict.fromkeys((name, number) for name, text in texts for number in known.strange(text))
    listed = list(stray)[:_MOST_NAMED]
    more = [f"and {len(stray) - _MOST_NAMED} more numbers"] if len(stray) > _MOST_NAMED else []
    return [f"{name}: {number} stands in no result" for name, number in listed] + more


class _Known:
    """The numbers that a text may hold, by the indicators and areas that it names."""

    def __init__(self, results: Results) -> None:
        self._words = _word_numbers(results)
        self._places = {area: results.place(area).casefold() for area in results.areas}
        self._numbers: dict[tuple[str, str], set[str]] = {}
        for key, area, numbers in _results(results):
            self._numbers.setdefault((key, area), set()).update(numbers)
        self._words |= _concluded_numbers(results)
        self._everything = self._words.union(*self._numbers.values())
        self._names = _names(results)

    def strange(self, text: str) -> list[str]:
        """Return the numbers of a text that may not stand in it."""
        written = set(_NUMBER.findall(text))
        if not written - self._words:
            return []
        return sorted(written - self._allowed(text.casefold()))

    def _allowed(self, text: str) -> set[str]:
        keys = {key for name, key in self._names if name in text}
        for name, _ in sorted(self._names, key=lambda one: len(one[0]), reverse=True):
            text = text.replace(name, " ")  # an area may be called like a word of an indicator
        places = {area for area, place in self._places.items() if place in text} or set(self._places)
        if not keys:
            return self._everything
        return self._words.union(*(self._numbers.get((key, area), set()) for key in keys for area in places))


def _names(results: Results) -> list[tuple[str, str]]:
    lang, named = results.lang, []
    for one in results.study.indicators:
        target = one.target.label if one.target is not None else {}
        words = (word_of(one.label, lang), word_of(one.short, lang), word_of(target, lang))
        named += [(word.casefold(), one.key) for word in words if word]
    return list(dict.fromkeys(named))


def _results(results: Results) -> Iterator[tuple[str, str, set[str]]]:
    study, lang = results.study, results.lang
    rows = plain(publish(results.estimates, results.verdicts, study, lang))
    for _, row in rows.iterrows():
        yield row["indicator"], row["area"], _numbers(_of_estimate(row, lang))
    changes = plain(publish_changes(results.changes, study, lang, results.estimates))
    for _, row in changes.iterrows():
        yield row["indicator"], row["area"], _numbers(_of_change(row, lang))
    steps = main(rows[rows["round"] == study.endline.key])  # distances between results of one indicator
    for key, own in rows[rows["area"] == WHOLE].groupby("indicator"):
        values = [float(value) for value in own.loc[own["kind"] == "share", "value"].dropna()]
        drops = {Numbers(lang=lang).points(a - b) for a in values for b in values}
        yield str(key), WHOLE, _numbers(drops)
    for kind, own in steps.groupby("kind"):
        extremes = [own["value"].min(), own["value"].max()]
        yield "", WHOLE, _numbers(Measure(kind=str(kind), lang=lang).value(value) for value in extremes)


def _of_estimate(row: pd.Series, lang: str) -> Iterator[str]:
    measure, plainly = measure_beside(row), Measure(kind=row["kind"], lang=lang)
    numbers = Numbers(lang=lang)
    for value in (number_of(row, column) for column in _SHARES):
        for one in (measure, plainly):
            yield from (one.value(value), one.exact(value), one.range(value, value))
    yield from _counts(row, numbers)
    value, target, n = (number_of(row, column) for column in ("value", "target", "n"))
    unknown = number_of(row, "n_missing") or 0
    if n is not None:
        yield from (
            numbers.number(n + unknown, 0),
            numbers.percent(unknown / (n + unknown) if n + unknown else None),
        )
        if value is not None and row["kind"] == "share":
            yield numbers.number(round(value * n), 0)
    if value is not None and target is not None:
        yield from (numbers.points(value - target), numbers.percent(value / target if target else None))


def _of_change(row: pd.Series, lang: str) -> Iterator[str]:
    measure = Measure(kind=row["kind"], lang=lang)
    for column in ("from_value", "to_value"):
        yield measure.value(number_of(row, column))
    low, high = number_of(row, "low"), number_of(row, "high")
    for value in (number_of(row, column) for column in _POINTS):
        yield measure.difference(value)
    yield from (measure.difference_from_to(low, high), measure.range(low, high))
    yield from _counts(row, Numbers(lang=lang))


def _counts(row: pd.Series, numbers: Numbers) -> Iterator[str]:
    for value in (number_of(row, column) for column in _COUNTS):
        yield from (numbers.number(value, 0), numbers.count(value))


def _word_numbers(results: Results) -> set[str]:
    """Return the numbers of fixed phrases and of the study's own words, dates, and small counts."""
    study = results.study
    words: list[Any] = [
        list(labels(results.lang).words.values()), study.title, study.phase, study.banner, study.whole,
        study.area_level, study.report,
        [(one.reference_label, one.group_label) for one in study.comparisons.values()],
        [(area.code, area.label) for area in study.areas],
        [(one.label, one.year) for one in study.rounds],
        [
            (one.label, one.short, one.unit, one.method, one.limits, one.comparable_reason, one.source,
             () if one.target is None else (one.target.label, one.target.document, one.target.decided_by))
            for one in study.indicators
        ],
    ]  # fmt: skip
    words.append(study.evaluation)
    days = [study.data_as_of, *(one.target.as_of for one in study.indicators if one.target is not None)]
    words += [(line.text, line.who, line.always, line.silent) for line in study.programme.lines]
    days += [line.due for line in study.programme.lines]
    words += [(day.isoformat(), str(day.day), f"{day:%d} {day:%m}", str(day.month), str(day.year),
               Numbers(lang=results.lang).date(day)) for day in days if day is not None]  # fmt: skip
    judged = results.verdicts[["indicator", "variant"]].drop_duplicates()
    rows = len(results.areas) * max(1, len(judged))  # counted rows, numbered tables and figures
    numbers = Numbers(lang=results.lang)
    counted = [text for n in range(max(rows, 40) + 1) for text in (str(n), numbers.count(n))]
    return _numbers(_flat(words)) | set(counted)


def _concluded_numbers(results: Results) -> set[str]:
    """Return the numbers of what the notebooks concluded: registers, budgets, reports, findings."""
    numbers = Numbers(lang=results.lang)
    frames = [frame for place in results.concluded.values() for frame in place.values()]
    values = [value for frame in frames for value in pd.unique(frame.to_numpy(dtype="object").ravel())]
    values += [total for frame in frames for total in frame.select_dtypes("number").sum()]
    return _numbers(text for value in values for text in _printed(value, numbers))


def _printed(value: object, numbers: Numbers) -> Iterator[str]:
    """Yield each way in which a page may print a cell of a concluded frame."""
    if isinstance(value, date) and not pd.isna(value):
        yield from (numbers.date(value), str(value.year))
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Real) and isfinite(value):
        amount = float(value)
        yield from (numbers.number(amount, places) for places in range(3))
        yield f"{amount:.0f}"  # a year
        yield numbers.number(amount / _MILLION, 1)
        yield from (numbers.percent(amount), numbers.points(amount), numbers.count(amount))


def _flat(words: Any) -> Iterator[str]:
    if isinstance(words, Mapping):
        yield from _flat(list(words.values()))
    elif isinstance(words, list | tuple):
        for word in words:
            yield from _flat(word)
    elif is_dataclass(words):
        yield from _flat([getattr(words, one.name) for one in fields(words)])
    elif isinstance(words, str | int | float | date):
        yield str(words)


def _numbers(texts: Iterable[str]) -> set[str]:
    return {number for text in texts for number in _NUMBER.findall(text)}
