"""Why the rounds of an indicator cannot be compared as they stand: the study's words, then the questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgeval.plan.comparability import ABSENT
from kgeval.plan.indicator import MAIN, Indicator
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def comparable_words(indicator: Indicator, lang: str, reason: str = "") -> str:
    """Return why an indicator is to be compared with caution or not at all; "" where nothing is known.

    ``reason`` is the machine's own of a change: the data may show what the study did not foresee.
    """
    words = labels(lang)
    said = [word_of(indicator.comparable_reason, lang).rstrip(". ")]
    for question, aspects in indicator.changed_questions.items():
        if aspects == (ABSENT,):
            said.append(words.fill("attribution.aspect.question_absent", question=question))
            continue
        named = ", ".join(words[f"attribution.aspect.{aspect}"] for aspect in aspects)
        said.append(words.fill("attribution.aspect.question", question=question, aspects=named))
    if "unlike_areas:" in reason:
        said.append(words["reason.unlike_areas"])
    told = "; ".join(part for part in said if part)
    return f"{told}." if told else ""


def rounds_table(study: Study, lang: str) -> TableSpec:
    """Return the main definitions whose rounds cannot be compared, or only with caution, and why."""
    words = labels(lang)
    shown = [
        (one, mark)
        for one in study.indicators
        if one.variant == MAIN and (mark := _mark(one, study)) != "yes"
    ]
    return table_of(
        "rounds",
        words["attribution.rounds"],
        [
            Column(key="indicator", heading=words["column.indicator"]),
            Column(key="comparable", heading=words["attribution.column.comparable"]),
            Column(key="why", heading=words["attribution.column.why"]),
        ],
        [
            {
                "indicator": (word_of(one.label, lang), None),
                "comparable": (words[f"attribution.comparable.{mark}"], None),
                "why": (comparable_words(one, lang) or words["numbers.absent"], None),
            }
            for one, mark in shown
        ],
    )


def _mark(indicator: Indicator, study: Study) -> str:
    asked = not indicator.rounds or study.baseline.key in indicator.rounds
    if indicator.comparable == "no" or asked:
        return indicator.comparable
    return "no_baseline"
