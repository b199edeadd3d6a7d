"""Missing-data bounds against every possible completion of the answers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import count, mean, share, total
from kgeval.plan.sample import SampleDesign

three_valued = st.sampled_from([0.0, 1.0, np.nan])
records = st.lists(st.tuples(three_valued, three_valued, st.integers(1, 3)), min_size=2, max_size=6)


def completions(answers: np.ndarray, options: tuple[float, ...]) -> list[np.ndarray]:
    gaps = np.flatnonzero(np.isnan(answers))
    found = []
    for filled in product(options, repeat=len(gaps)):
        complete = answers.copy()
        complete[gaps] = filled
        found.append(complete)
    return found


@settings(deadline=None)
@given(rows=records)
def test_bounds_of_a_share_are_sharp(rows: list[tuple[float, float, int]]) -> None:
    y, d, w = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assume((d == 1).any())
    every = [
        (w * a * b).sum() / (w * b).sum()
        for a in completions(y, (0.0, 1.0))
        for b in completions(d, (0.0, 1.0))
        if (w * b).sum() > 0
    ]
    row = estimate(pd.DataFrame({"w": w}), SampleDesign(weight="w"), share("s", y, d)).iloc[0]
    assert row["missing_low"] == pytest.approx(min(every))
    assert row["missing_high"] == pytest.approx(max(every))


@settings(deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([0.0, 2.0, 5.0, np.nan]), three_valued, st.integers(1, 3)),
        min_size=2,
        max_size=5,
    )
)
def test_bounds_of_a_mean_are_sharp(rows: list[tuple[float, float, int]]) -> None:
    y, d, w = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assume((d == 1).any())
    every = [
        (w * a * b).sum() / (w * b).sum()
        for a in completions(y, (0.0, 10.0))
        for b in completions(d, (0.0, 1.0))
        if (w * b).sum() > 0
    ]
    wanted = mean("m", y, d, logical=(0, 10))
    row = estimate(pd.DataFrame({"w": w}), SampleDesign(weight="w"), wanted).iloc[0]
    assert row["missing_low"] == pytest.approx(min(every))
    assert row["missing_high"] == pytest.approx(max(every))


def test_a_census_says_how_many_of_how_many() -> None:
    answers = pd.Series([1] * 12 + [0] * 5 + [None] * 3, dtype="Int64")
    groups = pd.DataFrame({"managed": answers})
    rows = estimate(
        groups, SampleDesign(census=True), [share("T", "${managed} = 1"), count("N", "${managed} = 1")]
    )
    managed, number = rows.iloc[0], rows.iloc[1]
    assert managed["value"] == pytest.approx(12 / 17)
    assert (managed["n"], managed["n_missing"]) == (17, 3)
    assert (managed["missing_low"], managed["missing_high"]) == (12 / 20, 15 / 20)
    assert (number["value"], number["missing_low"], number["missing_high"]) == (12, 12, 15)
    assert managed["interval_method"] == "census"
    assert rows[["se", "low", "high", "df", "deff"]].isna().all(axis=None)
    assert managed["reason"] == "census: 12 of 17 answered (N = 20, 3 unknown)"


def test_missing_answers_without_limits_have_no_bounds() -> None:
    answers = np.array([1.0, 2.0, np.nan, 4.0])
    frame = pd.DataFrame(index=range(4))
    rows = estimate(frame, SampleDesign(), [mean("m", answers), total("t", answers, logical=(0, 10))])
    assert np.isnan(rows["missing_low"].iloc[0])
    assert (rows["missing_low"].iloc[1], rows["missing_high"].iloc[1]) == (7, 17)
