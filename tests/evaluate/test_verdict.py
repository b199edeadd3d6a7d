"""The two verdicts: official on the point estimate, statistical on the printed interval."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgeval.estimate.interval import Sampled, clopper_pearson, korn_graubard
from kgeval.evaluate.verdict import official, verdict
from kgeval.plan.expression import parse
from kgeval.plan.indicator import Indicator, Target

TARGET = Target(
    value=0.95, areas={}, as_of=date(2020, 12, 31), label={}, decided_by="plan", decided_at=None, document=""
)
REACHED = Indicator(
    key="T", variant="main", table="mothers", kind="share", label={}, short={}, unit={}, counts=None,
    succeeds=parse("${y} = 1"), value=None, per=None, direction="higher", target=TARGET, weight=None,
    breakdowns=(), rounds=(), comparable="yes", comparable_reason={}, disclosure="survey", source="",
    method={}, limits={}, logical_low=None, logical_high=None,
)  # fmt: skip


def sampled(value: float, n: int = 400, deff: float = 2.0, df: float = 28.0) -> dict[str, object]:
    """An estimate's row as the engine gives it for a share from a sample."""
    variance = value * (1 - value) * deff / n
    one = Sampled(
        p=np.array([value]), v=np.array([variance]), n=np.array([float(n)]), df=np.array([df]), level=0.95
    )
    low, high = korn_graubard(one)
    return {
        "area": "all", "kind": "share", "value": value, "se": math.sqrt(variance), "low": float(low[0]),
        "high": float(high[0]), "df": df, "n": n, "interval_method": "korn-graubard", "confidence": 0.95,
        "missing_low": value, "missing_high": value, "reason": "",
    }  # fmt: skip


def census(met: int, answered: int, unknown: int) -> dict[str, object]:
    size = answered + unknown
    return sampled(0.5) | {
        "value": met / answered, "se": math.nan, "low": math.nan, "high": math.nan, "df": math.nan,
        "n": answered, "interval_method": "census", "missing_low": met / size,
        "missing_high": (met + unknown) / size,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "target", "statistical"),
    [(0.99, 0.95, "met"), (0.96, 0.95, "unclear"), (0.94, 0.95, "unclear"), (0.70, 0.95, "not_met")],
)
def test_statistical_reads_the_printed_interval(value: float, target: float, statistical: str) -> None:
    assert verdict(sampled(value), REACHED, target).statistical == statistical


def test_the_two_verdicts_may_disagree() -> None:
    found = verdict(sampled(0.96), REACHED, 0.95)
    assert (found.official, found.statistical, found.reason) == (
        "exceeded",
        "unclear",
        "interval_contains_target",
    )
    assert found.shortfall == pytest.approx(-0.01)
    assert found.shortfall_low < found.shortfall < 0 < found.shortfall_high


def test_sixteen_of_twenty_meets_eighty_percent_exactly() -> None:
    assert official(16 / 20, 0.80) == "met"
    assert official(0.1 + 0.2, 0.3) == "met"  # the last bit of the sum is not the programme's fault
    assert official(0.96, 0.95) == "exceeded"


def test_lower_is_better_turns_the_scale() -> None:
    lower = replace(REACHED, direction="lower")
    found = verdict(sampled(0.04), lower, 0.10)
    assert (found.official, found.statistical) == ("exceeded", "met")
    assert found.shortfall == pytest.approx(-0.06)
    assert 0 < found.min_certifiable < 0.10
    assert verdict(sampled(0.30), lower, 0.10).statistical == "not_met"


def test_a_variant_and_an_undecided_target_have_no_official_verdict() -> None:
    assert verdict(sampled(0.99), replace(REACHED, variant="direct"), 0.95).official == ""
    undecided = replace(REACHED, target=replace(TARGET, decided_by=""))
    assert verdict(sampled(0.99), undecided, 0.95).official == ""


@pytest.mark.parametrize(
    ("met", "answered", "unknown", "statistical"),
    [
        (16, 20, 0, "met"),
        (15, 20, 0, "not_met"),
        (16, 19, 1, "met"),
        (15, 18, 2, "unclear"),
        (10, 18, 2, "not_met"),
    ],
)
def test_a_census_is_judged_by_its_bounds(met: int, answered: int, unknown: int, statistical: str) -> None:
    found = verdict(census(met, answered, unknown), REACHED, 0.80)
    assert found.statistical == statistical
    assert math.isnan(found.p_one_sided)
    assert math.isnan(found.min_certifiable)


def test_a_design_that_can_certify_nothing_says_so() -> None:
    found = verdict(sampled(0.93, n=30, df=3.0), REACHED, 0.95)
    assert math.isnan(found.min_certifiable)
    assert "cannot_certify" in found.reason


def test_min_certifiable_is_the_value_whose_lower_limit_is_the_target() -> None:
    row = sampled(0.96)
    found = verdict(row, REACHED, 0.95)
    one = Sampled(
        p=np.array([row["value"]]),
        v=np.array([row["se"] ** 2]),
        n=np.array([400.0]),
        df=np.array([28.0]),
        level=0.95,
    )
    size = np.minimum(one.n, one.effective)
    low, _ = clopper_pearson(np.array([found.min_certifiable]), size, 0.95)
    assert low[0] == pytest.approx(0.95, abs=1e-9)


def test_without_an_interval_nothing_is_claimed() -> None:
    row = sampled(0.9) | {"low": math.nan, "high": math.nan, "reason": "one_cluster: one cluster"}
    found = verdict(row, REACHED, 0.95)
    assert (found.statistical, found.reason) == ("not_estimable", "one_cluster: one cluster")
    missing = sampled(0.9) | {"value": math.nan, "low": math.nan, "high": math.nan, "reason": "empty_domain"}
    assert verdict(missing, REACHED, 0.95).official == "not_estimable"


def test_a_count_is_asked_of_the_whole_only() -> None:
    count = replace(REACHED, kind="count")
    assert count.target_in("all") == 0.95
    assert count.target_in("905") is None
    assert REACHED.target_in("905") == 0.95
    assert replace(count, target=replace(TARGET, areas={"905": 3.0})).target_in("905") == 3.0


@given(
    value=st.floats(0.02, 0.98),
    target=st.floats(0.05, 0.95),
    n=st.integers(30, 2000),
    deff=st.floats(0.5, 5),
    df=st.integers(3, 60),
)
def test_p_is_below_half_alpha_exactly_when_the_verdict_is_certain(
    value: float, target: float, n: int, deff: float, df: int
) -> None:
    found = verdict(sampled(value, n=n, deff=deff, df=float(df)), REACHED, target)
    assert 0 <= found.p_one_sided <= 1
    if found.statistical == "met":
        assert found.p_one_sided < 0.025 + 1e-9
    else:
        assert found.p_one_sided > 0.025 - 1e-9
    assert (found.statistical == "not_met") == (found.p_one_sided > 0.975)


@given(n=st.integers(30, 500), deff=st.floats(1, 4), df=st.integers(3, 60))
def test_unanimous_answers_are_judged_by_the_same_limits(n: int, deff: float, df: int) -> None:
    from kgeval.estimate.interval import all_equal

    low, high, _ = all_equal(
        np.array([1.0]), np.array([float(n)]), np.array([float(df)]), np.array([deff]), 0.95
    )
    row = sampled(0.5, n=n, df=float(df)) | {
        "value": 1.0,
        "se": 0.0,
        "low": float(low[0]),
        "high": float(high[0]),
    }
    found = verdict(row, REACHED, 0.95)
    assert (found.statistical == "met") == (found.low >= 0.95)
    assert (found.statistical == "met") == (found.p_one_sided <= 0.025)
