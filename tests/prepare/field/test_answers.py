"""Missing answers, refusals, outliers, straight lines and heaping, against tables worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval.prepare.field.heaping import Heaping, digits, heaps
from kgeval.prepare.field.missing import Missing, missing
from kgeval.prepare.field.outlier import Outlier, outliers, unjudged
from kgeval.prepare.field.refusals import Refusals, refusals
from kgeval.prepare.field.rules import rules
from kgeval.prepare.field.straight_line import StraightLine, straight_lines


def test_missing_counts_only_those_who_were_asked() -> None:
    answers = pd.DataFrame(
        {"a": [1, None, 3, None], "b": [None] * 4, "c": ["x", "x", "y", None], "d": [None] * 4}
    )
    asked = pd.DataFrame({"a": [1, 1, 1, 0], "b": [1, 1, 0, 0], "c": [1, 1, 1, 1], "d": [0] * 4}).astype(bool)
    rows = missing(answers, asked, required={"a"}, withheld={"c"}).set_index("column")
    assert rows["asked"].to_dict() == {"a": 3, "b": 2, "c": 4, "d": 0}
    assert rows["missing"].to_dict() == {"a": 1, "b": 2, "c": 1, "d": 0}
    assert rows["share"].tolist()[:3] == [1 / 3, 1.0, 0.25]
    assert np.isnan(rows.loc["d", "share"])
    assert rows["priority"].to_dict() == {"a": "required", "b": "empty", "c": "often", "d": ""}
    assert rows["look"].to_dict() == {"a": True, "b": True, "c": True, "d": False}
    assert rows["distinct"].isna().to_dict() == {"a": False, "b": False, "c": True, "d": False}
    assert rows.loc["a", "distinct"] == 2
    lax = missing(answers, asked, parameters=Missing(share=0.5)).set_index("column")
    assert lax["priority"].to_dict() == {"a": "", "b": "empty", "c": "", "d": ""}


def test_refusals_are_shares_of_those_asked() -> None:
    kinds = pd.DataFrame({"a": ["dont_know", "", "refused", ""], "b": ["other", "", "", ""]})
    asked = pd.DataFrame({"a": [True] * 4, "b": [True, True, False, False], "c": [True] * 4})
    rows = refusals(kinds, asked).set_index("column")
    assert rows.loc["a", ["asked", "dont_know", "refused", "other"]].tolist() == [4, 1, 1, 0]
    assert rows.loc["b", ["share_dont_know", "share_other"]].tolist() == [0, 0.5]
    assert rows["look"].all()
    lax = Refusals(dont_know=0.3, refused=0.3, other=0.6)
    assert not refusals(kinds, asked, lax)["look"].any()


# quartiles 2 and 4 by linear interpolation: fences at 2 - 1.5 * 2 = -1 and 4 + 1.5 * 2 = 7
FIVE = pd.DataFrame({"x": [1.0, 2, 3, 4, 7.5]}, index=list("abcde"))
ALL = pd.DataFrame(index=FIVE.index)


def test_fences_are_quartiles_with_the_multiplier_that_was_asked_for() -> None:
    small = {"at_least": 5}
    (row,) = outliers(FIVE, ALL, Outlier(**small)).to_dict("records")
    assert (row["rid"], row["column"], row["value"], row["n"]) == ("e", "x", 7.5, 5)
    assert (row["low"], row["high"], row["min"], row["max"], row["mean"]) == (-1, 7, 1, 7.5, 3.5)
    assert outliers(FIVE, ALL, Outlier(multiplier=2, **small)).empty  # 4 + 2 * 2 = 8
    tight = outliers(FIVE, ALL, Outlier(multiplier=0.25, **small))
    assert list(tight["rid"]) == ["a", "e"]  # [1.5, 4.5]
    assert outliers(FIVE.replace(7.5, 7), ALL, Outlier(**small)).empty  # on the fence is inside


def test_fences_by_standard_deviations() -> None:
    # mean 3.5, sample sd = sqrt((6.25 + 2.25 + 0.25 + 0.25 + 16) / 4) = 2.5
    assert outliers(FIVE, ALL, Outlier(method="sd", at_least=5)).empty
    (row,) = outliers(FIVE, ALL, Outlier(method="sd", multiplier=1.5, at_least=5)).to_dict("records")
    assert (row["rid"], row["low"], row["high"]) == ("e", pytest.approx(-0.25), pytest.approx(7.25))


def test_outliers_are_judged_within_their_group_and_accepted_ones_are_not_found_again() -> None:
    values = pd.DataFrame({"x": [1.0, 2, 3, 4, 7.5, 7, 7, 8, 9, 7.5]}, index=list("abcdefghij"))
    groups = pd.DataFrame({"area": ["01"] * 5 + ["02"] * 5}, index=values.index)
    judged = Outlier(by=("area",), at_least=5)
    (row,) = outliers(values, groups, judged).to_dict("records")
    assert (row["rid"], row["n"]) == ("e", 5)
    assert outliers(values, groups, judged, accepted={("e", "x")}).empty
    assert list(outliers(values, groups, judged, accepted={("e", "y")})["rid"]) == ["e"]


@pytest.mark.parametrize("name", ["value", "rid", "column", "n", "together", "group", "low"])
def test_a_question_may_have_the_name_of_any_column(name: str) -> None:
    values, groups = FIVE.rename(columns={"x": name}), pd.DataFrame({name: ["g"] * 5}, index=FIVE.index)
    (row,) = outliers(values, groups, Outlier(at_least=5)).to_dict("records")
    assert (row["rid"], row["column"], row["value"], row["high"]) == ("e", name, 7.5, 7)
    (few,) = unjudged(values, groups).to_dict("records")
    assert (few["column"], few["group"], few["n"], few["reason"]) == (name, "g", 5, "too_few")


def test_questions_can_be_judged_together() -> None:
    values = pd.DataFrame({"first": [1.0, 2, 3], "second": [4, 7.5, None]}, index=list("abc"))
    apart = Outlier(at_least=5)
    assert outliers(values, ALL.iloc[:3], apart).empty
    (row,) = outliers(values, ALL.iloc[:3], Outlier(at_least=5, combine=(("first", "second"),))).to_dict(
        "records"
    )
    assert (row["rid"], row["column"], row["n"]) == ("b", "second", 5)


def test_what_cannot_be_judged_is_named() -> None:
    values = pd.DataFrame({"few": [1.0, 2, None, None, None], "same": [5.0, 5, 5, 5, 9]}, index=list("abcde"))
    said = unjudged(values, ALL, Outlier(at_least=5)).set_index("column")
    assert said["reason"].to_dict() == {"few": "too_few", "same": "no_spread"}
    assert said["n"].to_dict() == {"few": 2, "same": 5}
    assert outliers(values, ALL, Outlier(at_least=5)).empty


def test_rules_sort_the_findings_of_cleaning() -> None:
    found = pd.DataFrame(
        {"check": ["LOGIC", "OUT_OF_RANGE", "EXACT_DUPLICATE", "SKIP_BROKEN"], "rid": list("abcd")}
    )
    assert rules(found)[["rid", "kind"]].to_numpy().tolist() == [["a", "soft"], ["b", "hard"], ["d", "skip"]]


GRID = pd.DataFrame(
    {
        "q1": ["1", "1", "0", "1", "1"],
        "q2": ["1", "0", "0", "1", "0"],
        "q3": ["1", "1", "0", None, "1"],
        "q4": ["1", "1", "0", "1", "1"],
    },
    index=list("abcde"),
)


def test_a_block_with_one_answer_throughout_is_a_straight_line() -> None:
    groups = pd.DataFrame({"round": ["end"] * 5}, index=GRID.index)
    found = straight_lines(
        GRID, {"block": ["q1", "q2", "q3", "q4", "absent"]}, groups, StraightLine(common=0.5)
    )
    assert found[["rid", "value", "answered", "n"]].to_numpy().tolist() == [
        ["a", "1", 4, 4],
        ["c", "0", 4, 4],
    ]
    assert found["share"].tolist() == [0.5, 0.5]
    assert found["look"].all()
    lax = straight_lines(GRID, {"block": ["q1", "q2", "q3", "q4"]}, groups, StraightLine(at_least=3))
    assert list(lax["rid"]) == ["a", "c", "d"]
    assert not lax["look"].any()  # three of five: that may be how things are
    assert straight_lines(GRID, {"block": ["absent"]}, groups).empty


def test_ages_that_heap_at_a_full_year() -> None:
    # 30 children of 12 months among 40 within two months: P(X >= 30 | 40, 1/5) by hand is far below 0.01
    ages = pd.Series([12.0] * 30 + [10, 11, 13, 14] * 2 + [10, 14] + [5] * 10, name="months")
    groups = pd.Series("all", index=ages.index)
    (row,) = heaps(ages, groups).to_dict("records")  # 24 and 36 have no ages around them
    assert (row["at"], row["n"], row["count"], row["share"]) == (12, 40, 30, 0.75)
    assert row["p"] < 1e-12
    assert row["look"]
    even = pd.Series([10.0, 11, 12, 13, 14] * 6, name="months")
    (row,) = heaps(even, groups.iloc[:30]).to_dict("records")
    assert row["p"] == pytest.approx(0.5725, abs=1e-3)  # P(X >= 6), X ~ Binomial(30, 0.2): 1 - 0.4275
    assert not row["look"]
    (row,) = heaps(even, groups.iloc[:30], Heaping(at_least=31)).to_dict("records")
    assert np.isnan(row["p"])
    assert not row["look"]


def test_last_digits() -> None:
    every = pd.Series(range(100), name="x")
    groups = pd.Series("all", index=every.index)
    (row,) = digits(every, groups).to_dict("records")
    assert (row["n"], row["share"], row["index"], row["p"]) == (100, 0.1, pytest.approx(0), pytest.approx(1))
    rounded = every.where(every >= 50, every // 10 * 10)  # half of them end on 0
    (row,) = digits(rounded, groups).to_dict("records")
    assert (row["digit"], row["share"]) == (0, 0.55)  # 50 rounded ones and 5 of the others
    assert row["index"] == pytest.approx(0.45)
    # chi-square: (55 - 10)² / 10 + 9 (5 - 10)² / 10 = 225
    assert row["p"] < 1e-20
    assert row["look"]
    months = pd.Series(list(range(36)) * 3, name="months")  # 30 to 35 would favour 0 to 5
    (row,) = digits(months, pd.Series("all", index=months.index)).to_dict("records")
    assert (row["n"], row["index"]) == (90, pytest.approx(0))
