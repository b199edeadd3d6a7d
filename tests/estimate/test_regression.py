"""Regression with the covariance of the design: formulas written out, laws, honest refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from kgeval.errors import DataError, DesignError
from kgeval.estimate.design_matrix import levels
from kgeval.estimate.estimates import estimate
from kgeval.estimate.few_clusters import correct
from kgeval.estimate.measure import mean
from kgeval.estimate.model_fit import fit
from kgeval.estimate.regression import joint_regression, regress
from kgeval.estimate.resample import make_replicates
from kgeval.plan.sample import SampleDesign
from tests.estimate.samples import DESIGN, sample, seeds


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_a_regression_on_nothing_is_the_mean(seed: int) -> None:
    frame = sample(seed)
    row = regress(frame, DESIGN, "x", []).iloc[0]
    expected = estimate(frame, DESIGN, mean("x", "${x}")).iloc[0]
    for ours, theirs in (("estimate", "value"), ("se", "se"), ("low", "low"), ("high", "high"), ("df", "df")):
        assert row[ours] == pytest.approx(expected[theirs], rel=1e-9)
    assert (row["n"], row["n_missing"]) == (expected["n"], expected["n_missing"])


def test_the_sandwich_is_that_of_the_clusters_in_their_strata() -> None:
    frame = sample(4, missing=0)
    rows = regress(frame, DESIGN, "x", ["z", "late = ${yes} = 1"])
    columns = np.column_stack([np.ones(len(frame)), frame["z"], frame["yes"]])
    weight = frame["w"].to_numpy()[:, None]
    inverse = np.linalg.inv(columns.T @ (weight * columns))
    slopes = inverse @ (columns * weight).T @ frame["x"].to_numpy()
    scores = pd.DataFrame(weight * columns * (frame["x"].to_numpy() - columns @ slopes)[:, None] @ inverse)
    sums = scores.groupby([frame["stratum"], frame["cluster"]]).sum()
    variance = sum(
        len(z) / (len(z) - 1) * (z - z.mean()).T @ (z - z.mean()) for _, z in sums.groupby(level=0)
    )
    np.testing.assert_allclose(rows["estimate"], slopes)
    np.testing.assert_allclose(rows["se"], np.sqrt(np.diag(variance)))
    assert rows["term"].tolist() == ["(intercept)", "z", "late"]
    assert rows["df"].tolist() == [6 + 1 - 3] * 3


def test_a_logistic_regression_on_a_group_gives_the_odds_of_its_table() -> None:
    frame = sample(5, records=400, missing=0).assign(b=lambda rows: rows["group"] == "b")
    row = regress(frame, DESIGN, "yes", ["b"], kind="logistic").iloc[1]
    weights = frame.groupby(["b", "yes"])["w"].sum()
    odds = weights[True, 1] / weights[True, 0] / (weights[False, 1] / weights[False, 0])
    assert row["odds_ratio"] == pytest.approx(odds)
    assert row["odds_low"] < odds < row["odds_high"]
    assert row["p"] == pytest.approx(2 * _upper_t(abs(row["t"]), row["df"]))


def _upper_t(t: float, df: float) -> float:
    from scipy import stats

    return float(stats.t.sf(t, df))


def test_texts_have_a_coefficient_for_each_value_but_the_first() -> None:
    frame = sample(6, missing=0)
    rows = regress(frame, DESIGN, "x", ["group"])
    assert rows["term"].tolist() == ["(intercept)", "group = b", "group = c"]
    other = regress(frame, DESIGN, "x", [levels("group", reference="c")])
    assert other["estimate"].iloc[2] == pytest.approx(-(rows["estimate"].iloc[2] - rows["estimate"].iloc[1]))
    contrast = joint_regression(frame, DESIGN, "x", ["group"]).contrast({"group = c": 1, "group = b": -1})
    assert contrast.value == pytest.approx(-other["estimate"].iloc[2])
    assert contrast.se == pytest.approx(other["se"].iloc[2])


def test_each_domain_has_a_regression_and_all_clusters_count() -> None:
    frame = sample(7, records=240, missing=0)
    rows = regress(frame, DESIGN, "x", ["z"], by="group")
    assert rows["group"].tolist() == ["a", "a", "b", "b", "c", "c"]
    alone = regress(frame, DESIGN, "x", ["z"], where="${group} = 'b'")
    pd.testing.assert_frame_equal(
        rows[rows["group"] == "b"].drop(columns="group").reset_index(drop=True), alone
    )


def test_replicates_refit_the_model() -> None:
    frame = sample(8, records=200, missing=0)
    replicates = make_replicates(frame, DESIGN, "JKn")
    found = regress(frame, DESIGN, "yes", ["x"], kind="logistic", replicates=replicates)
    linear = regress(frame, DESIGN, "yes", ["x"], kind="logistic")
    np.testing.assert_allclose(found["estimate"], linear["estimate"], rtol=1e-8)
    np.testing.assert_allclose(found["se"], linear["se"], rtol=0.3)
    assert (found["se"] != linear["se"]).all()


def test_what_cannot_be_told_apart_is_said() -> None:
    frame = sample(9, missing=0).assign(twice=lambda rows: rows["z"] * 2)
    rows = regress(frame, DESIGN, "x", ["z", "twice"])
    assert rows["reason"].iloc[2].startswith("collinear")
    assert rows["estimate"].isna().tolist() == [False, False, True]
    frame["answer"] = (frame["x"] > 50).astype(int)
    rows = regress(frame, DESIGN, "answer", ["known = ${x} > 50"], kind="logistic")
    assert rows["reason"].str.startswith("separation").all()
    assert rows["estimate"].isna().all()


def test_too_few_clusters_leave_no_interval() -> None:
    frame = sample(10, clusters=2, strata=1, missing=0)
    rows = regress(frame, DESIGN, "x", ["z"])
    assert rows["low"].isna().all()
    assert rows["reason"].str.startswith("no_df").all()
    corrected = regress(frame, DESIGN, "x", ["z"], few_clusters="cr2")
    assert corrected["reason"].str.startswith("few_clusters").all()


def test_bad_terms_are_refused_in_words() -> None:
    frame = sample(11)
    with pytest.raises(DesignError, match="'school' is neither a column"):
        regress(frame, DESIGN, "x", ["school"])
    with pytest.raises(DesignError, match="called 'z'"):
        regress(frame, DESIGN, "x", ["z", "z"])
    with pytest.raises(DesignError, match="reference 'q'"):
        regress(frame, DESIGN, "x", [levels("group", reference="q")])
    with pytest.raises(DataError, match="besides 0, 1"):
        regress(frame, DESIGN, "x", ["z"], kind="logistic")
    with pytest.raises(DesignError, match="linear or logistic"):
        regress(frame, DESIGN, "x", ["z"], kind="probit")  # type: ignore[arg-type]
    empty = regress(frame, DESIGN, "x", ["z"], where="${z} < 0")
    assert empty["reason"].str.startswith("no_answers").all()


def test_the_correction_for_few_clusters_is_unbiased_for_alike_errors() -> None:
    """Its variance, without n/(n − 1), has the expectation σ²(X'X)⁻¹ under the working model."""
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(5), [2, 4, 6, 8, 10])
    columns = np.column_stack([np.ones(30), rng.normal(size=30)])
    inverse = np.linalg.inv(columns.T @ columns)
    annihilator = np.eye(30) - columns @ inverse @ columns.T
    expected = np.zeros((2, 2))
    for place in range(30):  # the correction is linear in the residuals: apply it to each column of M
        found = correct(columns, annihilator[:, place], cluster).residuals
        sums = np.stack([columns[cluster == one].T @ found[cluster == one] for one in range(5)])
        expected += sums.T @ sums
    np.testing.assert_allclose(inverse @ expected @ inverse, inverse, rtol=1e-9)


def test_the_design_without_weights_or_clusters_needs_no_columns() -> None:
    frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 3.0, 6.0], "x": [0, 1, 2, 3, 4]})
    rows = regress(frame, SampleDesign(), "y", ["x"])
    assert rows["df"].tolist() == [3.0, 3.0]


def test_a_logistic_fit_is_iterated_to_the_end() -> None:
    """The estimating equations hold to rounding; the information is that of the coefficients."""
    frame = sample(41, records=300, missing=0)
    columns = np.column_stack([np.ones(len(frame)), frame["x"] - 50])
    y, w = frame["yes"].to_numpy(float), frame["w"].to_numpy()
    found = fit("logistic", columns, y, w)
    share = 1 / (1 + np.exp(-columns @ found.coefficients))
    assert np.abs(columns.T @ (w * (y - share))).max() < 1e-9 * w.sum()
    np.testing.assert_allclose(found.iterated, w * share * (1 - share), rtol=1e-10)
