"""Regressions and tests against R survey 4.5."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import special

from kgeval.estimate.association import association
from kgeval.estimate.regression import regress
from kgeval.estimate.t_test import t_test
from tests.golden.reference import (
    DESIGNS,
    absent,
    assert_row,
    close,
    compared,
    data,
    every_row,
)  # fmt: skip

pytestmark = absent
R_NAMES = {"(intercept)": "(Intercept)"}


def fitted(expected: pd.Series, **options: object) -> pd.Series:
    """Return our row of the same coefficient; the model's terms are those of all its rows."""
    same = every_row()
    for name in ("case", "data", "design", "method"):
        same = same[same[name] == expected[name]]
    terms = [name for name in same["variable"] if name != "(Intercept)"]
    logistic = expected["case"] == "glm_logit"
    rows = regress(
        data(expected["data"]), DESIGNS[expected["design"]], "sch01" if logistic else "api00", terms,
        kind="logistic" if logistic else "linear", **options,
    )  # fmt: skip
    rows["term"] = rows["term"].replace(R_NAMES)
    rows["least_df"] = rows["df"].min()
    return rows.set_index("term").loc[expected["variable"]].rename({"estimate": "value"})


@pytest.mark.parametrize("expected", compared("glm_linear"))
def test_linear_regression(expected: pd.Series) -> None:
    found = fitted(expected)
    assert_row(found, expected)
    assert close(found["p"], float(expected["extra"]))


@pytest.mark.parametrize("expected", compared("glm_logit"))
def test_logistic_regression(expected: pd.Series) -> None:
    found = fitted(expected)
    assert_row(found, expected, 1e-6)
    assert close(found["p"], float(expected["extra"]), 1e-5)


@pytest.mark.parametrize("expected", compared("bell_mccaffrey"))
def test_regression_of_few_clusters(expected: pd.Series) -> None:
    """R's summary takes the least df for every coefficient; its intervals, as ours, each its own."""
    found = fitted(expected, few_clusters="cr2")
    assert_row(found, expected, but=("df",))
    assert close(found["least_df"], expected["df"])
    p = 2 * special.stdtr(found["least_df"], -abs(found["value"] / found["se"]))
    assert close(p, float(expected["extra"]))


@pytest.mark.parametrize("expected", compared("ttest", "ttest1"))
def test_t_tests(expected: pd.Series) -> None:
    frame, design = data(expected["data"]), DESIGNS[expected["design"]]
    variable, _, against = expected["variable"].partition("-")
    row = t_test(frame, design, variable, expected["domain"] or None, against=float(against or 0)).iloc[0]
    assert_row(row.rename({"estimate": "value"}), expected)
    assert close(row["p"], float(expected["extra"]))


@pytest.mark.parametrize("expected", compared("chisq"))
def test_association(expected: pd.Series) -> None:
    row, column = expected["variable"].split(" x ")
    frame, design = data(expected["data"]), DESIGNS[expected["design"]]
    found = association(frame, design, row, column, test=expected["method"]).iloc[0]
    p, _, freedom = expected["extra"].partition(";")
    iterated = 1e-6 if expected["method"] in {"lincom", "saddlepoint"} else 1e-8
    assert close(found["statistic"], expected["est"])
    assert close(found["p"], float(p), iterated)
    for ours, theirs in zip(("df", "df_error"), filter(None, freedom.split("/")), strict=False):
        assert np.isclose(found[ours], float(theirs), rtol=1e-8)
