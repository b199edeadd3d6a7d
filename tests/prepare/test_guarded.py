"""Answers of class restricted lie in the restricted store alone, and come back for the computation."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from kgeval.plan.study import Study, read_study
from kgeval.prepare import clean, receive
from kgeval.prepare.deposit import deposit, provenance
from kgeval.session import start
from kgeval.store import Store

GROUPS = """id,svy,district,day,children,safe
g1,0,North,2018-10-01,12,7731
g1,2,N.,2020-10-01,12, 7731
g2,0,02,2018-12-11,30,7731
g4,0,Nowhere,2018-10-02,9,7731
"""


@pytest.fixture
def guarded(study: Study) -> Study:
    form = study.folder / "forms" / "groups.md"
    text = form.read_text(encoding="utf-8")
    form.write_text(
        text.replace("| integer | safe | Safe |  | none |", "| integer | safe | Safe |  | restricted |")
    )
    return read_study(study.folder)


@pytest.fixture
def filled(data: Path) -> Path:
    (data / "groups.csv").write_text(GROUPS, encoding="utf-8")
    (data / "staff_2018.csv").write_text("id,group,role,certified,years\ns1,g1,1,1,4\n", encoding="utf-8")
    (data / "staff_2020.csv").write_text("id,group,role,certified,years\ns1,g1,1,1,6\n", encoding="utf-8")
    return data


def deposited(study: Study, filled: Path, out: Path) -> Store:
    delivery, store = receive(study, filled), Store(out)
    for area in study.areas:
        cleaned = clean(delivery.tables, study, area=area)
        made_of = provenance(study, delivery, area.code)
        deposit(store, area.key, cleaned, made_of, guarded=study.guarded)
    return store


def test_no_clean_table_log_or_rejected_row_holds_a_guarded_answer(
    guarded: Study, filled: Path, tmp_path: Path
) -> None:
    assert guarded.guarded == {"groups": ("safe",)}
    out = tmp_path / "out"
    store = deposited(guarded, filled, out)
    assert "safe" not in store.read("north/clean/groups")
    assert "safe" not in store.read("north/before_corrections/groups")
    assert store.read("north/restricted/groups_guarded")["safe"].tolist() == [7731, 7731]
    open_files = [path for path in out.rglob("*.csv") if "restricted" not in path.parts]
    assert open_files
    assert [path.name for path in open_files if "7731" in path.read_text(encoding="utf-8")] == []
    assert (out / "north" / "restricted").stat().st_mode & 0o777 == 0o700


def test_they_come_back_for_the_computation(guarded: Study, filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    deposited(guarded, filled, out)
    desk = start(study=str(guarded.folder), data=str(filled), out=str(out), lang="en")
    groups = desk.tables()["groups"]
    assert groups["safe"].tolist() == [7731, 7731, 7731]
    assert groups["id"].tolist() == ["g1", "g1", "g2"]


def test_a_study_without_such_questions_is_laid_out_as_before(
    study: Study, filled: Path, tmp_path: Path
) -> None:
    store = deposited(study, filled, tmp_path / "out")
    assert study.guarded == {}
    assert "safe" in store.read("north/clean/groups")
    assert not store.exists("north/restricted/groups_guarded")
    assert isinstance(store.read("north/clean/groups"), pd.DataFrame)
