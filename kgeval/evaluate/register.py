"""The register of activities by task and type: activities, persons, attendances (never added up), cost."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.study import Study

COLUMNS = (
    "area", "task", "type", "activities", "persons", "persons_unknown", "attendances", "attendances_unknown",
    "cost", "first", "last",
)  # fmt: skip


def register(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the register's activities, one row an area (and the whole), task and type.

    Returns
    -------
    Columns ``COLUMNS``. ``persons`` are first-time participants and ``attendances`` person-times: two
    columns that are never added up; missing where no activity of the row asks for them. ``…_unknown``:
    in how many activities they were asked for and not answered. ``cost`` in VND.
    The whole holds every activity, those that belong to no single area too.
    """
    plan = study.programme.register
    if plan is None or plan.table not in tables:
        return pd.DataFrame(columns=list(COLUMNS))
    frame = tables[plan.table]
    rows = pd.DataFrame(
        {
            "area": frame["area"], "task": frame[plan.task], "type": frame[plan.type],
            "persons": frame[plan.persons].astype("Float64").astype("float64"),
            "persons_unknown": _unanswered(study, frame, plan.persons),
            "attendances": frame[plan.attended].astype("Float64").astype("float64"),
            "attendances_unknown": _unanswered(study, frame, plan.attended),
            "cost": frame[plan.cost].astype("Float64").astype("float64"), "day": frame[plan.day],
        }
    )  # fmt: skip
    own = rows[rows["area"] != WHOLE]
    every = pd.concat([rows.assign(area=WHOLE), own])
    grouped = every.groupby(["area", "task", "type"], dropna=False, sort=False)
    added = grouped[["persons", "attendances", "cost"]].sum(min_count=1)
    added["activities"] = grouped.size()
    for name in ("persons_unknown", "attendances_unknown"):
        added[name] = grouped[name].sum()
    added["first"], added["last"] = grouped["day"].min(), grouped["day"].max()
    return _in_order(study, added.reset_index())[list(COLUMNS)]


def _unanswered(study: Study, frame: pd.DataFrame, name: str) -> pd.Series:
    """Return where the question was to be asked and has no answer."""
    plan = study.programme.register
    assert plan is not None, "asked for only where there is a register"
    question = next(q for q in study.tables[plan.table].form.questions if q.name == name)
    asked = pd.Series(True, index=frame.index)
    if question.relevant is not None:
        asked = question.relevant.truth(frame).fillna(value=False).astype(bool)
    return asked & frame[name].isna()


def _in_order(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows in the order of the form's choices, the whole first."""
    plan = study.programme.register
    assert plan is not None, "asked for only where there is a register"
    asked = {q.name: [c.name for c in q.choices] for q in study.tables[plan.table].form.questions}
    areas = [WHOLE, *(area.code for area in study.areas)]
    keys = {"area": areas, "task": asked[plan.task], "type": asked[plan.type]}
    places = pd.DataFrame(
        {
            name: rows[name].map({code: place for place, code in enumerate(codes)})
            for name, codes in keys.items()
        }
    )
    return rows.iloc[places.sort_values(["area", "task", "type"], kind="stable").index].reset_index(drop=True)
