"""Change in a census: who improved, who got worse, who came and who left. The finding itself; no test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.answers import Condition, answers, condition
from kgeval.estimate.breakdown import domains
from kgeval.estimate.estimates import Table
from kgeval.estimate.linear import domain_cells, values
from kgeval.estimate.measure import Measure, Operand, are_added
from kgeval.evaluate.change_pairs import Request, change_frame, pair_domains

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
        spots = _spots(rows, request, breakdown, pairs.names)
        for line, asked in enumerate(table.measures):
            for name, numbers in _turnover(rows, asked, who, request, spots).items():
                counts[name][line] = numbers
    content = {
        "from_value": before, "to_value": after, "difference": after - before,
        "se": nothing, "low": nothing, "high": nothing, "df": nothing, "correlation": nothing,
        "se_independent": nothing, "reason": reason, **counts,
    }  # fmt: skip
    return change_frame(table.measures, request, pairs, content, listed=listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spots:
    """Where each record belongs: ``of_row`` numbers the pairs of unit and domain, -1 for none.

    ``domain`` is the domain of each pair, ``size`` the number of domains.
    """

    of_row: np.ndarray
    domain: np.ndarray
    size: int


def _spots(
    rows: pd.DataFrame, request: Request, breakdown: tuple[str, ...], names: Sequence[tuple[object, ...]]
) -> _Spots:
    if request.person not in rows.columns:
        raise DesignError(f"the column {request.person!r} that names the units is not in the data")
    unit, units = pd.factorize(rows[request.person])
    if breakdown:
        place = {value: index for index, value in enumerate(names)}
        keys = zip(*(rows[column] for column in breakdown), strict=True)
        home = np.array([place.get(key, -1) for key in keys], dtype=np.intp)
    else:
        home = np.zeros(len(rows), dtype=np.intp)
    belongs = (unit >= 0) & (home >= 0)
    pairs, of_row = np.unique(home[belongs] * len(units) + unit[belongs], return_inverse=True)
    placed = np.full(len(rows), -1, dtype=np.intp)
    placed[belongs] = of_row
    return _Spots(of_row=placed, domain=pairs // max(1, len(units)), size=len(names))


def _turnover(
    rows: pd.DataFrame, asked: Measure, who: Condition, request: Request, spots: _Spots
) -> dict[str, np.ndarray]:
    """Count improved, worsened, same, unknown, entries and exits in every domain."""
    one = answers(asked, rows, who)
    answer = np.where(one.answered(), one.y, np.nan)
    start = (rows[request.column] == request.start).to_numpy(dtype=bool)
    listed = one.may_count() & (spots.of_row >= 0)
    there = np.zeros((2, len(spots.domain)), dtype=bool)
    said = np.full(there.shape, np.nan)
    for side, of_round in enumerate((listed & start, listed & ~start)):
        spot = spots.of_row[of_round]
        if len(np.unique(spot)) < len(spot):
            raise DesignError(
                f"a unit of {request.person!r} stands twice in one round; each unit has one record a round"
            )
        there[side, spot] = True
        said[side, spot] = answer[of_round]
    first, last = there
    met, gap = first & last, said[1] - said[0]
    masks = {
        "improved": met & (gap > 0), "worsened": met & (gap < 0), "same": met & (gap == 0),
        "unknown": met & np.isnan(gap), "entries": last & ~first, "exits": first & ~last,
    }  # fmt: skip
    return {
        name: np.bincount(spots.domain[mask], minlength=spots.size).astype(np.float64)
        for name, mask in masks.items()
    }
