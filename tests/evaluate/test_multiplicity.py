"""Adjusted p values equal those of statsmodels, ties and single tests among them."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from kgeval.evaluate.multiplicity import benjamini_hochberg, holm


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_adjusted_values_equal_those_of_statsmodels(size: int) -> None:
    random = np.random.default_rng(size)
    for decimals in (1, 2, 15):
        p = np.round(random.random(size), decimals)
        np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-13)
        np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], rtol=1e-13)
