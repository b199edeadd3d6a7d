"""What would say too much about a few: the profiles, one by one, and what a subtraction would give away."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from kgeval.errors import DisclosureError
from kgeval.protect import disclose, disclose_changes, refuse_unflagged
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


def in_areas(profile: str, *given: dict[str, object]) -> dict[str, str]:
    """Return the flag of the plain row of each area, each asked in its own place."""
    everywhere = rows(*given)
    asked = {row["area"]: everywhere[everywhere["area"] == row["area"]] for row in given}
    return {
        str(area): ",".join(disclose(own, study(profile), everywhere=everywhere)["flag"])
        for area, own in asked.items()
    }


def test_a_value_withheld_in_one_area_takes_the_next_smallest_area_along() -> None:
    cells = [{"area": str(i), "n": n, "value": 0.5} for i, n in enumerate([60, 12, 41, 90])]
    told = {"0": "ok", "1": "suppress", "2": "suppress", "3": "ok"}
    assert in_areas("survey", *cells) == told
    # two that are withheld hide each other; of two areas none is left; public values stay
    assert in_areas("survey", *cells, {"area": "4", "n": 3, "value": 0.5})["2"] == "ok"
    assert set(in_areas("survey", *cells[:2]).values()) == {"suppress"}
    assert set(in_areas("administrative", *cells).values()) == {"ok"}


def test_nothing_withheld_can_be_reckoned_from_the_whole_and_the_other_areas() -> None:
    sizes, values = [60, 12, 41, 90], [0.5, 0.25, 0.4, 0.6]
    cells = [{"area": str(i), "n": n, "value": v} for i, (n, v) in enumerate(zip(sizes, values, strict=True))]
    shown = {area for area, flag in in_areas("survey", *cells).items() if flag == "ok"}
    total = sum(n * v for n, v in zip(sizes, values, strict=True))
    left = total - sum(sizes[int(area)] * values[int(area)] for area in shown)
    unknown = [int(area) for area in map(str, range(4)) if area not in shown]
    assert len(unknown) == 2
    assert all(abs(left / sizes[one] - values[one]) > 0.05 for one in unknown)


def test_an_area_and_a_breakdown_ask_for_each_other() -> None:
    cells = [
        {"area": area, "by": "job", "by_value": job, "n": n, "value": 0.5}
        for area, sizes in (("0", [4, 60]), ("1", [70, 80]), ("2", [90, 95]))
        for job, n in zip("ab", sizes, strict=True)
    ]
    # job a in area 0 is withheld; so is b beside it, and both in the next smallest area
    assert in_areas("sensitive", *cells) == {
        "0": "suppress,suppress", "1": "suppress,suppress", "2": "ok,ok",
    }  # fmt: skip


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
    assert flags("groups", by_area, few, few | {"by_value": "2", "n": 5}) == ["suppress", "suppress", "ok"]


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


def test_a_profile_that_was_tightened_after_the_run_refuses_the_publication() -> None:
    few = rows({"n": 12, "value": 0.5})
    refuse_unflagged(few, study("administrative"))
    refuse_unflagged(disclose(few, study("survey")), study("survey"))
    with pytest.raises(DisclosureError, match=r"denominator below 25\); make the run again"):
        refuse_unflagged(few, study("survey"))
