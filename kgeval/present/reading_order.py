"""The order in which rows of results are read, and the pages that they fill. It ranks nobody."""

from __future__ import annotations

import pandas as pd

from kgeval.plan.area import WHOLE


def several_areas(rows: pd.DataFrame) -> bool:
    """Return whether the rows belong to more than one area."""
    return len(set(rows["area"])) > 1


def in_reading_order(rows: pd.DataFrame, by: str = "value") -> pd.DataFrame:
    """Return rows of several areas sorted by value, the unseen after them and the whole last.

    Rows of one area keep the order given. The order is for reading, it ranks nobody.
    """
    if not several_areas(rows):
        return rows.reset_index(drop=True)
    keyed = rows.assign(last=rows["area"] == WHOLE, unseen=rows[by].isna())
    ordered = keyed.sort_values(["last", "unseen", by], ascending=[True, True, False], kind="stable")
    return ordered.drop(columns=["last", "unseen"]).reset_index(drop=True)


def pages_of(count: int, most: int) -> range:
    """Return the numbers of the pages, from 1, that ``count`` rows fill when one page holds ``most``."""
    return range(1, max(1, -(-count // most)) + 1)


def page_of(rows: pd.DataFrame, most: int, page: int) -> pd.DataFrame:
    """Return the rows of one page: as many as it holds, the whole last on each; ``most`` counts it.

    Rows are spread evenly, so that the last page is no remnant.
    """
    whole = rows[rows["area"] == WHOLE] if several_areas(rows) else rows.iloc[:0]
    single = rows.drop(index=whole.index)
    pages = pages_of(len(single), most - (1 if several_areas(rows) else 0))
    size = -(-len(single) // len(pages))
    return pd.concat([single.iloc[(page - 1) * size : page * size], whole], ignore_index=True)
