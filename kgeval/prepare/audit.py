"""The changes between two versions of a data set, and which of them a log explains, whoever wrote it.

Cells are compared as typed values: ``3e+05`` is ``300000``, ``1.10`` is ``1.1``, ``2018-11-1`` is
``2018-11-01``, and in a column of yes and no ``TRUE``, ``1`` and ``yes`` are one answer. A code with a
leading zero is text: ``0905`` is not ``905``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, InvalidOperation
from typing import Literal

import numpy as np
import pandas as pd

from kgeval.errors import DataError

LOG_COLUMNS = {"key": "rid", "column": "column", "old": "expects_raw", "new": "new_value", "action": "action"}
CELLS = ("key", "column", "raw", "clean", "change", "lines")
LINES = ("line", "key", "column", "old", "new", "kind", "fate")

Kind = Literal["remove", "blank", "set", "none"]
# Stems of the words that cleaning logs use for what was done; the first that fits decides.
_STEMS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("none", ("no_action", "no action", "none", "accept", "keep", "ignore", "rename")),
    ("remove", ("remove", "reject", "delete", "drop", "merge", "exclude")),
    ("blank", ("blank", "clear", "missing", "_na")),
)
_MISSING = frozenset({"", "NA", "NaN", "nan", "<NA>", "NULL", "null", "None"})
_TRUE = frozenset({"true", "1", "yes", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "f", "n"})
_NUMBER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DIGITS = Context(prec=15)  # what statistical programs write of a double


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found.

    Parameters
    ----------
    cells
        One row a cell that differs (``CELLS``): ``change`` is documented, undocumented or
        reformatted, ``lines`` are the numbers of the log lines about it.
    lines
        One row a line of the log (``LINES``): ``kind`` is what it says was done, ``fate`` what the
        data say about it: effective, idle, contradicted (the cell changed to something else),
        removed_row, unknown_row, unknown_column, none.
    rows
        One row a record that is in one version only: key, change (removed, added), documented.
    stale, unstated
        For each line, whether its old value is another one than the raw data hold, or empty.
    """

    cells: pd.DataFrame
    lines: pd.DataFrame
    rows: pd.DataFrame
    stale: pd.Series
    unstated: pd.Series

    @property
    def counts(self) -> dict[str, int | dict[str, int]]:
        """The result as numbers, by the names that ``kgeval audit --json`` prints."""
        removed = self.rows.loc[self.rows["change"] == "removed"]
        change = self.cells["change"]
        undocumented = self.cells.loc[change == "undocumented", "column"].value_counts()
        return {
            "rows_removed": len(removed),
            "rows_removed_documented": int(removed["documented"].sum()),
            "rows_added": int((self.rows["change"] == "added").sum()),
            "cells_changed": int(change.isin(["documented", "undocumented"]).sum()),
            "cells_documented": int((change == "documented").sum()),
            "cells_undocumented": int((change == "undocumented").sum()),
            "cells_reformatted": int((change == "reformatted").sum()),
            "undocumented_by_column": {str(column): int(n) for column, n in undocumented.items()},
            "stale_lines": int(self.stale.sum()),
            "unstated_lines": int(self.unstated.sum()),
            "idle_lines": int((self.lines["fate"] == "idle").sum()),
            "lines_without_column": int((self.lines["column"] == "").sum()),
        }


def audit(
    raw: pd.DataFrame,
    clean: pd.DataFrame,
    log: pd.DataFrame,
    *,
    key: str,
    log_columns: Mapping[str, str] | None = None,
) -> Audit:
    """Compare two versions of a data set and hold the log against the differences.

    Parameters
    ----------
    raw, clean
        One row a record, all text (missing or empty: no answer). Columns that only one has are not
        compared. Where a key stands several times, its records are paired in their order.
    log
        One row a line, all text.
    key
        The column that names the records in both.
    log_columns
        The log's own names of ``key``, ``column``, ``old``, ``new`` and ``action``; by default those
        of kgeval's log.

    Raises
    ------
    DataError
        A named column is not there.
    """
    for frame, which in ((raw, "the raw data"), (clean, "the clean data")):
        _need(frame, [key], which)
    lines = _lines(log, {**LOG_COLUMNS, **(log_columns or {})})
    before, after = _indexed(raw, key), _indexed(clean, key)
    differing, notations = _differences(before, after, key)
    told = _told(lines, before, after, differing, notations)
    cells = _documented(differing, told)
    rows = _rows(before, after, told)
    stated = told["kind"].isin(["set", "blank"]) & (told["column"] != "")
    return Audit(
        cells=cells.loc[:, list(CELLS)],
        lines=told.loc[:, list(LINES)],
        rows=rows,
        stale=stated & (told["old"] != "") & told["old_differs"],
        unstated=stated & (told["old"] == ""),
    )


def canonical(values: pd.Series, *, yes_no: bool) -> pd.Series:
    """Return the typed reading of each text as a text that equal readings share; missing as missing."""
    codes, distinct = pd.factorize(values.astype("str"))
    words = np.array([*(_reading(str(word), yes_no=yes_no) for word in distinct), None], dtype=object)
    return pd.Series(words[codes], index=values.index, dtype="str")


def is_yes_no(values: pd.Series) -> bool:
    """Return whether all answers are words for yes and no, with at least one that is not 0 or 1."""
    words = {str(word).strip().lower() for word in values.dropna().unique()} - {w.lower() for w in _MISSING}
    return bool(words - {"0", "1"}) and words <= _TRUE | _FALSE


def _reading(text: str, *, yes_no: bool) -> str | None:  # noqa: PLR0911 - one return a kind of text
    text = unicodedata.normalize("NFC", text).replace("\u00a0", " ").strip()
    if text in _MISSING:
        return None
    if yes_no and text.lower() in _TRUE | _FALSE:
        return "1" if text.lower() in _TRUE else "0"
    if _NUMBER.fullmatch(text) and any(letter.isdigit() for letter in text):
        try:
            number = _DIGITS.create_decimal(text).normalize()
        except InvalidOperation:
            return text
        return "0" if number == 0 else str(number)
    if day := _DAY.fullmatch(text):
        try:
            return date(*(int(part) for part in day.groups())).isoformat()
        except ValueError:
            return text
    return text


def _need(frame: pd.DataFrame, columns: list[str], which: str) -> None:
    for column in columns:
        if column not in frame:
            raise DataError(
                "MISSING_COLUMN",
                f"{which} have no column of that name",
                hint=f"columns are {', '.join(map(str, list(frame.columns)[:12]))} …",
                column=column,
            )


def _lines(log: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    _need(log, [names["key"], names["column"]], "the log's lines")
    lines = pd.DataFrame({"line": np.arange(1, len(log) + 1)})
    for part in ("key", "column", "old", "new", "action"):
        given = log[names[part]] if names[part] in log else pd.Series("", index=log.index)
        text = given.reset_index(drop=True).astype("str").fillna("").str.strip()
        lines[part] = text.mask(text.isin(_MISSING), "")
    kinds = {action: _kind(action) for action in lines["action"].unique()}
    return lines.assign(kind=lines["action"].map(kinds))


def _kind(action: str) -> Kind:
    word = action.lower()
    return next((kind for kind, stems in _STEMS if any(stem in word for stem in stems)), "set")


def _indexed(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Index by key and, where a key repeats, by its how-manieth record this is."""
    frame = frame.astype("str")
    keys = frame[key].fillna("").str.strip()
    return frame.set_index(pd.MultiIndex.from_arrays([keys, keys.groupby(keys).cumcount()]))


def _differences(before: pd.DataFrame, after: pd.DataFrame, key: str) -> tuple[pd.DataFrame, dict[str, bool]]:
    """Return the cells whose text differs, and of each shared column whether it says yes and no."""
    shared_rows = before.index.intersection(after.index)
    parts, notations = [], {}
    for column in before.columns.intersection(after.columns).drop(key):
        was, now = before[column], after[column]
        yes_no = notations[str(column)] = is_yes_no(was) or is_yes_no(now)
        was, now = was.loc[shared_rows], now.loc[shared_rows]
        differ = (was.fillna("") != now.fillna("")).to_numpy(dtype=bool)
        if not differ.any():
            continue
        was, now = was[differ], now[differ]
        readings = canonical(was, yes_no=yes_no).fillna("") != canonical(now, yes_no=yes_no).fillna("")
        parts.append(
            pd.DataFrame(
                {"key": was.index.get_level_values(0), "column": str(column),
                 "raw": was.fillna("").to_numpy(), "clean": now.fillna("").to_numpy(),
                 "typed": readings.to_numpy(dtype=bool)}
            )
        )  # fmt: skip
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in ("key", "column", "raw", "clean")})
    return (pd.concat(parts, ignore_index=True) if parts else empty.assign(typed=False)), notations


def _told(
    lines: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    differing: pd.DataFrame,
    notations: Mapping[str, bool],
) -> pd.DataFrame:
    """Hold each line against the data: its old value against the raw ones, its new one against the clean."""
    told = lines.assign(old_differs=False, new_agrees=False, fate="none")
    changes = told["kind"].isin(["set", "blank"])
    in_raw = told["key"].isin(before.index.get_level_values(0))
    in_clean = told["key"].isin(after.index.get_level_values(0))
    known = told["column"].isin(before.columns) & told["column"].isin(after.columns)
    told.loc[changes & ~known, "fate"] = "unknown_column"
    told.loc[changes & known & ~in_clean, "fate"] = "removed_row"
    told.loc[(told["kind"] != "none") & ~in_raw, "fate"] = "unknown_row"
    told.loc[(told["kind"] == "remove") & in_raw, "fate"] = np.where(in_clean, "idle", "effective")[
        (told["kind"] == "remove") & in_raw
    ]
    firsts = {name: frame[~frame.index.get_level_values(0).duplicated()].droplevel(1)
              for name, frame in (("raw", before), ("clean", after))}  # fmt: skip
    changed = set(zip(differing["key"], differing["column"], differing["typed"], strict=True))
    for column, rows in told.loc[changes & known & in_raw].groupby("column"):
        yes_no = notations.get(str(column), False)
        read = {
            "old": canonical(rows["old"], yes_no=yes_no).fillna(""),
            "new": canonical(rows["new"], yes_no=yes_no).fillna(""),
        }
        held = {
            name: canonical(frame[column].reindex(rows["key"]), yes_no=yes_no).fillna("").to_numpy()
            for name, frame in firsts.items()
        }
        told.loc[rows.index, "old_differs"] = (read["old"] != held["raw"]).to_numpy()
        agrees = np.where(rows["kind"] == "blank", held["clean"] == "", read["new"] == held["clean"])
        told.loc[rows.index, "new_agrees"] = agrees
        there = rows["fate"].ne("removed_row")
        effect = [(row_key, column, True) in changed for row_key in rows["key"]]
        fate = np.where(effect, np.where(agrees, "effective", "contradicted"), "idle")
        told.loc[rows.index[there], "fate"] = fate[there]
    return told


def _documented(differing: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Say of each differing cell whether a line explains it: same record, same column, the value found."""
    explaining = told.loc[told["fate"] == "effective"].copy()
    explaining = explaining.loc[explaining["kind"].isin(["set", "blank"])]
    numbers = explaining.groupby(["key", "column"])["line"].agg(lambda found: " ".join(map(str, found)))
    asked = pd.MultiIndex.from_frame(differing[["key", "column"]])
    lines = pd.Series(numbers.reindex(asked).to_numpy(), index=differing.index, dtype="str").fillna("")
    change = np.where(~differing["typed"].astype(bool), "reformatted",
                      np.where(lines != "", "documented", "undocumented"))  # fmt: skip
    return differing.assign(change=pd.Series(change, index=differing.index, dtype="str"), lines=lines)


def _rows(before: pd.DataFrame, after: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    removed = before.index.difference(after.index, sort=False).get_level_values(0)
    added = after.index.difference(before.index, sort=False).get_level_values(0)
    named = set(told.loc[told["kind"] == "remove", "key"])
    return pd.DataFrame(
        {
            "key": pd.Series([*removed, *added], dtype="str"),
            "change": pd.Series(["removed"] * len(removed) + ["added"] * len(added), dtype="str"),
            "documented": pd.Series([name in named for name in removed] + [False] * len(added), dtype=bool),
        }
    )
