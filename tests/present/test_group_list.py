"""Of single groups the report says what the study declares public by nature, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kgeval.plan.study import read_study
from kgeval.present.tables.group_list import group_list_table, public_records

STUDY = read_study(Path(__file__).parents[2] / "surveys" / "kien_giang")


def frame() -> pd.DataFrame:
    assert STUDY.programme.public is not None
    row = dict.fromkeys(STUDY.programme.public.columns, "1") | {"owner": "nobody's business"}
    areas = [area.code for area in STUDY.areas][:2]
    return pd.DataFrame(
        [
            {**row, "area": areas[1], "group_id": "b-G002", "support": "1"},
            {**row, "area": areas[0], "group_id": "a-G001", "support": "2"},
            {**row, "area": areas[0], "group_id": "a-G003", "support": "4"},  # not supported
        ]
    ).astype("string")


def test_the_list_holds_public_columns_of_supported_groups_alone() -> None:
    records = public_records(frame(), STUDY)
    assert set(records) == {"area", *STUDY.programme.public.columns}
    assert sorted(records["group_id"]) == ["a-G001", "b-G002"]


def test_an_area_lists_its_own_and_the_whole_lists_area_by_area() -> None:
    records = public_records(frame(), STUDY)
    first, second = STUDY.areas[0], STUDY.areas[1]
    own = group_list_table(records, STUDY, "vi", area=first.code)
    assert own.cells["group_id"].tolist() == ["a-G001"]
    assert own.groups == ()
    whole = group_list_table(records, STUDY, "vi", area="all")
    assert whole.cells["group_id"].tolist() == ["a-G001", "b-G002"]
    assert whole.groups == (first.label["vi"], second.label["vi"])
    assert group_list_table(records, STUDY, "vi", area="none").cells.empty
