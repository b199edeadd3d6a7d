"""The correction log: every change between what was delivered and what is analysed, one line a change.

The log is append-only and hash-chained. It works on text: ``raw`` frames hold what was delivered,
``clean`` frames the plain text of the cleaned values, both indexed by ``rid`` with one column a
question; a missing cell is the log's empty text. The laws (L7 of the safety rules):

- ``replay(log, raw)`` is ``clean``; replaying again changes nothing;
- ``undo(log, clean)`` gives the raw cells of the kept rows back;
- a line whose ``expects_raw`` is not what it finds never lands: it is stale.

A line whose ``rid`` ends with a colon (a record's identity without its row) stands for a whole
column of that sheet: there, every ``raw_value`` became ``new_value``. Such lines come first.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd

from kgeval.errors import UserError

LOG_COLUMNS = (
    "seq", "source_sha256", "file", "sheet", "rid", "row", "key", "column", "raw_value", "new_value",
    "action", "rule", "rule_kind", "reason", "evidence", "decided_by", "reviewed_by", "decided_at",
    "supersedes_seq", "expects_raw", "prev_hash", "this_hash",
)  # fmt: skip
CELL_ACTIONS = frozenset({"set", "blank", "normalise", "decode"})  # these change one cell
ROW_ACTIONS = frozenset({"reject", "merge"})  # these take the whole row out
START = "0" * 64  # what the first line is chained to
_CHAINED = tuple(column for column in LOG_COLUMNS if column not in {"prev_hash", "this_hash"})


class LogError(UserError):
    """A log that was altered, or that does not belong to the data it is applied to."""


def chain(lines: pd.DataFrame, *, after: str = START, first: int = 1) -> pd.DataFrame:
    """Make a log of lines: number them and chain each to the one before.

    Parameters
    ----------
    lines
        One row a change, in the order in which the changes were made; any of ``LOG_COLUMNS``,
        absent ones are empty.
    after
        ``this_hash`` of the line before, where the lines continue a log.
    first
        The number of the first line.

    Returns
    -------
    DataFrame
        Columns ``LOG_COLUMNS``; ``seq`` and ``row`` are ``Int64``, everything else text.
    """
    log = pd.DataFrame(index=pd.RangeIndex(len(lines)))
    for column in _CHAINED:
        if column == "row":
            rows = lines["row"].array if "row" in lines else pd.NA
            log["row"] = pd.Series(rows, index=log.index, dtype="Int64")
        else:
            words = lines[column].array if column in lines else ""
            log[column] = pd.Series(words, index=log.index).astype("str").fillna("")
    log["seq"] = pd.array(range(first, first + len(log)), dtype="Int64")
    hashes = _hashes(log, after)
    log["prev_hash"] = pd.Series([after, *hashes[:-1]] if hashes else [], dtype="str")
    log["this_hash"] = pd.Series(hashes, dtype="str")
    return log.loc[:, list(LOG_COLUMNS)]


def log_hash(log: pd.DataFrame) -> str:
    """Return the hash that stands for the whole log."""
    return START if log.empty else str(log["this_hash"].iloc[-1])


def verify(log: pd.DataFrame, *, after: str = START) -> None:
    """Raise ``LogError``, naming the first line whose content or place was altered."""
    expected = pd.Series(_hashes(log, after), index=log.index, dtype="str")
    previous = expected.shift(fill_value=after)
    altered = (log["this_hash"] != expected) | (log["prev_hash"] != previous)
    if altered.any():
        seq = log["seq"][altered].iloc[0]
        raise LogError(
            f"line {seq} of the correction log is not what was written: its hash does not follow from the "
            "lines before; restore the log from the run that wrote it"
        )


def replay(log: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    """Apply every line to delivered text and return the clean text.

    Lines of rows that are not in ``raw`` and of columns that it does not have are passed over, so
    that a log can be replayed on a part of the data.

    Raises
    ------
    LogError
        A line expects another value than the one it finds.
    """
    gone = log.loc[log["action"].isin(ROW_ACTIONS), "rid"]
    kept = raw.loc[~raw.index.isin(gone)]
    cells = _net(log)
    decoded = _translate(log, kept, found="raw_value", wanted="new_value", but=cells)
    return _rewrite(decoded, cells, found="expects_raw", wanted="new_value")


def undo(log: pd.DataFrame, clean: pd.DataFrame) -> pd.DataFrame:
    """Return the delivered text of every cell of the rows in ``clean``.

    Raises
    ------
    LogError
        A cell holds another value than the one the log left there.
    """
    decoded = _rewrite(clean, _net(log), found="new_value", wanted="expects_raw")
    return _translate(log, decoded, found="new_value", wanted="raw_value")


def _hashes(log: pd.DataFrame, after: str) -> list[str]:
    hashes = []
    columns = [log[column].astype("str").fillna("").tolist() for column in _CHAINED]
    for line in zip(*columns, strict=True):
        content = json.dumps([after, *line], ensure_ascii=False, separators=(",", ":"))
        after = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
        hashes.append(after)
    return hashes


def whole_column(lines: pd.DataFrame) -> pd.Series:
    """Return which lines stand for a whole column of a sheet."""
    return lines["rid"].str.endswith(":") & lines["action"].isin(CELL_ACTIONS)


def plain_index(rids: pd.Index) -> pd.Index:
    """Return the records as an index that finds many of them fast: of plain Python texts.

    One that is plain already comes back as it is, with the table of its records that it may have built.
    """
    if rids.dtype == object:
        return rids
    plain: pd.Index = pd.Index(rids.to_numpy(dtype=object), dtype=object)
    return plain


def among(rids: pd.Series, known: pd.Index) -> np.ndarray:
    """Return which records are among those ``known``, a plain index without duplicates.

    ``isin`` would turn all that are known into a text column first, each time that it is asked.
    """
    return np.asarray(known.get_indexer(pd.Index(rids.to_numpy(dtype=object), dtype=object)) >= 0)


def sheet_of(rids: pd.Index) -> pd.Index:
    """Return the identity of the sheet that each record came from: its own without the row."""
    sheets: pd.Index = pd.Index(
        [rid[: rid.rfind(":") + 1] for rid in rids.to_numpy(dtype=object)], dtype=object
    )
    return sheets


def _translate(
    log: pd.DataFrame, frame: pd.DataFrame, *, found: str, wanted: str, but: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Make the changes of whole columns: in each sheet, every ``found`` becomes ``wanted``.

    Cells ``but`` those that already hold what the log leaves there: a replay repeated must not
    take a person's word for a label.
    """
    lines = log.loc[whole_column(log) & log["column"].isin(frame.columns)]
    if lines.empty:
        return frame
    codes, sheets = pd.factorize(sheet_of(frame.index))
    rows = {sheet: np.flatnonzero(codes == code) for code, sheet in enumerate(sheets)}
    columns = {name: frame[name] for name in frame.columns}
    for column, of_column in lines.groupby("column", sort=False):
        name = str(column)
        text, settled = columns[name].array.copy(), _settled(columns[name], but, name)
        for sheet, pairs in of_column.groupby("rid", sort=False):
            place = rows.get(str(sheet), np.array([], dtype=np.intp))
            words = pd.Series(text[place], dtype="str").map(
                dict(zip(pairs[found], pairs[wanted], strict=True))
            )
            known = words.notna().to_numpy() & ~settled[place]
            text[place[known]] = words.array[known]
        columns[name] = pd.Series(text, index=frame.index)
    return pd.DataFrame(columns, index=frame.index)


def _settled(column: pd.Series, cells: pd.DataFrame | None, name: object) -> np.ndarray:
    """Return which cells of a column hold already what the log leaves there."""
    if cells is None:
        return np.zeros(len(column), dtype=bool)
    left = cells.loc[cells["column"] == name].set_index("rid")["new_value"].reindex(column.index)
    return (left.notna() & (left == column.fillna(""))).to_numpy(dtype=bool)


def _net(log: pd.DataFrame) -> pd.DataFrame:
    """Return one row a changed cell: what the first line found there and what the last one left."""
    of_cells = log["action"].isin(CELL_ACTIONS) & ~whole_column(log)
    lines = log.loc[of_cells, ["seq", "rid", "column", "expects_raw", "new_value"]]
    cells = lines.groupby(["rid", "column"], sort=False)
    before = cells["new_value"].shift()
    broken = before.notna() & (before != lines["expects_raw"])
    if broken.any():
        raise LogError(
            f"line {lines['seq'][broken].iloc[0]} of the correction log expects another value than the "
            "line before it left in that cell; the log is not from one run"
        )
    return cells.agg(expects_raw=("expects_raw", "first"), new_value=("new_value", "last")).reset_index()


def _rewrite(frame: pd.DataFrame, cells: pd.DataFrame, *, found: str, wanted: str) -> pd.DataFrame:
    """Put ``wanted`` where ``found`` stands; a cell that holds ``wanted`` already is left as it is."""
    columns: dict[str, pd.Series] = {}
    where = plain_index(frame.index)
    for column, lines in cells.groupby("column", sort=False):
        name = str(column)
        if name not in frame.columns:
            continue
        place = where.get_indexer(pd.Index(lines["rid"].to_numpy(dtype=object)))
        here, place = place >= 0, place[place >= 0]
        before, after = (lines[part].to_numpy(dtype=object)[here] for part in (found, wanted))
        text = frame[name].array.copy()
        held = pd.Series(text[place], dtype="str").fillna("").to_numpy(dtype=object)
        stale = (held != before) & (held != after)
        if stale.any():
            rid = where[place[int(stale.argmax())]]
            raise LogError(
                f"column {name!r} of the record {rid} holds another value than the correction log expects; "
                "this log was written for other data"
            )
        text[place] = pd.Series(after, dtype="str").replace("", np.nan).array
        columns[name] = pd.Series(text, index=frame.index)
    return frame.assign(**columns)
