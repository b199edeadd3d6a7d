"""Plan against spending: the budget table by source, by year and by cost line."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kgeval.plan.study import Study

AMOUNTS = ("estimate", "adjustment", "available", "spent", "settled", "in_kind")
COLUMNS = ("by", "by_value", *AMOUNTS, "left", "execution", "unsettled_lines")


def funding(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the budget of the phase.

    Returns
    -------
    One row a breakdown (``by``: ``source``, ``year``, ``line``, and ``""`` for everything) and value,
    columns ``COLUMNS``, in VND. An empty adjustment is 0. What has no estimate (the study names those
    sources) has neither ``available`` nor ``left`` nor ``execution``, and stays out of the execution of a
    row that mixes sources: there ``execution`` is that of the sources with an estimate. In-kind values
    are added to no money. No row where the table was not delivered.
    """
    plan = study.programme.budget
    if plan is None or plan.table not in tables:
        return pd.DataFrame(columns=list(COLUMNS))
    frame = tables[plan.table]
    planned = ~frame[plan.source].isin(list(plan.without_estimate)) & frame[plan.source].notna()
    money = {
        name: frame[getattr(plan, name)].astype("Float64").astype("float64")
        for name in ("estimate", "adjustment", "spent", "settled", "in_kind")
    }
    lines = pd.DataFrame(
        {
            "source": frame[plan.source], "year": frame[plan.year], "line": frame[plan.line], "": "",
            **{name: amount.fillna(0.0) for name, amount in money.items()},
            "planned_spent": money["spent"].where(planned, 0.0).fillna(0.0), "planned": planned,
            "unsettled_lines": money["settled"].isna(),
        }
    )  # fmt: skip
    lines["available"] = (lines["estimate"] + lines["adjustment"]).where(planned, 0.0)
    parts = [_added(lines, by) for by in ("source", "year", "line", "")]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _added(lines: pd.DataFrame, by: str) -> pd.DataFrame:
    columns = [*AMOUNTS, "planned_spent", "planned", "unsettled_lines"]
    sums = lines.groupby(lines[by].fillna("").astype("str"))[columns].sum()
    has_estimate = sums["planned"] > 0
    sums["left"] = (sums["available"] - sums["planned_spent"]).where(has_estimate)
    sums["execution"] = (sums["planned_spent"] / sums["available"]).where(
        has_estimate & (sums["available"] > 0)
    )
    for name in ("estimate", "adjustment", "available"):
        sums[name] = sums[name].where(has_estimate)
    return sums.rename_axis("by_value").reset_index().assign(by=by)
