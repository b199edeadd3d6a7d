"""Sampling units: what is refused, what is nested, several stages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval.errors import DesignError
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import mean, share, total
from kgeval.estimate.units import ordered_codes, sampling_units
from kgeval.estimate.variance import covariance
from kgeval.plan.sample import SampleDesign
from tests.estimate.samples import DESIGN, sample


@pytest.mark.parametrize(
    ("weight", "words"), [(np.nan, "missing"), (0.0, "zero"), (-1.0, "negative"), (np.inf, "infinite")]
)
def test_a_weight_that_is_none_is_refused_with_its_row(weight: float, words: str) -> None:
    frame = sample(1)
    frame.loc[6, "w"] = weight
    with pytest.raises(DesignError, match=rf"{words}.*row 7"):
        estimate(frame, DESIGN, share("s", "${yes} = 1"))


@pytest.mark.parametrize("column", ["cluster", "stratum"])
def test_a_record_without_its_unit_is_refused(column: str) -> None:
    frame = sample(1).astype({column: "Int64"})
    frame.loc[3, column] = pd.NA
    with pytest.raises(DesignError, match=f"{column}.*row 4"):
        sampling_units(frame, DESIGN)


def test_an_absent_column_is_named() -> None:
    with pytest.raises(DesignError, match="'hamlet'"):
        sampling_units(sample(1), SampleDesign(cluster="hamlet"))


def test_a_single_cluster_is_named_with_its_remedies() -> None:
    frame = sample(1)
    frame = frame[(frame["stratum"] == 0) | (frame["cluster"] == 101)]
    with pytest.raises(DesignError, match=r"stratum = 1.*one cluster.*adjust"):
        sampling_units(frame, DESIGN)


def test_a_population_smaller_than_its_sample_is_refused() -> None:
    with pytest.raises(DesignError, match="population of 3"):
        sampling_units(
            sample(1).assign(N=3), SampleDesign(cluster="cluster", stratum="stratum", population="N")
        )


def test_the_same_id_in_two_strata_is_two_clusters_and_is_said() -> None:
    frame = sample(1).assign(cluster=lambda rows: rows["cluster"] % 100)
    nested = estimate(frame, DESIGN, mean("m", "${x}")).iloc[0]
    apart = estimate(sample(1), DESIGN, mean("m", "${x}")).iloc[0]
    assert nested["se"] == pytest.approx(apart["se"])
    assert nested["reason"].startswith("clusters_nested: 4 cluster ids are 8 clusters")


def test_numbers_written_as_text_are_in_the_order_of_numbers() -> None:
    codes, levels = ordered_codes(pd.Series(["10", "2", None, "1"]))
    assert levels == ["1", "2", "10"]
    assert codes.tolist() == [2, 1, -1, 0]


def two_stage(seed: int = 3) -> pd.DataFrame:
    """Five of 20 schools, four of 12 classes in each; every pupil of a class."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(5), 12)
    room = np.tile(np.repeat(np.arange(4), 3), 5)
    y = rng.normal(size=5)[school] + rng.normal(size=60)
    return pd.DataFrame({"school": school, "room": room, "N1": 20, "N2": 12, "w": 20 / 5 * 12 / 4, "y": y})


def test_two_stages_add_the_variance_within_clusters() -> None:
    """Särndal et al. (1992), result 4.3.1, written out for a total."""
    frame = two_stage()
    design = SampleDesign(weight="w", cluster=("school", "room"), population=("N1", "N2"))
    rooms = (frame["w"] * frame["y"]).groupby([frame["school"], frame["room"]]).sum()
    schools = rooms.groupby(level=0).sum()
    between = (1 - 5 / 20) * 5 * schools.var(ddof=1)
    within = sum(5 / 20 * (1 - 4 / 12) * 4 * rooms[school].var(ddof=1) for school in range(5))
    row = estimate(frame, design, total("t", "${y}")).iloc[0]
    assert row["se"] == pytest.approx(np.sqrt(between + within))
    assert row["df"] == 4


def test_a_stage_without_a_population_adds_nothing() -> None:
    frame = two_stage()
    both = SampleDesign(weight="w", cluster=("school", "room"), population="N1")
    first = SampleDesign(weight="w", cluster="school", population="N1")
    se = [estimate(frame, design, mean("m", "${y}"))["se"].iloc[0] for design in (both, first)]
    assert se[0] == pytest.approx(se[1])


def test_covariance_of_scores_is_what_estimates_use() -> None:
    frame = sample(2, missing=0)
    units = sampling_units(frame, DESIGN)
    weighted = frame["w"].to_numpy()[:, None] * frame[["x", "z"]].to_numpy()
    found = covariance(weighted, units)
    rows = estimate(frame, DESIGN, [total("x", "${x}"), total("z", "${z}")])
    np.testing.assert_allclose(np.sqrt(np.diag(found)), rows["se"])


@pytest.mark.parametrize("rule", ["adjust", "average", "remove", "certainty"])
def test_rules_for_single_clusters_are_said(rule: str) -> None:
    frame = sample(1)
    frame = frame[(frame["stratum"] == 0) | (frame["cluster"] == 101)]
    design = SampleDesign(weight="w", cluster="cluster", stratum="stratum", single_cluster=rule)
    row = estimate(frame, design, mean("m", "${x}")).iloc[0]
    assert f"rule '{rule}'" in row["reason"]
    assert row["se"] > 0
