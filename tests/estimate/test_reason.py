"""The contract of the column ``reason``: pieces joined by "; ", each beginning with a code that is listed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kgeval
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import mean, ratio, share
from kgeval.estimate.quantile import estimate_quantiles, quantile
from kgeval.estimate.reason import CODES
from kgeval.estimate.resample import make_replicates
from kgeval.estimate.reweighted import estimate_reweighted
from kgeval.estimate.totals import read_totals
from kgeval.plan.sample import SampleDesign
from tests.estimate.samples import DESIGN, sample

YES, X = share("s", "${yes} = 1"), mean("m", "${x}")
ROOMS = ("estimate", "evaluate", "protect")
CODE = re.compile(r"([a-z][a-z0-9_]+): ")


def codes(reasons: pd.Series) -> set[str]:
    return {piece.split(":")[0] for reason in reasons for piece in reason.split("; ") if piece}


def frame(**columns: object) -> pd.DataFrame:
    return sample(4, missing=0).assign(**columns)


def one_cluster() -> pd.DataFrame:
    return estimate(frame(), DESIGN, [YES, X], where=frame()["cluster"] == 0)


def one_cluster_a_stratum() -> pd.DataFrame:
    return estimate(frame(), DESIGN, [YES, X], where=frame()["cluster"].isin([0, 101]))


def all_equal() -> pd.DataFrame:
    return estimate(frame(yes=1.0), DESIGN, YES)


def logit_at_100_percent() -> pd.DataFrame:
    return estimate(frame(yes=1.0), DESIGN, YES, interval="logit", profile="nchs2017")


def nobody_and_nothing() -> pd.DataFrame:
    records = frame(zero=0.0, group=lambda rows: rows["group"].where(rows["group"] != "c"))
    records["yes"] = records["yes"].where(records["group"] != "b")
    wanted = [YES, share("none", "${yes} = 1", counts="${x} < 0"), ratio("r", "${x}", "${zero}")]
    return estimate(records, DESIGN, wanted, by="group")


def a_lonely_cluster_and_ids_used_twice() -> pd.DataFrame:
    records = frame(cluster=lambda rows: rows["cluster"] % 100)
    records = records[(records["stratum"] == 0) | (records["cluster"] == 0)]
    design = SampleDesign(weight="w", cluster="cluster", stratum="stratum", single_cluster="adjust")
    return estimate(records, design, [YES, X])


def trimmed() -> pd.DataFrame:
    return estimate_reweighted(frame(), DESIGN, [YES, X], trim=(1.0, 5.0))


def negative_calibrated_weights() -> pd.DataFrame:
    """The population's mean of x is ten above the sample's, two standard deviations."""
    known = pd.DataFrame({"variable": ["(Intercept)", "x"], "total": [186, 186 * 60]})
    calibration = Calibration(totals=read_totals(known, frame()), method="linear")
    return estimate_reweighted(frame(), DESIGN, [YES, X], calibration=calibration)


def corrected_for_few_clusters() -> pd.DataFrame:
    wanted = [YES, ratio("r", "${x}", "${z}")]
    return estimate_reweighted(frame(), DESIGN, wanted, few_clusters="cr2")


def a_quantile_by_the_jackknife() -> pd.DataFrame:
    replicates = make_replicates(frame(), DESIGN, "JKn")
    return estimate_quantiles(frame(), DESIGN, quantile("median", "${x}", 0.5), replicates=replicates)


def a_census() -> pd.DataFrame:
    return estimate(sample(4), SampleDesign(census=True), [YES, X])


AWKWARD = {
    one_cluster: {"one_cluster"},
    one_cluster_a_stratum: {"df_fallback"},
    all_equal: {"all_equal"},
    logit_at_100_percent: {"boundary", "all_equal"},
    nobody_and_nothing: {"no_answers", "empty_domain", "zero_denominator", "breakdown_missing"},
    a_lonely_cluster_and_ids_used_twice: {"single_cluster", "clusters_nested"},
    trimmed: {"trimmed"},
    negative_calibrated_weights: {"calibrated", "negative_weights"},
    corrected_for_few_clusters: {"few_clusters"},
    a_quantile_by_the_jackknife: {"replicates", "jackknife_quantile"},
    a_census: {"census"},
}


@pytest.mark.parametrize("awkward", AWKWARD, ids=lambda function: function.__name__)
def test_every_piece_of_a_reason_begins_with_a_listed_code(awkward: object) -> None:
    said = codes(awkward()["reason"])
    assert said <= set(CODES)
    assert AWKWARD[awkward] <= said


def written(path: Path) -> set[str]:
    """Return the codes that a module writes: texts "code: words" outside the later parts of f-strings."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    composed = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    later = {id(part) for node in composed for place, part in enumerate(node.values) if place}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in later]
    return {match[1] for text in texts if isinstance(text, str) and (match := CODE.match(text))}


def test_every_code_that_is_written_is_listed() -> None:
    package = Path(kgeval.__file__).parent
    found = set().union(*(written(path) for room in ROOMS for path in (package / room).rglob("*.py")))
    assert len(found) > 20
    assert found <= set(CODES)


def test_limits_stand_in_the_reason_where_the_method_has_none() -> None:
    row = logit_at_100_percent().iloc[0]
    assert np.isnan(row["low"])
    assert row["reason"].startswith("boundary: no logit limits at 0 or 100 %, korn-graubard 0.")
