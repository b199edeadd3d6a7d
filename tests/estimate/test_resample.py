"""Replicate weights made here: what balance promises holds, whatever the Hadamard matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import mean, total
from kgeval.estimate.resample import make_replicates
from kgeval.estimate.reweighted import estimate_reweighted
from kgeval.plan.sample import SampleDesign

DESIGN = SampleDesign(weight="w", cluster="cluster", stratum="stratum")


@pytest.mark.parametrize("strata", [5, 12, 23])
@pytest.mark.parametrize(("kind", "rho"), [("BRR", 0.0), ("Fay", 0.3)])
@pytest.mark.parametrize("mse", [True, False])
def test_half_samples_give_the_linearised_variance_of_a_total(
    strata: int, kind: str, rho: float, mse: bool
) -> None:
    rng = np.random.default_rng(strata)
    cluster = np.repeat(np.arange(2 * strata), 7)
    frame = pd.DataFrame({"cluster": cluster, "stratum": cluster // 2})
    frame = frame.assign(w=rng.uniform(1, 4, len(frame)), y=rng.normal(50, 9, len(frame)) + cluster)
    replicates = make_replicates(frame, DESIGN, kind, rho=rho, mse=mse)
    asked = [total("total", "${y}"), mean("mean", "${y}")]
    made = estimate_reweighted(frame, DESIGN, asked, replicates=replicates).set_index("indicator")["se"]
    linear = estimate(frame, DESIGN, asked).set_index("indicator")["se"]
    assert made["total"] == pytest.approx(linear["total"], rel=1e-10)
    assert made["mean"] == pytest.approx(linear["mean"], rel=0.2)  # a quotient depends on the matrix
