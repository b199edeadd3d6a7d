"""A small study of two tables, with every way to know a record's round and area."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kgeval.plan.study import Study, read_study

FILES = {
    "study.toml": """
        key = "small"
        languages = ["en"]
        title = { en = "Small" }
        area_level = { en = "District" }
        whole = { en = "All" }
        [rounds.before]
        year = 2018
        label = { en = "Before" }
        starts = 2018-09-01
        ends = 2018-12-31
        [rounds.after]
        year = 2020
        label = { en = "After" }
        [tables.groups]
        label = { en = "Groups" }
        unit = { en = "group" }
        files = ["groups*.csv"]
        [tables.groups.round]
        column = "svy"
        values = { before = "0", after = "2" }
        [tables.groups.area]
        column = "district"
        [tables.staff]
        label = { en = "Staff" }
        unit = { en = "person" }
        files = ["staff*.csv"]
        [tables.staff.round]
        files = { before = "staff_2018*", after = "staff_2020*" }
        [tables.staff.area]
        link = { table = "groups", by = "group" }
    """,
    "areas.csv": "code,key,label_en,aliases\n01,north,North,N.\n02,south,South,S.\n",
    "indicators.toml": "",
    "norms.toml": """
        [[column]]
        table = "staff"
        name = "open_group"
        expression = "${certified} = 1 or ${group_children} > 5"
        [[column]]
        table = "staff"
        name = "group_children"
        lookup = { table = "groups", by = "group", column = "children" }
        [[column]]
        table = "groups"
        name = "carers"
        over = { table = "staff", by = "group", rule = "count", where = "${role} = 1" }
        [[column]]
        table = "groups"
        name = "all_certified"
        over = { table = "staff", by = "group", rule = "all", where = "${role} = 1", of = "${certified} = 1" }
        [[column]]
        table = "groups"
        name = "any_certified"
        over = { table = "staff", by = "group", rule = "any", of = "${certified} = 1" }
        [[column]]
        table = "groups"
        name = "years"
        over = { table = "staff", by = "group", rule = "sum", of = "${years}" }
        [[rule]]
        key = "size"
        set = "now"
        table = "groups"
        to = 2019-01-01
        legal = true
        core = true
        met = "${children} <= 20"
        label = { en = "At most 20 children" }
        [[rule]]
        key = "certified"
        set = "now"
        table = "groups"
        core = true
        met = "${all_certified}"
        label = { en = "All carers certified" }
        [[rule]]
        key = "safe"
        set = "now"
        table = "groups"
        veto = true
        met = "${safe} = 1"
        label = { en = "Nobody is harmed" }
        [composite.quality]
        table = "groups"
        managed = "${children} >= 1"
        set = "now"
        share_of_rest = 0.8
    """,
    "forms/groups.md": """
        | survey |
        |   | type | name | label::en | required | class |
        |   | text | id | Id | yes | none |
        |   | text | svy | Round | yes | none |
        |   | text | district | District | yes | none |
        |   | date | day | Day of the visit |  | none |
        |   | integer | children | Children |  | none |
        |   | integer | safe | Safe |  | none |
        | settings |
        |   | form_title | form_id | version | default_language | key | interview_date |
        |   | Groups | groups | 1 | en | id | day |
    """,
    "forms/staff.md": """
        | survey |
        |   | type | name | label::en | required | class |
        |   | text | id | Id | yes | none |
        |   | text | group | Group | yes | none |
        |   | integer | role | Role |  | none |
        |   | integer | certified | Certified |  | none |
        |   | integer | years | Years |  | none |
        | settings |
        |   | form_title | form_id | version | default_language | key |
        |   | Staff | staff | 1 | en | id |
    """,
}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Return the small study, its folder made anew."""
    return study_of(FILES, tmp_path / "study")


def study_of(files: Mapping[str, str], folder: Path) -> Study:
    """Write the files of a study, each line without its indentation, and read it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line.strip() for line in text.splitlines()), encoding="utf-8")
    return read_study(folder)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return an empty folder for deliveries."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder
