"""The units of a frame that a study may name: what is public by nature, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.present.answers import choice_label
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def public_records(records: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return the records that may be named, with their area and their public columns alone.

    Parameters
    ----------
    records
        A clean table; ``study.programme.public`` says which of its records and columns.
    """
    plan = study.programme.public
    if plan is None:
        return records.iloc[:0]
    kept = records
    if plan.where is not None:
        kept = records[plan.where.truth(records).fillna(value=False).to_numpy(dtype=bool)]
    return kept[["area", *plan.columns]].sort_values(list(plan.columns[:1]), ignore_index=True)


def group_list_table(records: pd.DataFrame, study: Study, lang: str, *, area: str) -> TableSpec:
    """Return the list of one area, or of all, area by area.

    Parameters
    ----------
    records
        What :func:`public_records` returns.
    study, lang
        Words.
    area
        An area's code, or ``all``.
    """
    words, plan = labels(lang), study.programme.public
    order = {one.code: place for place, one in enumerate(study.areas)}
    here = records if area == WHOLE else records[records["area"] == area]
    if plan is None or here.empty:
        return table_of("group_list", words["group_list.title"], [], [])
    here = here.sort_values("area", key=lambda codes: codes.map(order), kind="stable")
    asked = {question.name: question for question in study.tables[plan.table].form.questions}
    rows = [
        {
            name: (
                words["numbers.absent"]
                if pd.isna(row[name])
                else choice_label(study, plan.table, name, str(row[name]), lang),
                None,
            )
            for name in plan.columns
        }
        for row in here.to_dict("records")
    ]
    columns = [Column(key=name, heading=word_of(asked[name].label, lang)) for name in plan.columns]
    places = [study.area_label(code, lang) for code in here["area"]] if area == WHOLE else []
    return table_of(
        "group_list",
        words["group_list.title"],
        columns,
        rows,
        groups=places,
        notes=[words["group_list.note"]],
    )
