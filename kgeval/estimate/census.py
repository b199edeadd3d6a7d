"""A declared census: every unit of the frame was asked, so there is no sampling error, only missing answers."""

from __future__ import annotations

import numpy as np

from kgeval.estimate.linear import values
from kgeval.estimate.units import Bools, Floats


def missing_bounds(
    total: dict[str, Floats], value: Floats, added: Bools, bounded: Bools
) -> tuple[Floats, Floats]:
    """Return the lowest and highest value over all answers that unknown records could have given.

    Parameters
    ----------
    total
        Field → (measures, domains) sums.
    value
        (measures, domains) estimates from the answered records.
    added
        (measures,) whether the measure is a total or count.
    bounded
        (measures,) whether unknown answers have limits (shares, counts, and values with a logical range).

    Returns
    -------
    (measures, domains) each; NaN where unknown answers have no limits.
    """
    low = values(_with(total, "least"), added)
    high = values(_with(total, "most"), added)
    open_ended = ~bounded[:, None] & (total["missing"] > 0)
    return np.where(open_ended, np.nan, low), np.where(open_ended, np.nan, high)


def _with(total: dict[str, Floats], end: str) -> dict[str, Floats]:
    return total | {
        "y": total["y"] + total[f"{end}_y"],
        "x": total["x"] + total[f"{end}_x"],
        "n": total["n"] + total["missing"],
    }


def sentence(answered: float, missing: float, succeeded: float | None) -> str:
    """Say what was asked and answered, as the column ``reason`` holds it."""
    frame = answered + missing
    counted = f"{succeeded:g} of {answered:g} answered" if succeeded is not None else f"{answered:g} answered"
    return f"census: {counted} (N = {frame:g}, {missing:g} unknown)"
