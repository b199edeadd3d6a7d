"""Change in a census: who improved, who got worse, who came and who left. The finding itself; no test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.breakdown import domains
from kgeval.estimate.estimates import Table
from kgeval.estimate.linear import domain_cells, values
from kgeval.estimate.measure import Condition, Measure, Operand, answers, are_added, condition
from kgeval.evaluate.change import Request, change_frame, pair_domains

COUNTS = ("improved", "worsened", "same", "unknown", "entries", "exits")


def census_change(
    rows: pd.DataFrame,
    table: Table,
    request: Request,
    breakdown: tuple[str, ...],
    where: Operand | None,
    *,
    listed: bool,
) -> pd.DataFrame:
    """Return the change of each measure in each domain of a census, with its 2 × 2 where units are named.

    ``unknown`` counts units present in both rounds of which one answer is missing; ``entries`` and
    ``exits`` those present only in the last or the first round.
    """
    found = domains(table.levels, (request.column, *breakdown), table.cells.levels, table.cells.relevant)
    cells = domain_cells(table.cells, found)
    value = values(cells.totals, are_added(table.measures))
    pairs = pair_domains(found, request)
    before, after = pairs.take(value, pairs.before), pairs.take(value, pairs.after)
    nothing = np.full_like(before, np.nan)
    reason = np.full(before.shape, "census", dtype=object)
    counts = {name: nothing.copy() for name in COUNTS}
    if request.person is None:
        reason[:] = "census; no_key: no column names the units, so who improved is not known"
    else:
        who = condition(where, rows)
        place = {value: index for index, value in enumerate(pairs.names)}
        home = _home(rows, breakdown, place)
        for line, asked in enumerate(table.measures):
            for name, numbers in _turnover(
                rows, asked, who, request, home=home, size=len(pairs.names)
            ).items():
                counts[name][line] = numbers
    content = {
        "from_value": before, "to_value": after, "difference": after - before,
        "se": nothing, "low": nothing, "high": nothing, "df": nothing, "correlation": nothing,
        "se_independent": nothing, "reason": reason, **counts,
    }  # fmt: skip
    return change_frame(table.measures, request, pairs, content, listed=listed)


def _home(rows: pd.DataFrame, breakdown: tuple[str, ...], place: dict[tuple[object, ...], int]) -> np.ndarray:
    if not breakdown:
        return np.zeros(len(rows), dtype=np.intp)
    keys = zip(*(rows[column] for column in breakdown), strict=True)
    return np.array([place.get(key, -1) for key in keys], dtype=np.intp)


def _turnover(
    rows: pd.DataFrame, asked: Measure, who: Condition, request: Request, *, home: np.ndarray, size: int
) -> dict[str, np.ndarray]:
    """Count improved, worsened, same, unknown, entries and exits in every domain."""
    assert request.person is not None
    if request.person not in rows.columns:
        raise DesignError(f"the column {request.person!r} that names the units is not in the data")
    one = answers(asked, rows, who)
    present = np.ones(len(rows), dtype=bool) if one.member is None else one.member
    if one.possible is not None:
        present = one.possible
    answer = one.y if one.known is None else np.where(one.known, one.y, np.nan)
    if one.member is not None:
        answer = np.where(one.member, answer, np.nan)
    units = pd.DataFrame({"unit": rows[request.person], "domain": home, "answer": answer})
    first = (rows[request.column] == request.start).to_numpy()
    listed = present & (home >= 0) & rows[request.person].notna().to_numpy()
    sides = [units[listed & first], units[listed & ~first]]
    for side in sides:
        if side.duplicated(["unit", "domain"]).any():
            raise DesignError(
                f"a unit of {request.person!r} stands twice in one round; each unit has one record a round"
            )
    both: Any = sides[0].merge(
        sides[1], on=["unit", "domain"], how="outer", suffixes=("_first", "_last"), indicator=True
    )
    met = both["_merge"] == "both"
    gap = (both["answer_last"] - both["answer_first"]).to_numpy()
    masks = {
        "improved": met & (gap > 0), "worsened": met & (gap < 0), "same": met & (gap == 0),
        "unknown": met & np.isnan(gap),
        "entries": both["_merge"] == "right_only", "exits": both["_merge"] == "left_only",
    }  # fmt: skip
    return {
        name: np.bincount(both.loc[mask, "domain"], minlength=size).astype(np.float64)
        for name, mask in masks.items()
    }
