"""Two rounds of the same units that contradict each other: findings for a person, nothing is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgeval.plan.study import Study
from kgeval.prepare.clean import clean
from kgeval.prepare.receive import receive
from tests.prepare.conftest import study_of

STUDY = """
key = "two"
languages = ["en"]
title = { en = "Two rounds" }
area_level = { en = "District" }
whole = { en = "All" }
[rounds.before]
year = 2018
label = { en = "Before" }
[rounds.after]
year = 2020
label = { en = "After" }
[tables.groups]
label = { en = "Groups" }
unit = { en = "group" }
files = ["groups*.csv"]
[tables.groups.round]
column = "wave"
values = { before = "baseline", after = "endline" }
[tables.groups.area]
column = "district"
[panel.groups]
unit = "id"
unit_label = { en = "groups" }
same = ["area", "opened"]
"""
FORM = """
| survey |
|   | type | name | label::en | required | class |
|   | text | id | Id | yes | none |
|   | text | wave | Wave | yes | none |
|   | text | district | District | yes | none |
|   | integer | opened | Opened in | | none |
| settings |
|   | form_title | form_id | version | default_language | key |
|   | Groups | groups | 1 | en | id wave |
"""
HEAD = "id,wave,district,opened\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    files = {
        "study.toml": STUDY,
        "areas.csv": "code,key,label_en\n01,north,North\n02,south,South\n",
        "indicators.toml": "",
        "norms.toml": "",
        "forms/groups.md": FORM,
    }
    return study_of(files, tmp_path / "study")


def found(study: Study, tmp_path: Path, before: str, after: str) -> list[tuple[str, str, str]]:
    data = tmp_path / "data"
    data.mkdir()
    (data / "groups_1.csv").write_text(HEAD + before, encoding="utf-8")
    (data / "groups_2.csv").write_text(HEAD + after, encoding="utf-8")
    delivery = receive(study, data)
    findings = clean(delivery.tables, study).findings
    told = findings.loc[findings["check"].isin(["KEY_CASE", "LINK_CONTRADICTION"])]
    return list(zip(told["check"], told["key"], told["column"], strict=True))


def test_rounds_that_agree_say_nothing(study: Study, tmp_path: Path) -> None:
    before = "G1,baseline,01,2015\nG2,baseline,01,\nG3,baseline,02,2010\n"
    after = "G1,endline,01,2015\nG2,endline,01,2011\nG4,endline,02,2019\n"  # G3 left, G4 is new
    assert found(study, tmp_path, before, after) == []


def test_what_cannot_both_be_true_is_found(study: Study, tmp_path: Path) -> None:
    before = "G1,baseline,01,2015\nG2,baseline,01,2012\nG3,baseline,02,2010\n"
    after = "G1,endline,02,2015\nG2,endline,01,2016\ng3,endline,02,2010\n"
    assert sorted(found(study, tmp_path, before, after)) == [
        ("KEY_CASE", "g3", "id"),
        ("LINK_CONTRADICTION", "G1", "area"),
        ("LINK_CONTRADICTION", "G2", "opened"),
    ]
