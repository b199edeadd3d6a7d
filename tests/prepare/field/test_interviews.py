"""Durations, hours and enumerators, against tables worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval.prepare.field.duration import Duration, durations
from kgeval.prepare.field.enumerator import Enumerator, enumerators
from kgeval.prepare.field.moments import moments
from kgeval.prepare.field.time_of_day import TimeOfDay, by_hour, odd_hours


def test_moments_keep_the_clock_of_the_place() -> None:
    said = pd.Series(
        [
            "2018-10-21T23:05:00.000+07:00",
            "2018-10-21 7:30",
            "2018-10-21T07:30:15Z",
            "21/10/2018 07:30",
            "05/09/2018 07:30",
            "31/02/2018 07:30",
            "21/10/2018",
            None,
            "x",
        ]
    )
    assert moments(said).astype("str").tolist()[:4] == [
        "2018-10-21 23:05:00", "2018-10-21 07:30:00", "2018-10-21 07:30:15", "2018-10-21 07:30:00",
    ]  # fmt: skip
    assert moments(said).isna().tolist() == [False] * 4 + [True] * 5


@pytest.mark.parametrize(("order", "day"), [("dmy", "2018-09-05"), ("mdy", "2018-05-09")])
def test_moments_are_read_in_the_declared_order(order, day) -> None:
    assert moments(pd.Series(["05/09/2018 07:30", "2018-10-21 7:30"]), order).astype("str").tolist() == [
        f"{day} 07:30:00", "2018-10-21 07:30:00",
    ]  # fmt: skip


def test_durations_far_from_the_others_and_those_that_cannot_be() -> None:
    # logs to base 2: 3 4 4 5 5 with quartiles 4 and 5: fences 2^2.5 = 5.657 and 2^6.5 = 90.51
    minutes = pd.Series([8.0, 16, 16, 32, 32, 2, 200, 0, -5, np.nan], index=list("abcdefghij"))
    groups = pd.DataFrame({"round": "end"}, index=minutes.index)
    five = durations(minutes.iloc[:5], groups, Duration(at_least=5))
    assert five.empty
    found = durations(minutes, groups, Duration(at_least=5)).set_index("rid")
    assert found["fault"].to_dict() == {"g": "long", "h": "reversed", "i": "reversed", "f": "short"}
    assert found.loc["g", "n"] == 7
    # with seven: sorted logs 1 3 4 4 5 5 7.64; quartiles 3.5 and 5; fences 2^1.25 and 2^7.25
    assert found.loc["g", "low"] == pytest.approx(2**1.25)
    assert found.loc["g", "high"] == pytest.approx(2**7.25)
    assert found.loc["g", "median"] == pytest.approx(16)
    few = durations(minutes, groups, Duration(at_least=8))
    assert set(few["fault"]) == {"reversed"}


def test_a_duration_like_all_others_is_on_no_side_of_the_fence() -> None:
    minutes = pd.Series([30.0] * 12)
    assert durations(minutes, pd.DataFrame({"round": "end"}, index=minutes.index)).empty


def test_odd_hours() -> None:
    started = moments(pd.Series([f"2020-09-01T{hour:02d}:59:00+07:00" for hour in (5, 6, 19, 20, 0)]))
    assert odd_hours(started)["started"].tolist() == [
        "2020-09-01 05:59", "2020-09-01 20:59", "2020-09-01 00:59",
    ]  # fmt: skip
    assert odd_hours(started, TimeOfDay(earliest=0, latest=24)).empty
    assert by_hour(started).to_dict() == {0: 1, 5: 1, 6: 1, 19: 1, 20: 1}


def submissions(**changes: list[object]) -> pd.DataFrame:
    columns = {
        "round": ["end"] * 5,
        "enumerator": ["A", "A", "A", "B", "B"],
        "consent": [True, True, False, True, True],
        "asked": [10, 10, 0, 10, 10],
        "missing": [5, 5, 0, 1, 0],
        "dont_know": [1, 0, 0, 0, 1],
        "refused": [0] * 5,
        "other": [0, 2, 0, 1, 1],
        "minutes": [10.0, 20, 3, 30, np.nan],
        "version": ["1", "2", "1", "2", None],
        "day": pd.to_datetime(["2020-09-01", "2020-09-01", "2020-09-04", "2020-09-02", "2020-09-03"]),
    }
    return pd.DataFrame(columns | changes).astype({"consent": "boolean"})


def test_enumerators_side_by_side() -> None:
    rows = enumerators(submissions(), Enumerator(at_least=2)).set_index("enumerator")
    a, b = rows.loc["A"], rows.loc["B"]
    assert (a["submissions"], a["consent"], a["missing"], a["dont_know"], a["other"]) == (
        3,
        2 / 3,
        0.5,
        0.05,
        0.1,
    )
    assert (a["shortest"], a["mean"], a["median"], a["longest"]) == (3, 11, 10, 20)
    assert (a["versions"], a["days"]) == ("1, 2", 2)
    assert (b["versions"], b["missing"], b["longest"]) == ("2", 0.05, 30)
    assert a["differs"] == "consent, missing"
    assert b["differs"] == ""
    assert list(rows["look"]) == [True, False]
    assert not enumerators(submissions(), Enumerator(at_least=4))["look"].any()
    assert not enumerators(submissions(), Enumerator(at_least=2, more=0.5))["look"].any()


def test_what_is_not_known_of_enumerators_stays_empty() -> None:
    unknown = submissions(consent=[pd.NA] * 5, minutes=[np.nan] * 5, version=[None] * 5)
    rows = enumerators(unknown, Enumerator(at_least=2)).set_index("enumerator")
    assert rows[["consent", "mean"]].isna().all().all()
    assert rows["versions"].tolist() == ["", ""]
    assert rows.loc["A", "differs"] == "missing"
