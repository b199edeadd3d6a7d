"""Decisions that a person wrote into a findings workbook, as lines of ``corrections.csv``.

The columns are known by their headings, which the caller names (they are words for people); a decision
names its record by ``rid``, so by the very file it was made on, and where that file was replaced since by
file, key and the value that was seen.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from kgeval.errors import StudyError
from kgeval.prepare.read.archive import open_archive
from kgeval.prepare.read.limits import Limits

COLUMNS = (
    "table", "file", "sheet", "row", "rid", "round", "area", "key", "column", "expects_raw", "action",
    "new_value", "reason", "evidence", "decided_by", "decided_at",
)  # fmt: skip
_NAMING = ("rid", "column", "expects_raw", "action", "new_value")  # two lines alike in these say the same
_FILLED = ("action", "new_value", "reason", "decided_by")


def read_decisions(
    path: Path, headings: Mapping[str, str], actions: Mapping[str, str], *, day: date
) -> pd.DataFrame:
    """Read the decided rows of a filled workbook; rows without a decision are passed over.

    Parameters
    ----------
    path
        The workbook (.xlsx).
    headings
        Heading → column of a correction; a sheet without those of ``action`` and ``rid`` decides nothing.
    actions
        What people call a decision → ``set``, ``blank``, ``reject`` or ``accept_as_is``; those go as well.
    day
        The day of the decision, where the workbook does not say it.

    Returns
    -------
    DataFrame
        ``COLUMNS``, all text, one row a decision, in the workbook's order, the same decision once.

    Raises
    ------
    StudyError
        The file is no workbook that can be read; or rows decide nothing clear: all of them, one line a
        fault, without any value.
    """
    lines: list[dict[str, str]] = []
    faults: list[str] = []
    for title, rows in _sheets(path):
        for row, line in _filled(rows, headings):
            line["action"] = actions.get(line.get("action", ""), line.get("action", ""))
            fault = _fault(line, set(actions.values()))
            if fault:
                faults.append(f"{path.name}, sheet {title!r}, row {row}: {fault}")
            lines.append({"decided_at": day.isoformat()} | line)
    frame = pd.DataFrame(lines, columns=list(COLUMNS), dtype="str").fillna("")
    frame = frame.drop_duplicates(list(_NAMING), ignore_index=True)
    faults += _contradictions(frame, path.name)
    if faults:
        raise StudyError(faults)
    return frame


def with_decisions(corrections: pd.DataFrame | None, decisions: pd.DataFrame) -> tuple[bytes, pd.DataFrame]:
    """Add decisions to the lines of ``corrections.csv``; those that stand there already are left out.

    Returns
    -------
    bytes
        The new content of ``corrections.csv``.
    DataFrame
        The lines that are new.
    """
    former = pd.DataFrame(columns=list(COLUMNS)) if corrections is None else corrections
    known = pd.MultiIndex.from_frame(former.reindex(columns=list(_NAMING)).astype("str").fillna(""))
    new = decisions.loc[~pd.MultiIndex.from_frame(decisions[list(_NAMING)]).isin(known)]
    columns = list(dict.fromkeys([*former.columns, *COLUMNS]))
    together = pd.concat([former, new], ignore_index=True).reindex(columns=columns).fillna("")
    buffer = io.StringIO()
    together.to_csv(buffer, index=False, lineterminator="\n")
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8"), new


def _sheets(path: Path) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """Return the title and the rows of each sheet."""
    from openpyxl import load_workbook

    try:
        content = path.read_bytes()
        open_archive(content, file=path.name, limits=Limits())  # a few kilobytes can claim to be gigabytes
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]
    except Exception as error:  # whatever the library makes of a damaged file
        remedy = "decide in the findings.xlsx that `kgeval clean` wrote, and save it as .xlsx"
        raise StudyError([f"{path.name}: this is no Excel workbook that can be read; {remedy}"]) from error


def _filled(
    rows: Sequence[Sequence[Any]], headings: Mapping[str, str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows in which something was decided: their number, and the correction's columns."""
    first = rows[0] if rows else ()
    head = [headings.get(str(cell).strip(), "") if cell is not None else "" for cell in first]
    if not {"action", "rid"} <= set(head):
        return
    for number, cells in enumerate(rows[1:], 2):
        line = {name: _text(cell) for name, cell in zip(head, cells, strict=False) if name}
        if any(line.get(name) for name in _FILLED):
            yield number, line


def _text(cell: object) -> str:
    """Return a cell as it is typed into ``corrections.csv``: days in ISO, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == datetime.min.time() else cell).isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _fault(line: Mapping[str, str], known: set[str]) -> str:
    """Return why a row decides nothing clear; empty where it does."""
    action = line.get("action", "")
    faults = {
        "something was written but no decision was chosen; choose one, or empty the row": not action,
        "the decision is none of the list; choose it from the list of the cell": action not in known,
        "the hidden column that names the record is empty; decide in the workbook as it was made":
            not line.get("rid"),
        "a right value is to be set, but none is written; write it, or choose to blank the cell":
            action == "set" and not line.get("new_value"),
        "no question is named here, so only the whole record can be rejected":
            action != "reject" and not line.get("column"),
        "the reason or the person who decided is missing; both belong to a decision":
            not line.get("reason") or not line.get("decided_by"),
    }  # fmt: skip
    return next((fault for fault, found in faults.items() if found), "")


def _contradictions(lines: pd.DataFrame, file: str) -> list[str]:
    """Return the cells that were decided in two ways, each named once."""
    cells = lines.loc[lines["action"] != "reject"]
    twice = cells.loc[cells.duplicated(["rid", "column"], keep="first")]
    return [
        f"{file}: row {row} of {of}, question {column!r}, is decided in two ways; leave one of them"
        for row, of, column in zip(twice["row"], twice["file"], twice["column"], strict=True)
    ]
