"""The page on studies of one's own: its study can be used as it stands, and it names every key."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from kgeval.cli.clean import clean as command
from kgeval.plan.study import inspect_study
from kgeval.store import Store

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/own-study.md").read_text(encoding="utf-8")
LISTS = {"_WORDS", "_OWN", "FATES"}  # of keys that stand above the readers
READERS = ("study", "table", "indicator", "comparison", "panel", "norm", "area")


@pytest.fixture
def folder(tmp_path):
    files = re.findall(r"^`([\w./]+)`\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert {name for name, _ in files} == {"study.toml", "areas.csv", "forms/pupils.md", "indicators.toml"}
    for name, content in files:
        path = tmp_path / "my_study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "my_study"


def test_the_study_of_the_page_has_no_fault(folder):
    study, faults = inspect_study(folder)
    assert faults == []
    assert [one.key for one in study.indicators] == ["fed", "fed", "meals", "coverage", "eaters"]
    assert [study.indicator("eaters").target_in(area) for area in ("1", "2", "all")] == [2000, None, 5000]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("study.toml", '"dmy"', '"day first"', "is none of dmy, mdy, ymd"),
        ("study.toml", 'endline = "2"', 'endline = ["2", "4"]', "'visit' has no code '4'; its list has 1, 2"),
        ("indicators.toml", "value = 0.8 ", "value = 80 ", "write 65% as 0.65"),
        ("indicators.toml", 'direction = "higher"', "", "a target needs a direction"),
        ("indicators.toml", "1 = 2000", '1 = "many"', "'1' must be int or float, not str"),
        ("indicators.toml", "1 = 2000", "01 = 2000", "there is no area of code '01'"),
    ],
)
def test_a_slip_is_named(folder, file, old, new, said):
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert [fault for fault in inspect_study(folder)[1] if said in fault]


@pytest.mark.parametrize("name", ["rid", "round", "area"])
def test_a_question_that_would_lose_its_answers_is_named(folder, name):
    form = folder / "forms/pupils.md"
    form.write_text(form.read_text(encoding="utf-8").replace(" age ", f" {name} "), encoding="utf-8")
    assert [fault for fault in inspect_study(folder)[1] if f"a question {name!r}" in fault]


def test_the_question_of_the_round_or_the_area_may_have_its_name(folder):
    form, study = folder / "forms/pupils.md", folder / "study.toml"
    form.write_text(form.read_text(encoding="utf-8").replace(" visit ", " round "), encoding="utf-8")
    study.write_text(study.read_text(encoding="utf-8").replace('"visit"', '"round"'), encoding="utf-8")
    assert inspect_study(folder)[1] == []


@pytest.mark.parametrize(("name", "fault"), [("age", "has a column of that name"), ("new", "stands twice")])
def test_a_derived_column_has_a_name_of_its_own(folder, name, fault):
    column = f'[[column]]\ntable = "pupils"\nname = "{name}"\nexpression = "${{times}} > 3"\n'
    (folder / "norms.toml").write_text(column * 2, encoding="utf-8")
    assert [said for said in inspect_study(folder)[1] if repr(name) in said and fault in said]


def test_it_is_cleaned_and_estimated(folder, tmp_path):
    rows = pd.DataFrame({
        "pupil": [f"P{place:03}" for place in range(40)] * 2,
        "visit": [1] * 40 + [2] * 40,
        "district": ["North", "south district"] * 40,
        "school": [f"S{place % 8}" for place in range(40)] * 2,
        "weight": ["1,5"] * 80,
        "day": ["05/09/2022"] * 40 + ["12/09/2024"] * 40,
        "name": ["Someone"] * 80,
        "meal": [1, 0] * 20 + [1] * 39 + [8],
        "days": [5] * 80,
        "times": [3, None] * 20 + [4] * 39 + [None],
        "age": [8] * 80,
    })  # fmt: skip
    (tmp_path / "my_files").mkdir()
    rows.to_csv(tmp_path / "my_files/pupils_all.csv", index=False, sep=";")
    out = tmp_path / "out"
    done = CliRunner().invoke(command, [str(folder), "--data", str(tmp_path / "my_files"), "--out", str(out)])
    assert done.exit_code == 0, done.output
    store = Store(out)
    pupils = pd.concat([store.read(f"{key}/clean/pupils") for key in ("north", "south")])
    assert len(pupils) == 80
    assert set(pupils["area"]) == {"1", "2"}
    assert pupils["day"].min() == pd.Timestamp("2022-09-05")
    assert (pupils.loc[pupils["round"] == "endline", "meal"].astype("str") == "1").sum() == 39


def keys() -> set[str]:
    """Every key that the readers of study.toml, indicators.toml, norms.toml and areas.csv know."""
    found = set()
    for name in READERS:
        tree = ast.parse((ROOT / f"kgeval/plan/{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            known = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "only"
            named = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in {
                "_WORDS",
                "_OWN",
                "FATES",
            }
            if known or named:
                texts = ast.walk(node.args[0] if known else node.value)
                found |= {part.value for part in texts if isinstance(part, ast.Constant)}
    return found - {-1, 1, "no_record"}


def test_every_key_is_named():
    assert {"date_order", "logical", "single_cluster", "share_of_rest", "transitions", "closed"} <= keys()
    said = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`|```(?:.*?)```", PAGE))))
    assert sorted(keys() - said) == []
