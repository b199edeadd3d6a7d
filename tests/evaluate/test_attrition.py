"""Everyone of the first round has one fate; what happened between the rounds is counted unit by unit."""

from __future__ import annotations

import pandas as pd

from kgeval.evaluate import attrition, events
from kgeval.plan.evaluation import Evaluation
from kgeval.plan.evaluation.evidence import Evidence, Fieldwork
from tests.evaluate import small

FEW = Fieldwork(
    table="groups", planned=None, rounds=(), each_has_a_form=False, fates={}, fates_by_area=False, unknown={}
)
FRAME = small.groups(
    ("g1", "baseline", 1, 1, 1, 0, "p"), ("g1", "endline", 1, 1, 1, 1, "p"),
    ("g2", "baseline", 1, 1, 1, 1, "p"), ("g2", "endline", 1, 4, 1, 1, "q"),
    ("g3", "baseline", 2, 1, 1, 0, "p"), ("g3", "endline", 2, 5, 0, 0, "p"),
    ("g4", "baseline", 2, 1, 1, 0, "p"),
    ("g5", "baseline", 2, 4, 1, 0, "p"), ("g5", "endline", 2, 1, 1, 1, "p"),
    ("g6", "endline", 2, 1, 1, 1, "p"),
)  # fmt: skip


def row(found: pd.DataFrame, area: str, number: int | None = None) -> pd.Series:
    rows = found[found["area"] == area]
    return rows.iloc[0] if number is None else rows[rows["number"] == number].iloc[0]


def test_each_unit_met_first_is_met_again_or_has_one_fate() -> None:
    found = attrition(small.study(panel=small.panel()), {"groups": FRAME})
    whole = row(found, "all")
    assert (whole["baseline"], whole["found"], whole["new"]) == (4, 1, 2)  # g5 refused at first: not lost
    assert (whole["refused"], whole["closed"], whole["no_record"], whole["other"]) == (1, 1, 1, 0)
    assert whole["lost"] == 0.75
    fates = [column for column in found if column in ("refused", "absent", "closed", "other", "no_record")]
    assert (found["baseline"] == found["found"] + found[fates].sum(axis=1)).all()
    assert found.loc[found["area"] != "all", "baseline"].sum() == whole["baseline"]


def test_a_cluster_is_met_where_one_of_its_records_is() -> None:
    rows = [("c1", "baseline", 1, 4, 1, 0, "p"), ("c1", "baseline", 1, 1, 1, 0, "p"),
            ("c1", "endline", 1, 5, 0, 0, "p"), ("c1", "endline", 1, 1, 1, 0, "p")]  # fmt: skip
    whole = row(attrition(small.study(panel=small.panel()), {"groups": small.groups(*rows)}), "all")
    assert (whole["baseline"], whole["found"], whole["lost"]) == (1, 1, 0.0)


def test_events_are_counted_among_units_with_both_records() -> None:
    frame = FRAME.copy()
    frame.loc[(frame["id"] == "g3") & (frame["round"] == "endline"), "legal"] = None
    found = events(small.study(panel=small.panel()), {"groups": frame})
    registered, moved = row(found, "all", 0), row(found, "all", 1)
    assert (registered["both"], registered["count"], registered["unknown"]) == (4, 2, 1)  # g1, g5; g3 unknown
    assert (moved["both"], moved["count"]) == (4, 1)  # g2


def test_a_study_that_follows_nobody_has_no_rows() -> None:
    assert attrition(small.study(), {"groups": FRAME}).empty
    assert events(small.study(), {"groups": FRAME}).empty


def test_by_area_a_handful_has_numbers_and_no_fates() -> None:
    told = small.study(panel=small.panel())
    told.evaluation = Evaluation(evidence=Evidence(fieldwork=(FEW,)))
    found = attrition(told, {"groups": FRAME})
    fates = ["refused", "closed", "no_record"]
    assert row(found, "all")[fates].tolist() == [1, 1, 1]
    assert row(found, "1")[fates].isna().all()
    assert row(found, "1")["baseline"] == 2
