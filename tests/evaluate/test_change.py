"""Change between rounds: three ways in which samples belong together, persons, and a census."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from kgeval.errors import DesignError
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import mean, ratio, share, total
from kgeval.evaluate.change import change
from kgeval.evaluate.overlap import ClusterCodingWarning
from kgeval.plan.sample import SampleDesign

MEASURES = [share("s", "${yes} = 1"), mean("m", "${x}"), ratio("r", "${x}", "${z}")]


def two_rounds(seed: int = 1) -> pd.DataFrame:
    """Ten clusters in each of two strata, the same in both rounds, twelve persons in each."""
    rng = np.random.default_rng(seed)
    once = pd.DataFrame({"cluster": np.repeat(np.arange(20), 12), "person": [f"p{i}" for i in range(240)]})
    frame = pd.concat([once.assign(round="before"), once.assign(round="after")], ignore_index=True)
    frame["stratum"] = frame["cluster"] % 2
    effect = rng.normal(size=20)[frame["cluster"]]
    frame["x"] = effect + rng.normal(size=480) + 0.3 * (frame["round"] == "after")
    frame["yes"] = (frame["x"] > 0).astype(float).where(rng.random(480) > 0.05)
    frame["z"] = rng.gamma(3, size=480)
    frame["w"] = rng.gamma(4, size=480) + 0.1
    frame["sex"] = rng.choice(["f", "m"], 480)
    return frame


def design(rounds: str) -> SampleDesign:
    return SampleDesign(weight="w", cluster="cluster", stratum="stratum", rounds=rounds)


def changed(
    frame: pd.DataFrame, of: SampleDesign, measures: object = MEASURES, **options: object
) -> pd.DataFrame:
    return change(frame, of, measures, start="before", end="after", **options)


def test_revisited_clusters_are_one_stacked_sample() -> None:
    frame = two_rounds()
    rows = changed(frame, design("same_clusters"))
    levels = estimate(frame, design("same_clusters"), MEASURES, by="round").set_index(["indicator", "round"])
    for _, row in rows.iterrows():
        before, after = levels.loc[(row["indicator"], "before")], levels.loc[(row["indicator"], "after")]
        assert row["difference"] == pytest.approx(after["value"] - before["value"])
        covariance = row["correlation"] * before["se"] * after["se"]
        assert row["se"] ** 2 == pytest.approx(before["se"] ** 2 + after["se"] ** 2 - 2 * covariance)
        assert row["se_independent"] == pytest.approx(np.hypot(before["se"], after["se"]))
    assert (rows["df"] == 18).all()
    assert (rows["se"] < rows["se_independent"]).all()


def test_independent_samples_have_no_covariance() -> None:
    rows = changed(two_rounds(), design("independent"))
    np.testing.assert_allclose(rows["correlation"], 0, atol=1e-12)
    np.testing.assert_allclose(rows["se"], rows["se_independent"])
    assert (rows["df"] == 36).all()
    assert (rows["reason"] == "").all()


def test_partly_the_same_clusters_is_the_formula_written_out() -> None:
    frame = two_rounds()
    kept = frame[
        ~((frame["round"] == "before") & (frame["cluster"] < 4))
        & ~((frame["round"] == "after") & (frame["cluster"] > 15))
    ]
    row = changed(kept, design("partial"), mean("m", "${x}")).iloc[0]
    scores, variances = {}, {}
    for name, part in kept.groupby("round"):
        value = np.average(part["x"], weights=part["w"])
        score = (
            (part["w"] * (part["x"] - value) / part["w"].sum())
            .groupby([part["stratum"], part["cluster"]])
            .sum()
        )
        scores[name] = score
        variances[name] = sum(
            len(z) / (len(z) - 1) * ((z - z.mean()) ** 2).sum() for _, z in score.groupby(level=0)
        )
    both = pd.concat(scores, axis=1).dropna()
    covariance = sum(
        len(z) / (len(z) - 1) * ((z["before"] - z["before"].mean()) * (z["after"] - z["after"].mean())).sum()
        for _, z in both.groupby(level=0)
    )
    assert row["se"] ** 2 == pytest.approx(sum(variances.values()) - 2 * covariance)
    assert row["df"] == 18


def test_partly_is_the_same_where_all_clusters_are_common() -> None:
    frame = two_rounds()
    same, partial = (changed(frame, design(rounds), by="sex") for rounds in ("same_clusters", "partial"))
    for name in ("difference", "se", "df", "correlation"):
        np.testing.assert_allclose(partial[name], same[name])


def test_totals_of_partly_the_same_clusters_are_refused() -> None:
    with pytest.raises(DesignError, match="total 't'"):
        changed(two_rounds(), design("partial"), total("t", "${x}"))


def test_persons_met_again_are_paired() -> None:
    frame = two_rounds().drop(index=[0, 1, 300])
    row = changed(frame, design("same_clusters"), mean("m", "${x}"), person="person").iloc[0]
    rounds = {name: part.set_index("person")["x"] for name, part in frame.groupby("round")}
    wide = pd.DataFrame(rounds).dropna()
    weight = frame[frame["round"] == "after"].set_index("person")["w"][wide.index]
    assert row["difference"] == pytest.approx(np.average(wide["after"] - wide["before"], weights=weight))
    assert row["from_value"] == pytest.approx(np.average(wide["before"], weights=weight))
    assert row["reason"] == "paired: 237 of 238 persons of the first round were met again"
    assert row["se"] < row["se_independent"]


def test_a_person_twice_in_a_round_is_refused_without_naming_them() -> None:
    frame = two_rounds()
    frame.loc[1, "person"] = "p0"
    with pytest.raises(DesignError, match="1 records of round before") as failure:
        changed(frame, design("same_clusters"), mean("m", "${x}"), person="person")
    assert "p0" not in str(failure.value)


def test_a_census_counts_who_improved() -> None:
    before = pd.DataFrame(
        {"group": list("abcdefgh"), "managed": [0, 0, 0, 1, 1, 1, 1, None], "round": "before"}
    )
    after = pd.DataFrame({"group": list("abcdefhi"), "managed": [1, 1, 0, 1, 0, 1, 1, 1], "round": "after"})
    frame = pd.concat([before, after], ignore_index=True)
    row = changed(frame, SampleDesign(census=True), share("T", "${managed} = 1"), person="group").iloc[0]
    counts = row[["improved", "worsened", "same", "unknown", "entries", "exits"]].tolist()
    assert counts == [2, 1, 3, 1, 1, 1]
    assert (row["from_value"], row["to_value"]) == (4 / 7, 6 / 8)
    assert row[["se", "low", "high", "df"]].isna().all()
    unnamed = changed(frame, SampleDesign(census=True), share("T", "${managed} = 1")).iloc[0]
    assert "no_key" in unnamed["reason"]


@pytest.mark.parametrize("spelling", ["{:03d}", "H-{}", "{}.0", " {} "])
def test_ids_coded_differently_are_a_loud_warning(spelling: str) -> None:
    frame = two_rounds().assign(cluster=lambda rows: rows["cluster"].astype("str"))
    after = frame["round"] == "after"
    first = spelling.format(0).strip() if "H" not in spelling else "h {}"
    frame["cluster"] = [
        spelling.format(int(name)) if late else (first.format(name) if "H" in spelling else name)
        for name, late in zip(frame["cluster"], after, strict=True)
    ]
    with pytest.warns(ClusterCodingWarning, match="coded differently") as warned:
        row = changed(frame, design("same_clusters"), mean("m", "${x}")).iloc[0]
    assert warned[0].filename == __file__  # it points at the caller
    assert row["reason"].startswith("cluster_coding")


def test_ids_that_are_alike_give_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        row = changed(two_rounds(), design("same_clusters")).iloc[0]
    assert not np.isnan(row["correlation"])  # the clusters were recognised


def test_an_indicator_that_was_not_asked_in_a_round_has_a_reason() -> None:
    frame = two_rounds()
    frame.loc[frame["round"] == "before", "yes"] = np.nan
    row = changed(frame, design("same_clusters"), share("s", "${yes} = 1")).iloc[0]
    assert np.isnan(row["difference"])
    assert np.isnan(row["from_value"])
    assert not np.isnan(row["to_value"])
    assert row["reason"] == "no_answers: no answer in round before"


def test_rounds_that_are_not_there_are_refused() -> None:
    with pytest.raises(DesignError, match="neither 'first' nor 'last'"):
        change(two_rounds(), design("same_clusters"), MEASURES, start="first", end="last")
    with pytest.raises(DesignError, match="'wave'"):
        change(two_rounds(), design("same_clusters"), MEASURES, column="wave")
    with pytest.raises(DesignError, match="confidence level 95 is not between 0 and 1"):
        change(two_rounds(), design("same_clusters"), MEASURES, level=95)


def test_clusters_that_were_met_in_one_round_only_are_counted() -> None:
    frame = two_rounds()
    thinned = frame[~((frame["round"] == "after") & frame["cluster"].isin([3, 4]))]
    note = "clusters_left: of 20 clusters 2 have records only in before and 0 only in after"
    assert set(changed(thinned, design("same_clusters"))["reason"]) == {note}
    assert set(changed(frame, design("same_clusters"))["reason"]) == {""}
    assert set(changed(thinned, design("independent"))["reason"]) == {""}
    here = changed(thinned, design("same_clusters"), where="${cluster} < 10")  # an area's own clusters
    assert set(here["reason"]) == {note.replace("20", "10")}
    elsewhere = (thinned["cluster"] >= 10).to_numpy()
    assert set(changed(thinned, design("same_clusters"), where=elsewhere)["reason"]) == {""}
