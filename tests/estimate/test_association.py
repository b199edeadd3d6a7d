"""Tests of association and t tests: textbook values, honest refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kgeval.errors import DesignError
from kgeval.estimate.association import association
from kgeval.estimate.resample import make_replicates
from kgeval.estimate.t_test import t_test
from kgeval.plan.sample import SampleDesign
from tests.estimate.samples import DESIGN, sample

TESTS = ("F", "Chisq", "Wald", "adjWald", "saddlepoint", "lincom")


def test_simple_random_sampling_is_pearson() -> None:
    """Without clusters, strata and weights all design effects are n/(n − 1): Pearson's test."""
    frame = sample(31, records=300, missing=0)
    table = pd.crosstab(frame["group"], frame["yes"])
    expected = stats.chi2_contingency(table, correction=False)
    found = association(frame, SampleDesign(), "group", "yes", test="Chisq").iloc[0]
    assert found["statistic"] == pytest.approx(expected.statistic)
    assert found["df"] == expected.dof
    assert found["p"] == pytest.approx(stats.chi2.sf(expected.statistic * 299 / 300, 2))


@pytest.mark.parametrize("test", TESTS)
def test_doubled_clusters_do_not_make_an_association_surer(test: str) -> None:
    frame = sample(32, records=240, missing=0)
    twice = pd.concat([frame, frame], ignore_index=True).assign(w=lambda rows: rows["w"] / 2)
    once, again = (association(rows, DESIGN, "group", "yes", test=test).iloc[0] for rows in (frame, twice))
    assert again["p"] == pytest.approx(once["p"], rel=1e-6)


def test_rows_and_columns_may_be_exchanged_and_conditions_used() -> None:
    frame = sample(33, records=240)
    for test in TESTS:
        one = association(frame, DESIGN, "group", "yes", test=test).iloc[0]
        other = association(frame, DESIGN, "${yes} = 1", "group", test=test).iloc[0]
        assert other["p"] == pytest.approx(one["p"], rel=1e-9)
        assert (one["n"], one["n_missing"]) == (frame["yes"].notna().sum(), frame["yes"].isna().sum())


def test_replicates_carry_the_test() -> None:
    frame = sample(34, records=240, missing=0)
    replicates = make_replicates(frame, DESIGN, "JKn")
    found = association(frame, DESIGN, "group", "yes", replicates=replicates).iloc[0]
    linear = association(frame, DESIGN, "group", "yes").iloc[0]
    assert found["statistic"] == pytest.approx(linear["statistic"], rel=0.2)


def test_what_cannot_be_tested_is_said() -> None:
    frame = sample(35)
    with pytest.raises(DesignError, match="F, Chisq, Wald"):
        association(frame, DESIGN, "group", "yes", test="G")  # type: ignore[arg-type]
    for where, code in (("${z} < 0", "no_answers"), ("${group} = 'a'", "no_variance")):
        row = association(frame, DESIGN, "group", "yes", where=where).iloc[0]
        assert row["reason"].startswith(code)
        assert row[["statistic", "df", "df_error", "p"]].isna().all()


def test_a_t_test_of_elements_is_that_of_the_textbook() -> None:
    """Two independent samples as two strata: Welch's statistic, with clusters − strata − 1."""
    frame = sample(36, missing=0).assign(arm=lambda rows: rows["stratum"])
    row = t_test(frame, SampleDesign(stratum="arm"), "x", "arm").iloc[0]
    arms = [rows["x"] for _, rows in frame.groupby("arm")]
    assert row["t"] == pytest.approx(stats.ttest_ind(arms[1], arms[0], equal_var=False).statistic)
    assert row["df"] == len(frame) - 2 - 1
    one = t_test(frame, SampleDesign(), "x", against=49.0).iloc[0]
    assert one["t"] == pytest.approx(stats.ttest_1samp(frame["x"], 49.0).statistic)
    assert one["df"] == len(frame) - 1 - 1
    assert one["low"] < one["estimate"] < one["high"]


def test_a_t_test_needs_two_groups_and_clusters() -> None:
    frame = sample(37)
    with pytest.raises(DesignError, match="has 3 values"):
        t_test(frame, DESIGN, "x", "group")
    with pytest.raises(DesignError, match="'arm'"):
        t_test(frame, DESIGN, "x", "arm")
    few = sample(38, clusters=2, strata=1, missing=0)
    row = t_test(few, SampleDesign(cluster="cluster"), "x", against=50).iloc[0]
    assert np.isnan(row["p"])
    assert row["reason"].startswith("no_df")


@pytest.mark.parametrize("test", TESTS)
def test_a_question_and_its_copy_have_no_test(test: str) -> None:
    frame = sample(14, records=200).assign(copy=lambda rows: rows["group"])
    row = association(frame, DESIGN, "group", "copy", test=test).iloc[0]
    assert np.isnan(row["p"])
    assert "empty cells or too few clusters" in row["reason"]
