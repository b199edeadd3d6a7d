"""What may be said aloud of a proposal for commendation: how many, and by which points; never who."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.prose import Text
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def shortlist_text(proposed: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return how many reach the points, that this is a proposal, and where the ids are kept."""
    plan = study.programme.shortlist
    if plan is None or "score" not in proposed:
        return Text(paragraphs=())
    words, numbers = labels(lang), Numbers(lang=lang)
    limits = {"least": numbers.exact(plan.at_least), "most": numbers.exact(plan.most)}
    if proposed.empty:
        return Text(paragraphs=(words.fill("shortlist.none", **limits),))
    return Text(paragraphs=(words.fill("shortlist.said", count=numbers.count(len(proposed)), **limits),))


def criteria_table(study: Study, lang: str) -> TableSpec:
    """Return the criteria and their points, so that anybody can follow the score."""
    words, numbers = labels(lang), Numbers(lang=lang)
    plan = study.programme.shortlist
    rows = [
        {
            "criterion": (word_of(one.label, lang), None),
            "points": (numbers.exact(one.points), one.points),
        }
        for one in (plan.criteria if plan else ())
    ]
    columns = [
        Column(key="criterion", heading=words["shortlist.column.criterion"]),
        Column(key="points", heading=words["shortlist.column.points"], align="right"),
    ]
    return table_of("shortlist", words["shortlist.title"], columns, rows)
