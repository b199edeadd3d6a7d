"""Cleaning shared by the areas of a run gives each of them what it would have got by itself."""

from __future__ import annotations

import stat
from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest

from kgeval.errors import BusyError
from kgeval.plan.study import Study
from kgeval.prepare import clean, clean_received, receive, shared
from kgeval.prepare.assemble import Cleaned
from kgeval.store import SHARED

GROUPS = """id,svy,district,day,children,safe,note
g1,0,North,2018-09-03,12,1,x
g2,0,S.,2018-09-04,many,1,x
g2,0,South,2018-09-04,9,1,x
g3,2,South,2020-09-04,"1,5",0,x
g4,7,North,2020-09-04,8,1,x
,2,North,2020-09-04,8,1,x
"""
STAFF = "id,group,role,certified,years\ns1,g1,1,1,3\ns2,g3,1,0,\ns3,g9,1,1,2\n"


@pytest.fixture
def delivered(data: Path) -> Path:
    """Two files with something for every part of the account."""
    (data / "groups.csv").write_text(GROUPS, encoding="utf-8")
    (data / "staff_2018.csv").write_text(STAFF, encoding="utf-8")
    return data


def same(one: Cleaned, other: Cleaned) -> None:
    # names of columns that an earlier test left in a cache may lie in memory in another way
    for field in fields(Cleaned):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, str):
            assert a == b
        elif isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b, obj=field.name, check_column_type=False)
        else:
            assert list(a) == list(b)
            for key in a:
                pd.testing.assert_frame_equal(
                    a[key], b[key], obj=f"{field.name} of {key}", check_column_type=False
                )


def test_what_an_area_takes_is_what_it_would_have_made(
    study: Study, delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = receive(study, delivered)
    area = study.areas[1]
    alone = clean(delivery.tables, study, area=area, corrections=delivery.corrections)
    first = clean_received(study, delivered, study.areas[0], out=tmp_path)
    monkeypatch.setattr(shared, "clean_areas", None)  # whoever comes later cleans nothing
    received = clean_received(study, delivered, area, out=tmp_path)
    same(received.cleaned, alone)
    pd.testing.assert_frame_equal(received.files, delivery.files)
    assert first.cleaned.log_hash != received.cleaned.log_hash
    for place in (tmp_path / SHARED, *(tmp_path / SHARED).rglob("*")):
        assert not place.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) or place.name == "lock"


def test_other_data_are_cleaned_anew(study: Study, delivered: Path, tmp_path: Path) -> None:
    made = shared._name(study, delivered)
    (delivered / "note.txt").write_text("one more file", encoding="utf-8")
    assert shared._name(study, delivered) != made
    (delivered / "note.txt").unlink()
    assert shared._name(study, delivered) == made


def test_where_nothing_can_be_shared_an_area_works_alone(
    study: Study, delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "_alone", lambda *_: "alone")
    (tmp_path / "out").write_text("a file where a folder belongs", encoding="utf-8")
    assert clean_received(study, delivered, study.areas[0], out=tmp_path / "out") == "alone"
    assert clean_received(study, delivered, None, out=tmp_path) == "alone"


def test_where_the_disk_is_full_an_area_works_alone_and_has_the_room_to(
    study: Study, delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_folder: Path, _cleaned: object) -> None:
        raise BusyError("tables.mothers.parquet cannot be written: No space left on device")

    monkeypatch.setattr(shared, "_write_area", full)
    received = clean_received(study, delivered, study.areas[0], out=tmp_path)
    assert received.cleaned.tables
    assert [place.name for place in (tmp_path / SHARED).iterdir()] == ["lock"]
