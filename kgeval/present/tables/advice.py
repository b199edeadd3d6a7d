"""What is advised: recommendations as a table for decisions, lessons and causes as paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.present.found import found_words, in_one_sentence
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import word_of
from kgeval.present.phrase import lowered
from kgeval.present.prose import Text
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.evaluation.recommendations import Advice
    from kgeval.plan.study import Study

_COLUMNS = ("finding", "evidence", "recommendation", "addressee", "deadline", "cost", "opinion")


def recommendations_table(
    advice: pd.DataFrame, found: pd.DataFrame, study: Study, lang: str, *, synthetic: bool = False
) -> TableSpec:
    """Return recommendations in the order of the study, with an empty column for what becomes of them.

    Parameters
    ----------
    advice, found
        As ``evaluate.advise`` and ``evaluate.findings`` return them, of one area.
    synthetic
        The data are simulated: then each recommendation is marked as an illustration.
    """
    words = labels(lang)
    rows, groups = [], []
    for row in advice.to_dict("records"):
        one = _advice(study, row["advice"])
        says = word_of(one.says, lang)
        rows.append(
            {
                "finding": (_findings(row, found, study, lang), None),
                "evidence": (words[f"advice.evidence.{row['evidence']}"], None),
                "recommendation": (words.fill("advice.illustration", says=says) if synthetic else says, None),
                "addressee": (word_of(one.addressee, lang), None),
                "deadline": (word_of(one.deadline, lang), None),
                "cost": (word_of(one.cost, lang), None),
                "opinion": ("", None),
            }
        )
        groups.append(word_of(one.heading, lang))
    columns = [Column(key=key, heading=words[f"advice.column.{key}"]) for key in _COLUMNS]
    notes = [words["advice.evidence_note"], *_about_data(words, synthetic=synthetic)]
    return table_of(
        "recommendations", words["advice.title"], columns, rows, groups=groups, notes=notes if rows else []
    )


def lessons(
    advice: pd.DataFrame, found: pd.DataFrame, study: Study, lang: str, *, synthetic: bool = False
) -> Text:
    """Return one paragraph a lesson, with the findings that it rests on."""
    words = labels(lang)
    said = [
        words.fill(
            "advice.lesson",
            says=word_of(_advice(study, row["advice"]).says, lang),
            findings=lowered(_findings(row, found, study, lang)),
        )
        for row in advice.to_dict("records")
    ]
    return Text(paragraphs=(*said, *_about_data(words, synthetic=synthetic)) if said else ())


def causes(advice: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return the circumstances that the data show, by kind; that they are no proven causes stands last."""
    words = labels(lang)
    said: dict[str, list[str]] = {}
    for row in advice.to_dict("records"):
        one = _advice(study, row["advice"])
        said.setdefault(word_of(one.heading, lang), []).append(word_of(one.says, lang))
    paragraphs = [
        words.fill("advice.cause", heading=heading, says=" ".join(sentences))
        for heading, sentences in said.items()
    ]
    return Text(paragraphs=(*paragraphs, words["advice.no_causes"]) if paragraphs else (), kind="led")


def _findings(row: dict[Any, Any], found: pd.DataFrame, study: Study, lang: str) -> str:
    return in_one_sentence(found_words(found, row["findings"].split(), study, lang))


def _advice(study: Study, key: Any) -> Advice:
    return next(one for one in study.evaluation.recommendations.advice if one.key == key)


def _about_data(words: Labels, *, synthetic: bool) -> list[str]:
    return [words["advice.synthetic"]] if synthetic else []
