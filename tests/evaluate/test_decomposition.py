"""Composition and within add up to the change, with the errors of the same sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.measure import share
from kgeval.evaluate import change
from kgeval.evaluate.decomposition import decomposition
from kgeval.plan.sample import SampleDesign

ROUNDS = ("baseline", "endline")


def mothers(seed: int = 7, size: int = 400) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    later = np.arange(size) % 2 == 1
    works = draw.random(size) < np.where(later, 0.7, 0.4)
    reads = draw.random(size) < np.where(works, 0.6, 0.3)
    return pd.DataFrame(
        {
            "round": np.where(later, "endline", "baseline"),
            "hamlet": draw.integers(0, 12, size),
            "job": np.where(works, "park", "other"),
            "reads": np.where(draw.random(size) < 0.05, np.nan, reads),
            "weight": draw.uniform(0.5, 2, size),
        }
    )


DESIGN = SampleDesign(weight="weight", cluster="hamlet")
READS = share("reads", "${reads} = 1")


def test_a_change_of_composition_alone_is_composition() -> None:
    frame = pd.DataFrame(
        {
            "round": ["baseline"] * 10 + ["endline"] * 10,
            "job": ["a"] * 8 + ["b"] * 2 + ["a"] * 4 + ["b"] * 6,
            "reads": [1] * 4 + [0] * 4 + [1, 1] + [1, 1, 0, 0] + [1] * 6,
        }
    )
    parts = decomposition(frame, SampleDesign(census=True), READS, "job", rounds=ROUNDS)
    assert parts["composition"] == pytest.approx(0.4 * (1.0 - 0.5))  # levels .5 and 1 in both rounds
    assert parts["within"] == pytest.approx(0.0)
    assert np.isnan(parts["within_se"])  # type: ignore[call-overload]


def test_both_parts_add_up_to_the_change_of_the_same_sample() -> None:
    frame = mothers()
    parts = decomposition(frame, DESIGN, READS, "job", rounds=ROUNDS)
    whole = change(frame, DESIGN, READS).iloc[0]
    assert parts["change"] == pytest.approx(whole["difference"], abs=1e-14)
    assert parts["composition"] > 0.02  # type: ignore[operator]


def test_with_one_class_the_whole_change_is_within_and_has_its_error() -> None:
    frame = mothers().assign(job="all")
    parts = decomposition(frame, DESIGN, READS, "job", rounds=ROUNDS)
    whole = change(frame, DESIGN, READS).iloc[0]
    assert parts["composition"] == pytest.approx(0.0, abs=1e-15)
    for ours, theirs in (("within", "difference"), ("within_se", "se"), ("within_low", "low"), ("df", "df")):
        assert parts[ours] == pytest.approx(whole[theirs], rel=1e-10)


def test_errors_agree_with_the_jackknife_of_clusters() -> None:
    frame = mothers()
    parts = decomposition(frame, DESIGN, READS, "job", rounds=ROUNDS)
    left_out = [
        decomposition(frame[frame["hamlet"] != hamlet], DESIGN, READS, "job", rounds=ROUNDS)["composition"]
        for hamlet in range(12)
    ]
    spread = np.array(left_out, dtype=float) - float(str(parts["composition"]))
    assert parts["composition_se"] == pytest.approx(np.sqrt(11 / 12 * (spread**2).sum()), rel=0.1)


def test_a_class_of_one_round_and_the_unknown_class_keep_the_sum() -> None:
    frame = mothers()
    frame.loc[(frame["round"] == "endline") & (frame.index < 60), "job"] = "new"
    frame.loc[frame.index % 17 == 0, "job"] = None
    parts = decomposition(frame, DESIGN, READS, "job", rounds=ROUNDS)
    assert parts["classes"] == 4
    assert parts["change"] == pytest.approx(change(frame, DESIGN, READS).iloc[0]["difference"], abs=1e-14)


def test_a_round_without_answers_has_no_parts() -> None:
    frame = mothers()
    frame.loc[frame["round"] == "baseline", "reads"] = np.nan
    parts = decomposition(frame, DESIGN, READS, "job", rounds=ROUNDS)
    assert str(parts["reason"]).startswith("no_answers")
