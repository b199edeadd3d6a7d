"""What a notebook may be asked is read from its text, and everything else is refused before a start."""

from __future__ import annotations

import json

import pytest

from kgeval.errors import ParameterError
from kgeval.run.parameters import checked, parameters, read_parameters

CELL = '''\
"""What may be asked."""
area: str = "all"  # code of the area
level: float = 0.95  # confidence
rows: int = -1
chart: bool = True
note: str | None = None
groups: list[str] = ["a", "b"]
share: int | float = 1
'''
DECLARED = parameters(CELL, notebook="x")


def test_every_line_is_one_parameter():
    assert list(DECLARED) == ["area", "level", "rows", "chart", "note", "groups", "share"]
    assert DECLARED["area"].help == "code of the area"
    assert DECLARED["note"].kinds == ("str", "None")
    assert DECLARED["rows"].default == -1


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ("area = 'all'", "line 1 of its parameters cell is no declaration"),
        ("area: str", "is no declaration"),
        ("import os", "is no declaration"),
        ("area: str = 5", "default of 'area' is not text"),
        ("area: str = f'{1}'", "is no literal"),
        ("area: str = open('x').read()", "is no literal"),
        ("area: dict = {}", "type that is not known"),
        ("area: list = []", "type that is not known"),
        ("Area: str = 'x'", "is no parameter name"),
        ("area: str = 'x'\narea: str = 'y'", "declared twice"),
        ("area: str = (", "is no Python"),
        ("level: float = 1e999", "default of 'level' is not a number"),
    ],
)
def test_a_cell_that_is_no_list_of_declarations_is_refused(cell, seen):
    with pytest.raises(ParameterError, match="notebook x: ") as refused:
        parameters(cell, notebook="x")
    assert seen in str(refused.value)


@pytest.mark.parametrize(
    "values",
    [
        {"area": "0905"},
        {"level": 0.9},
        {"level": 1},
        {"rows": 10},
        {"chart": False},
        {"note": None},
        {"note": "x"},
        {"groups": []},
        {"groups": ["x"]},
        {"share": 2},
        {"share": 0.5},
        {},
    ],
)
def test_values_of_the_declared_type_are_taken(values):
    assert checked(values, DECLARED, notebook="x") == values


def test_a_whole_number_for_a_float_is_the_same_request():
    assert repr(checked({"level": 1}, DECLARED, notebook="x")["level"]) == "1.0"
    assert repr(checked({"share": 1}, DECLARED, notebook="x")["share"]) == "1"


@pytest.mark.parametrize(
    "values",
    [
        {"area": 905},
        {"area": None},
        {"level": "0.95"},
        {"level": True},
        {"level": float("nan")},
        {"rows": 1.5},
        {"rows": False},
        {"chart": 1},
        {"groups": "ab"},
        {"groups": ["a", 1]},
        {"groups": ("a",)},
    ],
)
def test_values_of_another_type_are_refused(values):
    (name,) = values
    with pytest.raises(ParameterError, match=rf"'{name}' must be .*Nothing was started"):
        checked(values, DECLARED, notebook="x")


def test_a_mistyped_name_gets_the_nearest_one():
    with pytest.raises(ParameterError, match="no parameter 'levle'; did you mean 'level'"):
        checked({"levle": 0.9}, DECLARED, notebook="x")


@pytest.mark.parametrize(
    "name", ["import os; x", "a\nb", "__class__", "Area", "a" * 41, "đợt", "a b", "", "1a"]
)
def test_a_crafted_name_never_reaches_the_code(name):
    with pytest.raises(ParameterError, match="no parameter name"):
        checked({name: "x"}, DECLARED, notebook="x")


def test_all_faults_are_named_at_once():
    with pytest.raises(ParameterError) as refused:
        checked({"area": 1, "levle": 2, "rows": "x"}, DECLARED, notebook="x")
    assert all(name in str(refused.value) for name in ("'area'", "'levle'", "'rows'"))


def test_values_come_from_json_only(tmp_path):
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"level": 0.9, "area": "0905"}), encoding="utf-8-sig")
    assert read_parameters(path) == {"level": 0.9, "area": "0905"}
    for name, text, seen in (
        ("p.yaml", "level: 0.9", "save them as JSON"),
        ("list.json", "[1]", "no JSON object"),
        ("torn.json", '{"level": ', "no JSON"),
        ("twice.json", '{"level": 1, "level": 2}', "'level' stands twice"),
        ("binary.json", "\udcff", "no JSON"),
    ):
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(ParameterError, match=seen):
            read_parameters(tmp_path / name)
    with pytest.raises(ParameterError, match="check the path"):
        read_parameters(tmp_path / "absent.json")
