"""Calibrated and replicate weights against R survey 4.5."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.calibrate import Calibration, calibrate
from kgeval.estimate.quantile import estimate_quantiles, quantile
from kgeval.estimate.replicates import Kind, Replicates, given_replicates, read_scales
from kgeval.estimate.reweighted import estimate_reweighted
from kgeval.estimate.totals import Totals, read_totals
from kgeval.plan.sample import SampleDesign
from tests.golden.reference import DESIGNS, GOLDEN, absent, asked, assert_row, close, compared, data

pytestmark = absent
KNOWN = {
    "stype": [("stype", "E", 4421), ("stype", "H", 755), ("stype", "M", 1018)],
    "sch.wide": [("sch.wide", "No", 1072), ("sch.wide", "Yes", 5122)],
    "api99": [("api99", "", 3914069)],
}


def totals(*variables: str) -> Totals:
    rows = [row for variable in variables for row in KNOWN[variable]]
    return read_totals(pd.DataFrame(rows, columns=["variable", "category", "total"]), data("apiclus1"))


@cache
def calibration(name: str) -> Calibration:
    greg = ("stype", "api99")
    return {
        "postStratify": lambda: Calibration(totals=totals("stype"), method="poststratify"),
        "rake": lambda: Calibration(totals=totals("stype", "sch.wide"), method="rake"),
        "calib_lin": lambda: Calibration(totals=totals("stype"), method="linear"),
        "greg": lambda: Calibration(totals=totals(*greg), method="linear"),
        "calib_raking": lambda: Calibration(totals=totals(*greg), method="rake"),
        "calib_logit": lambda: Calibration(totals=totals(*greg), method="logit", bounds=(0.2, 2.5)),
        "calib_bounded": lambda: Calibration(totals=totals(*greg), method="linear", bounds=(0.6, 1.6)),
        "trim": lambda: Calibration(totals=totals(*greg), method="linear", trim=(15, 50)),
    }[name]()


def iterated(name: str) -> float:
    return 1e-6 if name in {"rake", "calib_raking", "calib_logit", "calib_bounded"} else 1e-8


@pytest.mark.parametrize(
    "name",
    ["postStratify", "rake", "calib_lin", "greg", "calib_raking", "calib_logit", "calib_bounded", "trim"],
)
def test_weights(name: str) -> None:
    frame = data("apiclus1")
    found = calibrate(frame, frame["pw"].to_numpy(), calibration(name)).weight
    expected = pd.read_csv(GOLDEN / "data" / f"weights_apiclus1_{name}.csv")["w"]
    np.testing.assert_allclose(found, expected, rtol=iterated(name))


@pytest.mark.parametrize("expected", compared("calibrated"))
def test_calibrated_estimates(expected: pd.Series) -> None:
    frame = data(expected["data"])
    wanted = asked(frame, expected["stat"], expected["variable"])
    found = estimate_reweighted(
        frame, DESIGNS["clus1"], wanted, calibration=calibration(expected["design"])
    ).iloc[0]
    assert_row(found, expected, iterated(expected["design"]))


@cache
def replicate_weights(kind: str, *, mse: bool) -> tuple[pd.DataFrame, Replicates]:
    frame = data("apistrat" if kind == "JKn" else "apiclus1")
    columns = pd.read_csv(GOLDEN / "data" / f"repweights_{kind}.csv")
    scale, rscales = read_scales(pd.read_csv(GOLDEN / "data" / f"repscales_{kind}.csv"))
    named: dict[str, Kind] = {"JK1": "JK1", "JKn": "JKn", "boot": "bootstrap"}
    frame = pd.concat([frame, columns], axis=1)
    return frame, given_replicates(frame, "rw", named[kind], scale=scale, rscales=rscales, mse=mse)


@pytest.mark.parametrize("expected", compared("replicate"))
def test_replicate_weights(expected: pd.Series) -> None:
    frame, replicates = replicate_weights(expected["design"], mse=expected["method"] == "mse=TRUE")
    design = SampleDesign(weight="pw")
    if expected["stat"] == "quantile":
        wanted = quantile("q", frame[expected["variable"]], 0.5)
        found = estimate_quantiles(frame, design, wanted, replicates=replicates).iloc[0]
    else:
        wanted = asked(frame, expected["stat"], expected["variable"])
        found = estimate_reweighted(frame, design, wanted, replicates=replicates).iloc[0]
    assert_row(found, expected)
    assert close(found["weighted_n"], frame["pw"].sum())
