"""The same comparison in other ways: CR2, ANCOVA, permutation, each where the data allow it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.regression import regress
from kgeval.evaluate import compare_changes, comparison_checks
from kgeval.evaluate.comparison_check import permutation_p
from kgeval.plan.sample import SampleDesign
from tests.evaluate import small
from tests.evaluate.test_comparison import panel_data, reads

CENSUS = SampleDesign(census=True)


def wide(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.assign(y=frame["reads"].astype(float)).pivot_table(
        index=["id", "side"], columns="round", values="y"
    )
    return rows.reset_index().assign(grouped=lambda rows: (rows["side"] == "1").astype(float))


def test_the_product_of_side_and_round_is_the_difference_of_changes() -> None:
    frame = panel_data()
    study = small.study(reads(), design=CENSUS, comparison=small.comparison())
    found = comparison_checks(study, {"groups": frame}).iloc[0]
    own = compare_changes(study, {"groups": frame}).iloc[0]
    assert found["difference"] == pytest.approx(own["difference"])
    assert found["cr2_se"] > own["se"]  # errors are larger than residuals
    assert found["cr2_df"] < own["df"]
    assert found["cr2_low"] < found["difference"] < found["cr2_high"]


def test_ancova_is_the_regression_of_the_last_answer_on_side_and_first() -> None:
    frame = panel_data()
    study = small.study(reads(), design=CENSUS, comparison=small.comparison())
    found = comparison_checks(study, {"groups": frame}).iloc[0]
    own = regress(wide(frame), SampleDesign(cluster="id"), "endline", ["grouped", "baseline"],
                  few_clusters="cr2").iloc[1]  # fmt: skip
    assert found["ancova"] == pytest.approx(own["estimate"])
    assert found["ancova_se"] == pytest.approx(own["se"])
    assert found["ancova_df"] == pytest.approx(own["df"])
    assert found["ancova_n"] == 30


def test_permutation_counts_the_ways_to_deal_the_sides_out() -> None:
    change = np.array([1.0, 0.0, 1.0, -1.0, 0.0, 1.0, 0.0, 0.0])
    grouped = np.array([1, 0, 1, 0, 0, 1, 0, 0], dtype=bool)
    gap = abs(change[grouped].mean() - change[~grouped].mean())
    ways = [np.isin(np.arange(8), chosen) for chosen in combinations(range(8), 3)]
    exact = np.mean([abs(change[w].mean() - change[~w].mean()) >= gap - 1e-12 for w in ways])
    assert permutation_p(change, grouped) == pytest.approx(exact, abs=0.01)
    assert permutation_p(change, grouped) == permutation_p(change, grouped)
    assert np.isnan(permutation_p(change, np.zeros(8, dtype=bool)))


def test_a_sample_of_new_respondents_has_neither_ancova_nor_permutation() -> None:
    frame = panel_data().assign(weight=1.5)
    frame["hamlet"] = frame["id"].str[1:].astype(int).mod(6).astype(str)
    design = SampleDesign(weight="weight", cluster="hamlet")
    study = small.study(reads(), design=design, comparison=small.comparison(unit=""))
    found = comparison_checks(study, {"groups": frame}).iloc[0]
    assert np.isfinite(found["cr2_se"])
    assert found[["ancova", "p_permutation"]].isna().all()
    followed = small.study(reads(), design=design, comparison=small.comparison(unit=""), panel=small.panel())
    found = comparison_checks(followed, {"groups": frame}).iloc[0]
    assert np.isfinite(found["ancova_se"])
    assert np.isnan(found["p_permutation"])


def test_only_what_may_be_compared_is_checked() -> None:
    study = small.study(reads(comparable="no"), design=CENSUS, comparison=small.comparison())
    assert comparison_checks(study, {"groups": panel_data()}).empty
    assert comparison_checks(small.study(reads()), {"groups": panel_data()}).empty
