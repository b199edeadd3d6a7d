"""What would say too much about a few: the profiles, one by one, and what a subtraction would give away."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from kgeval.protect import disclose, disclose_changes
from kgeval.protect.disclose import profiles
from tests.present.made_up import estimate_row, made_up_study

NAN = float("nan")


def rows(*given: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame([estimate_row(flag="ok", reason="") | row for row in given])


def study(profile: str):
    made = made_up_study()
    made.indicators = tuple(replace(one, disclosure=profile) for one in made.indicators)
    return made


def flags(profile: str, *given: dict[str, object]) -> list[str]:
    return disclose(rows(*given), study(profile))["flag"].tolist()


def test_the_profiles_are_those_an_indicator_may_name() -> None:
    assert set(profiles()) == {"survey", "sensitive", "register", "groups", "administrative"}


@pytest.mark.parametrize(("n", "flag"), [(24, "suppress"), (25, "ok")])
def test_a_survey_needs_25_answers_and_asks_nothing_of_the_numerator(n: int, flag: str) -> None:
    assert flags("survey", {"n": n, "value": 0.0}) == [flag]


@pytest.mark.parametrize(
    ("n", "value", "flag"),
    [
        (9, 0.5, "suppress"),
        (40, 9 / 40, "suppress"),
        (40, 31 / 40, "suppress"),
        (40, 0.25, "ok"),
        (40, 0.75, "ok"),
    ],
)
def test_what_is_sensitive_needs_ten_on_each_side(n: int, value: float, flag: str) -> None:
    assert flags("sensitive", {"n": n, "value": value}) == [flag]


def test_a_sensitive_mean_has_no_numerator() -> None:
    assert flags("sensitive", {"indicator": "M", "kind": "mean", "n": 12, "value": 3.0}) == ["ok"]


def test_one_withheld_value_takes_the_smallest_beside_it_along() -> None:
    cells = [{"by": "job", "by_value": str(i), "n": n, "value": 0.5} for i, n in enumerate([4, 60, 30, 40])]
    assert flags("sensitive", *cells) == ["suppress", "ok", "suppress", "ok"]
    assert flags("survey", *cells) == ["suppress", "ok", "ok", "ok"]
    two = [{**cells[0]}, {**cells[1], "n": 5}, *cells[2:]]
    assert flags("sensitive", *two) == ["suppress", "suppress", "ok", "ok"]


def test_a_full_count_of_staff_is_shown_by_area_and_not_by_small_groups() -> None:
    cells = [{"by": "job", "by_value": str(i), "n": n, "value": 0.5} for i, n in enumerate([4, 60, 13])]
    assert flags("register", {"n": 24}, *cells) == ["ok", "suppress", "ok", "suppress"]


def test_attributes_of_groups_stay_with_the_whole() -> None:
    assert flags("groups", {"area": "0", "n": 15}, {"area": "all", "n": 15}) == ["suppress", "ok"]
    by_area = {"area": "all", "by": "district", "by_value": "0", "n": 15}
    few = {"area": "all", "by": "job", "by_value": "1", "n": 4}
    assert flags("groups", by_area, few, few | {"n": 5}) == ["suppress", "suppress", "ok"]


def test_what_is_public_by_nature_is_shown() -> None:
    assert flags("administrative", {"area": "0", "n": 1, "value": 1.0}) == ["ok"]


def test_a_row_without_a_value_and_its_reason_stay() -> None:
    frame = rows({"n": 0, "value": NAN, "flag": "ok", "reason": "empty_domain: nobody"})
    pd.testing.assert_frame_equal(disclose(frame, study("survey")), frame, check_dtype=False)


def test_the_rule_stands_before_other_reasons_and_the_number_stays_in_the_store() -> None:
    (row,) = disclose(rows({"n": 3, "reason": "nchs: n below 30"}), study("survey")).to_dict("records")
    assert row["reason"] == "disclosure: survey, denominator below 25; nchs: n below 30"
    assert row["value"] == 0.881


def test_a_change_is_withheld_with_either_of_its_rounds() -> None:
    keys = {"indicator": "R", "variant": "main", "area": "0", "by": "", "by_value": ""}
    changes = pd.DataFrame(
        [keys | {"from_round": "baseline", "to_round": "endline"},
         keys | {"area": "1", "from_round": "baseline", "to_round": "endline"}]
    )  # fmt: skip
    levels = rows({"round": "baseline", "flag": "suppress"}, {"round": "endline"}, {"area": "1"})
    assert disclose_changes(changes, levels)["flag"].tolist() == ["suppress", ""]
