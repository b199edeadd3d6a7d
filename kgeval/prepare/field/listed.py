"""A table's submissions against the sample list that another table holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from kgeval.prepare import plain
from kgeval.prepare.field.parameters import Parameters
from kgeval.prepare.field.progress import pending, progress, unlisted
from kgeval.prepare.field.sheets import NotRun, Rows, Said, located
from kgeval.prepare.field.submissions import Submissions, standing, truth


def progress_said(
    subs: Submissions,
    sample: pd.DataFrame | None,
    rounds: Sequence[str],
    parameters: Parameters,
    *,
    areas: Collection[str] | None = None,
    hidden: Collection[str] = (),
) -> Said:
    """Yield progress, who is still to be met, and who is not in the list.

    Parameters
    ----------
    sample
        The list's records of all areas: its questions and ``area``; None: it was not delivered.
    rounds
        The rounds that are looked at and have records.
    areas
        The areas that are looked at; None: all. Who is listed in another one is in the list all the same.
    hidden
        The list's questions whose answers are not shown.
    """
    declared = subs.roles.sample
    if declared is None:
        yield NotRun(check="progress", table=subs.table, reason="no_role", what="sample")
        return
    if sample is None or declared.list_by not in sample:
        yield NotRun(check="progress", table=subs.table, reason="not_delivered", what=declared.table)
        return
    # two forms that contradict each other do not mean that nobody was there; what was decided holds
    submitted = standing(subs.delivered, subs.answers)
    personal = declared.by in subs.hidden or declared.list_by in hidden  # units are named in what follows
    if personal or declared.by not in submitted:
        reason = "personal" if personal else "not_delivered"
        yield NotRun(check="progress", table=subs.table, reason=reason, what=declared.by)
        return
    listed = pd.DataFrame({"unit": plain.plain(sample[declared.list_by]), "area": sample["area"]})
    listed = listed.dropna(subset=["unit"])
    whole = listed
    if areas is not None:
        listed = listed.loc[listed["area"].isin(list(areas))]
    listed = listed.drop_duplicates("unit", ignore_index=True)
    complete = (
        pd.Series(True, index=submitted.index)
        if declared.complete is None
        else truth(submitted, declared.complete).fillna(value=False).astype(bool)
    )
    met = subs.place[["round", "area"]].assign(unit=plain.plain(submitted[declared.by]), complete=complete)
    told = progress(listed, met, rounds, parameters.progress, whole=whole)
    yield Rows(table=subs.table, sheet="progress", rows=told.assign(table=subs.table))
    yield Rows(table=subs.table, sheet="pending", rows=pending(listed, met, rounds).assign(table=subs.table))
    yield Rows(table=subs.table, sheet="unlisted", rows=located(unlisted(whole, met), subs))
