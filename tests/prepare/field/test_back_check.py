"""Back-checks: what differs, within which range it does not, and the rates, worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kgeval.prepare.field.back_check import BackCheckRates, comparison, error_rates

FIRST = pd.DataFrame(
    {
        "sex": ["1", "2", "1", None],
        "age": pd.array([20, 30, 40, 50], dtype="Int64"),
        "pay": [100.0, 100, 100, 0],
        "met": ["1", "1", "1", "1"],
    },
    index=list("abcd"),
)
BACK = pd.DataFrame(
    {
        "sex": ["1", "1", None, "2"],
        "age": pd.array([21, 33, 40, 50], dtype="Int64"),
        "pay": [110.0, 111, 90, 0.5],
    },
    index=["A", "B", "C", "D"],
)
PAIRS = pd.Series(["a", "b", "c", "d"], index=BACK.index)
TYPES = {"sex": 1, "age": 2, "pay": 3, "met": 1}


def compared(**okrange: tuple[float, bool]) -> pd.DataFrame:
    return comparison(FIRST, BACK, PAIRS, TYPES, okrange)


def differing(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return [(row["rid"], row["column"]) for row in rows.loc[rows["differs"]].to_dict("records")]


def test_what_was_not_asked_again_is_not_compared() -> None:
    rows = compared()
    assert rows.groupby("column").size().to_dict() == {"sex": 3, "age": 4, "pay": 4}
    assert differing(rows) == [
        ("b", "sex"), ("d", "sex"), ("a", "age"), ("b", "age"),
        ("a", "pay"), ("b", "pay"), ("c", "pay"), ("d", "pay"),
    ]  # fmt: skip


def test_a_difference_within_okrange_is_none() -> None:
    rows = compared(age=(1, False), pay=(0.1, True))
    assert differing(rows) == [("b", "sex"), ("d", "sex"), ("b", "age"), ("b", "pay"), ("d", "pay")]


def test_rates_by_type_and_name_against_a_threshold_that_is_a_parameter() -> None:
    rows = compared(age=(1, False), pay=(0.1, True))
    who = rows["rid"].map({"a": "E1", "b": "E1", "c": "E2", "d": None})
    rates = error_rates(rows, {"enumerator": who})
    of_all = rates.loc[rates["by"] == "all"].set_index("type")
    assert of_all["compared"].to_dict() == {1: 3, 2: 4, 3: 4}
    assert of_all["different"].to_dict() == {1: 2, 2: 1, 3: 2}
    assert of_all["rate"].to_dict() == {1: pytest.approx(2 / 3), 2: 0.25, 3: 0.5}
    assert of_all["threshold"].isna().to_dict() == {1: False, 2: True, 3: True}
    assert of_all["look"].to_dict() == {1: True, 2: False, 3: False}
    of_one = rates.loc[rates["by"] == "enumerator"].set_index(["name", "type"])["rate"]
    assert of_one.to_dict() == {
        ("E1", 1): 0.5,
        ("E1", 2): 0.5,
        ("E2", 2): 0.0,
        ("E1", 3): 0.5,
        ("E2", 3): 0.0,
    }
    strict = error_rates(rows, {}, BackCheckRates(type1=0.7, type2=0.25))
    assert strict.set_index("type")["look"].to_dict() == {1: False, 2: True, 3: False}
