"""Missing-data bounds: the lowest and highest value over all answers that unknown records could have given.

Source: Manski (2003), *Partial Identification of Probability Distributions*, ch. 1. Unknown is the
answer, the membership of the denominator, or both; the bounds agree with all that is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kgeval.estimate.linear import values
from kgeval.estimate.measure import Measure, are_added
from kgeval.estimate.units import Bools, Floats


def missing_bounds(measures: Sequence[Measure], total: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Return the bounds of each measure in each domain, (measures, domains) each.

    NaN where answers are missing and have no limits (a mean or total without a logical range, a ratio).
    """
    added = are_added(measures)
    unlimited = ~limited(measures)[:, None] & (total["missing"] > 0)
    low, high = values(_with(total, "least"), added), values(_with(total, "most"), added)
    return np.where(unlimited, np.nan, low), np.where(unlimited, np.nan, high)


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
