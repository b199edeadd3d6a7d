"""What readers are owed beside the numbers: fates, closures, windows, equity, unit costs, protection."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from kgeval.evaluate import (
    alerts,
    closures,
    equity_rows,
    fieldwork,
    referred_cases,
    reported_against_surveyed,
    safety_component,
    unit_costs,
    windows,
)
from kgeval.plan.evaluation.costs import UnitCost
from kgeval.plan.evaluation.protection import Danger
from kgeval.plan.evaluation.reference import Tally
from kgeval.plan.expression import parse
from kgeval.plan.study import Study
from tests.evaluate.results import estimates, study

AREAS = ["905", "899", "900"]
WORDS = {"vi": "x", "en": "x"}


def groups(rows: int = 6, **columns: object) -> pd.DataFrame:
    usual = {
        "rid": [f"f:{number}" for number in range(rows)],
        "round": "endline",
        "area": [AREAS[number % 3] for number in range(rows)],
        "group_id": [f"G{number}" for number in range(rows)],
        "NT03": "2020-09-01", "NT04": "1", "NT05": "1", "NT44": "0", "NT53": 10.0, "NT08": "1",
    }  # fmt: skip
    return pd.DataFrame(usual | columns)


def with_plan(**changed: object) -> Study:
    return replace(study(), evaluation=replace(study().evaluation, **changed))  # type: ignore[arg-type]


def test_units_are_planned_by_their_list_and_told_apart_by_their_fate() -> None:
    frame = pd.DataFrame({"round": "endline", "area": AREAS * 3})
    visited = groups(
        8, NT04=["1", "1", "1", "4", "5", "3", "1", "1"], NT05=["1", "1", "1", "0", "0", "0", "1", "1"]
    )
    rows = fieldwork(study(), {"frame": frame, "groups": visited})
    whole = rows[(rows["table"] == "groups") & (rows["area"] == "all")].iloc[0]
    assert whole[["planned", "records", "reached", "refused", "not_found", "other"]].tolist() == [
        9,
        8,
        5,
        1,
        2,
        0,
    ]
    assert whole["response"] == 5 / 9


def test_in_an_area_the_fates_of_a_handful_are_not_told() -> None:
    frame = pd.DataFrame({"round": "endline", "area": AREAS})
    rows = fieldwork(study(), {"frame": frame, "groups": groups(3, NT04="4", NT05="0")}, area="900")
    assert rows["reached"].tolist() == [0]
    assert rows[["refused", "not_found", "other"]].isna().all(axis=None)


def test_without_a_list_nothing_was_planned_and_nobody_responded() -> None:
    rows = fieldwork(study(), {"groups": groups(3, round="baseline")}, area="all")
    assert rows["round"].tolist() == ["baseline"]
    assert np.isnan(rows.loc[0, "planned"])
    assert np.isnan(rows.loc[0, "response"])


def test_whoever_is_not_asked_neither_refuses_nor_agrees() -> None:
    children = pd.DataFrame({"round": "endline", "area": AREAS})
    row = fieldwork(study(), {"children": children}, area="all").iloc[0]
    assert row["reached"] == 3
    assert row[["planned", "refused", "not_found", "other", "response"]].isna().all()


def test_reported_figures_stand_beside_surveyed_ones_where_both_are_there() -> None:
    rows = estimates(
        {"indicator": "T4a", "variant": "on_file", "value": 14.0},
        {"indicator": "T4a", "value": 13.0},
        {"indicator": "T4", "variant": "on_file", "value": 6.0},
    )
    pairs = reported_against_surveyed(study(), rows)
    assert len(pairs) == 1
    assert pairs.loc[0, ["reported", "surveyed", "difference", "adopted"]].tolist() == [14, 13, 1, "surveyed"]


def test_closure_counts_those_who_answered() -> None:
    rows = closures(study(), {"groups": groups(4, NT53=[10, 20, None, 60], NT05=["1", "1", "1", "1"])})
    assert rows.loc[0, ["asked", "answered", "days", "mean", "median"]].tolist() == [4, 3, 90, 30, 20]


def test_no_answer_no_closure() -> None:
    assert closures(study(), {}).empty
    assert closures(study(), {"groups": groups(2, NT53=None)}).empty


def test_windows_reach_back_from_the_fieldwork() -> None:
    rows = windows(study()).set_index("indicator")
    assert rows.loc["T3", ["starts", "ends", "falls_in"]].tolist() == [
        date(2019, 8, 1),
        date(2020, 11, 9),
        True,
    ]
    assert rows.loc["C3", "starts"] == date(2020, 5, 1)
    assert rows.loc["T4a", "starts"] == date(2020, 8, 1)


@pytest.mark.parametrize(
    ("since", "until", "falls_in"),
    [
        (date(2020, 2, 1), None, pd.NA),  # nobody knows whether it was over when the fieldwork began
        (date(2020, 2, 1), date(2020, 9, 1), True),
        (date(2020, 2, 1), date(2020, 5, 1), False),
        (date(2020, 12, 1), None, False),
        (date(2020, 9, 1), None, True),
        (None, None, pd.NA),
    ],
)
def test_a_window_falls_in_only_where_the_days_say_so(
    since: date | None, until: date | None, falls_in: object
) -> None:
    plan = replace(study().evaluation.disruptions[0], since=since, until=until)
    rows = windows(with_plan(disruptions=(plan,))).set_index("indicator")
    said = pd.array([rows.loc["T4a", "falls_in"], falls_in], dtype="boolean")
    assert said[0] is said[1] or said[0] == said[1]


def test_a_group_stands_beside_all_and_what_is_withheld_stays_withheld() -> None:
    khmer = {"indicator": "T3", "by": "BM04", "by_value": "2", "value": 0.8, "low": 0.7, "high": 0.9}
    rows = equity_rows(study(), estimates({"indicator": "T3", "value": 0.9}, khmer))
    assert rows[["value", "plain", "flag"]].to_numpy().tolist() == [[0.8, 0.9, "ok"]]
    rows = equity_rows(study(), estimates({"indicator": "T3", "value": 0.9}, khmer | {"flag": "suppress"}))
    assert rows["flag"].tolist() == ["suppress"]


def budget(*lines: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["line", "fund", "spent"]).assign(round="endline", area="905")


def test_a_unit_cost_is_told_by_source_and_together() -> None:
    cost = UnitCost(
        label=WORDS, unit=WORDS, paid_by="fund", caution=WORDS,
        spent=Tally(table="budget", where=parse("${line} = '2'"), sums=parse("${spent}")),
        units=Tally(table="staff", where=parse("${trained} = '1'"), sums=None),
    )  # fmt: skip
    tables = {
        "budget": budget(("2", "1", 600.0), ("2", "5", 400.0), ("3", "1", 9000.0)),
        "staff": pd.DataFrame({"round": "endline", "area": "905", "trained": ["1"] * 4 + ["0"] * 6}),
    }
    rows = unit_costs(with_plan(costs=(cost,)), tables)
    assert rows["source"].tolist() == ["", "1", "5"]
    assert rows["per_unit"].tolist() == [250.0, 150.0, 100.0]
    absent = unit_costs(with_plan(costs=(cost,)), {"staff": tables["staff"]})
    assert absent["reason"].tolist() == ["no_spending"]
    assert absent["per_unit"].isna().all()
    assert (
        unit_costs(with_plan(costs=(cost,)), {"budget": tables["budget"]})["reason"].tolist()
        == ["no_units"] * 3
    )


def test_a_child_in_danger_makes_an_alert_in_the_restricted_store_alone() -> None:
    made = alerts(study(), {"groups": groups(3, NT44=["0", "1", None])})
    assert list(made) == ["restricted/alerts"]
    assert made["restricted/alerts"][["table", "unit"]].to_numpy().tolist() == [["groups", "G1"]]
    assert "111" in made["restricted/alerts"].loc[0, "duty"]
    assert alerts(with_plan(protection=type(study().evaluation.protection)()), {}) == {}


@pytest.mark.parametrize(("cases", "told"), [(0, None), (4, None), (5, 5)])
def test_fewer_than_five_cases_are_not_told_from_none(cases: int, told: int | None) -> None:
    danger = Danger(
        table="groups",
        positive=parse("${NT44} = 1"),
        referred=parse("${NT44} = 1"),
        date="NT03",
        unit="group_id",
    )
    plan = with_plan(protection=replace(study().evaluation.protection, dangers=(danger,)))
    assert referred_cases(plan, {"groups": groups(8, NT44=["1"] * cases + ["0"] * (8 - cases))}) == told


@pytest.mark.parametrize(("failing", "shown"), [(0, False), (9, False), (10, True)])
def test_the_merged_component_hides_both_ends(failing: int, shown: bool) -> None:
    safe = groups(30, NT35="0", NT26="1", NT34="1", NT44=["1"] * failing + ["0"] * (30 - failing))
    row = safety_component(study(), {"groups": safe}).iloc[0]
    assert row.notna().all() == shown
    if shown:
        assert row.tolist() == [20, 30, 20 / 30]
