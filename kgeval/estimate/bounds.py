"""Missing-data bounds: the lowest and highest value over all answers that unknown records could have given.

Source: Manski (2003), *Partial Identification of Probability Distributions*, ch. 1. Unknown is the
answer, the membership of the denominator, or both; the bounds agree with all that is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kgeval.estimate.cells import Cells, Loose
from kgeval.estimate.codes import Codes
from kgeval.estimate.linear import values
from kgeval.estimate.measure import Measure, are_added
from kgeval.estimate.units import Bools, Floats


def missing_bounds(
    measures: Sequence[Measure], total: dict[str, Floats], cells: Cells, domain: Codes
) -> tuple[Floats, Floats]:
    """Return the bounds of each measure in each domain, (measures, domains) each.

    NaN where answers are missing and have no limits (a mean or total without a logical range, a ratio).

    Parameters
    ----------
    total
        Field → (measures, domains) sums.
    cells, domain
        The cell table, and the domain of each cell (−1: none).
    """
    added = are_added(measures)
    if not total["missing"].any():
        known = values(total, added)
        return known, known
    unlimited = ~limited(measures)[:, None] & (total["missing"] > 0)
    bounds = []
    for end, sign in (("least", 1.0), ("most", -1.0)):
        extreme = _with(total, end)
        bound = values(extreme, added)
        for line, loose in cells.loose.items():
            _add_loose(
                bound[line],
                extreme["y"][line],
                extreme["x"][line],
                loose,
                home=domain[loose.cell],
                sign=sign,
            )
        bounds.append(np.where(unlimited, np.nan, bound))
    return bounds[0], bounds[1]


def _add_loose(bound: Floats, y: Floats, x: Floats, loose: Loose, *, home: Codes, sign: float) -> None:
    """Let records of uncertain membership count where that lowers (sign 1) or raises (−1) the mean.

    The extreme subset is a run of the records sorted by their answer (a fractional programme); ``bound``
    is filled in place.
    """
    for domain in np.unique(home[home >= 0]):
        here = np.flatnonzero(home == domain)
        order = here[np.argsort(sign * loose.y[here], kind="stable")]
        top = y[domain] + np.append(0.0, np.cumsum(loose.w[order] * loose.y[order]))
        bottom = x[domain] + np.append(0.0, np.cumsum(loose.w[order]))
        somebody = bottom > 0
        bound[domain] = sign * np.min(sign * top[somebody] / bottom[somebody])


def limited(measures: Sequence[Measure]) -> Bools:
    """(measures,) whether an unknown answer has limits."""
    return np.array(
        [
            asked.kind in {"share", "count"} or (asked.logical is not None and asked.kind != "ratio")
            for asked in measures
        ],
        dtype=bool,
    )


def _with(total: dict[str, Floats], end: str) -> dict[str, Floats]:
    return total | {
        "y": total["y"] + total[f"{end}_y"],
        "x": total["x"] + total[f"{end}_x"],
        "n": total["n"] + total["missing"],
    }
