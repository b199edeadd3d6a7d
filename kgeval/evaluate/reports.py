"""Which agencies have reported, and whether those that were bound did so in time."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kgeval.plan.programme import Reports
from kgeval.plan.study import Study

COLUMNS = ("agency", "area", "received", "bound", "status")


def reports(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the reports that were due: one row an agency of the plan, in its order.

    Returns
    -------
    Columns ``COLUMNS``; ``received`` is the day (missing: none). ``status``: for the agencies that the
    deadline binds ``on_time`` (strictly before the day), ``late`` or ``missing``; for the others
    ``received`` or ``not_received``, without a verdict. No row where the study has no such table or it was
    not delivered.
    """
    due = study.programme.reports
    if due is None or due.table not in tables:
        return pd.DataFrame(columns=list(COLUMNS))
    frame = tables[due.table]
    if due.where is not None:
        frame = frame[due.where.truth(frame).fillna(value=False).to_numpy(dtype=bool)]
    first = frame.groupby(due.agency)[due.received].min()
    asked = next(q for q in study.tables[due.table].form.questions if q.name == due.agency)
    rule = study.tables[due.table].area
    rows = [
        {
            "agency": choice.name, "area": dict(rule.values).get(choice.name, rule.otherwise),
            "received": first.get(choice.name, pd.NaT), "bound": choice.name in due.bound,
            "status": _status(choice.name, first, due),
        }
        for choice in asked.choices
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _status(agency: str, first: pd.Series, due: Reports) -> str:
    bound = agency in due.bound
    if agency not in first.index:
        return "missing" if bound else "not_received"
    if not bound:
        return "received"
    # strictly before the day; a report whose day of receipt is not known is not in time
    return "on_time" if bool(first[agency] < pd.Timestamp(due.before)) else "late"
