"""A record that does not say its cluster, stratum or weight is rejected alone; the others go on."""

from __future__ import annotations

from pathlib import Path

from kgeval.prepare import Cleaned
from kgeval.prepare.clean import clean
from kgeval.prepare.receive import receive
from tests.prepare.conftest import study_of

STUDY = """
key = "one"
languages = ["en"]
title = { en = "One" }
area_level = { en = "District" }
whole = { en = "All" }
[rounds.now]
year = 2020
label = { en = "Now" }
[tables.homes]
label = { en = "Homes" }
unit = { en = "home" }
files = ["homes.csv"]
[tables.homes.round]
always = "now"
[tables.homes.area]
column = "district"
[tables.homes.design]
weight = "w"
cluster = "village"
stratum = "zone"
"""
FORM = """
| survey |
|   | type | name | label::en | required | class |
|   | text | id | Id | yes | none |
|   | text | district | District | yes | none |
|   | text | zone | Zone | | none |
|   | text | village | Village | yes | none |
|   | decimal | w | Weight | | none |
| settings |
|   | form_title | form_id | version | default_language | key |
|   | Homes | homes | 1 | en | id |
"""
AREAS = "code,key,label_en\n01,north,North\n02,south,South\n"


def cleaned(tmp_path: Path, text: str, study: str = STUDY, form: str = FORM) -> Cleaned:
    files = {"study.toml": study, "areas.csv": AREAS, "forms/homes.md": form}
    plan = study_of(files | {"indicators.toml": "", "norms.toml": ""}, tmp_path / "study")
    data = tmp_path / "data"
    data.mkdir(parents=True)
    (data / "homes.csv").write_text(text, encoding="utf-8")
    return clean(receive(plan, data).tables, plan)


def test_a_sheet_without_weights_is_not_rejected_row_by_row(tmp_path: Path) -> None:
    assert cleaned(tmp_path / "a", "id,district,zone,village\nH1,01,A,V1\n").rejected.empty
    assert cleaned(tmp_path / "b", "id,district,zone,village,w\nH1,01,A,V1,\n").rejected.empty  # not yet


def test_a_sheet_without_clusters_or_strata_is_kept(tmp_path: Path) -> None:
    head = "id,district,zone,village,w\n"
    assert cleaned(tmp_path / "a", head + "H1,01,A,,2\nH2,01,A,,2\n").rejected.empty
    assert cleaned(tmp_path / "b", head + "H1,01,,V1,2\nH2,01,,V1,2\n").rejected.empty


def test_a_round_whose_weights_are_not_computed_yet_is_kept_beside_the_other(tmp_path: Path) -> None:
    study = STUDY.replace('always = "now"', 'column = "visit"\nvalues = { then = "1", now = "2" }')
    study = study.replace("[rounds.now]", "[rounds.then]\nyear = 2018\nlabel = { en = 'Then' }\n[rounds.now]")
    zone = "|   | text | zone |"
    form = FORM.replace(zone, f"|   | text | visit | Visit | yes | none |\n{zone}")
    rows = "H1,01,1,A,V1,2\nH2,01,1,A,V1,\nH3,01,2,A,V1,\nH4,01,2,A,V2,\n"
    result = cleaned(tmp_path, "id,district,visit,zone,village,w\n" + rows, study, form)
    assert result.tables["homes"]["id"].tolist() == ["H1", "H3", "H4"]
    assert result.rejected["row"].tolist() == [3]


def test_a_district_whose_weights_are_not_computed_yet_is_not_dropped_from_the_whole(tmp_path: Path) -> None:
    rows = "H1,01,A,V1,2\nH2,01,A,V1,\nH3,02,A,V3,\nH4,02,A,V4,\n"
    result = cleaned(tmp_path, "id,district,zone,village,w\n" + rows)
    assert result.tables["homes"]["id"].tolist() == ["H1", "H3", "H4"]


def test_a_village_written_as_a_decimal_is_the_same_village(tmp_path: Path) -> None:
    head = "id,district,zone,village,w\n"
    floats = cleaned(tmp_path / "a", head + "H1,01,A,7.0,2\nH2,01,A,,2\nH3,01,A,12.0 ,2\n")
    assert floats.tables["homes"]["village"].tolist() == ["7", "12"]
    filled = cleaned(tmp_path / "c", head + "H1,01,A,7.0,2\nH2,01,A,7,2\nH3,01,A,12.0,2\n")
    assert filled.tables["homes"]["village"].tolist() == [
        "7",
        "7",
        "12",
    ]  # the second was written by a person
    mixed = cleaned(tmp_path / "b", head + "H1,01,A,7.0,2\nH2,01,A,7.1,2\n")  # numbers of sections
    assert mixed.tables["homes"]["village"].tolist() == ["7.0", "7.1"]


def test_records_without_their_design_are_rejected_once(tmp_path: Path) -> None:
    rows = "H1,01,A,V1,2\nH2,01,A,,2\nH3,01,,V1,\nH4,01,A, ,2\nH5,01,A,V1,many\nH6,01,A,V2 ,3\n"
    result = cleaned(tmp_path, "id,district,zone,village,w\n" + rows)
    assert result.tables["homes"]["id"].tolist() == ["H1", "H6"]
    assert result.tables["homes"]["village"].tolist() == ["V1", "V2"]  # "V2 " is no third village
    assert dict(zip(result.rejected["row"], result.rejected["reason"], strict=True)) == {
        3: "DESIGN_MISSING",
        4: "DESIGN_MISSING",
        5: "DESIGN_MISSING",
        6: "NOT_A_NUMBER",
    }
    told = result.findings.loc[result.findings["check"] == "DESIGN_MISSING"]
    named = zip(told["key"], told["column"], strict=True)
    assert dict(named) == {"H2": "village", "H4": "village", "H3": "w"}
    assert "REQUIRED_MISSING" not in set(result.findings["check"])
