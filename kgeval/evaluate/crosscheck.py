"""Forms held against each other: where two figures of one thing differ, and by how much.

Nothing is mended here: a disagreement is a row for the two offices to look at.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import Measure
from kgeval.estimate.rounds import nest_in_rounds
from kgeval.plan.area import WHOLE
from kgeval.plan.crosscheck import Crosscheck
from kgeval.plan.side import Side
from kgeval.plan.study import Study

if TYPE_CHECKING:
    from pandas.core.groupby import SeriesGroupBy

COLUMNS = (
    "check", "round", "area", "key", "left", "right", "left_low", "left_high", "right_low", "right_high",
    "difference", "status",
)  # fmt: skip
DISAGREE = ("differ", "left_only", "right_only")
Figure = Mapping[Hashable, Any]  # value, low, high, area
_FIGURES = ("value", "low", "high", "area")
_KEY = "_key"


def crosscheck(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Hold the study's forms against each other.

    Parameters
    ----------
    tables
        Table key → clean and linked records of all areas; a check of a table that is not there is left
        out.

    Returns
    -------
    One row a check, round and key, with the columns ``COLUMNS``. ``status`` is ``agree``, ``differ``,
    ``unknown`` (an unanswered question could decide it) or ``left_only``, ``right_only`` (the other
    form has no such record). ``area`` is that of the key, or ``all``.
    """
    rows = [
        row
        for check in study.crosschecks.checks
        if {check.left.table, check.right.table} <= set(tables)
        for row in _rows(check, study, tables)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def disagreements(checked: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in which the two forms do not say the same."""
    return checked[checked["status"].isin(DISAGREE)].reset_index(drop=True)


def _rows(check: Crosscheck, study: Study, tables: Mapping[str, pd.DataFrame]) -> list[dict[str, object]]:
    left, right = (figures(study, side, tables) for side in (check.left, check.right))
    rows: list[dict[str, object]] = []
    for round_ in study.rounds:
        if check.rounds and round_.key not in check.rounds:
            continue
        if not all(round_.key in set(tables[side.table]["round"]) for side in (check.left, check.right)):
            continue  # one form was not used in this round
        one, other = (
            side[round_.key].to_dict("index") if round_.key in side else {} for side in (left, right)
        )
        keys = sorted(map(str, {*one, *other}))
        rows += [_row(check, round_.key, key, one.get(key), other.get(key)) for key in keys]
    return rows


def figures(study: Study, side: Side, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return, by round, one row a key with the columns ``_FIGURES``.

    ``value`` is missing where an unanswered question could change it; ``low`` and ``high`` are the
    limits of a sample's interval, or what the unanswered leave open.
    """
    frame, table = tables[side.table], study.tables[side.table]
    keys = pd.Series("", index=frame.index) if side.by is None else side.by.values(frame).astype("str")
    keys = keys.fillna("")
    if table.design.weight and not side.as_listed:
        marked = frame.assign(**{_KEY: keys})
        return _estimated(side, study, marked if side.by is None else marked[marked[_KEY] != ""])
    counted = _counted(side, frame, keys)
    return {str(key): part.droplevel(0) for key, part in counted.groupby(level=0)}


def _counted(side: Side, frame: pd.DataFrame, keys: pd.Series) -> pd.DataFrame:
    """Add the records up by round and key; a key that has none where the side looks is no figure of it."""
    true = pd.Series(True, index=frame.index, dtype="boolean")
    member = true if side.where is None else side.where.truth(frame)
    amount = true.astype("Float64") if side.of is None else side.of.values(frame).astype("Float64")
    inside = member.fillna(value=True).astype(bool)
    known = member.fillna(value=False).astype(bool) & amount.notna()
    rows = pd.DataFrame(
        {
            "round": frame["round"], _KEY: keys, "area": frame["area"], "inside": inside,
            "known": amount.where(known, 0.0).astype("float64"), "open": inside & ~known,
        }
    )  # fmt: skip
    if side.by is not None:
        rows = rows[rows[_KEY] != ""]
    sums = rows.groupby(["round", _KEY])
    low, open_, inside_ = (sums[name].sum() for name in ("known", "open", "inside"))
    short = inside_ < side.records  # a report that should be among them has not come
    unknown = (open_ > 0) | short
    # one more record is one more at most; of an amount nobody knows how much
    high = low + open_ if side.of is None else low.where(open_ == 0, math.inf)
    figures = pd.DataFrame(
        {
            "value": low.mask(unknown), "low": low.where(unknown),
            "high": high.mask(short, math.inf).where(unknown), "area": _areas(sums["area"]),
        }
    )  # fmt: skip
    # to count nothing is a figure, to add up nothing is none
    return figures if side.by is None and side.of is None else figures[inside_ > 0]


def _estimated(side: Side, study: Study, marked: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Estimate the totals of a sampled table with their intervals."""
    nested, design = nest_in_rounds(marked, study.tables[side.table].design, "round")
    kind = "count" if side.of is None else "total"
    answer = side.where if side.of is None and side.where is not None else side.of
    asked = Measure(
        name="figure",
        kind=kind,  # type: ignore[arg-type]  # one of the two
        answer="true()" if answer is None else answer,
        counts=side.where if side.of is not None else None,
    )
    rows = estimate(nested, design, asked, by=["round", _KEY])
    areas = _areas(marked.groupby(_KEY)["area"])
    rows = rows.assign(area=rows[_KEY].map(areas)).set_index(_KEY)
    rows = rows[rows.index != ""] if side.by is not None else rows
    return {str(key): part[list(_FIGURES)] for key, part in rows.groupby("round")}


def _areas(areas: SeriesGroupBy[Any, Any]) -> pd.Series:
    """Return the area that all records of a key share, or the whole."""
    first: pd.Series = areas.min()
    return first.where(first == areas.max(), WHOLE)


def _row(
    check: Crosscheck, round_key: str, key: str, left: Figure | None, right: Figure | None
) -> dict[str, object]:
    there = right if right is not None else left
    assert there is not None, "the key stands on one of the two sides"
    none = {"value": math.nan, "low": math.nan, "high": math.nan}
    one, other = (none if side is None else side for side in (left, right))
    return {
        "check": check.key, "round": round_key, "area": WHOLE if key == "" else there["area"], "key": key,
        "left": one["value"], "right": other["value"], "left_low": one["low"], "left_high": one["high"],
        "right_low": other["low"], "right_high": other["high"],
        "difference": _gap(left, right), "status": _status(check, left, right),
    }  # fmt: skip


def _gap(left: Figure | None, right: Figure | None) -> float:
    """Return left − right; where one is known between limits only, how far the other lies outside them."""
    if left is None or right is None:
        return math.nan
    if not (pd.isna(left["value"]) or pd.isna(right["value"])):
        return float(left["value"] - right["value"])
    (low, high), (least, most) = (_limits(side) for side in (left, right))
    return float(low - most if low > most else high - least if high < least else 0.0)


def _limits(figure: Figure) -> tuple[float, float]:
    low, high, value = figure["low"], figure["high"], figure["value"]
    return (value, value) if pd.isna(low) else (low, high)


def _status(check: Crosscheck, left: Figure | None, right: Figure | None) -> str:
    """Compare two figures, each a number or what lies between its limits."""
    if left is None or right is None:
        alone = left if right is None else right
        assert alone is not None, "the key stands on one of the two sides"
        # nothing listed is not more than what is stated, and nothing is what a form without a record says
        fine = alone["value"] == 0 or (left is None and check.relation == "at_most")
        return "agree" if fine else "left_only" if right is None else "right_only"
    (low, high), (least, most) = (_limits(side) for side in (left, right))
    apart = low - most if check.relation == "at_most" else max(low - most, least - high)
    if apart > check.tolerance + 1e-9:
        return "differ"
    unknown = any(pd.isna(side["value"]) for side in (left, right))
    return "unknown" if unknown else "agree"
