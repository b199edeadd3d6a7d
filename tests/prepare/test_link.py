"""Derived columns and composites, three-valued, on a study drawn as tables."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from kgeval.errors import StudyError
from kgeval.plan.study import Study
from kgeval.prepare import link
from kgeval.prepare.composite import levels


def groups(**columns: list[object]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    frame = pd.DataFrame({"id": [f"g{n}" for n in range(size)], "round": "before", "children": 10, "safe": 1})
    return frame.assign(**columns).astype({"children": "Int64", "safe": "Int64"})


def staff(*rows: tuple[str, str, object, object, object]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["round", "group", "role", "certified", "years"])
    return frame.astype({"role": "Int64", "certified": "Int64", "years": "Int64"}).assign(
        id=[f"s{n}" for n in range(len(rows))]
    )


def known(column: pd.Series) -> list[object]:
    return [None if pd.isna(value) else value for value in column]


def test_aggregates_are_unknown_only_as_long_as_an_answer_could_decide_them(study: Study) -> None:
    linked = link(
        study,
        {
            "groups": groups(children=[10] * 6),
            "staff": staff(
                ("before", "g0", 1, 1, 2), ("before", "g0", 2, 0, 3),  # no carer: does not count
                ("before", "g1", 1, 1, 2), ("before", "g1", 1, None, None),
                ("before", "g2", 1, 0, 1), ("before", "g2", 1, None, 1),
                ("before", "g3", None, 0, 1),
                ("before", "g4", None, 1, 1),
                ("after", "g5", 1, 1, 1),  # another round
            ),
        },
    )["groups"]  # fmt: skip
    assert known(linked["carers"]) == [1, 2, 2, None, None, 0]
    assert known(linked["all_certified"]) == [True, None, False, None, True, None]
    assert known(linked["any_certified"]) == [True, True, None, False, True, None]
    assert known(linked["years"]) == [5, None, 2, 1, 1, 0]


def test_a_looked_up_answer_comes_from_the_same_round_and_from_one_record_only(study: Study) -> None:
    there = groups(children=[10, 7, 7]).assign(id=["g0", "g1", "g1"])
    linked = link(
        study,
        {
            "groups": there,
            "staff": staff(
                ("before", "g0", 1, 1, 1), ("after", "g0", 1, 1, 1), ("before", "g1", 1, 1, 1)
            ),
        },
    )["staff"]  # fmt: skip
    assert known(linked["group_children"]) == [10, None, None]
    assert str(linked["group_children"].dtype) == "Int64"
    assert known(linked["open_group"]) == [True, True, True]  # the column before needs the one after it


def test_levels_are_nested_whatever_is_known(study: Study) -> None:
    answers = list(product([None, 0, 10, 30], [None, 0, 1], [None, True, False]))
    frame = groups(children=[a for a, _, _ in answers], safe=[b for _, b, _ in answers])
    frame["all_certified"] = pd.array([c for _, _, c in answers], dtype="boolean")
    result = levels(study.norms.composites[0], study.norms.rules, study.rounds, frame)
    order = {False: 0, None: 1, True: 2}
    ranks = [[order[value] for value in known(result[name])] for name in study.norms.composites[0].columns]
    assert all(strict <= standard <= legal for legal, standard, strict in zip(*ranks, strict=True))


def test_a_veto_bars_the_upper_levels_and_a_rule_counts_only_while_in_force(study: Study) -> None:
    frame = groups(children=[30, 30, 10], safe=[1, 1, 0]).assign(
        all_certified=pd.array([True] * 3, dtype="boolean"), round=["before", "after", "before"]
    )
    result = levels(study.norms.composites[0], study.norms.rules, study.rounds, frame)
    assert known(result["quality_legal_only"]) == [True, True, True]
    assert known(result["quality_standard"]) == [False, True, False]  # too many children; rule no more; veto


def test_columns_that_need_each_other_are_named_and_no_others(study: Study) -> None:
    first, _, *others = study.norms.derived
    own = replace(first, name="group_children")
    circular = replace(study, norms=replace(study.norms, derived=(own, *others)))
    stuck = r"staff group_children cannot .* for want of staff\.group_children"
    with pytest.raises(StudyError, match=stuck) as raised:
        link(circular, {"groups": groups(children=[1]), "staff": staff(("before", "g0", 1, 1, 1))})
    assert "carers" not in str(raised.value)
