"""The laws of the correction log, on generated tables and changes."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgeval.prepare.log import LOG_COLUMNS, START, LogError, chain, log_hash, replay, undo, verify

SHEETS = ("aaaaaaaaaaaa:S:", "bbbbbbbbbbbb::")
RIDS = [f"{sheet}{row}" for sheet in SHEETS for row in (2, 3, 4)]
COLUMNS = ("x", "y")
Case = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]  # raw, log, clean
CELL = st.sampled_from(["", "1", "2", "có", "1.234"])


# drawing a case builds frames, which takes its time on a busy machine
law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def raw_and_log(draw: st.DrawFn) -> Case:
    """A delivered table, and a log written as the cleaner writes it: whole columns, then cells, then rows."""
    raw = pd.DataFrame(
        {name: pd.Series([draw(CELL) for _ in RIDS], index=RIDS, dtype="str") for name in COLUMNS}
    )
    raw = raw.where(raw != "")
    now = raw.fillna("")
    lines = []
    for sheet in draw(st.sets(st.sampled_from(SHEETS))):
        # a label that became a code, which nobody had delivered: the only whole-column change there is
        lines.append({"rid": sheet, "column": "x", "raw_value": "có", "new_value": "yes", "action": "decode"})
        here = now.index.str.startswith(sheet) & (now["x"] == "có")
        now.loc[here, "x"] = "yes"
    for _ in range(draw(st.integers(0, 12))):
        rid, column, new = draw(st.sampled_from(RIDS)), draw(st.sampled_from(COLUMNS)), draw(CELL)
        action = "blank" if new == "" else draw(st.sampled_from(["set", "normalise"]))
        lines.append(
            {"rid": rid, "column": column, "raw_value": raw.fillna("").loc[rid, column],
             "expects_raw": now.loc[rid, column], "new_value": new, "action": action}
        )  # fmt: skip
        now.loc[rid, column] = new
    for rid in draw(st.sets(st.sampled_from(RIDS), max_size=2)):
        lines.append({"rid": rid, "action": "reject", "rule": "KEY_MISSING"})
        now = now.drop(rid)
    columns = ["rid", "column", "raw_value", "expects_raw", "new_value", "action", "rule"]
    return raw, chain(pd.DataFrame(lines, columns=columns)), now.where(now != "")


@law
@given(raw_and_log())
def test_the_log_makes_the_clean_table_from_the_raw_one(case: Case) -> None:
    raw, log, clean = case
    pd.testing.assert_frame_equal(replay(log, raw), clean)


@law
@given(raw_and_log())
def test_replaying_twice_is_replaying_once(case: Case) -> None:
    raw, log, _ = case
    clean = replay(log, raw)
    pd.testing.assert_frame_equal(replay(log, clean), clean)


@law
@given(raw_and_log())
def test_undoing_gives_the_delivered_cells_of_the_kept_rows_back(
    case: Case,
) -> None:
    raw, log, _ = case
    clean = replay(log, raw)
    pd.testing.assert_frame_equal(undo(log, clean), raw.loc[clean.index])


@law
@given(raw_and_log(), st.data())
def test_an_altered_line_breaks_the_chain(case: Case, data: st.DataObject) -> None:
    _, log, _ = case
    verify(log)
    if log.empty:
        return
    place = data.draw(st.integers(0, len(log) - 1))
    altered = log.copy()
    altered.loc[place, "reason"] = "because"
    with pytest.raises(LogError, match=f"line {place + 1} "):
        verify(altered)
    if len(log) > 1:
        with pytest.raises(LogError):
            verify(log.drop(index=0).reset_index(drop=True))


def test_a_stale_line_never_lands() -> None:
    raw = pd.DataFrame({"x": ["5"]}, index=["aaaaaaaaaaaa::2"], dtype="str")
    line = {"rid": "aaaaaaaaaaaa::2", "column": "x", "expects_raw": "4", "new_value": "3", "action": "set"}
    with pytest.raises(LogError, match="another value than the correction log expects"):
        replay(chain(pd.DataFrame([line])), raw)


def test_lines_of_one_cell_must_follow_one_another() -> None:
    lines = [
        {"rid": "aaaaaaaaaaaa::2", "column": "x", "expects_raw": "5", "new_value": "4", "action": "set"},
        {"rid": "aaaaaaaaaaaa::2", "column": "x", "expects_raw": "5", "new_value": "3", "action": "set"},
    ]
    raw = pd.DataFrame({"x": ["5"]}, index=["aaaaaaaaaaaa::2"], dtype="str")
    with pytest.raises(LogError, match="line 2 "):
        replay(chain(pd.DataFrame(lines)), raw)


def test_a_log_has_the_columns_of_the_contract_and_goes_on_from_another() -> None:
    first = chain(pd.DataFrame([{"rid": "r", "column": "x", "new_value": "1", "action": "set", "row": 2}]))
    assert tuple(first.columns) == LOG_COLUMNS
    assert first["seq"].tolist() == [1]
    assert first["row"].tolist() == [2]
    assert first["prev_hash"].tolist() == [START]
    second = chain(pd.DataFrame([{"rid": "s", "action": "reject"}]), after=log_hash(first), first=2)
    verify(pd.concat([first, second], ignore_index=True))
