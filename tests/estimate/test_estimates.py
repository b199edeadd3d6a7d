"""The public call: breakdowns, larger areas, answers that are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval.errors import DataError, DesignError, ExpressionError
from kgeval.estimate.contrast import joint
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import Measure, mean, ratio, share, total
from kgeval.estimate.tidy import COLUMNS
from kgeval.plan.sample import SampleDesign
from tests.estimate.samples import DESIGN, sample


def test_a_single_breakdown_is_tidy_and_a_list_of_them_is_labelled() -> None:
    frame = sample(4)
    tidy = estimate(frame, DESIGN, share("s", "${yes} = 1"), by=["stratum", "group"])
    assert tuple(tidy.columns) == ("indicator", "kind", "stratum", "group", *COLUMNS)
    labelled = estimate(frame, DESIGN, share("s", "${yes} = 1"), by=[(), ("stratum", "group")])
    assert tuple(labelled.columns) == ("indicator", "kind", "by", "by_value", *COLUMNS)
    assert labelled["by"].tolist()[:2] == ["", "stratum*group"]
    assert labelled["by_value"].tolist()[1] == "0 * a"
    np.testing.assert_array_equal(labelled["value"].to_numpy()[1:], tidy["value"].to_numpy())


def test_a_level_in_which_nobody_answered_keeps_its_row() -> None:
    frame = sample(4).assign(yes=lambda rows: rows["yes"].where(rows["group"] != "b"))
    row = estimate(frame, DESIGN, share("s", "${yes} = 1"), by="group").set_index("group").loc["b"]
    assert np.isnan(row["value"])
    assert row["n"] == 0
    assert row["n_missing"] > 0
    assert row["reason"] == "no_answers: nobody in this domain has answered"
    assert (row["missing_low"], row["missing_high"]) == (0, 1)


def test_the_larger_area_lends_its_design_effect() -> None:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"area": np.repeat(["p", "q"], 200), "hamlet": np.repeat(np.arange(40), 10)})
    frame["yes"] = (rng.random(40)[frame["hamlet"]] < 0.5).astype(int)
    frame.loc[frame["area"] == "q", "yes"] = 1
    wanted, design = share("s", "${yes} = 1"), SampleDesign(cluster="hamlet")
    lent = estimate(frame, design, wanted, by=[(), ("area",)], larger={("area",): ()}).set_index("by_value")
    assumed = estimate(frame, design, wanted, by=[("area",)]).set_index("by_value")
    assert f"design effect {lent.loc['', 'deff']:.2f} of the larger area" in lent.loc["q", "reason"]
    assert "assumed with icc 0.05" in assumed.loc["q", "reason"]
    assert lent.loc["q", "low"] < assumed.loc["q", "low"]
    given = estimate(frame, design, wanted, by="area", design_effects={"s": 9.0}).set_index("area")
    assert given.loc["q", "low"] < lent.loc["q", "low"] or lent.loc["", "deff"] >= 9


def test_few_clusters_fall_back_and_say_so() -> None:
    """A pair-matched design: one cluster a stratum in the domain."""
    frame = sample(4, missing=0)
    arm = frame["cluster"].isin([0, 101])
    row = estimate(frame, DESIGN, mean("m", "${x}"), where=arm).iloc[0]
    assert row["df"] == 1
    assert row["reason"].startswith("df_fallback")
    one = estimate(frame, DESIGN, mean("m", "${x}"), where=frame["cluster"] == 0).iloc[0]
    assert not np.isnan(one["value"])
    assert np.isnan(one["se"])
    assert one["reason"].startswith("one_cluster")


@pytest.mark.parametrize(("df", "expected"), [("domain", 3), ("design", 6), (11, 11)])
def test_degrees_of_freedom_as_the_study_says(df: str | float, expected: float) -> None:
    frame = sample(4, missing=0)
    row = estimate(frame, DESIGN, mean("m", "${x}"), where=frame["stratum"] == 0, df=df).iloc[0]
    assert row["df"] == expected


def test_an_indicator_brings_its_own_weight() -> None:
    frame = sample(4, missing=0).assign(child=lambda rows: rows["w"] * (1 + rows.index % 3))
    both = estimate(frame, DESIGN, [mean("a", "${x}"), mean("b", "${x}", weight="child")]).set_index(
        "indicator"
    )
    assert both.loc["b", "value"] == pytest.approx(np.average(frame["x"], weights=frame["child"]))
    assert both.loc["a", "value"] == pytest.approx(np.average(frame["x"], weights=frame["w"]))


@pytest.mark.parametrize(
    ("wanted", "error", "words"),
    [
        (share("s", "${nobody} = 1"), ExpressionError, "nobody"),
        (share("s", "${yes} = = 1"), ExpressionError, "character 10"),
        (mean("m", pd.Series(["a"] * 60)), DataError, "texts or dates"),
        (mean("m", np.ones(3)), DesignError, "3 values for 60 records"),
        (share("s", np.arange(60.0)), DataError, "besides 0, 1"),
        (mean("m", np.full(60, np.inf)), DataError, "infinite"),
    ],
)
def test_bad_answers_are_refused(wanted: Measure, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        estimate(sample(4), DESIGN, wanted)


def test_a_denominator_of_zero_has_a_reason() -> None:
    row = estimate(sample(4), DESIGN, ratio("r", "${x}", "${z} - ${z}")).iloc[0]
    assert np.isnan(row["value"])
    assert row["reason"] == "zero_denominator: the denominator adds up to 0"


def test_nothing_to_estimate_and_names_given_twice_are_refused() -> None:
    with pytest.raises(DesignError, match="nothing to estimate"):
        estimate(sample(1), DESIGN, [])
    with pytest.raises(DesignError, match="two measures are called 's'"):
        estimate(sample(1), DESIGN, [share("s", "${yes} = 1"), mean("s", "${x}")])


def test_an_empty_frame_has_empty_domains() -> None:
    row = estimate(sample(1).iloc[:0], DESIGN, [share("s", "${yes} = 1"), total("t", "${z}")])
    assert row["value"].isna().all()
    assert row["reason"].str.startswith("empty_domain").all()


def test_ratios_of_estimates_by_the_delta_method() -> None:
    frame = sample(9, missing=0)
    pair = joint(frame, DESIGN, [total("x", "${x}"), total("z", "${z}")])
    direct = estimate(frame, DESIGN, ratio("r", "${x}", "${z}")).iloc[0]
    found = pair.ratio("x", "z")
    assert (found.value, found.se) == pytest.approx((direct["value"], direct["se"]))
    with pytest.raises(DesignError, match="no estimate is called 'y'"):
        pair.contrast({"y": 1})


def test_a_breakdown_is_not_named_as_a_column_of_the_result() -> None:
    frame = pd.DataFrame({"n": [1, 1, 2, 2], "y": [0, 1, 1, 0]})
    with pytest.raises(DesignError, match="'n' is also a column of the result"):
        estimate(frame, SampleDesign(), share("s", "${y} = 1"), by="n")


def test_the_result_is_an_ordinary_frame() -> None:
    frame = pd.DataFrame({"place": ["a", "b", "b"], "y": [0, 1, 0]})
    result = estimate(frame, SampleDesign(), share("s", "${y} = 1"), by="place")
    changed = result.copy()
    changed.loc[0, ["place", "value", "reason"]] = ["c", 1.0, "other"]
    changed["flag"] = "seen"
    assert changed["place"].tolist() == ["c", "b"]
    assert result["place"].tolist() == ["a", "b"]
    result["value"] = 0.0
    assert result["value"].tolist() == [0.0, 0.0]
    assert result["interval_method"].dtype == result["place"].dtype == "str"


@pytest.mark.parametrize("weight", [1e150, 1e-150])
def test_weights_and_answers_beyond_all_counting_are_refused(weight: float) -> None:
    frame = sample(7)
    with pytest.raises(DesignError, match="beyond all counting"):
        estimate(frame.assign(w=frame["w"] * weight), DESIGN, share("s", "${yes} = 1"))
    with pytest.raises(DataError, match="beyond ±1e"):
        estimate(frame.assign(x=1e150), DESIGN, mean("m", "${x}"))
    large = estimate(frame.assign(w=frame["w"] * 1e90), DESIGN, [mean("m", "${x}"), total("t", "${x}")])
    expected = estimate(frame, DESIGN, [mean("m", "${x}"), total("t", "${x}")])
    np.testing.assert_allclose(large["se"], expected["se"] * [1, 1e90], rtol=1e-9)


def test_where_nobody_is_asked_every_domain_says_so() -> None:
    rows = estimate(sample(8), DESIGN, share("s", "${yes} = 1"), by="group", where="${z} > 1000")
    assert rows["group"].tolist() == ["a", "b", "c"]
    assert rows["reason"].str.startswith("empty_domain").all()


def test_records_without_a_value_of_the_breakdown_are_spoken_of() -> None:
    frame = sample(9)
    asked = frame.assign(group=frame["group"].where(frame.index > 3))
    rows = estimate(asked, DESIGN, share("s", "${yes} = 1"), by="group")
    said = "breakdown_missing: records without group belong to none of these rows"
    assert rows["reason"].str.endswith(said).all()
    # filtered out, they are nobody's concern
    rows = estimate(asked, DESIGN, share("s", "${yes} = 1"), by="group", where="${group} != ''")
    assert not rows["reason"].str.contains("breakdown_missing").any()


def test_equal_answers_have_no_design_effect() -> None:
    rows = estimate(sample(10).assign(x=0.1 + 0.2), DESIGN, mean("m", "${x}"))
    assert rows["deff"].isna().all()
