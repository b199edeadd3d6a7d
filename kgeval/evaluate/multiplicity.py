"""Many tests at once: p values that know how many were made.

A family is what a reader looks through together: the variants of one target, the areas of one indicator,
the outcomes of one page. Holm bounds the chance of any false claim in the family, Benjamini-Hochberg the
share of false ones among the claims. The headline verdicts are not a family: each answers its own question.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from kgeval.estimate.units import Floats
from kgeval.plan.area import WHOLE
from kgeval.plan.indicator import MAIN


def with_adjusted_p(rows: pd.DataFrame, family: Sequence[str] = (), *, p: str = "p") -> pd.DataFrame:
    """Add to each row its adjusted p values and the size of its family.

    Parameters
    ----------
    rows
        One row a test; a test without a p value belongs to no family.
    family
        The columns whose values make a family; none: all rows are one.
    p
        The column of the p values.

    Returns
    -------
    DataFrame
        The rows with ``family_size``, ``p_holm`` and ``p_bh`` (missing where there was no test).

    Examples
    --------
    >>> tests = pd.DataFrame({"p": [0.01, 0.04, None]})
    >>> with_adjusted_p(tests)[["family_size", "p_holm", "p_bh"]].values.tolist()
    [[2.0, 0.02, 0.02], [2.0, 0.04, 0.04], [nan, nan, nan]]
    """
    found = rows.assign(family_size=np.nan, p_holm=np.nan, p_bh=np.nan)
    tested = rows[rows[p].notna()]
    parts = [part for _, part in tested.groupby(list(family), sort=False)] if family else [tested]
    for labels in (part.index for part in parts if len(part)):
        values = rows.loc[labels, p].to_numpy(dtype=np.float64)
        found.loc[labels, "family_size"] = len(values)
        found.loc[labels, "p_holm"] = holm(values)
        found.loc[labels, "p_bh"] = benjamini_hochberg(values)
    return found


def holm(p: Floats) -> Floats:
    """Return Holm's adjusted p values: the smallest counts all tests, the next one fewer, never falling."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _in_place(np.minimum(stepped, 1.0), order)


def benjamini_hochberg(p: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p values: each by its rank, none more than the next larger."""
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    stepped = np.minimum.accumulate(scaled[::-1])[::-1]
    return _in_place(np.minimum(stepped, 1.0), order)


def _in_place(ordered: Floats, order: np.ndarray) -> Floats:
    placed = np.empty_like(ordered)
    placed[order] = ordered
    return placed


def area_tests(changes: pd.DataFrame) -> pd.DataFrame:
    """Test the change of every area; the areas of one indicator are a family.

    Parameters
    ----------
    changes
        Rows of ``results/changes``; main definitions that may be compared, without breakdowns, are taken.

    Returns
    -------
    DataFrame
        Those rows with ``p``, ``family_size``, ``p_holm`` and ``p_bh``.
    """
    plain = changes["by"].fillna("").eq("") & changes["variant"].eq(MAIN)
    areas = changes["area"].ne(WHOLE) & changes["comparable"].ne("no")
    return with_adjusted_p(change_tests(changes[plain & areas].reset_index(drop=True)), ["indicator"])


def change_tests(changes: pd.DataFrame) -> pd.DataFrame:
    """Give every change with an error its two-sided p value against "no change" (the printed t interval)."""
    # a review of one round has no change, and a table without rows no numbers
    numbers = changes[["difference", "se", "df"]].astype("float64")
    known = numbers["se"].gt(0) & numbers["df"].ge(1)
    t = numbers["difference"].abs() / numbers["se"].where(known)
    return changes.assign(p=2 * special.stdtr(numbers["df"].where(known), -t))
