"""The design-based t test of a mean, or of the difference between two groups.

As R ``survey``'s ``svyttest`` it takes one degree of freedom less than the interval of the same mean or
change; a change between rounds does not (``evaluate/change.py``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from kgeval.errors import DesignError
from kgeval.estimate.breakdown import as_text
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.codes import ordered_codes
from kgeval.estimate.design_matrix import levels
from kgeval.estimate.few_clusters import FewClusters
from kgeval.estimate.interval import t_interval
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Operand
from kgeval.estimate.reason import join
from kgeval.estimate.regression import regress
from kgeval.estimate.replicates import Replicates
from kgeval.plan.near_name import meant
from kgeval.plan.sample import SampleDesign

COLUMNS = (
    "outcome", "contrast", "estimate", "se", "low", "high", "df", "t", "p", "n", "n_missing", "clusters",
    "strata", "confidence", "reason",
)  # fmt: skip


def t_test(
    frame: pd.DataFrame,
    design: SampleDesign,
    outcome: Operand,
    group: str | None = None,
    *,
    against: float = 0.0,
    where: Operand | None = None,
    level: float = 0.95,
    df: DfRule | None = None,
    few_clusters: FewClusters = "none",
    calibration: Calibration | None = None,
    replicates: Replicates | None = None,
) -> pd.DataFrame:
    """Test whether a mean differs from a number, or two groups from each other.

    Parameters
    ----------
    frame, design, outcome, where, level, df, few_clusters, calibration, replicates
        As in :func:`kgeval.estimate.regression.regress`.
    group
        A column with two values: their difference, the later value less the earlier; ``None``: one mean.
    against
        The number that one mean is tested against.

    Returns
    -------
    DataFrame
        One row with :data:`COLUMNS`; ``estimate`` is the mean less ``against``, or the difference.

    Raises
    ------
    DesignError
        The group has not two values.

    Examples
    --------
    >>> groups = pd.DataFrame({"group": range(6), "supported": [0, 1] * 3, "read": [1, 3, 2, 5, 0, 4]})
    >>> row = t_test(groups, SampleDesign(cluster="group"), "read", "supported").iloc[0]
    >>> row["contrast"], round(float(row["estimate"]), 3), float(row["df"])
    ('supported = 1 - 0', 3.0, 4.0)
    """
    given: dict[str, Any] = {
        "where": where, "level": level, "df": df, "few_clusters": few_clusters, "calibration": calibration,
        "replicates": replicates,
    }  # fmt: skip
    if group is None:
        row = regress(frame, design, outcome, [], **given).iloc[0]
        fixed = few_clusters == "cr2" or not isinstance(design.df if df is None else df, str)
        return _tested(row, f"mean - {against:g}", float(row["estimate"]) - against, row["df"] - (not fixed))
    if group not in frame.columns:
        raise DesignError(
            f"the group column {group!r} is not in the data; "
            f"{meant(group, map(str, frame.columns))}correct its name"
        )
    names = [as_text(level) for level in ordered_codes(frame[group])[1]]
    if len(names) != 2:
        raise DesignError(
            f"a t test compares two groups, {group!r} has {len(names)} values; choose two of them"
        )
    row = regress(frame, design, outcome, [levels(group)], **given).iloc[1]
    return _tested(row, f"{group} = {names[1]} - {names[0]}", float(row["estimate"]), row["df"])


def _tested(row: pd.Series, contrast: str, estimate: float, df: float) -> pd.DataFrame:
    """Finish one row; without degrees of freedom there is no test."""
    reason = str(row["reason"])
    if df < 1 and not np.isnan(estimate):
        df, reason = np.nan, join(reason, "no_df: too few clusters for a t test")
    se = float(row["se"]) if df > 0 else np.nan
    tested = se > 0
    t = estimate / se if tested else np.nan
    low, high = (
        t_interval(np.array(estimate), np.array(se), np.array(df), row["confidence"])
        if tested
        else (np.nan, np.nan)
    )
    found = row.to_dict() | {
        "contrast": contrast, "estimate": estimate, "se": se, "low": float(low), "high": float(high),
        "df": df, "t": t, "p": float(2 * special.stdtr(df, -abs(t))) if tested else np.nan, "reason": reason,
    }  # fmt: skip
    return pd.DataFrame([found])[[*COLUMNS]]
