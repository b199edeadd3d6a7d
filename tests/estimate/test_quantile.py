"""Quantiles where the share asked for, or a limit of it, is less than the first answer's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kgeval.estimate.quantile import at_share, estimate_quantiles, quantile
from kgeval.plan.sample import SampleDesign


def test_a_quantile_below_the_first_share_is_the_first_answer() -> None:
    """The smallest answer up to which a quarter of the weight lies holds half of it: it is the smallest."""
    assert at_share(np.array([462.0, 588.0]), np.ones(2), 0.25) == 462
    frame = pd.DataFrame({"hamlet": np.arange(18), "x": np.arange(18.0) + 1})
    row = estimate_quantiles(frame, SampleDesign(cluster="hamlet"), quantile("q", "${x}", 0.1)).iloc[0]
    assert row["value"] == 2  # 1 of 18 is less than a tenth
    lower = 2 / 18 - 2.1098155778 * np.sqrt(2 / 18 * 16 / 18 / 17)
    assert lower < 0  # no answer lies that low
    assert np.isnan(row["low"])
    assert row["reason"].startswith("outside: the lower limit")
