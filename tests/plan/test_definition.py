"""The reference of a study's files: its example is sound, it names every key, and common slips are found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kgeval.plan import indicator
from kgeval.plan.study import inspect_study, read_study

PAGE = (Path(__file__).parents[2] / "docs" / "definition.md").read_text(encoding="utf-8")
FORM = """
| survey |
|   | type | name | label::en | class |
|   | text | id | Id | none |
|   | select_one wave | wave | Wave | none |
|   | text | district | District | none |
|   | text | zone | Zone | none |
|   | text | village | Village | none |
|   | decimal | w | Weight | none |
|   | integer | agreed | Agreed | none |
|   | select_one source | source | Source | none |
|   | integer | minutes | Minutes | none |
|   | decimal | litres | Litres | none |
|   | integer | members | Members | none |
| choices |
|   | list_name | name | label::en |
|   | wave | 1 | Before |
|   | wave | 2 | After |
|   | wave | 3 | After, second visit |
|   | source | 1 | Tap at home |
|   | source | 2 | Public tap |
|   | source | 3 | River |
| settings |
|   | form_title | form_id | version | default_language | key |
|   | Homes | homes | 1 | en | id wave |
"""


def written(folder: Path) -> Path:
    """Write the study of the page."""
    files = dict(re.findall(r"`([a-z]+\.(?:toml|csv))`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL))
    assert set(files) == {"study.toml", "areas.csv", "indicators.toml"}
    (folder / "forms").mkdir(parents=True)
    (folder / "forms" / "household_form.md").write_text(FORM, encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_example_is_a_sound_study(tmp_path: Path) -> None:
    study = read_study(written(tmp_path / "water"))
    assert [one.key for one in study.indicators] == ["safe", "safe", "fetch", "litres", "taps"]
    taps = study.indicator("taps")
    assert [taps.target_in(area) for area in ("01", "02", "all")] == [1000, None, 2500]


def test_every_key_of_an_indicator_is_explained() -> None:
    table = PAGE.split("## `indicators.toml`")[1]
    keys = indicator._OWN | indicator._WORDS
    assert {key for key in keys if f"`{key}`" not in table} <= {"table", "label", "unit"}  # in the example


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("study.toml", '"dmy"', '"day first"', "is none of dmy, mdy, ymd"),
        ("study.toml", '["2", "3"]', '["2", "4"]', "'wave' has no code '4'; its list has 1, 2, 3"),
        ("indicators.toml", "value = 0.65", "value = 65", "write 65% as 0.65"),
        ("indicators.toml", 'direction = "higher"\nbreakdowns', "breakdowns", "a target needs a direction"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = written(tmp_path / "water")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(said in fault for fault in inspect_study(folder)[1])
