"""Sampling units: what is refused, what is nested, several stages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kgeval.errors import DesignError
from kgeval.estimate.codes import ordered_codes
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import mean, share, total
from kgeval.estimate.units import sampling_units
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


def test_sampled_shares_say_what_counts_of_the_population_say() -> None:
    frame = two_stage().assign(f1=5 / 20, f2=4 / 12)
    counts = SampleDesign(weight="w", cluster=("school", "room"), population=("N1", "N2"))
    shares = replace(counts, population=("f1", "f2"))
    ours = [estimate(frame, design, total("t", "${y}"))["se"].iloc[0] for design in (counts, shares)]
    assert ours[1] == pytest.approx(ours[0], rel=1e-12)
    whole = estimate(frame.assign(f2=1.0), shares, total("t", "${y}"))["se"].iloc[0]  # all rooms were drawn
    assert whole < ours[0]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"N1": 0.25}, "'N1' holds a sampling fraction in row 1, column 'N2' a count"),
        ({"N1": 0.0}, "'N1' is no count of units in row 1"),
        ({"N2": "many"}, "'N2' is no count of units in row 1"),
    ],
)
def test_a_population_that_is_neither_count_nor_share_is_refused(columns: dict[str, Any], words: str) -> None:
    design = SampleDesign(weight="w", cluster=("school", "room"), population=("N1", "N2"))
    with pytest.raises(DesignError, match=words):
        sampling_units(two_stage().assign(**columns), design)


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


def nested_sample() -> pd.DataFrame:
    """Two stages, strata of a single unit at both, missing answers, a group that not all strata have."""
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(
        [(h, c, e) for h in range(4) for c in range(4) for e in range(5)], columns=["h", "c", "e"]
    )
    rows["s"] = (rows["e"] > 3).astype(int)  # of the second stage: one unit of five is alone
    rows = rows[~((rows["h"] == 3) & (rows["c"] > 0))].reset_index(drop=True)
    rows["y"], rows["z"] = rng.normal(50, 9, len(rows)), rng.poisson(4, len(rows)) + 1.0
    rows["g"] = np.where((rows["h"] < 2) | (rng.random(len(rows)) < 0.3), "a", "b")
    rows.loc[(rows["h"] == 1) & (rows["g"] == "a") & (rows.index % 2 == 0), "y"] = np.nan
    return rows.assign(n1=20, n2=8 + rows["s"] * 2, w=20 / 4 * 10 / 5)


def variance_by_recursion(design: pd.DataFrame, inside: pd.DataFrame, rule: str, stage: int = 0) -> float:
    """Add up the stages unit by unit, as the R package does since 4.2, from score totals ``u``.

    ``design`` holds every sampled record, ``inside`` those of the domain that have answered.
    """
    stratum, unit, population = (("h", "c", "n1"), ("s", "e", "n2"))[stage]
    sizes = design.groupby(stratum)[unit].nunique()
    totals = {name: rows.groupby(unit)["u"].sum() for name, rows in inside.groupby(stratum)}
    grand = inside["u"].sum() / sum(sizes[name] for name in totals)
    parts = []
    for name, found in totals.items():
        n, fraction = sizes[name], sizes[name] / inside.loc[inside[stratum] == name, population].iloc[0]
        mean = grand if n == 1 else found.sum() / n
        squares = ((found - mean) ** 2).sum() + (n - len(found)) * mean**2
        parts.append(np.nan if n == 1 and rule == "average" else (1 - fraction) * n / max(n - 1, 1) * squares)
    variance = np.nansum(parts) * (len(parts) / np.isfinite(parts).sum() if rule == "average" else 1)
    if stage == 1:
        return float(variance)
    for (name, cluster), rows in inside.groupby([stratum, unit]):
        own = design[(design[stratum] == name) & (design[unit] == cluster)]
        share = sizes[name] / rows[population].iloc[0]
        variance += share * variance_by_recursion(own, rows, rule, stage + 1)
    return float(variance)


@pytest.mark.parametrize("rule", ["adjust", "average"])
@pytest.mark.parametrize("group", ["a", "b", None])
def test_single_clusters_of_any_stage_and_domain(rule: str, group: str | None) -> None:
    frame = nested_sample()
    if rule == "average":  # each cluster needs a second-stage stratum with two units
        frame = frame[(frame["h"] < 3) | (frame["e"] < 4)].reset_index(drop=True)
    design = SampleDesign(
        weight="w", cluster=("c", "e"), stratum=("h", "s"), population=("n1", "n2"), single_cluster=rule
    )
    where = None if group is None else f"${{g}} = '{group}'"
    rows = estimate(frame, design, [mean("m", "${y}"), total("t", "${z}")], where=where)
    chosen = frame if group is None else frame[frame["g"] == group]
    answered = chosen[chosen["y"].notna()]
    average = answered["y"].mean()  # the weights are alike
    for row, inside, scores in (
        (0, answered, (answered["y"] - average) / len(answered)),
        (1, chosen, chosen["w"] * chosen["z"]),
    ):
        expected = variance_by_recursion(frame, inside.assign(u=scores), rule)
        assert rows["se"].iloc[row] == pytest.approx(np.sqrt(expected), rel=1e-9, nan_ok=True), row


def test_a_domain_of_single_clusters_has_nothing_to_average() -> None:
    frame = nested_sample()
    design = SampleDesign(cluster="c", stratum="h", single_cluster="average")
    frame["only"] = np.where((frame["h"] == 3) | ((frame["h"] == 2) & (frame["c"] == 0)), 1, 0)
    alone = frame.assign(h=np.where(frame["h"] == 2, 2 + frame["c"] / 10, frame["h"]))
    row = estimate(alone, design, mean("m", "${z}"), where="${only} = 1").iloc[0]
    assert np.isnan(row["se"])
    assert "nothing to average" in row["reason"]


def test_the_empty_text_is_missing_among_categories_too() -> None:
    said = ["a", "", "b", "a"]
    codes, levels = ordered_codes(pd.Series(pd.Categorical(said, ["a", "b", ""])))
    assert (codes.tolist(), levels) == ([0, -1, 1, 0], ["a", "b"])
    assert ordered_codes(pd.Series(said))[0].tolist() == codes.tolist()
