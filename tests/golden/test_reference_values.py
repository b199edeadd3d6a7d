"""Means, shares, domains, changes and contrasts against R survey 4.5, at a relative 1e-8 (iterated: 1e-6)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.contrast import joint
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import mean, share
from kgeval.estimate.t_test import t_test
from kgeval.evaluate.change import change
from kgeval.plan.sample import SampleDesign
from tests.golden.reference import (
    DESIGNS,
    INTERVALS,
    absent,
    asked,
    assert_row,
    close,
    compared,
    data,
    domain_of,
    without_value,
)  # fmt: skip

pytestmark = absent


def tolerance(row: pd.Series) -> float:
    """1e-8; likelihood limits are iterated, in R with up to 4e-5 of its own (see profile_likelihood)."""
    if row["method"] != "likelihood":
        return 1e-8
    slow = {("strat", "sch01", ""), ("strat_nofpc", "sch01", ""), ("srs", "sch01", "stype=E")}
    if (row["design"], row["variable"], row["domain"]) in slow or row["variable"] == "rare":
        return 1e-4
    return 1e-6


@pytest.mark.parametrize("expected", compared("mean", "total", "ratio"))
def test_whole(expected: pd.Series) -> None:
    frame = data(expected["data"])
    df = float("inf") if expected["method"] == "wald_z" else None
    found = estimate(
        frame, DESIGNS[expected["design"]], asked(frame, expected["stat"], expected["variable"]), df=df
    )
    assert_row(found.iloc[0], expected)


@pytest.mark.parametrize("expected", compared("mean_deff_replace"))
def test_design_effect(expected: pd.Series) -> None:
    frame = data(expected["data"])
    found = estimate(frame, DESIGNS[expected["design"]], mean("x", frame[expected["variable"]]))
    assert close(found["deff"].iloc[0], expected["est"])


@pytest.mark.parametrize("expected", compared("degf"))
def test_degrees_of_freedom(expected: pd.Series) -> None:
    frame = data(expected["data"])
    found = estimate(frame, DESIGNS[expected["design"]], mean("x", frame["api00"]))
    assert found["df"].iloc[0] == expected["est"]


@pytest.mark.parametrize("expected", compared("by_mean", "sub_mean", "sub_ciprop"))
def test_domains(expected: pd.Series) -> None:
    frame = data(expected["data"])
    inside = domain_of(frame, expected["domain"])
    wanted = asked(frame, expected["stat"], expected["variable"])
    found = estimate(
        frame,
        DESIGNS[expected["design"]],
        wanted,
        where=inside,
        interval=INTERVALS.get(expected["method"], "wald"),
        df="design" if expected["method"] == "wald_t_fulldf" else "domain",
    )
    assert_row(found.iloc[0], expected, tolerance(expected))


@pytest.mark.parametrize("expected", compared("ciprop"))
def test_shares(expected: pd.Series) -> None:
    frame = data(expected["data"])
    found = estimate(
        frame,
        DESIGNS[expected["design"]],
        share("x", frame[expected["variable"]]),
        interval=INTERVALS[expected["method"]],
    )
    assert_row(found.iloc[0], expected, tolerance(expected))


@pytest.mark.parametrize(
    "row", without_value("ciprop", "sub_ciprop", "ciprop_boundary", "few_clusters", "factor_mean")
)
def test_degenerate_values_get_an_honest_answer(row: pd.Series) -> None:
    frame = data(row["data"])
    inside = None
    if row["domain"] == "first1dnum":
        inside = frame["dnum"] == frame["dnum"].min()
    elif row["domain"]:
        inside = domain_of(frame, row["domain"])
    method = INTERVALS.get(row["method"], "wald")
    if row["case"] == "factor_mean":  # strata of elements: the share of a stratum is known
        wanted = share("x", frame["stype"] == row["variable"].removeprefix("stype"))
    else:
        wanted = asked(frame, row["stat"], row["variable"])
    found = estimate(frame, DESIGNS[row["design"]], wanted, where=inside, interval=method).iloc[0]
    assert abs(found["value"] - row["est"]) < 1e-6 * max(1, row["est"])
    assert found["reason"]
    assert np.isnan(found["low"]) or found["high"] - found["low"] > 0.001


@pytest.mark.parametrize("row", without_value("empty_domain"))
def test_an_empty_domain_has_no_estimate(row: pd.Series) -> None:
    frame = data(row["data"])
    found = estimate(frame, DESIGNS[row["design"]], mean("x", frame["api00"]), where=frame["dnum"] < 0).iloc[
        0
    ]
    assert np.isnan(found["value"])
    assert found["reason"].startswith("empty_domain")


@pytest.mark.parametrize("expected", compared("few_clusters"))
def test_few_clusters(expected: pd.Series) -> None:
    frame = data(expected["data"])
    first = frame["dnum"].isin(sorted(frame["dnum"].unique())[:2])
    found = estimate(frame, DESIGNS[expected["design"]], mean("x", frame["api00"]), where=first)
    assert_row(found.iloc[0], expected)


@pytest.mark.parametrize("expected", compared("factor_mean"))
def test_shares_of_every_level(expected: pd.Series) -> None:
    frame = data(expected["data"])
    level = expected["variable"].removeprefix("stype")
    found = estimate(frame, DESIGNS[expected["design"]], share("x", frame["stype"] == level), interval="wald")
    assert_row(found.iloc[0], expected)


@pytest.mark.parametrize("expected", compared("lonely"))
def test_single_cluster_strata(expected: pd.Series) -> None:
    frame = data("lonely")
    design = SampleDesign(weight="pw", stratum="h", single_cluster=expected["method"])
    found = estimate(frame, design, asked(frame, expected["stat"], expected["variable"]))
    assert_row(found.iloc[0], expected)


@pytest.mark.parametrize("expected", compared("waves_same_psu", "waves_indep", "waves_by_domain"))
def test_change_between_waves(expected: pd.Series) -> None:
    waves = data("waves")
    rounds = "independent" if expected["design"] == "wave_as_stratum" else "same_clusters"
    design = SampleDesign(weight="pw1", cluster="dnum", rounds=rounds)
    inside = domain_of(waves, expected["domain"]) if "=" in expected["domain"] else None
    wanted = mean("x", waves[expected["variable"]])
    if expected["method"] == "svyttest":  # the t test, not a change: one degree of freedom less
        row = t_test(waves, design, expected["variable"], "wave").iloc[0].rename({"estimate": "value"})
        assert_row(row, expected)
        assert close(row["p"], float(expected["extra"]))
        return
    row = change(waves, design, wanted, column="wave", start=0, end=1, where=inside).iloc[0]
    assert close(row["difference"], expected["est"])
    column = "se_independent" if expected["stat"] == "diff_independent" else "se"
    assert close(row[column], expected["se"])
    if not np.isnan(expected["df"]) and expected["stat"] == "diff":
        assert row["df"] == expected["df"]


@pytest.mark.parametrize("expected", compared("did"))
def test_difference_in_differences(expected: pd.Series) -> None:
    waves = data("waves")
    cells = {
        f"{kind}{wave}": (waves["stype"] == kind) & (waves["wave"] == wave)
        for kind in "EH"
        for wave in (0, 1)
    }
    found = joint(
        waves,
        SampleDesign(weight="pw1", cluster="dnum"),
        [mean(name, waves[expected["variable"]], inside) for name, inside in cells.items()],
    ).contrast({"E1": 1, "E0": -1, "H1": -1, "H0": 1})
    assert close(found.value, expected["est"])
    assert close(found.se, expected["se"])


@pytest.mark.parametrize("expected", compared("contrast_diff"))
def test_contrasts_between_domains(expected: pd.Series) -> None:
    frame = data(expected["data"])
    last, first = expected["domain"].split("-")
    column = frame[expected["method"]]
    found = joint(
        frame,
        DESIGNS[expected["design"]],
        [mean(level, frame["api00"], column == level) for level in sorted(column.unique())],
    ).contrast({last: 1, first: -1})
    assert close(found.value, expected["est"])
    assert close(found.se, expected["se"])


@pytest.mark.parametrize("expected", compared("by_cov"))
def test_covariance_of_domains(expected: pd.Series) -> None:
    frame = data(expected["data"])
    one, other = expected["domain"].split("|")
    column = frame[expected["method"]]
    levels = sorted(column.unique())
    found = joint(
        frame, DESIGNS[expected["design"]], [mean(level, frame["api00"], column == level) for level in levels]
    )
    assert np.isclose(
        found.covariance[levels.index(one), levels.index(other)], expected["est"], rtol=1e-8, atol=1e-9
    )


@pytest.mark.parametrize("expected", compared("panel_diff"))
def test_change_of_the_same_units(expected: pd.Series) -> None:
    frame = data(expected["data"])
    found = estimate(frame, DESIGNS[expected["design"]], mean("x", frame["api00"] - frame["api99"])).iloc[0]
    assert_row(found, expected)
