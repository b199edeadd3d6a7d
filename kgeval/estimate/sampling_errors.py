"""The annex of sampling errors as MICS prints it; conventional limits, not to be used for evaluation."""

from __future__ import annotations

import numpy as np
import pandas as pd

SMALL_N, SMALL_DF = 30, 8  # below these the conventional limits would mislead


def with_sampling_errors(rows: pd.DataFrame) -> pd.DataFrame:
    """Add cv, deft and the conventional limits r ± 2 se to estimates.

    The limits stay empty where they would mislead: at 0 and 100 %, where the effective sample size
    (n / deff) is under 30, or where fewer than 8 degrees of freedom carry them.

    Returns
    -------
    The rows with the further columns ``cv, deft, low_2se, high_2se``.
    """
    value, se, deff = rows["value"], rows["se"], rows["deff"]
    effective = rows["n"].astype("float64") / deff.where(deff > 0)
    usable = (se > 0) & (rows["df"] >= SMALL_DF)
    usable &= np.where(rows["kind"] == "share", (value > 0) & (value < 1) & (effective >= SMALL_N), True)
    return rows.assign(
        cv=(se / value.abs()).where((value != 0) & (se > 0)),
        deft=np.sqrt(deff),
        low_2se=(value - 2 * se).where(usable),
        high_2se=(value + 2 * se).where(usable),
    )
