"""Everything about the tasks of the plan in one place: what a review of an area or the whole shows."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kgeval.evaluate.crosscheck import crosscheck
from kgeval.evaluate.funding import funding
from kgeval.evaluate.register import register
from kgeval.evaluate.reported import reported
from kgeval.evaluate.reports import reports
from kgeval.evaluate.task import plan_lines
from kgeval.plan.area import Area
from kgeval.plan.study import Study


def task_results(
    study: Study, tables: Mapping[str, pd.DataFrame], estimates: pd.DataFrame, area: Area | None
) -> dict[str, pd.DataFrame]:
    """Return the frames of the plan's tasks for an area (None: the whole), by where they are written.

    Parameters
    ----------
    tables
        Clean and linked records of all areas.
    estimates
        ``results/estimates`` of the same place.

    Returns
    -------
    ``results/plan``, ``results/crosschecks``, ``results/reported``, ``results/register``,
    ``results/reports``, ``results/funding``: those that the study has anything to say in. An area's frames
    hold what is the area's own.
    """
    found = {
        "plan": plan_lines(study, estimates),
        "crosschecks": crosscheck(study, tables),
        "reported": reported(study, tables, estimates),
        "register": register(study, tables),
        "reports": reports(study, tables),
        "funding": funding(study, tables) if area is None else pd.DataFrame(),
    }
    own = {
        name: frame if area is None or "area" not in frame else frame[frame["area"] == area.code]
        for name, frame in found.items()
    }
    return {f"results/{name}": frame.reset_index(drop=True) for name, frame in own.items() if len(frame)}
