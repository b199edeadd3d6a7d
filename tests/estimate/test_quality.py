"""Presentation standards: rule by rule, in their order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval.errors import DesignError
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import mean, share
from kgeval.estimate.quality import Seen, judge, standard
from kgeval.estimate.reason import blank
from kgeval.estimate.sampling_errors import with_sampling_errors
from kgeval.plan.sample import SampleDesign

# n, n*, p, low, high, df -> flag
NCHS = [
    (29, 29, 0.5, 0.45, 0.55, 20, "suppress"),
    (200, 29, 0.5, 0.45, 0.55, 20, "suppress"),
    (200, 90, 0.5, 0.35, 0.65, 20, "suppress"),
    (2000, 900, 0.01, 0.00, 0.05, 20, "ok"),
    (200, 90, 0.05, 0.02, 0.10, 20, "suppress"),
    (200, 90, 0.95, 0.90, 0.98, 20, "footnote"),
    (200, 90, 0.5, 0.45, 0.55, 7, "review"),
    (200, 90, 0.5, 0.45, 0.55, 8, "ok"),
    (200, 200, 1.0, 0.97, 1.0, 20, "review"),
]


@pytest.mark.parametrize("row", NCHS, ids=str)
def test_nchs(row: tuple[float, ...]) -> None:
    *numbers, flag = row
    cell = dict(zip(("n", "effective", "value", "low", "high", "df"), numbers, strict=True)) | {"se": 0.01}
    seen = Seen(kinds=["share"], **{name: np.array([[float(number)]]) for name, number in cell.items()})
    reason = blank((1, 1))
    assert judge(standard("nchs"), seen, reason)[0, 0] == flag
    assert (reason[0, 0] == "") == (flag == "ok")


def test_nchs_judges_shares_only() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0, 4.0, 8.0]})
    rows = estimate(frame, SampleDesign(), [mean("m", "${x}"), share("s", "${x} > 2")], profile="nchs")
    assert rows["flag"].tolist() == ["ok", "suppress"]


@pytest.mark.parametrize(
    ("records", "flag"), [(24, "suppress"), (25, "parentheses"), (49, "parentheses"), (50, "ok")]
)
def test_mics(records: int, flag: str) -> None:
    frame = pd.DataFrame({"x": np.arange(records)})
    row = estimate(frame, SampleDesign(), share("s", "${x} mod 2 = 0"), profile="mics").iloc[0]
    assert row["flag"] == flag


def test_the_standard_looks_at_its_own_interval_whatever_is_printed() -> None:
    frame = pd.DataFrame({"x": np.arange(100)})
    wanted = share("s", "${x} < 50")
    flags = [
        estimate(frame, SampleDesign(), wanted, profile="nchs", interval=interval, level=level)["flag"].iloc[
            0
        ]
        for interval, level in (("korn-graubard", 0.95), ("wald", 0.5), ("logit", 0.999))
    ]
    assert len(set(flags)) == 1


def test_the_letter_of_2017_assumes_no_design_effect() -> None:
    frame = pd.DataFrame({"hamlet": np.repeat(np.arange(10), 10), "yes": 1})
    design = SampleDesign(cluster="hamlet", icc=0.2)
    low = [
        estimate(frame, design, share("s", "${yes} = 1"), profile=profile)["low"].iloc[0]
        for profile in ("nchs", "nchs2017")
    ]
    assert low[0] < low[1]


def test_an_unknown_profile_is_refused_with_the_list() -> None:
    with pytest.raises(DesignError, match="nchs, nchs2017, mics, cv"):
        standard("dhs")


def test_conventional_limits_stay_empty_where_they_mislead() -> None:
    frame = pd.DataFrame({"hamlet": np.repeat(np.arange(20), 10), "few": np.tile([1, 0], 100), "all": 1})
    rows = estimate(
        frame,
        SampleDesign(cluster="hamlet"),
        [share("all", "${all} = 1"), share("few", "${few} = 1", "${hamlet} < 5")],
    )
    assert with_sampling_errors(rows)[["low_2se", "high_2se"]].isna().all(axis=None)
    element = with_sampling_errors(estimate(frame, SampleDesign(), share("few", "${few} = 1"))).iloc[0]
    assert element["low_2se"] == pytest.approx(0.5 - 2 * element["se"])
    assert element["cv"] == pytest.approx(element["se"] / 0.5)
