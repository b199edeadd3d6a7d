"""The whole is put together from its areas without losing or counting anything twice."""

from __future__ import annotations

import pandas as pd
import pytest

from kgeval.prepare.account import ACCOUNT, ConservationError
from kgeval.prepare.whole import together


def account(**counts: int) -> dict[str, object]:
    """One area's account of one sheet of ten records, of which one is blank and one has no area."""
    row: dict[str, object] = dict.fromkeys(ACCOUNT, 0)
    row |= {
        "file": "mothers.csv",
        "sheet": "",
        "table": "mothers",
        "records": 10,
        "structural": 1,
        "columns": 2,
    }
    return row | counts


def rejected(*rids: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"rid": list(rids), "file": "mothers.csv", "sheet": "", "table": "mothers", "reason": "UNPLACED"}
    )


def test_a_record_without_an_area_stands_once() -> None:
    north = account(kept=5, rejected=1, other_area=3, cells=10, cells_same=9, cells_corrected=1)
    south = account(kept=3, rejected=1, other_area=5, cells=6, cells_same=6)
    whole = together(pd.DataFrame([north, south]), rejected("a")).iloc[0]
    assert whole[["records", "kept", "rejected", "structural", "other_area"]].tolist() == [10, 8, 1, 1, 0]
    assert whole[["cells", "cells_same", "cells_corrected"]].tolist() == [16, 15, 1]


def test_records_of_an_area_that_failed_stay_visible() -> None:
    north = account(kept=5, rejected=1, other_area=3)
    whole = together(pd.DataFrame([north]), rejected("a")).iloc[0]
    assert whole["other_area"] == 3


def test_two_areas_that_keep_the_same_records_are_found() -> None:
    twice = pd.DataFrame([account(kept=8), account(kept=8)])
    with pytest.raises(ConservationError, match=r"mothers\.csv"):
        together(twice, rejected())
