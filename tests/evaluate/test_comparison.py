"""The difference of two changes: the arithmetic, who belongs to which side, what has no answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import mean
from kgeval.evaluate import compare_changes, with_adjusted_p
from kgeval.plan.expression import parse
from kgeval.plan.sample import SampleDesign
from tests.evaluate import small
from tests.present import made_up


def reads(**changes: Any) -> Any:
    given = {"table": "groups", "succeeds": parse("${reads} = 1"), "target": None}
    return made_up.indicator("reads", **(given | changes))


def panel_data(seed: int = 4, units: int = 30) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    side = np.where(np.arange(units) % 2 == 0, "1", "4")
    parts = []
    for key, chance in (("baseline", 0.4), ("endline", 0.5)):
        lift = np.where((side == "1") & (key == "endline"), 0.3, 0.0)
        parts.append(
            pd.DataFrame(
                {
                    "id": [f"g{i}" for i in range(units)],
                    "round": key,
                    "area": np.where(np.arange(units) < units / 2, "1", "2"),
                    "side": side,
                    "reads": (draw.random(units) < chance + lift).astype(int).astype(str),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).astype("str")


def test_the_difference_of_changes_is_that_of_unit_changes_in_a_balanced_panel() -> None:
    frame = panel_data()
    study = small.study(reads(), design=SampleDesign(census=True), comparison=small.comparison())
    found = compare_changes(study, {"groups": frame}).iloc[0]
    wide = frame.assign(y=frame["reads"].astype(float)).pivot_table(
        index=["id", "side"], columns="round", values="y"
    )
    change = (wide["endline"] - wide["baseline"]).reset_index(name="gain")
    means = change.groupby("side")["gain"].mean()
    assert found["difference"] == pytest.approx(means["1"] - means["4"])
    assert found["inference"] == "process"
    # the same contrast as a difference of two domain means of the unit changes, one cluster a unit
    signed = np.where(change["side"] == "1", change["gain"] - means["1"], means["4"] - change["gain"])
    scores = signed / change.groupby("side")["gain"].transform("size").to_numpy()
    n = len(change)
    assert found["se"] == pytest.approx(np.sqrt(n / (n - 1) * (scores**2).sum()))
    assert found["df"] == n - 1


def test_a_side_is_kept_for_good_by_its_last_record() -> None:
    frame = panel_data()
    frame.loc[(frame["round"] == "baseline") & (frame["id"] == "g0"), "side"] = "4"  # supported since
    study = small.study(reads(), design=SampleDesign(census=True), comparison=small.comparison())
    found = compare_changes(study, {"groups": frame}).iloc[0]
    assert found["n_group"] == 30


def test_a_sample_keeps_its_own_design() -> None:
    frame = panel_data().assign(weight=1.5)
    frame["hamlet"] = frame["id"].str[1:].astype(int).mod(6).astype(str)
    design = SampleDesign(weight="weight", cluster="hamlet")
    study = small.study(reads(), design=design, comparison=small.comparison(unit=""))
    found = compare_changes(study, {"groups": frame}).iloc[0]
    assert found["inference"] == "design"
    assert found["df"] == 5
    levels = estimate(frame, design, mean("reads", frame["reads"].astype(float)), by=("round", "side"))
    at = levels.set_index(["round", "side"])["value"]
    assert found["group_to"] == pytest.approx(at["endline", "1"])
    assert found["reference_from"] == pytest.approx(at["baseline", "4"])


def test_no_comparison_no_answers_or_not_comparable_give_no_difference() -> None:
    frame = panel_data()
    assert compare_changes(small.study(reads()), {"groups": frame}).empty
    one_side = frame[frame["side"] == "1"]
    with_side = small.study(reads(), comparison=small.comparison())
    assert compare_changes(with_side, {"groups": one_side}).empty
    marked = small.study(reads(comparable="no"), comparison=small.comparison())
    row = compare_changes(marked, {"groups": frame}).iloc[0]
    assert np.isnan(row["difference"])
    assert row["reason"].startswith("not_comparable")
    unanswered = frame.assign(reads=frame["reads"].where(frame["side"] == "1"))
    row = compare_changes(with_side, {"groups": unanswered}).iloc[0]
    assert row["reason"].startswith("no_answers")


def test_only_what_both_rounds_ask_is_compared() -> None:
    late = reads(rounds=("endline",))
    count = replace(reads(), kind="count")
    study = small.study(late, count, comparison=small.comparison())
    assert compare_changes(study, {"groups": panel_data()}).empty


def test_holm_and_benjamini_hochberg_by_family() -> None:
    rows = pd.DataFrame({"p": [0.01, 0.02, 0.03, np.nan, 0.5], "family": list("aaaab")})
    found = with_adjusted_p(rows, ["family"])
    assert found["p_holm"].tolist()[:3] == pytest.approx([0.03, 0.04, 0.04])
    assert found["p_bh"].tolist()[:3] == pytest.approx([0.03, 0.03, 0.03])
    assert np.isnan(found["p_holm"][3])
    assert found["p_holm"][4] == 0.5
