"""What the offices report of an indicator, beside what the survey found."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from kgeval.evaluate.crosscheck import figures
from kgeval.plan.area import WHOLE
from kgeval.plan.crosscheck import Reported
from kgeval.plan.flag import CENSUS
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
        _row(one, area, value, per, surveyed)
        for one in study.crosschecks.reported
        if {side.table for side in one.sides} <= set(tables)
        for value, per in [_both(one, study, tables)]
        for area in [*([WHOLE] if WHOLE in set(plain["area"]) else []), *areas]
        if area == WHOLE or area in value.index
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _both(one: Reported, study: Study, tables: Mapping[str, pd.DataFrame]) -> tuple[pd.Series, pd.Series]:
    """Return numerator and denominator (1 where there is none) by area, the sum of all areas as the whole.

    An area without either is left out of both; where one is missing the whole is not known.
    """
    codes = [area.code for area in study.areas]
    value, *per = (figures(study, side, tables).get(study.endline.key) for side in one.sides)
    numerator = pd.Series(dtype="float64") if value is None else value["value"].rename(index={"": WHOLE})
    if one.per is None:
        denominator = pd.Series(1.0, index=numerator.index)
    else:
        denominator = pd.Series(dtype="float64") if per[0] is None else per[0]["value"]
    known = [area for area in codes if area in numerator.index and area in denominator.index]
    both = numerator.loc[known], denominator.loc[known]
    if WHOLE in numerator.index and one.per is None:
        return numerator, denominator
    if len(known) < len(codes):
        return both
    top, bottom = (pd.concat([side, pd.Series({WHOLE: side.sum(skipna=False)})]) for side in both)
    return top, (bottom if one.per is not None else pd.Series(1.0, index=top.index))


def _row(
    one: Reported, area: str, value: pd.Series, per: pd.Series, surveyed: pd.DataFrame
) -> dict[str, object]:
    numerator, denominator = (float(side.get(area, math.nan)) for side in (value, per))
    told = numerator / denominator if denominator else math.nan
    found = {"value": math.nan, "low": math.nan, "high": math.nan}
    if (one.indicator, area) in surveyed.index:
        row = surveyed.loc[[(one.indicator, area)]].iloc[0]
        limits = ("missing_low", "missing_high") if row["interval_method"] == CENSUS else ("low", "high")
        found = {"value": row["value"], "low": row[limits[0]], "high": row[limits[1]]}
    missing = any(pd.isna(number) for number in (told, found["low"], found["high"]))
    inside = found["low"] - 1e-9 <= told <= found["high"] + 1e-9
    return {
        "reported": one.key, "indicator": one.indicator, "area": area, "numerator": numerator,
        "denominator": denominator if one.per is not None else math.nan, "value": told,
        "surveyed": found["value"], "low": found["low"], "high": found["high"],
        "agrees": "" if missing else "inside" if inside else "outside",
    }  # fmt: skip
