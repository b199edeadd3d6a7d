"""Registers and reports of a made-up study: counted from other records, placed, contradicting as planned."""

from pathlib import Path

import pandas as pd
import pytest

from kgeval import prepare
from kgeval.errors import DataError, StudyError
from kgeval.plan.study import Study, read_study
from kgeval.simulate import population, simulate
from tests.test_simulate import MODEL, STUDY, write_study

OFFICES = """
[tables.offices]
label = "Offices"
unit = "report"
files = ["offices.csv"]
optional = true
round = { always = "endline" }
area = { column = "office", values = { "7" = "N" }, otherwise = "all" }
design = { census = true }
[tables.teachers.reading]
header_row = 5
header_rows = 2
"""
FORM = """
| survey |
|  | type | name | label::vi | label::en | required | relevant | constraint | class |
|  | select_one office | office | Office | Office | yes | | | none |
|  | integer | trained | Trained | Trained | yes | | . >= 0 | none |
|  | integer | here | Here | Here | | | . >= 0 | none |
|  | integer | paid | Paid | Paid | | | . >= 0 | none |
| choices |
|  | list_name | name | label::vi | label::en |
|  | office | N | Bắc | Northern |
|  | office | P | Tỉnh | Provincial |
| settings |
|  | form_title | form_id | version | default_language | key |
|  | Offices | offices | 1 | vi | office |
"""
UNIT = """
[units.offices]
within = "study"
count = 2
[units.offices.answers]
office = [ { when = "${number} = 1", text = "N" }, { text = "P" } ]
place = [ { when = "${number} = 1", text = "7" }, { text = "8" } ]
trained = { tally = { unit = "teachers", where = "${trained} = 1" } }
here = { tally = { unit = "teachers", match = { place = "area" } } }
paid = { tally = { unit = "teachers", of = "${pay}", match = { place = "area" } } }
[deliver.offices]
style = "csv"
file = "offices.csv"
[[disagreements]]
check = "trained"
table = "offices"
where = "${office} = 'P'"
set = { trained = "${trained} + 3" }
"""


def office_study(folder: Path, unit: str = UNIT) -> Study:
    readable = MODEL.replace(
        'style = "kobo"', 'style = "csv"'
    )  # nothing that the form's labels could also name
    write_study(folder, readable.replace("[sampling]", unit + "\n[sampling]"))
    (folder / "forms" / "offices.md").write_text(FORM, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY + OFFICES, encoding="utf-8")
    return read_study(folder)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return office_study(tmp_path_factory.mktemp("offices"))


def test_an_office_counts_the_records_of_its_round_and_place(study: Study) -> None:
    tables = population(study, 5).tables
    teachers = tables["teachers"][tables["teachers"]["round"] == "endline"]
    offices = tables["offices"].set_index("office")
    assert offices["trained"].tolist() == [(teachers["trained"] == "1").sum()] * 2
    assert offices["here"].tolist() == [(teachers["area"] == area).sum() for area in ("7", "8")]
    assert offices["paid"].tolist() == [
        teachers.loc[teachers["area"] == area, "pay"].sum() for area in ("7", "8")
    ]
    assert offices["area"].tolist() == ["7", "all"]


def test_a_planted_disagreement_is_delivered_listed_and_spared(study: Study, tmp_path: Path) -> None:
    made = simulate(study, tmp_path, seed=5)
    true = population(study, 5).tables["offices"].set_index("office").loc["P", "trained"]
    one = made.disagreements.iloc[0]
    assert (one["check"], one["key"], one["column"]) == ("trained", "P", "trained")
    assert (one["true_value"], one["delivered_value"]) == (true, true + 3)
    delivered = pd.read_csv(tmp_path / "offices.csv", encoding="utf-8-sig").set_index("office")
    assert int(delivered.loc["P", "trained"]) == true + 3
    assert "rid" not in pd.read_csv(tmp_path / "disagreements.csv").columns
    simulate(study, tmp_path, seed=6)  # takes its own list away again


def test_what_belongs_to_the_whole_is_kept_once_by_the_first_area(study: Study, tmp_path: Path) -> None:
    simulate(study, tmp_path, seed=5, faults=False)
    delivered = prepare.receive(study, tmp_path).tables
    parts = [prepare.clean(delivered, study, area=area).tables["offices"] for area in study.areas]
    assert [part["area"].tolist() for part in parts] == [["7", "all"], []]
    assert prepare.clean(delivered, study).tables["offices"]["area"].tolist() == ["7", "all"]


def test_an_optional_table_may_stay_away_and_another_may_not(study: Study, tmp_path: Path) -> None:
    simulate(study, tmp_path, seed=5, faults=False)
    (tmp_path / "offices.csv").unlink()
    cleaned = prepare.clean(prepare.receive(study, tmp_path).tables, study)
    assert "offices" not in cleaned.tables
    for path in tmp_path.glob("pupils_*.csv"):
        path.unlink()
    with pytest.raises(DataError, match="pupils"):
        prepare.receive(study, tmp_path)


def test_a_disagreement_that_nothing_can_take_is_refused(tmp_path: Path) -> None:
    broken = office_study(tmp_path / "a", UNIT.replace("'P'", "'Q'"))
    with pytest.raises(StudyError, match="0 records of offices can take it"):
        simulate(broken, tmp_path / "out", seed=1)
    wrong = office_study(tmp_path / "b", UNIT.replace("set = { trained", "set = { trainedd"))
    with pytest.raises(StudyError, match="trainedd"):
        population(wrong, 1)


def test_an_area_that_the_study_does_not_have_is_a_fault(tmp_path: Path) -> None:
    office_study(tmp_path)
    text = (tmp_path / "study.toml").read_text(encoding="utf-8").replace('"7" = "N"', '"9" = "N"')
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="area '9' is no area's code"):
        read_study(tmp_path)
