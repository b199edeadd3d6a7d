"""Every reference value of R survey 4.5 that this engine covers, at a relative 1e-8 (iterated: 1e-6).

The values and the data lie beside the project (``../shared/golden``) and never enter it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.contrast import joint
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import Measure, mean, ratio, share, total
from kgeval.plan.sample import SampleDesign

GOLDEN = Path(__file__).resolve().parents[2].parent / "shared" / "golden"
pytestmark = pytest.mark.skipif(not GOLDEN.is_dir(), reason="the reference values lie outside the project")

DESIGNS = {
    "strat": SampleDesign(weight="pw", stratum="stype", population="fpc"),
    "strat_nofpc": SampleDesign(weight="pw", stratum="stype"),
    "clus1": SampleDesign(weight="pw", cluster="dnum", population="fpc"),
    "clus1_nofpc": SampleDesign(weight="pw", cluster="dnum"),
    "srs": SampleDesign(weight="pw", population="fpc"),
}
INTERVALS = {"mean": "wald"} | {
    name: name for name in ("beta", "logit", "xlogit", "asin", "wilson", "likelihood")
}


def reference(*cases: str) -> list[pd.Series]:
    if not GOLDEN.is_dir():
        return []
    table = pd.read_csv(GOLDEN / "golden_R.csv", keep_default_na=False)
    table = table[table["case"].isin(cases)]
    for column in ("est", "se", "lci", "uci", "df"):
        table[column] = pd.to_numeric(table[column], errors="coerce")
    return [row for _, row in table.iterrows()]


def degenerate(row: pd.Series) -> str:
    """Why R's value is no value (the README beside the values lists them); empty: it is one."""
    if row["case"] == "ciprop_boundary":
        return "R prints NaN, a zero width or [1, 1] where all answers are equal"
    if row["stat"] == "prop" and row["se"] == 0:
        return "R prints an interval of zero width or NaN where se = 0"
    if row["case"] == "few_clusters" and row["se"] == 0:
        return "one cluster cannot show a standard error"
    return "nobody is in the domain" if row["case"] == "empty_domain" else ""


def tolerance(row: pd.Series) -> float:
    """1e-8; likelihood limits are iterated, in R with up to 4e-5 of its own (see profile_likelihood)."""
    if row["method"] != "likelihood":
        return 1e-8
    slow = {("strat", "sch01", ""), ("strat_nofpc", "sch01", ""), ("srs", "sch01", "stype=E")}
    if (row["design"], row["variable"], row["domain"]) in slow or row["variable"] == "rare":
        return 1e-4
    return 1e-6


def labelled(rows: list[pd.Series]) -> list[object]:
    keys = ("case", "design", "stat", "variable", "domain", "method")
    return [
        pytest.param(row, id="-".join(str(row[key]) for key in keys if row[key]))
        for row in rows
        if not degenerate(row)
    ]


def data(name: str) -> pd.DataFrame:
    frame = pd.read_csv(GOLDEN / "data" / f"{name}.csv")
    frame["sch01"] = (frame["sch.wide"] == "Yes").astype(int)
    frame["tgt"] = (frame["api00"] >= 700).astype(int)
    return frame


def asked(frame: pd.DataFrame, kind: str, variable: str) -> Measure:
    if kind == "ratio":
        above, below = variable.split("/")
        return ratio("r", frame[above], frame[below])
    return {"mean": mean, "total": total, "prop": share}[kind]("x", frame[variable])


def domain_of(frame: pd.DataFrame, text: str) -> pd.Series:
    column, value = text.split("=")
    return frame[column].astype(str) == value


def close(found: float, expected: float, tolerance: float = 1e-8) -> bool:
    return bool(np.isclose(found, expected, rtol=tolerance, atol=1e-12))


def assert_row(found: pd.Series, expected: pd.Series, tolerance: float = 1e-8) -> None:
    names = {"value": "est", "se": "se", "low": "lci", "high": "uci"}
    wrong = {
        ours: (found[ours], expected[theirs])
        for ours, theirs in names.items()
        if not np.isnan(expected[theirs]) and not close(found[ours], expected[theirs], tolerance)
    }
    assert not wrong


@pytest.mark.parametrize("expected", labelled(reference("mean", "total", "ratio")))
def test_whole(expected: pd.Series) -> None:
    frame = data(expected["data"])
    df = float("inf") if expected["method"] == "wald_z" else None
    found = estimate(
        frame, DESIGNS[expected["design"]], asked(frame, expected["stat"], expected["variable"]), df=df
    )
    assert_row(found.iloc[0], expected)


@pytest.mark.parametrize("expected", labelled(reference("mean_deff_replace")))
def test_design_effect(expected: pd.Series) -> None:
    frame = data(expected["data"])
    found = estimate(frame, DESIGNS[expected["design"]], mean("x", frame[expected["variable"]]))
    assert close(found["deff"].iloc[0], expected["est"])


@pytest.mark.parametrize("expected", labelled(reference("degf")))
def test_degrees_of_freedom(expected: pd.Series) -> None:
    frame = data(expected["data"])
    found = estimate(frame, DESIGNS[expected["design"]], mean("x", frame["api00"]))
    assert found["df"].iloc[0] == expected["est"]


@pytest.mark.parametrize("expected", labelled(reference("by_mean", "sub_mean", "sub_ciprop")))
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


@pytest.mark.parametrize("expected", labelled(reference("ciprop")))
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
    "row",
    [row for row in reference("ciprop", "sub_ciprop", "ciprop_boundary", "few_clusters") if degenerate(row)],
)
def test_degenerate_values_get_an_honest_answer(row: pd.Series) -> None:
    frame = data(row["data"])
    inside = None
    if row["domain"] == "first1dnum":
        inside = frame["dnum"] == frame["dnum"].min()
    elif row["domain"]:
        inside = domain_of(frame, row["domain"])
    method = INTERVALS.get(row["method"], "wald")
    wanted = asked(frame, row["stat"], row["variable"])
    found = estimate(frame, DESIGNS[row["design"]], wanted, where=inside, interval=method).iloc[0]
    assert abs(found["value"] - row["est"]) < 1e-6 * max(1, row["est"])
    assert found["reason"]
    assert np.isnan(found["low"]) or found["high"] - found["low"] > 0.001


def test_an_empty_domain_has_no_estimate() -> None:
    frame = data("apiclus1")
    found = estimate(frame, DESIGNS["clus1"], mean("x", frame["api00"]), where=frame["dnum"] < 0).iloc[0]
    assert np.isnan(found["value"])
    assert found["reason"].startswith("empty_domain")


@pytest.mark.parametrize("expected", labelled(reference("few_clusters")))
def test_few_clusters(expected: pd.Series) -> None:
    frame = data(expected["data"])
    first = frame["dnum"].isin(sorted(frame["dnum"].unique())[:2])
    found = estimate(frame, DESIGNS[expected["design"]], mean("x", frame["api00"]), where=first)
    assert_row(found.iloc[0], expected)


@pytest.mark.parametrize("expected", labelled(reference("factor_mean")))
def test_shares_of_every_level(expected: pd.Series) -> None:
    frame = data(expected["data"])
    level = expected["variable"].removeprefix("stype")
    found = estimate(frame, DESIGNS[expected["design"]], share("x", frame["stype"] == level), interval="wald")
    assert_row(found.iloc[0], expected)


@pytest.mark.parametrize("expected", labelled(reference("lonely")))
def test_single_cluster_strata(expected: pd.Series) -> None:
    frame = data("lonely")
    design = SampleDesign(weight="pw", stratum="h", single_cluster=expected["method"])
    found = estimate(frame, design, asked(frame, expected["stat"], expected["variable"]))
    assert_row(found.iloc[0], expected)


@pytest.mark.parametrize("expected", labelled(reference("waves_same_psu", "waves_indep", "waves_by_domain")))
def test_change_between_waves(expected: pd.Series) -> None:
    from kgeval.evaluate.change import change

    if expected["method"] == "svyttest":
        pytest.skip("the t test, not a change: one degree of freedom less")
    waves = pd.read_csv(GOLDEN / "data" / "waves.csv")
    rounds = "independent" if expected["design"] == "wave_as_stratum" else "same_clusters"
    design = SampleDesign(weight="pw1", cluster="dnum", rounds=rounds)
    inside = domain_of(waves, expected["domain"]) if "=" in expected["domain"] else None
    wanted = mean("x", waves[expected["variable"]])
    row = change(waves, design, wanted, column="wave", start=0, end=1, where=inside).iloc[0]
    assert close(row["difference"], expected["est"])
    column = "se_independent" if expected["stat"] == "diff_independent" else "se"
    assert close(row[column], expected["se"])
    if not np.isnan(expected["df"]) and expected["stat"] == "diff":
        assert row["df"] == expected["df"]


@pytest.mark.parametrize("expected", labelled(reference("did")))
def test_difference_in_differences(expected: pd.Series) -> None:
    waves = pd.read_csv(GOLDEN / "data" / "waves.csv")
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


@pytest.mark.parametrize("expected", labelled(reference("contrast_diff")))
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


@pytest.mark.parametrize("expected", labelled(reference("by_cov")))
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


@pytest.mark.parametrize("expected", labelled(reference("panel_diff")))
def test_change_of_the_same_units(expected: pd.Series) -> None:
    frame = data(expected["data"])
    found = estimate(frame, DESIGNS[expected["design"]], mean("x", frame["api00"] - frame["api99"])).iloc[0]
    assert_row(found, expected)
