"""Changes raised for those who were not met again; who is no longer of the population is not missed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from kgeval.evaluate import adjusted_changes, response_classes
from kgeval.plan.expression import parse
from kgeval.plan.sample import SampleDesign
from tests.evaluate import small
from tests.present import made_up


def visits(lost: dict[str, int], *, closed: int = 0, units: int = 40, flip: float = 0.5) -> pd.DataFrame:
    """Units of two areas: in area 1 everybody learns, in area 2 nobody; ``lost`` refuse at last."""
    rows = []
    for area in ("1", "2"):
        for number in range(units):
            name = f"{area}-{number}"
            rows.append((name, "baseline", area, 1, 1, int(number < units * flip), "p"))
            refuses = number < lost[area]
            shut = lost[area] <= number < lost[area] + closed
            legal = 1 if area == "1" else int(number < units * flip)
            rows.append((name, "endline", area, 4 if refuses else 1, 0 if shut else 1, legal, "p"))
            if refuses or shut:
                rows[-1] = (name, "endline", area, 4 if refuses else 5, int(not shut), None, "p")
    return small.groups(*rows)


def legal(**changes: Any) -> Any:
    given = {"table": "groups", "succeeds": parse("${legal} = 1"), "target": None}
    return made_up.indicator("legal", **(given | changes))


def study(design: SampleDesign | None = None, **changes: Any) -> Any:
    return small.study(legal(), design=design or SampleDesign(census=True), panel=small.panel(**changes))


def test_the_adjusted_change_is_that_of_the_classes_at_their_first_size() -> None:
    # all of area 1 gain where they were not legal; half of area 1 refuse, nobody in area 2
    frame = visits({"1": 20, "2": 0})
    classes = response_classes(study(), {"groups": frame}).set_index("response_class")
    assert classes.loc["1", ["baseline", "found", "rate", "factor"]].tolist() == [40, 20, 0.5, 2.0]
    assert classes.loc["2", "factor"] == 1
    row = adjusted_changes(study(), {"groups": frame}).iloc[0]
    wide = frame[~frame["legal"].isna()].assign(y=lambda rows: rows["legal"].astype(float))
    wide = wide.pivot_table(index=["id", "area"], columns="round", values="y").dropna()
    gain = (wide["endline"] - wide["baseline"]).groupby("area").mean()
    assert row["unadjusted"] == pytest.approx((20 * gain["1"] + 40 * gain["2"]) / 60)
    assert row["adjusted"] == pytest.approx((gain["1"] + gain["2"]) / 2)
    assert row["shift"] == pytest.approx(row["adjusted"] - row["unadjusted"])
    assert (row["eligible"], row["n"], row["inference"]) == (80, 60, "process")
    assert row["low"] < row["adjusted"] < row["high"]


def test_who_has_closed_is_an_outcome_and_not_lost() -> None:
    frame = visits({"1": 10, "2": 0}, closed=5)
    classes = response_classes(study(), {"groups": frame}).set_index("response_class")
    assert classes["baseline"].to_dict() == {"1": 35, "2": 35}
    assert classes["found"].to_dict() == {"1": 25, "2": 35}


def test_where_nobody_was_lost_there_is_nothing_to_adjust() -> None:
    frame = visits({"1": 0, "2": 0})
    assert response_classes(study(), {"groups": frame}).empty
    assert adjusted_changes(study(), {"groups": frame}).empty
    assert adjusted_changes(small.study(legal()), {"groups": frame}).empty


def test_small_classes_are_put_together() -> None:
    frame = visits({"1": 20, "2": 0})
    frame.loc[frame["id"].isin(["1-38", "1-39", "2-38"]), "area"] = "3"
    classes = response_classes(study(), {"groups": frame})
    assert set(classes["response_class"]) == {"", "2"}  # the three of area 3 join the smaller of the others
    assert classes["baseline"].sum() == 80


def test_lost_clusters_raise_the_answers_of_those_that_stayed() -> None:
    draw = np.random.default_rng(5)
    rows = []
    for hamlet in range(40):
        area = "1" if hamlet < 20 else "2"
        for key in ("baseline", "endline"):
            met = 4 if key == "endline" and hamlet < 10 else 1
            for _ in range(3):
                answer = int(draw.random() < (0.8 if area == "1" else 0.3))
                rows.append((f"h{hamlet}", key, area, met, 1, answer if met == 1 else None, "p"))
    frame = small.groups(*rows)
    design = SampleDesign(cluster="id")
    row = adjusted_changes(study(design), {"groups": frame}).iloc[0]
    y = frame.assign(y=pd.to_numeric(frame["legal"]))
    level = y.groupby(["round", "area"])["y"].mean()
    assert row["adjusted"] == pytest.approx(
        level["endline"].mean() - y.loc[y["round"] == "baseline", "y"].mean()
    )
    assert row["shift"] > 0
    assert row["inference"] == "design"
    assert row["df"] == 29


def test_where_nobody_was_met_again_there_is_nothing_to_raise() -> None:
    frame = visits({"1": 40, "2": 40})
    assert response_classes(study(), {"groups": frame}).empty
    assert adjusted_changes(study(), {"groups": frame}).empty


def test_an_indicator_keeps_its_own_weight() -> None:
    frame = visits({"1": 20, "2": 0})
    frame = frame.assign(w=1.0, child=np.where(frame["area"] == "1", 2.0, 1.0))
    design = SampleDesign(weight="w")
    own = small.study(legal(weight="child"), design=design, panel=small.panel())
    row = adjusted_changes(own, {"groups": frame}).iloc[0]
    usual = small.study(legal(), design=design, panel=small.panel())
    plain = adjusted_changes(usual, {"groups": frame}).iloc[0]
    wide = frame[~frame["legal"].isna()].assign(y=lambda rows: rows["legal"].astype(float))
    wide = wide.pivot_table(index=["id", "area"], columns="round", values="y").dropna()
    gains = (wide["endline"] - wide["baseline"]).groupby("area").mean()
    assert row["adjusted"] == pytest.approx((2 * gains["1"] + gains["2"]) / 3)
    assert plain["adjusted"] == pytest.approx((gains["1"] + gains["2"]) / 2)
