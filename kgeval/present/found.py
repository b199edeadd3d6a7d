"""Findings in words: what was found, with the numbers it rests on in brackets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, Row, measure_of, number_of, text_of, word_of
from kgeval.present.phrase import lowered
from kgeval.present.prose import Text

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def found_text(found: pd.DataFrame, study: Study, lang: str, *, bearing: str) -> Text:
    """Return one paragraph a finding of one bearing: ``strength``, ``limit`` or ``context``."""
    rows = found[found["bearing"] == bearing]
    keys = list(dict.fromkeys(rows["finding"]))
    return Text(paragraphs=tuple(f"{said}." for said in found_words(rows, keys, study, lang)))


def found_words(found: pd.DataFrame, keys: Sequence[str], study: Study, lang: str) -> list[str]:
    """Return each finding with the results behind it: ``… chưa đạt chỉ tiêu 3 (…: 89,4%; từ … đến …)``."""
    words = labels(lang)
    rules = {rule.key: rule for rule in study.evaluation.recommendations.findings}
    said = []
    for key in keys:
        rule = rules[key]
        numbers = [
            result_words(row, study, lang, with_change="difference" in rule.when.names)
            for row in found[found["finding"] == key].to_dict("records")
        ]
        said.append(
            words.fill("found.with_numbers", says=word_of(rule.says, lang), numbers="; ".join(numbers))
        )
    return said


def in_one_sentence(said: Sequence[str]) -> str:
    """Return findings as the parts of one sentence."""
    return "; ".join([*said[:1], *(lowered(one) for one in said[1:])])


def result_words(
    row: Row, study: Study, lang: str, *, with_change: bool = False, in_full: bool = False
) -> str:
    """Return what one row of results is, and its numbers: value, then interval or full count, then change.

    ``in_full`` names it by its whole definition, for where no sentence around it says what is meant.
    """
    words = labels(lang)
    indicator = study.indicator(text_of(row, "indicator"), text_of(row, "variant"))
    value, low, high = (number_of(row, name) for name in ("value", "low", "high"))
    measure = measure_of(indicator, lang).beside(number_of(row, "target"), value, low, high)
    unit, n = word_of(indicator.unit, lang), number_of(row, "n")
    written = f"{measure.value(value)} {unit}" if indicator.kind == "count" else measure.with_unit(value)
    parts = [written]
    if low is not None and high is not None:
        parts.append(measure.from_to(low, high))
    elif indicator.kind == "share" and value is not None and n:
        counted = {
            "x": measure.numbers.number(round(value * n), 0),
            "n": measure.numbers.number(n, 0),
            "unit": unit,
        }
        parts.append(words.fill("found.of", **counted))
    if with_change:
        parts.append(_change(row, measure, words))
    name = "" if in_full else word_of(indicator.short, lang)
    name = name or word_of(indicator.label, lang)
    return words.fill("found.result", name=lowered(name), numbers="; ".join(parts))


def _change(row: Row, measure: Measure, words: Labels) -> str:
    low, high = number_of(row, "difference_low"), number_of(row, "difference_high")
    difference = measure.difference(number_of(row, "difference"))
    if low is None or high is None:
        return words.fill("found.change", difference=difference)
    from_to = measure.difference_from_to(low, high)
    return words.fill("found.change_interval", difference=difference, from_to=from_to)
