"""The account of a study: where each record belongs, and that nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from kgeval.plan.study import Study
from kgeval.prepare import Cleaned, clean, conservation, receive
from kgeval.prepare.account import ConservationError, conserved
from kgeval.prepare.clean import clean_areas
from kgeval.prepare.deposit import deposit, provenance
from kgeval.store import Store

GROUPS = """id,svy,district,day,children,safe
g1,0,North,2018-10-01,12,1
g1,2,N.,2020-10-01,12,1
g2,0,02,2018-12-11,30,1
g2,2,South,2020-10-02,30,1
g3,1,South,2019-10-02,9,1
g4,0,Nowhere,2018-10-02,9,1
g5,,South,2018-10-02,9,1
g6,0,south,2018-05-11,9,1
"""
STAFF_2018 = "id,group,role,certified,years\ns1,g1,1,1,4\ns2,g2,1,0,2\ns3,g9,1,1,1\n"
STAFF_2020 = "id,group,role,certified,years\ns1,g1,1,1,6\ns4,g6,2,1,1\n"


@pytest.fixture
def filled(data: Path) -> Path:
    for name, text in {"groups": GROUPS, "staff_2018": STAFF_2018, "staff_2020": STAFF_2020}.items():
        (data / f"{name}.csv").write_text(text, encoding="utf-8")
    return data


def run(study: Study, data: Path, area: str = "all") -> Cleaned:
    return clean(receive(study, data).tables, study, area=study.area(area))


def reasons(result: Cleaned, table: str) -> dict[str, str]:
    rows = result.rejected.loc[result.rejected["table"] == table]
    return dict(zip(rows["rid"].str.rsplit(":", n=1).str[1], rows["reason"], strict=True))


def test_rounds_and_areas_are_told_as_the_study_says(study: Study, filled: Path) -> None:
    result = run(study, filled)
    groups = result.tables["groups"]
    assert groups[["id", "round", "area"]].to_numpy().tolist() == [
        ["g1", "before", "01"], ["g1", "after", "01"], ["g2", "before", "02"], ["g2", "after", "02"],
        ["g6", "before", "02"],
    ]  # fmt: skip
    assert list(groups.columns[:3]) == ["rid", "round", "area"]
    assert reasons(result, "groups") == {"7": "UNPLACED", "8": "ROUND_UNKNOWN"}
    assert result.apart["groups"]["id"].tolist() == ["g3"]
    staff = result.tables["staff"]  # the area of the group: of the same round, else of another one
    assert staff[["id", "round", "area"]].to_numpy().tolist() == [
        ["s1", "before", "01"], ["s2", "before", "02"], ["s1", "after", "01"], ["s4", "after", "02"],
    ]  # fmt: skip
    assert reasons(result, "staff") == {"4": "UNPLACED"}


def test_every_row_stands_in_exactly_one_column_of_the_account(study: Study, filled: Path) -> None:
    accounts = run(study, filled).accounts.set_index("file")
    rows = ["records", "kept", "rejected", "structural", "other_area", "other_round"]
    assert accounts.loc["groups.csv", rows].tolist() == [8, 5, 2, 0, 0, 1]
    assert accounts.loc["staff_2018.csv", rows].tolist() == [3, 2, 1, 0, 0, 0]


def test_areas_share_the_records_out_among_them(study: Study, filled: Path) -> None:
    tables = receive(study, filled).tables
    north, south, whole = clean_areas(tables, study, [study.area("north"), study.area("south"), None])
    for key in ("groups", "staff"):
        parts = pd.concat([north.tables[key], south.tables[key]])
        assert sorted(parts["rid"]) == sorted(whole.tables[key]["rid"])
    accounts = north.accounts.set_index("file")
    assert accounts.loc["groups.csv", ["kept", "rejected", "other_area", "other_round"]].tolist() == [
        2,
        1,
        4,
        1,
    ]
    assert not set(south.tables["groups"]["rid"]) & set(north.corrections["rid"])


def test_interview_dates_outside_the_fieldwork_are_found_with_a_swap_suggested(
    study: Study, filled: Path
) -> None:
    found = run(study, filled).findings.set_index("check")
    assert found.loc["DATE_SWAP_SUSPECTED", ["row", "detail"]].tolist() == [9, "2018-11-05"]


def test_pointers_to_no_record_are_found(study: Study, filled: Path) -> None:
    filled.joinpath("staff_2020.csv").write_text(STAFF_2020 + "s5,g4,1,1,1\n", encoding="utf-8")
    result = run(study, filled)
    assert reasons(result, "staff")["4"] == "UNPLACED"  # a pointer to a group that was not kept has no area


def test_the_totals_add_up(study: Study, filled: Path) -> None:
    table = conservation(run(study, filled))
    total = table.iloc[-1]
    assert total["records"] == 13
    assert total["records"] == total[["kept", "rejected", "structural", "other_area", "other_round"]].sum()


def test_a_lost_row_raises(study: Study, filled: Path) -> None:
    accounts = run(study, filled).accounts
    with pytest.raises(ConservationError, match=r"groups\.csv : 8 records, but 4 kept"):
        conserved(accounts.assign(kept=accounts["kept"] - 1))


def test_the_deposit_follows_the_contract(study: Study, filled: Path, tmp_path: Path) -> None:
    delivery = receive(study, filled)
    result = clean(delivery.tables, study, area=study.area("north"))
    store = Store(tmp_path / "out")
    deposit(store, "north", result, provenance(study, delivery, "01"))
    pd.testing.assert_frame_equal(store.read("north/clean/groups"), result.tables["groups"])
    for name in ("findings", "corrections", "accounts", "rejected"):
        assert (tmp_path / "out" / "north" / f"{name}.csv").is_file()
    assert (tmp_path / "out" / "north" / "restricted").stat().st_mode & 0o777 == 0o700
    assert store.provenance("north/clean/groups").parameters == {"area": "01", "log_hash": result.log_hash}
