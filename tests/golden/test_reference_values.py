"""Every reference value of R survey 4.5 that this engine covers, at a relative 1e-8 (iterated: 1e-6).

The values and the data lie beside the project (``../shared/golden``) and never enter it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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


def labelled(rows: list[pd.Series]) -> list[object]:
    keys = ("case", "design", "stat", "variable", "domain", "method")
    return [pytest.param(row, id="-".join(str(row[key]) for key in keys if row[key])) for row in rows]


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
    if inside.groupby(frame["dnum"]).any().sum() < 2 and "clus" in expected["design"]:
        pytest.skip("one cluster")
    wanted = asked(frame, expected["stat"], expected["variable"])
    found = estimate(
        frame,
        DESIGNS[expected["design"]],
        wanted,
        where=inside,
        interval=INTERVALS.get(expected["method"], "wald"),
        df="design" if expected["method"] == "wald_t_fulldf" else "domain",
    )
    iterated = 1e-6 if expected["method"] == "likelihood" else 1e-8
    assert_row(found.iloc[0], expected, iterated)


@pytest.mark.parametrize("expected", labelled(reference("ciprop")))
def test_shares(expected: pd.Series) -> None:
    frame = data(expected["data"])
    if expected["variable"] not in frame:
        pytest.skip(expected["variable"])
    found = estimate(
        frame,
        DESIGNS[expected["design"]],
        share("x", frame[expected["variable"]]),
        interval=INTERVALS[expected["method"]],
    )
    iterated = 1e-6 if expected["method"] == "likelihood" else 1e-8
    assert_row(found.iloc[0], expected, iterated)


@pytest.mark.parametrize("expected", labelled(reference("lonely")))
def test_single_cluster_strata(expected: pd.Series) -> None:
    frame = data("lonely")
    design = SampleDesign(weight="pw", stratum="h", single_cluster=expected["method"])
    found = estimate(frame, design, asked(frame, expected["stat"], expected["variable"]))
    assert_row(found.iloc[0], expected)
