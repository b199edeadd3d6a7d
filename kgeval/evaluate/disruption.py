"""What interrupted the phase: days of closure, and which windows of the questions fall into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from kgeval.evaluate.tally import chosen
from kgeval.plan.area import WHOLE
from kgeval.plan.study import Study

CLOSURE = ("disruption", "area", "asked", "answered", "days", "mean", "median")
WINDOW = ("disruption", "number", "indicator", "variant", "months", "starts", "ends", "falls_in")


def closures(study: Study, tables: Mapping[str, pd.DataFrame], *, area: str = WHOLE) -> pd.DataFrame:
    """Return how long units say that they were closed, in the last round.

    Returns
    -------
    One row a disruption that was asked about: how many units were ``asked``, how many ``answered``, the
    ``days`` together, and their ``mean`` and ``median`` over those that answered.
    """
    rows = []
    for one in study.evaluation.disruptions:
        if one.closure is None or one.closure.sums is None:
            continue
        records = chosen(one.closure, tables, area=area, round_key=study.endline.key)
        days = one.closure.sums.values(records).astype("float64").dropna() if len(records) else None
        if days is not None and len(days):
            rows.append(
                {
                    "disruption": one.key,
                    "area": area,
                    "asked": len(records),
                    "answered": len(days),
                    "days": float(days.sum()),
                    "mean": float(days.mean()),
                    "median": float(days.median()),
                }
            )
    return pd.DataFrame(rows, columns=list(CLOSURE))


def windows(study: Study) -> pd.DataFrame:
    """Return the time that the last round's answers look back on, for each indicator named by a disruption.

    Returns
    -------
    One row an indicator: the window reaches from ``months`` before the fieldwork to its end; ``falls_in``
    is true, false, or NA where the days that would tell are not known.
    """
    rows = [
        {
            "disruption": one.key,
            "number": number,
            "indicator": reference.indicator,
            "variant": reference.variant,
            "months": window.months,
            "starts": _back(study.endline.starts, window.months),
            "ends": study.endline.ends,
            "falls_in": _falls_in(
                _back(study.endline.starts, window.months), study.endline.ends, one.since, one.until
            ),
        }
        for one in study.evaluation.disruptions
        for number, window in enumerate(one.windows)
        for reference in window.indicators
    ]
    return pd.DataFrame(rows, columns=list(WINDOW))


def _back(day: date | None, months: int) -> date | None:
    return None if day is None else (pd.Timestamp(day) - pd.DateOffset(months=months)).date()


def _falls_in(starts: date | None, ends: date | None, since: date | None, until: date | None) -> object:
    """Say whether a window meets the disruption; NA where the days that would tell are not known."""
    if starts is None or ends is None or since is None:
        return pd.NA
    if ends < since:
        return False
    if starts <= since:
        return True
    return pd.NA if until is None else starts <= until
