"""The mark of one published result: its interval and its marker, in the colour of its verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from kgeval.present.measure import number_of
from kgeval.present.published import is_census
from kgeval.present.style import Size, colour, verdict_colour, verdict_marker

DASHED = (0, (2, 1.2))


def draw_result(axes: Any, row: pd.Series, y: float, size: Size, place: Callable[[float], float]) -> None:
    """Draw a result that has a value.

    Parameters
    ----------
    axes
        Where to draw.
    row
        A published row; the bounds of a census are drawn dashed, they are no interval.
    y
        The height of the row.
    size
        Marker and line sizes.
    place
        Puts a value on the x axis.
    """
    census = is_census(row)
    tint = verdict_colour(row["outcome"])
    low, high = (
        number_of(row, column) for column in (("missing_low", "missing_high") if census else ("low", "high"))
    )
    if low is not None and high is not None and low != high:
        axes.plot(
            [place(low), place(high)], [y, y], color=tint, linewidth=size.whisker,
            linestyle=DASHED if census else "-", solid_capstyle="butt", zorder=3, clip_on=False,
        )  # fmt: skip
    axes.plot(
        [place(row["value"])], [y], marker=verdict_marker(row["outcome"]), markersize=size.marker,
        color=tint, markeredgecolor=colour("paper"), markeredgewidth=0.6, zorder=4, clip_on=False,
    )  # fmt: skip
