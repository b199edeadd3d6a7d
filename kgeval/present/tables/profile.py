"""What each area is like, side by side, in plain counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def profile_table(counts: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return one line a count, one column an area.

    Parameters
    ----------
    counts
        As ``evaluate.profile`` returns them.
    """
    words, numbers = labels(lang), Numbers(lang=lang)
    places = [str(column) for column in counts.columns[1:]]
    plan = [study.evaluation.profile[number] for number in counts["count"]]
    rows = [
        {"what": (word_of(one.label, lang), None)}
        | {place: (numbers.number(row[place], 0), row[place]) for place in places}
        for one, row in zip(plan, counts.to_dict("records"), strict=True)
    ]
    columns = [Column(key="what", heading=words["profile.what"])]
    columns += [Column(key=place, heading=study.area_label(place, lang), align="right") for place in places]
    return table_of(
        "profile",
        words["profile.title"],
        columns,
        rows,
        subtitle=word_of(study.endline.label, lang),
        groups=[word_of(one.heading, lang) for one in plan],
        notes=[words["profile.note"]] if rows else [],
    )
