"""Duplicates, progress, versions and texts behind "other", against tables worked out by hand."""

from __future__ import annotations

import pandas as pd

from kgeval.prepare.field.duplicates import Duplicates, duplicates
from kgeval.prepare.field.other_specify import other_texts
from kgeval.prepare.field.progress import Progress, pending, progress, unlisted
from kgeval.prepare.field.versions import Versions, versions


def test_each_duplicate_is_held_against_the_first_submission() -> None:
    answers = pd.DataFrame(
        {"age": [30, 30, 31, 30, 40], "sex": ["1", "1", None, "2", "1"], "pay": [5, 5, 5, None, 5]},
        index=["a", "b", "c", "d", "e"],
    )
    identity = pd.DataFrame({"key": ["k", "x", "k", "k", None]}, index=answers.index)
    found = duplicates(answers, identity)
    assert found.to_dict("records") == [
        {"rid": "c", "first": "a", "compared": 3, "different": 2, "columns": "age, sex"},
        {"rid": "d", "first": "a", "compared": 3, "different": 2, "columns": "sex, pay"},
    ]
    short = duplicates(answers, identity, Duplicates(named=1))
    assert list(short["columns"]) == ["age + 1", "sex + 1"]


def test_records_are_duplicates_only_where_all_of_the_key_is_the_same() -> None:
    answers = pd.DataFrame({"age": [30, 30, 30]}, index=["a", "b", "c"])
    identity = pd.DataFrame({"key": ["k", "k", "k"], "round": ["1", "2", "1"]}, index=answers.index)
    assert list(duplicates(answers, identity)["rid"]) == ["c"]
    assert duplicates(answers, identity.assign(round=[None, None, None])).empty


LISTED = pd.DataFrame({"unit": ["u1", "u2", "u3", "u4"], "area": ["01", "01", "01", "02"]})
MET = pd.DataFrame(
    {
        "unit": ["u1", "u1", "u2", "u9", None, "u4"],
        "round": ["end", "end", "end", "end", "end", "base"],
        "area": ["01", "01", "01", "01", "02", "02"],
        "complete": [False, True, False, True, True, True],
    },
    index=["r1", "r2", "r3", "r4", "r5", "r6"],
)


def test_progress_counts_units_not_forms() -> None:
    rows = progress(LISTED, MET, ["end"]).set_index("area")
    assert list(rows.index) == ["01", "02", ""]
    assert list(rows["listed"]) == [3, 1, 4]
    assert list(rows["received"]) == [2, 0, 2]
    assert list(rows["complete"]) == [1, 0, 1]  # u1 was finished at the second attempt
    assert list(rows["unlisted"]) == [1, 1, 2]
    assert list(rows["share"]) == [2 / 3, 0, 0.5]
    assert list(rows["look"]) == [True, True, False]
    assert not progress(LISTED.iloc[:2], MET.iloc[:3], ["end"])["look"].any()
    assert not progress(LISTED.iloc[:3], MET.iloc[:3], ["end"], Progress(share=0.6))["look"].any()


def test_who_is_not_in_the_list_and_who_is_still_to_be_met() -> None:
    assert unlisted(LISTED, MET)["rid"].tolist() == ["r4", "r5"]
    still = pending(LISTED, MET, ["base", "end"])
    assert still.groupby("round")["unit"].agg(list).to_dict() == {
        "base": ["u1", "u2", "u3"],
        "end": ["u3", "u4"],
    }


def test_forms_made_with_another_version_are_to_be_looked_at() -> None:
    days = pd.to_datetime(["2020-09-01", "2020-09-03", "2020-09-02", "2020-09-05"])
    told = pd.DataFrame(
        {"round": "end", "version": ["2", "2", "1", None], "enumerator": ["A", "B", "A", "A"], "day": days}
    )
    rows = versions(told, "2").set_index("version")
    assert rows["submissions"].to_dict() == {"": 1, "1": 1, "2": 2}
    assert rows["look"].to_dict() == {"": True, "1": True, "2": False}
    assert rows.loc["2", "share"] == 0.5
    assert (rows.loc["2", "enumerators"], rows.loc["2", "last"]) == (2, days[1])
    assert versions(told, "2", Versions(current="1")).set_index("version")["look"].to_dict()["2"]


def test_other_texts_stand_beside_the_choices_and_hide_persons() -> None:
    answers = pd.DataFrame(
        {
            "why": ["1 96", "96", "96", "96", "1"],
            "why_other": ["too far", "call 0912345678", " ", "no money", None],
            "ill": ["96"] * 5,
            "ill_other": ["private matter"] + [None] * 4,
        },
        index=list("abcde"),
    )
    found = other_texts(
        answers,
        {"why_other": "why", "ill_other": "ill", "absent": "why"},
        {"why": {"1": "No need", "96": "Other"}},
        withheld={"ill_other"},
    )
    assert found[["rid", "column", "value"]].to_numpy().tolist() == [
        ["a", "why_other", "too far"],
        ["b", "why_other", "•"],
        ["d", "why_other", "no money"],
        ["a", "ill_other", "•"],
    ]
    assert found.loc[0, ["parent", "chosen", "choices"]].tolist() == ["why", "1 96", "1 No need; 96 Other"]
    assert "private" not in found.to_csv()
    assert "0912345678" not in found.to_csv()
