"""Data of our own against what R survey 4.1 printed for them; ``simulate.py`` and ``values.R`` made both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import Measure, mean, ratio, share, total
from kgeval.evaluate.change import change
from kgeval.plan.sample import SampleDesign
from tests.golden.simulate import SEED, hamlets, schools

HERE = Path(__file__).parent
HAMLETS = SampleDesign(weight="w", cluster="hamlet", stratum="stratum")
DESIGNS = {
    "hamlets": HAMLETS,
    "hamlets_fpc": SampleDesign(weight="w", cluster="hamlet", stratum="stratum", population="N"),
    "independent": SampleDesign(weight="w", cluster="hamlet", stratum="stratum", rounds="independent"),
    "schools": SampleDesign(weight="w", cluster=("school", "room"), population=("N1", "N2")),
} | {
    f"single_{rule}": SampleDesign(weight="w", cluster="hamlet", stratum="stratum", single_cluster=rule)
    for rule in ("remove", "certainty", "average")
}
VALUES = pd.read_csv(HERE / "values.csv", keep_default_na=False).to_dict("records")


def data(design: str) -> pd.DataFrame:
    frame = pd.read_csv(HERE / "data" / ("schools.csv" if design == "schools" else "hamlets.csv"))
    if design.startswith("single"):
        return frame[(frame["stratum"] != "town") | (frame["hamlet"] == 3)]
    return frame


def asked(row: dict[str, str]) -> Measure:
    if row["stat"] == "ratio":
        return ratio("x", *(f"${{{name}}}" for name in row["variable"].split("/")))
    if row["stat"] == "share":
        return share("x", f"${{{row['variable']}}} = 1")
    return {"mean": mean, "change": mean, "total": total}[row["stat"]]("x", f"${{{row['variable']}}}")


@pytest.mark.parametrize(
    "row", VALUES, ids=lambda row: "-".join(str(row[key]) for key in ("design", "stat", "domain", "method"))
)
def test_values_of_r(row: dict[str, str]) -> None:
    frame, design = data(row["design"]), DESIGNS[row["design"]]
    if row["stat"] == "change":
        found = change(frame, design, asked(row), start=1, end=2).iloc[0].rename({"difference": "value"})
    else:
        where = f"${{sex}} = '{row['domain']}'" if row["domain"] else None
        interval = row["method"] if row["method"] != "t" else "korn-graubard"
        found = estimate(frame, design, asked(row), where=where, interval=interval).iloc[0]
    expected = [float(row[name]) for name in ("est", "se", "low", "high", "df")]
    np.testing.assert_allclose(
        found[["value", "se", "low", "high", "df"]].to_numpy(float), expected, rtol=1e-8, atol=1e-12
    )


def test_the_data_are_what_the_script_makes() -> None:
    rng = np.random.default_rng(SEED)
    for name, made in (("hamlets", hamlets(rng)), ("schools", schools(rng))):
        pd.testing.assert_frame_equal(
            pd.read_csv(HERE / "data" / f"{name}.csv"), made, check_dtype=False, rtol=1e-12
        )
