"""Two rounds together: the same rule for several estimates as for the change of one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.contrast import joint
from kgeval.estimate.joint_rounds import joint_in_rounds
from kgeval.estimate.measure import mean
from kgeval.evaluate import change
from kgeval.plan.sample import Rounds, SampleDesign


def visits(seed: int = 3) -> pd.DataFrame:
    """Two rounds of 12 hamlets in two strata, of which 8 are in both; persons of a hamlet are alike."""
    draw = np.random.default_rng(seed)
    taste = {hamlet: draw.normal() for hamlet in range(16)}
    rows = [
        {"round": key, "hamlet": hamlet, "stratum": hamlet % 2, "w": draw.uniform(1, 3),
         "side": draw.integers(0, 2), "y": 3 * taste[hamlet] + draw.normal()}
        for key, first in (("baseline", 0), ("endline", 4))
        for hamlet in range(first, first + 12)
        for _ in range(6)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def sides(frame: pd.DataFrame, side: int | None = None) -> list:
    here = frame["side"] == side if side is not None else pd.Series(data=True, index=frame.index)
    return [mean(key, frame["y"], here & (frame["round"] == key)) for key in ("baseline", "endline")]


@pytest.mark.parametrize("rounds", ["same_clusters", "independent", "partial"])
@pytest.mark.parametrize("df", ["domain", "design", 7.0])
def test_a_contrast_of_two_rounds_is_the_change(rounds: Rounds, df) -> None:
    frame = visits()
    design = SampleDesign(weight="w", cluster="hamlet", stratum="stratum", rounds=rounds, df=df)
    found = joint_in_rounds(frame, design, sides(frame), "round")
    gap = found.contrast({"endline": 1, "baseline": -1})
    own = change(frame, design, mean("y", "${y}")).iloc[0]
    assert gap.value == pytest.approx(own["difference"], rel=1e-12)
    assert gap.se == pytest.approx(own["se"], rel=1e-10)
    assert gap.df == own["df"]
    assert gap.low == pytest.approx(own["low"], rel=1e-10)


def test_clusters_in_both_rounds_take_the_error_down_and_no_further_than_stacking() -> None:
    frame = visits()
    se = {}
    for rounds in ("same_clusters", "independent", "partial"):
        design = SampleDesign(weight="w", cluster="hamlet", stratum="stratum", rounds=rounds)
        se[rounds] = joint_in_rounds(frame, design, sides(frame), "round").contrast(
            {"endline": 1, "baseline": -1}
        ).se  # fmt: skip
    assert se["partial"] < se["independent"]


def test_the_difference_of_two_changes_holds_all_four_means_together() -> None:
    frame = visits()
    design = SampleDesign(weight="w", cluster="hamlet", stratum="stratum", rounds="partial")
    four = [
        mean(f"{side} {key}", frame["y"], (frame["side"] == side) & (frame["round"] == key))
        for side in (0, 1)
        for key in ("baseline", "endline")
    ]
    found = joint_in_rounds(frame, design, four, "round")
    np.testing.assert_allclose(found.covariance, found.covariance.T)
    # by hand: the two rounds' own covariance, and that of what their common hamlets add
    parts = [
        joint(frame[frame["round"] == key].reset_index(drop=True), design,
              [mean(f"{side} {key}", "${y}", f"${{side}} = {side}") for side in (0, 1)])
        for key in ("baseline", "endline")
    ]  # fmt: skip
    at = {name: place for place, name in enumerate(found.names)}
    for part in parts:
        for one, left in enumerate(part.names):
            for two, right in enumerate(part.names):
                assert found.covariance[at[left], at[right]] == pytest.approx(part.covariance[one, two])
    score = {}
    for side in (0, 1):
        for key in ("baseline", "endline"):
            here = (frame["side"] == side) & (frame["round"] == key)
            value = found.values[at[f"{side} {key}"]]  # noqa: PD011  a Joint, no frame
            z = (frame["w"] * (frame["y"] - value)).where(here, 0) / frame["w"][here].sum()
            score[side, key] = z.groupby(frame["hamlet"]).sum()
    common = pd.Index(range(4, 12))
    expected = 0.0
    for stratum in (0, 1):
        own = common[common % 2 == stratum]
        one, two = score[0, "baseline"][own], score[1, "endline"][own]
        expected += len(own) / (len(own) - 1) * ((one - one.mean()) * (two - two.mean())).sum()
    assert found.covariance[at["0 baseline"], at["1 endline"]] == pytest.approx(expected)
