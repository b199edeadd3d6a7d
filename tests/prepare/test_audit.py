"""The audit of undocumented changes: each kind of difference and of line, and a real cleaning."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kgeval.errors import DataError
from kgeval.plan.form import read_form
from kgeval.prepare.audit import Audit, audit
from kgeval.prepare.clean import clean_table
from kgeval.prepare.read import read
from kgeval.prepare.transcribe import Notation
from kgeval.prepare.typed import canonical
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
OWN = r"""
| survey |
|   | type | name | label::en | class |
|   | text | id | Id | none |
|   | select_one place | place | Place | none |
|   | date | day | Day | none |
| choices |
|   | list_name | name | label::en |
|   | place | a | Bình An |
|   | place | b | Tô Châu |
| settings |
|   | form_id | key |
|   | places | id |
"""
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
        ("12345678901234567", "12345678901234568", False),  # the number of a card, not a measure
        ("0.12345678901234567", "0.123456789012345678", True),  # beyond what a double holds
        ("100000000000000000000", "1e+20", True),
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


@pytest.mark.parametrize(("gone", "kept"), [(0, 1), (1, 0)])
def test_of_two_records_of_one_key_either_may_be_removed(gone: int, kept: int) -> None:
    raw = table("id | a | b \n x | 1 | p \n x | 2 | q \n y | 3 | r")
    log = table("id | question | old | new | action \n x | | | | remove_duplicate")
    result = audit(raw, raw.drop(index=gone), log, key="id", log_columns=NAMES)
    assert kept in raw.index
    assert result.cells.empty
    assert result.counts["rows_removed_documented"] == result.counts["rows_removed"] == 1
    assert result.lines["fate"].tolist() == ["effective"]


def test_lines_about_one_cell_follow_on_one_another() -> None:
    raw, clean = table("id | a \n x | 5 \n y | 5"), table("id | a \n x | 6 \n y | 6")
    log = table("""
        id | question | old | new | action
        x  | a        | 5   | 5.5 | change
        x  | a        | 5.5 | 6   | change
        y  | a        | 4   | 5.5 | change
        y  | a        | 5   | 6   | change
    """)
    result = audit(raw, clean, log, key="id", log_columns=NAMES)
    assert result.lines["fate"].tolist() == ["superseded", "effective", "contradicted", "effective"]
    assert result.stale.tolist() == [False, False, True, False]
    assert result.cells["lines"].tolist() == ["1 2", "4"]


def test_the_log_may_say_yes_where_the_data_say_1() -> None:
    raw, clean = table("id | a \n x | 1 \n y | 0"), table("id | a \n x | 0 \n y | 0")
    log = table("id | question | old | new | action \n x | a | Có | FALSE | change")
    assert audit(raw, clean, log, key="id", log_columns=NAMES).counts["cells_documented"] == 1
    assert audit(raw, clean, log, key="id", log_columns=NAMES).counts["stale_lines"] == 0


@pytest.mark.parametrize(
    ("action", "new", "kind"),
    [
        ("change_response", "4", "set"),
        ("correct_national_id", "4", "set"),
        ("replace missing value", "4", "set"),
        ("blank_response", "", "blank"),
        ("set_na", "", "blank"),
        ("delete value", "", "blank"),
        ("để trống", "", "blank"),
        ("phân loại lại", "4", "set"),
        ("dropdown recoded", "4", "set"),
        ("no_action", "", "none"),
        ("không sửa", "", "none"),
    ],
)
def test_what_a_line_says_was_done(action: str, new: str, kind: str) -> None:
    raw, clean = table("id | a \n x | 5"), table(f"id | a \n x | {new}")
    log = table(f"id | question | old | new | action \n x | a | 5 | {new} | {action}")
    result = audit(raw, clean, log, key="id", log_columns=NAMES)
    assert result.lines["kind"].tolist() == [kind]
    assert result.counts["cells_documented"] == int(kind != "none")


@pytest.mark.parametrize(
    ("action", "documented"), [("Loại", 1), ("drop record", 1), ("excluded", 1), ("phân loại lại", 0)]
)
def test_a_removed_record_needs_a_line_that_removes(action: str, documented: int) -> None:
    raw, clean = table("id | a \n x | 5 \n y | 6"), table("id | a \n x | 5")
    log = table(f"id | question | old | new | action \n y | a | 6 | 7 | {action}")
    counts = audit(raw, clean, log, key="id", log_columns=NAMES).counts
    assert (counts["rows_removed"], counts["rows_removed_documented"]) == (1, documented)


def test_without_a_line_everything_is_undocumented() -> None:
    assert audit(RAW, CLEAN, None, key="id").counts["cells_undocumented"] == 3


def test_a_column_that_is_named_must_be_in_the_log() -> None:
    with pytest.raises(DataError, match=r"'was': .*MISSING_COLUMN"):
        audit(RAW, CLEAN, LOG, key="id", log_columns=NAMES | {"old": "was"})


def test_without_names_the_message_says_how_to_give_them() -> None:
    with pytest.raises(DataError, match=r"'rid': .*--log-columns key=…"):
        audit(RAW, CLEAN, LOG, key="id")


def test_keys_of_which_none_is_shared_are_told() -> None:
    assert audit(RAW.assign(id="0" + RAW["id"]), CLEAN, LOG, key="id", log_columns=NAMES).nothing_shared
    assert not found().nothing_shared


def test_our_own_log_explains_what_we_did(tmp_path: Path) -> None:
    """Labels to codes are one line a label and column; the line of a cell goes on from there."""
    (tmp_path / "form.md").write_text(OWN, encoding="utf-8")
    (tmp_path / "raw.csv").write_text("id,place,day\n1,Bình An,05/03/2020\n2,Tô Châu,25/03/2020\n")
    form = read_form(tmp_path / "form.md")
    delivered = read(tmp_path / "raw.csv", root=tmp_path, form=form)
    decided = pd.DataFrame(
        [
            {
                "key": "2",
                "column": "place",
                "action": "set",
                "expects_raw": "b",
                "new_value": "a",
                "reason": "seen",
            }
        ]
    )
    cleaned = clean_table(delivered, form, corrections=decided, notation=Notation(date_order="dmy"))
    clean = cleaned.tables["places"][["id", "place", "day"]].astype("str")
    result = audit(
        pd.read_csv(tmp_path / "raw.csv", dtype="str"), clean, cleaned.corrections, key="id",
        log_columns={"key": "key"},
    )  # fmt: skip
    assert result.counts["cells_changed"] == result.counts["cells_documented"] == 4
    assert result.counts["stale_lines"] == 0
    assert result.counts["idle_lines"] == 0


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
