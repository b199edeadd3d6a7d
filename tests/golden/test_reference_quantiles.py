"""Quantiles and population variances against R survey 4.5."""

from __future__ import annotations

import pandas as pd
import pytest

from kgeval.estimate.population_variance import population_variance
from kgeval.estimate.quantile import estimate_quantiles, quantile
from kgeval.estimate.recordwise import estimate_recordwise
from tests.golden.reference import DESIGNS, absent, assert_row, compared, data

pytestmark = absent


@pytest.mark.parametrize("expected", compared("quantile"))
def test_quantiles(expected: pd.Series) -> None:
    frame = data(expected["data"])
    wanted = quantile("q", frame[expected["variable"]], float(expected["extra"]))
    assert_row(estimate_quantiles(frame, DESIGNS[expected["design"]], wanted).iloc[0], expected)


@pytest.mark.parametrize("expected", compared("var"))
def test_population_variances(expected: pd.Series) -> None:
    frame = data(expected["data"])
    wanted = population_variance("v", frame[expected["variable"]])
    assert_row(estimate_recordwise(frame, DESIGNS[expected["design"]], wanted).iloc[0], expected)
