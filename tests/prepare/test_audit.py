"""The audit of undocumented changes: each kind of difference and of line, and a real cleaning."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from kgeval.errors import DataError
from kgeval.prepare.audit import Audit, audit, canonical
from tests.conftest import SHARED

NAMES = {"key": "id", "column": "question", "old": "old", "new": "new", "action": "action"}
REACH = SHARED / "real" / "reach_cleaning"
REACH_NAMES = {
    "key": "X_uuid",
    "column": "questions",
    "old": "old_value",
    "new": "new_value",
    "action": "change_type",
}


def table(text: str) -> pd.DataFrame:
    """A table drawn as text: columns and cells separated by ``|``."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pd.DataFrame(rows[1:], columns=rows[0], dtype="str")


RAW = table("""
    id | age | code | reads | day
    a  | 30  | 0905 | TRUE  | 2018-11-1
    b  | 31  | 0899 | FALSE | 2018-11-2
    c  | 32  | 0900 | TRUE  | 2018-11-3
""")
CLEAN = table("""
    id | age  | code | reads | day
    a  | 30.0 | 905  | 1     | 2018-11-01
    b  | 41   | 0899 | 1     | 2018-11-02
    d  | 20   | 0900 | 1     | 2018-11-04
""")
LOG = table("""
    id | question | old | new | action
    b  | age      | 31  | 41  | change
    b  | reads    |     | yes | change_response
    a  | age      | 29  | 30  | change
    c  |          |     |     | remove_survey
    a  |          |     |     | no_action
""")


def found(log: pd.DataFrame = LOG) -> Audit:
    return audit(RAW, CLEAN, log, key="id", log_columns=NAMES)


def test_differences_are_typed_and_held_against_the_log() -> None:
    assert found().counts == {
        "rows_removed": 1,
        "rows_removed_documented": 1,
        "rows_added": 1,
        "cells_changed": 3,  # b.age, b.reads, and a.code: 0905 is not 905
        "cells_documented": 2,
        "cells_undocumented": 1,
        "cells_reformatted": 4,  # a.age 30.0, a.reads 1, both days
        "undocumented_by_column": {"code": 1},
        "stale_lines": 1,
        "unstated_lines": 1,
        "idle_lines": 1,
        "lines_without_column": 2,
    }


def test_each_line_has_its_fate() -> None:
    assert found().lines["fate"].tolist() == ["effective", "effective", "idle", "effective", "none"]


def test_a_line_with_another_new_value_explains_nothing() -> None:
    log = LOG.assign(new=LOG["new"].replace("41", "42"))
    result = found(log)
    assert result.counts["undocumented_by_column"] == {"code": 1, "age": 1}
    assert result.lines["fate"].iloc[0] == "contradicted"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="MISSING_COLUMN"):
        audit(RAW, CLEAN, LOG, key="uuid", log_columns=NAMES)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("3e+05", "300000", True),
        ("1.10", "1.1", True),
        ("-0", "0", True),
        ("007", "7", False),
        ("12345678901234567", "12345678901234568", True),  # beyond what a double holds
        ("Hoà", "Hoà", True),
        ("2018-11-1", "2018-11-01T00:00:00", True),
        ("NA", "", True),
        ("1e400", "1e401", False),
        ("yes", "1", False),  # only where the whole column says yes and no
    ],
)
def test_readings(one: str, other: str, equal: bool) -> None:
    readings = canonical(pd.Series([one, other], dtype="str"), yes_no=False).fillna("")
    assert (readings[0] == readings[1]) is equal


def real(name: str) -> pd.DataFrame:
    if not REACH.is_dir():
        pytest.skip(f"the real cleaning is not at {REACH.parent.name}/{REACH.name}")
    return pd.read_csv(REACH / name, dtype=str, keep_default_na=False)


def test_a_real_cleaning_has_no_undocumented_change() -> None:
    result = audit(
        real("raw_data.csv"),
        real("clean_data.csv"),
        real("cleaning_log.csv"),
        key="X_uuid",
        log_columns=REACH_NAMES,
    )
    assert json.loads(json.dumps(result.counts)) == {
        "rows_removed": 54,
        "rows_removed_documented": 54,
        "rows_added": 0,
        "cells_changed": 47,
        "cells_documented": 47,
        "cells_undocumented": 0,
        "cells_reformatted": 329,
        "undocumented_by_column": {},
        "stale_lines": 0,
        "unstated_lines": 38,
        "idle_lines": 0,
        "lines_without_column": 102,
    }
    reformatted = result.cells.loc[result.cells["change"] == "reformatted", "column"].value_counts()
    assert reformatted.to_dict() == {"tot_expenses": 317, "spend_tap": 8, "connection_fees_amount": 4}
    assert (result.lines["fate"] == "removed_row").sum() == 2


def test_every_planted_change_in_the_real_cleaning_is_found() -> None:
    raw, clean, log = real("raw_data.csv"), real("clean_data.csv"), real("cleaning_log.csv")
    draw = np.random.default_rng(20261123)
    shared = [column for column in raw.columns if column in clean and column != "X_uuid"]
    told = set(zip(log["X_uuid"], log["questions"], strict=True))
    planted: set[tuple[str, str]] = set()
    while len(planted) < 200:
        row, column = int(draw.integers(len(clean))), shared[int(draw.integers(len(shared)))]
        cell = (clean.loc[row, "X_uuid"], column)
        if cell not in told | planted:
            planted.add(cell)
            old = clean.loc[row, column]
            clean.loc[row, column] = str(float(old) + 1) if old.isdigit() else f"{old} planted"
    result = audit(raw, clean, log, key="X_uuid", log_columns=REACH_NAMES)
    undocumented = result.cells.loc[result.cells["change"] == "undocumented"]
    assert set(zip(undocumented["key"], undocumented["column"], strict=True)) == planted
    assert result.counts["cells_documented"] == 47
