"""What the check of a questionnaire finds, and the files that field tools take."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgeval.errors import StudyError
from kgeval.plan.expression import parse
from kgeval.plan.form import Choice, Form, Question, check, check_form, read_form, write_form
from kgeval.plan.form import judge as judge_room
from kgeval.plan.form.judge import judge
from kgeval.plan.form.logic import arithmetic_on_codes, can_hold

SOUND = """
| survey |
|  | type | name | label::vi | label::en | required | relevant | constraint | constraint_message::vi | constraint_message::en | class |
|  | text | id | Mã | Id | yes | | | | | indirect |
|  | select_one yn | asked | Đồng ý? | Consent? | yes | | | | | none |
|  | integer | age | Tuổi | Age | | ${asked} = 1 | . >= 15 and . <= 70 | 15 đến 70 | 15 to 70 | none |
|  | select_multiple channel | heard | Nghe từ đâu | Heard from | | ${age} > 20 | | | | none |
|  | date | day | Ngày | Day | | | . >= date('2018-01-01') | Sau 2018 | After 2018 | none |
| choices |
|  | list_name | name | label::vi | label::en | missing |
|  | yn | 1 | Có | Yes | |
|  | yn | 0 | Không | No | |
|  | channel | loa | Loa | Speaker | |
|  | channel | 98 | Không biết | Do not know | dk |
| settings |
|  | form_title | form_id | version | default_language | key |
|  | Bà mẹ | mothers | 3 | vi | id |
"""  # noqa: E501 - a sheet is as wide as it is


def changed(tmp_path: Path, *changes: tuple[str, str]) -> tuple[Form, Path]:
    text = SOUND
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "form.md"
    path.write_text(text, encoding="utf-8")
    return read_form(path), path


def found(tmp_path: Path, *changes: tuple[str, str]) -> list[tuple[str, str, str]]:
    form, _ = changed(tmp_path, *changes)
    faults = [fault for fault in check_form(form) if fault.level != "note"]
    return [(fault.check, f"{fault.sheet} {fault.row}", fault.reason) for fault in faults]


def test_a_sound_form_has_only_notes(tmp_path):
    form, path = changed(tmp_path)
    assert [(fault.level, fault.reason) for fault in check_form(form, path=path)] == [
        ("note", "the list 'channel' has 98 (dk)")
    ]


CODES = "which are names, not quantities"
EACH = [
    ("Tuổi | Age", "Tuổi | ", "language", "survey 4", "the cell is empty"),
    ("| 15 đến 70 | 15 to 70 |", "| 15 đến 70 |  |", "language", "survey 4", "the cell is empty"),
    ("| 15 đến 70 | 15 to 70 |", "|  |  |", "message", "survey 4", "a constraint without a message"),
    ("Không biết | Do not know", "Không biết | ", "language", "choices 5", "the cell is empty"),
    ("| indirect |", "|  |", "class", "survey 2", "'id' has no class: it counts as direct"),
    ("| vi | id |", "| vi | |", "key", "settings 2", "the form does not say what names one record"),
    ("| vi | id |", "| vi | uid |", "key", "settings 2", "there is no question 'uid'"),
    ("| vi | id |", "| vi | day |", "key", "survey 6", "'day' names the record, and may be left empty"),
    (". <= 70", ". <= 10", "never", "survey 4", "no answer can ever meet it"),
    (". >= 15 and . <= 70", ". > 3 and . < 4", "never", "survey 4", "no answer can ever meet it"),
    ("${asked} = 1", "${asked} = 1 and ${asked} = 0", "never", "survey 4", "it can never be asked"),
    ("${asked} = 1", "${age} = 1", "order", "survey 4", "it refers to the question itself"),
    ("${asked} = 1", "${day} != ''", "order", "survey 4", "it refers to 'day', which is asked later (row 6)"),
    ("${asked} = 1", "${consent} = 1", "reference", "survey 4", "there is no question 'consent'"),
    (
        "${age} > 20",
        "${asked} + 1 = 2",
        "arithmetic",
        "survey 5",
        f"it calculates with the codes of 'asked', {CODES}",
    ),
    ("${asked} = 1", "${asked} = 2", "code", "survey 4", "'asked' has no choice '2'"),
    ("| integer | age |", "| integer | ID |", "name", "survey 2", "the name 'id' stands 2 times"),
    (
        "| 98 | Không biết | Do not know | dk |",
        "| 99 | Khác | None | |",
        "codes",
        "choices 5",
        "the code '99'",
    ),
    (
        "${age} > 20",
        "foo(${age})",
        "understood",
        "survey 5",
        "the function foo() is outside the supported set",
    ),
]


@pytest.mark.parametrize("case", EACH, ids=[f"{case[2]}: {case[1]}" for case in EACH])
def test_each_fault_is_found_with_its_row(tmp_path, case):
    old, new, *expected = case
    matching = [
        fault
        for check, place, fault in found(tmp_path, (old, new))
        if [check, place] == expected[:2] and fault.startswith(expected[2])
    ]
    assert len(matching) == 1


def test_all_faults_come_at_once_errors_first(tmp_path):
    form, path = changed(
        tmp_path,
        ("Tuổi | Age", "Tuổi | "),
        (". <= 70", ". <= 10"),
        ("${age} > 20", "${agee} > 20"),
        ("| indirect |", "|  |"),
    )
    levels = [fault.level for fault in check_form(form, path=path)]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    checks = {fault.check for fault in check_form(form, path=path)}
    assert {"language", "never", "reference", "class", "pyxform"} <= checks


def question(kind: str, codes: str = "") -> Question:
    return Question(name="q", type=kind, choices=tuple(Choice(name=code, label={}) for code in codes.split()))


@pytest.mark.parametrize(
    ("kind", "constraint", "possible"),
    [
        ("integer", ". >= 0 and . <= 5", True),
        ("integer", ". > 5 and . < 5", False),
        ("integer", ". > 3 and . < 4", False),
        ("decimal", ". > 3 and . < 4", True),
        ("decimal", ". = 3 and . != 3", False),
        ("integer", ". < 0 or . > 5 and . < 6", True),
        ("integer", "not(. >= 0 or . < 0)", False),
        ("integer", ". >= 15 and . <= ${other}", True),  # unknown could be anything
        ("integer", ". < 0 and . > ${other} and . > 3", True),  # two answers compared: nothing is claimed
        ("integer", "if(. > 3, . < 2, . > 5)", False),
        ("date", ". >= date('2020-01-01') and . < date('2020-01-02')", True),
        ("date", ". > '2020-01-01' and . < '2020-01-02'", False),
        ("date", ". > date('2020-01-01') and . <= today()", True),
        ("select_one", ". = 'a' or . = 'b'", True),
        ("select_one", ". = 'x'", False),
        ("text", "string-length(.) = 5", True),
        ("text", ". != ''", True),
        ("integer", ". != ''", True),
        ("integer", ". = '' and . > 3", True),  # unknown where unanswered: nothing is claimed
        ("select_one", ". != '' and . != 'a' and . != 'b'", False),
        ("decimal", ". != '' and . > 3 and . < 4", True),
        ("text", "regex(., '[0-9]+')", True),
        ("text", ". = 'a' and . = 'b'", True),  # texts are not tried: nothing is claimed
        ("select_multiple", "selected(., 'a') and count-selected(.) > 1", True),
        ("integer", ". mod 2 = 3", True),
        ("integer", "false()", False),
    ],
)
def test_whether_a_rule_can_ever_hold(kind, constraint, possible):
    assert can_hold(parse(constraint), {".": question(kind, "a b")}) is possible


@pytest.mark.parametrize(
    ("expression", "codes"),
    [
        ("${a} + ${n}", ("a",)),
        ("sum(${n}, ${a}, ${b})", ("a", "b")),
        ("coalesce(${a}, 0) + 1", ("a",)),
        ("if(${n} > 1, ${a}, 0) * 2", ("a",)),
        ("-${a}", ("a",)),
        ("number(${a}) div 2", ("a",)),
        ("(${a} = 1) + (${b} = 1) >= 2", ()),
        ("${a} = 1 and ${n} + 1 > 2", ()),
        ("if(${a} = 1, ${n}, 0) + 1", ()),
        ("count-selected(${b}) + 1", ()),
    ],
)
def test_arithmetic_on_codes(expression, codes):
    assert arithmetic_on_codes(parse(expression), frozenset({"a", "b"})) == codes


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_said_never_to_hold_holds_for_no_number(data):
    comparisons = st.builds(
        "{} {} {}".format,
        st.just("."),
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        st.integers(-3, 3),
    )
    rules = st.recursive(
        comparisons,
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("not({})".format, inner),
        ),
        max_leaves=5,
    )
    rule = parse(data.draw(rules))
    numbers = pd.Series(range(-6, 7), dtype="Int64")
    held = bool(rule.truth(pd.DataFrame(index=numbers.index), current=numbers).any())
    assert can_hold(rule, {".": question("integer")}) is held


def test_every_check_is_documented():
    documented = (Path(__file__).parents[2] / "docs" / "forms.md").read_text(encoding="utf-8")
    rooms = [Path(module.__file__).read_text(encoding="utf-8") for module in (check, judge_room)]
    checks = {name for room in rooms for name in re.findall(r'check="(\w+)"', room)}
    assert len(checks) > 8
    assert not [
        name
        for name in checks | {"understood", "pyxform", "odk_validate"}
        if f"| `{name}` |" not in documented
    ]


# -- files for the field ----------------------------------------------------------------------------


def test_the_written_workbook_is_the_same_form(tmp_path):
    form, path = changed(tmp_path)
    workbook, xform = write_form(path, tmp_path / "out")
    assert (workbook.name, xform.name) == ("form.xlsx", "form.xml")
    again = read_form(workbook)
    assert again.questions == form.questions
    assert again.choices == form.choices
    assert "<h:title>Bà mẹ</h:title>" in xform.read_text(encoding="utf-8")


def test_a_byte_order_mark_is_no_part_of_a_form(tmp_path):
    path = tmp_path / "marked.md"
    path.write_text("| survey |\n|  | type | name | label |\n|  | text | a | A |\n", encoding="utf-8-sig")
    assert [question.name for question in read_form(path).questions] == ["a"]
    assert judge(path) == []
    _, xform = write_form(path, tmp_path / "out")
    assert 'id="marked"' in xform.read_text(encoding="utf-8")


def test_the_same_form_gives_the_same_bytes(tmp_path):
    _, path = changed(tmp_path)
    first = [file.read_bytes() for file in write_form(path, tmp_path / "one")]
    assert first == [file.read_bytes() for file in write_form(path, tmp_path / "two")]


def test_a_form_that_pyxform_refuses_is_not_written(tmp_path):
    _, path = changed(tmp_path, ("| integer | age |", "| integer | id |"))
    with pytest.raises(StudyError, match="pyxform"):
        write_form(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
def test_odk_validate_judges_where_java_is_there(tmp_path):
    _, path = changed(tmp_path)
    assert judge(path, odk_validate=True) == []
    _, path = changed(tmp_path, ("${age} > 20", "foo(${age})"))
    assert "odk_validate" in {fault.check for fault in judge(path, odk_validate=True)}


def test_without_java_the_check_says_so(tmp_path, monkeypatch):
    _, path = changed(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert [(fault.level, fault.check) for fault in judge(path, odk_validate=True)] == [
        ("note", "odk_validate")
    ]
