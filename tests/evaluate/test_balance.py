"""Were sides alike at first: the arithmetic of the table, its tests, and what is left out."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.regression import regress
from kgeval.evaluate import balances
from kgeval.evaluate.balance import balance
from kgeval.plan.sample import SampleDesign
from tests.evaluate import small

CHOICES = tuple(SimpleNamespace(name=code, label=small.WORDS) for code in ("a", "b", "c"))
TWO = tuple(SimpleNamespace(name=code, label=small.WORDS) for code in ("1", "2"))
FORM = SimpleNamespace(
    questions=(
        SimpleNamespace(name="age", choices=(), label=small.WORDS),
        SimpleNamespace(name="kind", choices=CHOICES, label=small.WORDS),
        SimpleNamespace(name="sex", choices=TWO, label=small.WORDS),
    )
)
DESIGN = SampleDesign(weight="w", cluster="hamlet")


def records(seed: int = 3, size: int = 200) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    hamlet = draw.integers(0, 20, size)
    return pd.DataFrame(
        {
            "hamlet": hamlet,
            "w": draw.uniform(1, 2, size),
            "side": hamlet % 2,
            "age": draw.normal(30, 5, size),
            "kind": draw.choice(["a", "b", "c"], size),
            "sex": draw.choice(["1", "2"], size),
        }
    )


def test_each_line_is_the_regression_on_the_side() -> None:
    frame = records()
    found = balance(frame, DESIGN, frame["side"].astype("Float64"), FORM, ["age", "kind", "sex"])
    assert list(zip(found.rows["column"], found.rows["level"], strict=True)) == [
        ("age", ""), ("kind", "a"), ("kind", "b"), ("kind", "c"), ("sex", "2"),
    ]  # fmt: skip
    own = regress(frame, DESIGN, "age", ["side"]).iloc[1]
    row = found.rows.iloc[0]
    assert row["difference"] == pytest.approx(own["estimate"])
    assert row["se"] == pytest.approx(own["se"])
    groups = [frame[frame["side"] == side] for side in (0, 1)]
    spread = [_variance(group["age"].to_numpy(), group["w"].to_numpy()) for group in groups]
    assert row["normalised"] == pytest.approx(row["difference"] / np.sqrt(np.mean(spread)))
    assert found.rows.loc[found.rows["column"] == "kind", "mean_group"].sum() == pytest.approx(1)


def _variance(values: np.ndarray, weights: np.ndarray) -> float:
    gaps = values - np.average(values, weights=weights)
    return len(values) / (len(values) - 1) * float(np.average(gaps**2, weights=weights))


def test_all_lines_together_are_one_test_of_their_rank() -> None:
    frame = records()
    side = frame["side"].astype("Float64")
    one = balance(frame, DESIGN, side, FORM, ["age"])
    t = one.rows.iloc[0]["difference"] / one.rows.iloc[0]["se"]
    assert one.test.statistic == pytest.approx(t**2)
    assert (one.test.df, one.test.df_error) == (1, 19)
    assert one.test.p == pytest.approx(one.rows.iloc[0]["p"])
    whole = balance(frame, DESIGN, side, FORM, ["age", "kind", "sex"])
    assert whole.test.df == 4  # of the three kinds two can differ
    assert 0 < whole.test.p < 1


def test_a_full_count_has_differences_and_no_test() -> None:
    frame = records().drop(columns="w")
    found = balance(frame, SampleDesign(census=True), frame["side"].astype("Float64"), FORM, ["age"])
    assert found.rows["se"].isna().all()
    assert found.rows["normalised"].notna().all()
    assert np.isnan(found.test.p)


def groups(lost: int, size: int = 40) -> pd.DataFrame:
    rows = []
    for number in range(size):
        name = f"g{number}"
        side = "1" if number % 2 else "4"
        rows.append((name, "baseline", "1", 1, 1, number % 3 == 0, side))
        rows.append((name, "endline", "1", 4 if number < lost else 1, 1, 1, side))
    frame = small.groups(*((*row[:5], int(row[5]), row[6]) for row in rows))
    return frame.assign(side=frame["place"])


def study() -> object:
    found = small.study(design=SampleDesign(census=True), panel=small.panel(), comparison=small.comparison())
    question = SimpleNamespace(name="legal", choices=(), label=small.WORDS)
    found.tables["groups"].form = SimpleNamespace(questions=(question,))
    return found


def test_sides_and_those_met_again_are_compared_at_first() -> None:
    found = balances(study(), {"groups": groups(lost=12)})
    assert found[["what", "group"]].drop_duplicates().to_numpy().tolist() == [
        ["sides", "group"],
        ["stayers", "stayers"],
    ]
    stayers = found[found["what"] == "stayers"].iloc[0]
    assert (stayers["n_reference"], stayers["n_group"]) == (28, 12)


def test_a_line_that_tells_of_a_few_is_left_out() -> None:
    assert set(balances(study(), {"groups": groups(lost=9)})["what"]) == {"sides"}
    assert balances(small.study(), {"groups": groups(lost=9)}).empty
