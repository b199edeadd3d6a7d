"""What the offices report of an indicator, beside what the survey found."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from kgeval.evaluate.crosscheck import figures
from kgeval.plan.area import WHOLE
from kgeval.plan.crosscheck import Reported
from kgeval.plan.indicator import MAIN
from kgeval.plan.study import Study

COLUMNS = (
    "reported", "indicator", "area", "numerator", "denominator", "value", "surveyed", "low", "high", "agrees",
)  # fmt: skip


def reported(study: Study, tables: Mapping[str, pd.DataFrame], estimates: pd.DataFrame) -> pd.DataFrame:
    """Return each reported share in each area and the whole, beside the surveyed one.

    Parameters
    ----------
    tables
        Clean and linked records of all areas.
    estimates
        ``results/estimates`` of the places that are wanted: its areas say which rows are made.

    Returns
    -------
    One row a share and area, columns ``COLUMNS``. ``agrees``: ``inside`` or ``outside`` the survey's
    interval (the bounds of unknown answers in a census), ``""`` where either is missing. The whole is the
    sum of the areas: shares do not average.
    """
    plain = estimates[(estimates["by"] == "") & (estimates["variant"] == MAIN)]
    surveyed = plain[plain["round"] == study.endline.key].set_index(["indicator", "area"])
    areas = [area.code for area in study.areas if area.code in set(plain["area"])]
    rows = [
        _row(one, area, value, per, surveyed, areas=len(study.areas))
        for one in study.crosschecks.reported
        if {one.value.table, one.per.table} <= set(tables)
        for value, per in [_both(one, study, tables)]
        for area in [*([WHOLE] if WHOLE in set(plain["area"]) else []), *areas]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _both(one: Reported, study: Study, tables: Mapping[str, pd.DataFrame]) -> tuple[pd.Series, pd.Series]:
    """Return numerator and denominator by area; an area without either is left out of both."""
    sides = [figures(side, study, tables).get(study.endline.key) for side in (one.value, one.per)]
    value, per = (pd.Series(dtype="float64") if side is None else side["value"] for side in sides)
    known = [area for area in value.index.intersection(per.index) if area in {a.code for a in study.areas}]
    return value.loc[known], per.loc[known]


def _row(
    one: Reported, area: str, value: pd.Series, per: pd.Series, surveyed: pd.DataFrame, *, areas: int
) -> dict[str, object]:
    # the whole is the sum of all areas: where one has not reported, it is not known
    numbers = [
        float(side.sum(skipna=False) if area == WHOLE and len(side) == areas else side.get(area, math.nan))
        for side in (value, per)
    ]
    share = numbers[0] / numbers[1] if numbers[1] else math.nan
    found = {"value": math.nan, "low": math.nan, "high": math.nan}
    if (one.indicator, area) in surveyed.index:
        row = surveyed.loc[[(one.indicator, area)]].iloc[0]
        limits = ("missing_low", "missing_high") if row["interval_method"] == "census" else ("low", "high")
        found = {"value": row["value"], "low": row[limits[0]], "high": row[limits[1]]}
    missing = any(pd.isna(number) for number in (share, found["low"], found["high"]))
    inside = found["low"] - 1e-9 <= share <= found["high"] + 1e-9
    return {
        "reported": one.key, "indicator": one.indicator, "area": area, "numerator": numbers[0],
        "denominator": numbers[1], "value": share, "surveyed": found["value"], "low": found["low"],
        "high": found["high"], "agrees": "" if missing else "inside" if inside else "outside",
    }  # fmt: skip
