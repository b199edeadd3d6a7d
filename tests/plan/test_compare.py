"""Two versions of a form, and what their differences mean for an indicator."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kgeval.plan.compare import ASPECTS, comparable, compare
from kgeval.plan.expression import Expression, parse
from kgeval.plan.form import read_form

FIRST = r"""
| survey |
|  | type | name | label::en | label::vi | relevant | constraint | recall |
|  | integer | age | Age in years | Tuổi | | . >= 15 and . <= 70 | |
|  | select_one yn | read | Do you read the weekly mail? | Chị có đọc thư hằng tuần không? | ${age} > 15 | | |
|  | integer | visits | How many visits in the last 12 months? | Mấy lần trong 12 tháng qua? | | | 12 months |
|  | select_one job | job | Main job | Việc chính | | | |
|  | text | gone | Asked only once | Hỏi một lần | | | |
| choices |
|  | list_name | name | label::en | label::vi |
|  | yn | 1 | Yes | Có |
|  | yn | 0 | No | Không |
|  | job | 1 | Worker | Công nhân |
|  | job | 2 | Farmer | Nông dân |
"""


@dataclass
class Share:
    succeeds: Expression | None
    counts: Expression | None = None
    value: Expression | None = None
    per: Expression | None = None


def two_forms(tmp_path, *changes: tuple[str, str]):
    second = FIRST
    for old, new in changes:
        assert old in second
        second = second.replace(old, new)
    forms = []
    for name, text in (("first", FIRST), ("second", second)):
        path = tmp_path / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        forms.append(read_form(path))
    return forms


def changes_of(tmp_path, question: str, *changes: tuple[str, str]) -> dict[str, str]:
    row = compare(*two_forms(tmp_path, *changes)).set_index("question").loc[question]
    return {aspect: row[aspect] for aspect in (*ASPECTS, "verdict") if row[aspect] != "same"}


def test_a_form_is_comparable_with_itself(tmp_path):
    comparison = compare(*two_forms(tmp_path))
    assert comparison["question"].tolist() == ["age", "read", "visits", "job", "gone"]
    assert set(comparison["verdict"]) == {"yes"}
    assert set(comparison["reason"]) == {""}


@pytest.mark.parametrize(
    ("question", "change", "found"),
    [
        ("read", ("the weekly mail", "the mail"), {"wording": "changed in en", "verdict": "caution"}),
        ("read", ("weekly mail?", "Weekly  mail"), {"verdict": "yes"}),
        ("read", ("${age} > 15", "${age}   >15"), {"verdict": "yes"}),
        ("read", ("${age} > 15", "${age} > 18"), {"skip": "changed", "verdict": "caution"}),
        ("read", ("| ${age} > 15 |", "| |"), {"skip": "removed", "verdict": "caution"}),
        ("age", (". <= 70", ". <= 80"), {"constraint": "changed", "verdict": "caution"}),
        (
            "age",
            ("| integer | age |", "| decimal | age |"),
            {"type": "integer became decimal", "verdict": "caution"},
        ),
        ("age", ("| integer | age |", "| text | age |"), {"type": "integer became text", "verdict": "no"}),
        (
            "visits",
            ("| 12 months |", "| 6 months |"),
            {"recall": "12 months became 6 months", "verdict": "no"},
        ),
        (
            "visits",
            ("last 12 months", "last 6 months"),
            {"wording": "changed in en", "recall": "12 became 6", "verdict": "no"},
        ),
        (
            "job",
            (
                "|  | job | 2 | Farmer | Nông dân |",
                "|  | job | 2 | Farmer | Nông dân |\n|  | job | 3 | Other | Khác |",
            ),
            {"choices": "added 3", "verdict": "caution"},
        ),
        ("job", ("Farmer", "Farmer or fisher"), {"choices": "reworded 2", "verdict": "caution"}),
        ("job", ("|  | job | 2 | Farmer | Nông dân |", ""), {"choices": "removed 2", "verdict": "caution"}),
    ],
)
def test_what_changed_and_how_much_it_matters(tmp_path, question, change, found):
    assert changes_of(tmp_path, question, change) == found


def test_codes_that_changed_places_are_not_comparable(tmp_path):
    swapped = changes_of(
        tmp_path,
        "read",
        ("| 1 | Yes | Có |", "| 1 | No | Không |"),
        ("| 0 | No | Không |", "| 0 | Yes | Có |"),
    )
    assert swapped == {"choices": "codes changed their meaning: 0, 1", "verdict": "no"}


def test_questions_of_one_form_only(tmp_path):
    comparison = compare(*two_forms(tmp_path, ("| text | gone |", "| text | new |"))).set_index("question")
    assert comparison.loc["gone", "reason"] == "only in the first form"
    assert comparison.loc["new", "reason"] == "only in the second form"
    assert set(comparison.loc[["gone", "new"], "verdict"]) == {"no"}


def test_an_indicator_is_as_comparable_as_its_worst_question(tmp_path):
    comparison = compare(
        *two_forms(tmp_path, ("the weekly mail", "the mail"), ("| 12 months |", "| 6 months |"))
    )
    reads = comparable(Share(succeeds=parse("${read} = 1"), counts=parse("${area} = '905'")), comparison)
    assert (reads.verdict, reads.reason) == ("caution", "read: wording (changed in en)")
    both = comparable(Share(succeeds=parse("${read} = 1 and ${visits} > 2")), comparison)
    assert both.verdict == "no"
    assert both.reason == "read: wording (changed in en); visits: recall (12 months became 6 months)"
    assert comparable(Share(succeeds=parse("${age} > 3")), comparison).verdict == "yes"


def test_derived_columns_are_followed_to_their_questions(tmp_path):
    comparison = compare(*two_forms(tmp_path, ("| 12 months |", "| 6 months |")))
    derived = {"often": ["many"], "many": ["visits", "often"]}
    assert comparable(Share(succeeds=parse("${often}")), comparison, derived=derived).verdict == "no"
    assert comparable(Share(succeeds=parse("${often}")), comparison).verdict == "yes"
