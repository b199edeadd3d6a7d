"""What was surveyed: of each judged result how it was found, and how many answers stand behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.answers import round_labels
from kgeval.present.caveat import caveats
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import number_of
from kgeval.present.numbers import Numbers
from kgeval.present.published import is_census
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def survey_table(rows: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the table; a round that asked nothing of a result has a dash.

    Parameters
    ----------
    rows
        Published rows of one area, one an indicator and round.
    study, lang
        Words.
    """
    words, rounds = labels(lang), round_labels(study, lang)
    columns = [
        Column(key="what", heading=words["survey.what"]),
        Column(key="how", heading=words["survey.how"]),
        *(Column(key=key, heading=f"n, {label}", align="right") for key, label in rounds.items()),
        Column(key="clusters", heading=words["survey.clusters"], align="right"),
        Column(key="unknown", heading=words["survey.unknown"], align="right"),
    ]
    made = []
    for _, own in rows.groupby("indicator", sort=False):
        by_round = {row["round"]: row for _, row in own.iterrows()}
        last = by_round.get(study.endline.key)
        if last is None:
            continue
        answers = {key: _count(by_round.get(key), "n", words) for key in rounds}
        census = is_census(last)
        made.append(
            {
                "what": (str(last["short"]), None),
                "how": (words["survey.census" if census else "survey.sample"], None),
                **answers,
                "clusters": _count(None if census else last, "clusters", words),
                "unknown": _count(last, "n_missing", words),
            }
        )
    notes = caveats(study, lang, ("sample", "census"))
    return table_of("survey", words["survey.title"], columns, made, notes=notes if made else [])


def _count(row: pd.Series | None, column: str, words: Labels) -> tuple[str, float | None]:
    number = None if row is None else number_of(row, column)
    text = words["numbers.absent"] if number is None else Numbers(lang=words.lang).number(number, 0)
    return text, number
