"""The page of the benchmarks on simulated data: each writes its own block of ``docs/known-truth.md``."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

PAGE = Path(__file__).parents[1] / "docs" / "known-truth.md"


def write_block(name: str, text: str, page: Path = PAGE) -> None:
    """Replace what stands between the page's two markers of ``name``.

    Raises
    ------
    ValueError
        The page has no such markers.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{page.name} has no lines {begin} and {end}; put them where the block belongs")
    whole = f"{before}{begin}\n{text.strip()}\n{end}{after}"
    page.write_text(whole, encoding="utf-8", newline="\n")


def table_text(frame: pd.DataFrame) -> str:
    """Return a frame as a table in Markdown; numbers with three decimals at most, nothing where missing."""
    lines = [[str(column) for column in frame], ["---"] * frame.shape[1]]
    lines += [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"


def seeds_text(seeds: Sequence[int]) -> str:
    """Return seeds as ``1000 to 1199``, or one by one where they are few."""
    ordered = sorted(seeds)
    if len(ordered) > 3 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]} to {ordered[-1]}"
    return ", ".join(map(str, ordered))


def machine_text() -> str:
    """Return what it was computed with, in words."""
    return (
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), "
        f"Python {platform.python_version()}, pandas {pd.__version__}, numpy {np.__version__}"
    )
