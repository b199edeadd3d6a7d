"""What corrections of cells do to an indicator: named where it moved, silent where nothing may be said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kgeval.evaluate import correction_effects, estimate_indicators
from kgeval.evaluate.correction_effect import EFFECTS
from kgeval.plan.study import Study, read_study

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(ROOT / "surveys" / "wash_benefits")


def households(study: Study) -> pd.DataFrame:
    random = np.random.default_rng(8)
    n, table = 600, study.tables["households"]
    names = {question.name: question.type for question in table.form.questions}
    frame = pd.DataFrame(
        {name: pd.Series(random.integers(0, 2, n).astype(str), dtype="str") for name in names}
    )
    clusters = pd.Series(random.integers(0, 60, n), dtype="Int64")
    return frame.assign(
        clusterid=clusters.astype("str"), block=(clusters // 10).astype("str"),
        round=np.where(np.arange(n) % 2, "endline", "baseline"), area=study.areas[0].code,
    )  # fmt: skip


def test_only_what_moved_is_named_with_both_values(study: Study) -> None:
    before = households(study)
    column = "hwsws"
    after = before.assign(
        **{column: before[column].mask((before.index % 7 == 0) & (before["round"] == "endline"), "0")}
    )
    estimates = estimate_indicators(study, {"households": after}, None)
    effects = correction_effects(study, {"households": before}, estimates, None)
    assert list(effects.columns) == list(EFFECTS)
    assert set(zip(effects["indicator"], effects["round"], strict=True)) == {(column, "endline")}
    row = effects.iloc[0]
    share = before.loc[before["round"] == "endline", column].eq("1").mean()
    assert row["before"] == pytest.approx(share)
    assert row["after"] < row["before"]


def test_nothing_is_said_where_nothing_was_corrected_or_the_value_is_withheld(study: Study) -> None:
    before = households(study)
    estimates = estimate_indicators(study, {"households": before}, None)
    assert correction_effects(study, {"households": before}, estimates, None).empty
    moved = {"households": before.assign(hwsws="1")}
    hidden = estimates.assign(flag="suppress")
    assert correction_effects(study, moved, hidden, None).empty


def test_a_weight_that_was_no_use_before_it_was_corrected_stops_nothing(study: Study) -> None:
    """A person gave three records their weights; as delivered, nothing could be estimated with them."""
    table = study.tables["households"]
    weighted = replace(study, tables={"households": replace(table, design=replace(table.design, weight="w"))})
    after = households(study).assign(w=1.0)
    estimates = estimate_indicators(weighted, {"households": after}, None)
    first = after.index[after["round"] == "endline"][:3]
    before = {"households": after.assign(w=after["w"].mask(after.index.isin(first)))}
    before["households"].loc[first[1:], "w"] = [-1.0, 0.0]
    effects = correction_effects(weighted, before, estimates, None)
    assert len(effects)
    assert (effects["round"] == "endline").all()
    assert (effects["n_after"] - effects["n_before"]).eq(3).all()
    rest = after.drop(first).loc[lambda frame: frame["round"] == "endline", "hwsws"].eq("1").mean()
    assert effects.set_index("indicator").loc["hwsws", "before"] == pytest.approx(rest)


def test_a_cluster_left_alone_by_records_that_cannot_be_placed_stops_nothing(study: Study) -> None:
    """All clusters of one block but one were corrected from an empty name."""
    after = households(study)
    estimates = estimate_indicators(study, {"households": after}, None)
    block = after["block"] == "0"
    lonely = after.loc[block, "clusterid"].iloc[0]
    before = after.assign(clusterid=after["clusterid"].mask(block & (after["clusterid"] != lonely), ""))
    effects = correction_effects(study, {"households": before}, estimates, None)
    left = before[(before["clusterid"] != "") & (before["round"] == "endline")]
    row = effects[(effects["indicator"] == "hwsws") & (effects["round"] == "endline")].iloc[0]
    assert row["before"] == pytest.approx(left["hwsws"].eq("1").mean())
