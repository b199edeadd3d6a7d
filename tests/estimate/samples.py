"""Small random samples for laws: clusters in strata, weights, groups, answers with gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from kgeval.plan.sample import SampleDesign

DESIGN = SampleDesign(weight="w", cluster="cluster", stratum="stratum")


def sample(
    seed: int, *, records: int = 60, clusters: int = 4, strata: int = 2, missing: float = 0.1
) -> pd.DataFrame:
    """Every stratum has ``clusters`` clusters; answers vary by cluster; some are missing."""
    rng = np.random.default_rng(seed)
    stratum = np.arange(records) % strata
    cluster = (np.arange(records) // strata) % clusters
    effect = rng.normal(size=(strata, clusters))[stratum, cluster]
    frame = pd.DataFrame(
        {
            "stratum": stratum,
            "cluster": stratum * 100 + cluster,
            "w": rng.gamma(3.0, size=records) + 0.1,
            "group": rng.choice(["a", "b", "c"], records),
            "yes": (rng.normal(size=records) + effect > 0).astype(float),
            "x": rng.normal(50, 5, records) + effect,
            "z": rng.gamma(2.0, size=records) + 0.5,
        }
    )
    return frame.mask(rng.random(frame.shape) < missing * frame.columns.isin(["yes", "x"]))


seeds = st.integers(0, 2**32 - 1)
