"""Intervals: the worked example, known oracles, and what holds for all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from kgeval.estimate.interval import METHODS, Sampled, all_equal, korn_graubard, t_quantile


def sampled(p: float, v: float, n: float, df: float, level: float = 0.95) -> Sampled:
    return Sampled(p=np.array([p]), v=np.array([v]), n=np.array([n]), df=np.array([df]), level=level)


def test_korn_graubard_cuts_last() -> None:
    low, high = korn_graubard(sampled(0.9, 0.09 / 100, 60, 5))  # n_e = 100 > n = 60
    assert low[0] == pytest.approx(0.795, abs=5e-4)
    assert high[0] == pytest.approx(0.962, abs=5e-4)


def test_simple_random_sampling_is_clopper_pearson_and_wilson() -> None:
    p, n = 0.3, 50.0
    of_sample = sampled(p, p * (1 - p) / n, n, n - 1)
    exact = proportion_confint(15, 50, method="beta")
    assert [limit[0] for limit in korn_graubard(of_sample)] == pytest.approx(exact)
    of_population = sampled(p, p * (1 - p) / n, n, np.inf)
    wilson = proportion_confint(15, 50, method="wilson")
    assert [limit[0] for limit in METHODS["wilson"](of_population)] == pytest.approx(wilson)


def test_an_arcsine_limit_stays_at_the_end() -> None:
    low, high = METHODS["asin"](sampled(0.01, 0.0001, 50, 10))
    assert low[0] == 0
    assert high[0] == pytest.approx(
        np.sin(np.arcsin(0.1) + t_quantile(0.975, [10.0])[0] * 0.01 / 0.2 / 0.99**0.5) ** 2
    )
    low, high = METHODS["asin"](sampled(0.99, 0.0001, 50, 10))
    assert 0 < low[0] < 0.99
    assert high[0] == 1


def test_equal_answers_of_few_clusters_prove_little() -> None:
    one, n = np.array([1.0]), np.array([72.0])
    low, high, size = all_equal(one, n, np.array([5.0]), np.array([1.55]), 0.95)
    assert high[0] == 1
    assert size[0] == pytest.approx(
        72 * (t_quantile(0.975, [71.0])[0] / t_quantile(0.975, [5.0])[0]) ** 2 / 1.55
    )
    assert low[0] == pytest.approx(0.025 ** (1 / size[0]))
    assert low[0] < 0.95 < all_equal(one, n, np.array([71.0]), np.array([1.0]), 0.95)[0][0]


def test_zero_mirrors_one() -> None:
    n, df, d = np.array([40.0]), np.array([7.0]), np.array([2.0])
    low, high, _ = all_equal(np.array([1.0]), n, df, d, 0.95)
    mirrored_low, mirrored_high, _ = all_equal(np.array([0.0]), n, df, d, 0.95)
    assert (mirrored_low[0], mirrored_high[0]) == pytest.approx((1 - high[0], 1 - low[0]))


@pytest.mark.parametrize("method", [name for name in METHODS if name != "wald"])
@given(p=st.floats(0.01, 0.99), n=st.integers(10, 2000), df=st.integers(1, 200), deff=st.floats(0.3, 8))
def test_limits_stay_inside_and_around_the_share(method: str, p: float, n: int, df: int, deff: float) -> None:
    low, high = METHODS[method](sampled(p, p * (1 - p) / n * deff, n, df))
    assert 0 <= low[0] <= p + 1e-9
    assert p - 1e-9 <= high[0] <= 1
    assert high[0] - low[0] > 0


@given(p=st.floats(0.05, 0.95), n=st.integers(20, 500), df=st.integers(2, 60))
def test_more_clusters_narrow_the_interval(p: float, n: int, df: int) -> None:
    few, many = (sampled(p, p * (1 - p) / n * 1.5, n, freedom) for freedom in (df, df + 10))
    width = [np.subtract(*METHODS["korn-graubard"](one)[::-1])[0] for one in (few, many)]
    assert width[1] <= width[0] + 1e-12


def test_infinite_degrees_of_freedom_are_the_normal() -> None:
    assert t_quantile(0.975, np.inf) == pytest.approx(1.959963984540054)
    assert np.isnan(t_quantile(0.975, np.array([0.0, np.nan]))).all()
