"""The units of a frame that a study may name: what is public by nature, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.tables.offices import choice_label
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kgeval.plan.study import Study


def group_list_table(tables: Mapping[str, pd.DataFrame], study: Study, lang: str, *, area: str) -> TableSpec:
    """Return the records of one area that may be named, with their public columns alone.

    Parameters
    ----------
    tables
        Clean tables by key; ``study.programme.public`` says which table and which columns.
    """
    words = labels(lang)
    plan = study.programme.public
    if plan is None or plan.table not in tables:
        return table_of("group_list", words["group_list.title"], [], [])
    records = tables[plan.table]
    here = records[records["area"] == area]
    if plan.where is not None:
        here = here[plan.where.truth(here).fillna(value=False).to_numpy(dtype=bool)]
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
        for row in here.sort_values(list(plan.columns[:1])).to_dict("records")
    ]
    columns = [Column(key=name, heading=word_of(asked[name].label, lang)) for name in plan.columns]
    notes = [words["group_list.note"]] if rows else []
    return table_of("group_list", words["group_list.title"], columns, rows, notes=notes)
