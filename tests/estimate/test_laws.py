"""Laws that every estimate obeys, whatever the sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import count, mean, ratio, share, total
from kgeval.estimate.tidy import COLUMNS
from kgeval.plan.sample import SampleDesign
from tests.estimate.samples import DESIGN, sample, seeds

MEASURES = [
    share("share", "${yes} = 1"),
    mean("mean", "${x}", "${z} > 1"),
    ratio("ratio", "${x}", "${z}"),
    total("total", "${z}"),
    count("count", "${yes} = 1"),
]
EVERY = [(), ("group",), ("stratum", "group")]
NUMBERS = [name for name in COLUMNS if name not in {"interval_method", "flag", "reason"}]
relaxed = settings(max_examples=25, deadline=None)


def assert_same(
    found: pd.DataFrame, expected: pd.DataFrame, *, tolerance: float = 1e-9, but: tuple[str, ...] = ()
) -> None:
    for name in NUMBERS:
        if name not in but:
            left, right = found[name].to_numpy(float), expected[name].to_numpy(float)
            np.testing.assert_allclose(left, right, rtol=tolerance, atol=1e-9, err_msg=name)


@relaxed
@given(seed=seeds)
def test_weights_times_ten_change_no_share(seed: int) -> None:
    frame = sample(seed)
    heavier = estimate(frame.assign(w=frame["w"] * 10), DESIGN, MEASURES[:3], by=EVERY)
    assert_same(heavier, estimate(frame, DESIGN, MEASURES[:3], by=EVERY), but=("weighted_n",))


@relaxed
@given(seed=seeds)
def test_the_order_of_the_records_changes_nothing(seed: int) -> None:
    frame = sample(seed)
    shuffled = frame.sample(frac=1, random_state=seed % 1000)
    assert_same(estimate(shuffled, DESIGN, MEASURES, by=EVERY), estimate(frame, DESIGN, MEASURES, by=EVERY))


@relaxed
@given(seed=seeds)
def test_domains_add_up_to_the_total(seed: int) -> None:
    frame = sample(seed)
    whole = estimate(frame, DESIGN, MEASURES[3:])
    parts = estimate(frame, DESIGN, MEASURES[3:], by="group").groupby("indicator", sort=False)["value"].sum()
    np.testing.assert_allclose(parts.to_numpy(), whole["value"].to_numpy(), rtol=1e-12)


@relaxed
@given(seed=seeds)
def test_one_stratum_of_elements_is_simple_random_sampling(seed: int) -> None:
    frame = sample(seed, missing=0)
    row = estimate(frame, SampleDesign(), mean("mean", frame["x"])).iloc[0]
    assert row["se"] == pytest.approx(frame["x"].std(ddof=1) / np.sqrt(len(frame)))
    assert row["df"] == len(frame) - 1
    assert row["deff"] == pytest.approx(1)


@relaxed
@given(seed=seeds, group=st.sampled_from("abc"))
def test_a_domain_is_a_subpopulation_not_a_subset(seed: int, group: str) -> None:
    """Clusters without a member of the domain count: the formula written out on all clusters."""
    frame = sample(seed, missing=0)
    inside = frame["group"] == group
    row = estimate(frame, DESIGN, mean("mean", "${x}"), where=f"${{group}} = '{group}'").iloc[0]
    weight = frame["w"] * inside
    value = (weight * frame["x"]).sum() / weight.sum()
    score = weight * (frame["x"] - value) / weight.sum()
    clusters = score.groupby([frame["stratum"], frame["cluster"]]).sum()
    variance = sum(len(z) / (len(z) - 1) * ((z - z.mean()) ** 2).sum() for _, z in clusters.groupby(level=0))
    assert row["value"] == pytest.approx(value)
    assert row["se"] == pytest.approx(np.sqrt(variance))


def test_empty_clusters_of_the_stratum_add_variance() -> None:
    frame = sample(5, missing=0)
    inside = frame["cluster"] % 100 < 2  # only two of the four clusters of each stratum
    domain = estimate(frame, DESIGN, total("total", "${z}", inside)).iloc[0]
    subset = estimate(frame[inside], DESIGN, total("total", "${z}")).iloc[0]
    assert domain["se"] > subset["se"]


@relaxed
@given(seed=seeds)
def test_doubled_records_of_half_the_weight_change_nothing(seed: int) -> None:
    frame = sample(seed)
    doubled = pd.concat([frame, frame], ignore_index=True).assign(w=lambda rows: rows["w"] / 2)
    found, expected = (estimate(rows, DESIGN, MEASURES[:4], by="group") for rows in (doubled, frame))
    for name in ("value", "se", "df", "clusters"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9, atol=1e-12)


@relaxed
@given(seed=seeds, missing=st.sampled_from([0.0, 0.3, 0.9, 1.0]))
def test_nothing_undefined_is_printed(seed: int, missing: float) -> None:
    """No infinite number, no zero-width interval, a reason wherever a number is absent; shares in [0, 1]."""
    frame = sample(seed, records=24, missing=missing)
    rows = estimate(frame, DESIGN, MEASURES, by=EVERY, profile="nchs")
    assert not np.isinf(rows[NUMBERS].to_numpy(float)).any()
    absent = rows["value"].isna() | rows["low"].isna()
    assert (rows.loc[absent, "reason"] != "").all()
    sampled = rows[rows["low"].notna()]
    assert (sampled["high"] > sampled["low"]).all()
    shares = sampled[sampled["kind"] == "share"]
    assert shares["low"].between(0, 1).all()
    assert shares["high"].between(0, 1).all()


@relaxed
@given(seed=seeds)
def test_certainty_in_every_stratum_leaves_no_sampling_error(seed: int) -> None:
    frame = sample(seed, missing=0).assign(N=4)
    design = SampleDesign(weight="w", cluster="cluster", stratum="stratum", population="N")
    row = estimate(frame, design, mean("mean", "${x}")).iloc[0]
    assert row["se"] == 0
    assert np.isnan(row["low"])
    assert row["reason"].startswith("no_variance")
