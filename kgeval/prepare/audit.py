"""The changes between two versions of a data set, and which of them a log explains, whoever wrote it.

Cells are compared as typed values (``typed``). Records are paired by their key; where a key stands several
times, each is paired with the one that it is most like, so that a duplicate that was removed changes nothing
in the other. A line explains a cell where it names the record, the column and the value found in the clean
version; several lines about one cell follow on one another.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.prepare.cleaning_lines import cleaning_lines, need_columns
from kgeval.prepare.pairing import paired
from kgeval.prepare.typed import canonical, says_yes_or_no

CELLS = ("key", "column", "raw", "clean", "change", "lines")
LINES = ("line", "key", "column", "old", "new", "kind", "fate")


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
        data say about it: effective, idle, contradicted (the cell changed to something else), superseded
        (a later line took up what this one left), removed_row, unknown_row, unknown_column, none.
    rows
        One row a record that is in one version only: key, change (removed, added), documented.
    stale, unstated
        For each line, whether its old value is another one than the raw data hold (or an earlier line
        left), or empty.
    nothing_shared
        Whether both versions hold records and no key stands in both.
    """

    cells: pd.DataFrame
    lines: pd.DataFrame
    rows: pd.DataFrame
    stale: pd.Series
    unstated: pd.Series
    nothing_shared: bool

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
    log: pd.DataFrame | None,
    *,
    key: str,
    log_columns: Mapping[str, str] | None = None,
) -> Audit:
    """Compare two versions of a data set and hold the log against the differences.

    Parameters
    ----------
    raw, clean
        One row a record, all text (missing or empty: no answer). Columns that only one has are not
        compared.
    log
        One row a line, all text; ``None``: no line was written.
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
    need_columns(raw, [key], "the raw data")
    need_columns(clean, [key], "the clean data")
    lines = cleaning_lines(log, log_columns)
    before, after = paired(_composed(raw), _composed(clean), key=unicodedata.normalize("NFC", key))
    shared = [column for column in before.columns if column in after.columns]
    cells = {column: _Cells.of(before, after, column, lines) for column in shared}
    told = _fates(_located(lines, before, after, shared), cells)
    rows = _rows(before, after, told)
    stated = told["kind"].isin(["set", "blank"]) & (told["column"] != "")
    return Audit(
        cells=_documented(cells, told).loc[:, list(CELLS)],
        lines=told.loc[:, list(LINES)],
        rows=rows,
        stale=stated & (told["old"] != "") & told["old_differs"],
        unstated=stated & (told["old"] == ""),
        nothing_shared=len(before) > 0 and len(after) > 0 and before.index.intersection(after.index).empty,
    )


def _composed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype("str").rename(columns=lambda name: unicodedata.normalize("NFC", str(name)))


# ---- cells ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """One column: its raw texts, and the cells whose text differs in the records of both versions."""

    yes_no: bool
    raw: pd.Series  # texts, by (key, number)
    pairs: pd.DataFrame  # key, column, raw, clean (texts), was, now (readings) of the cells that differ

    @staticmethod
    def of(before: pd.DataFrame, after: pd.DataFrame, column: str, lines: pd.DataFrame) -> _Cells:
        was, now = before[column], after[column]
        about = lines.loc[lines["column"] == column]
        yes_no = says_yes_or_no(was, now, told=[*about["old"], *about["new"]])
        both = before.index.intersection(after.index)
        first, second = was.loc[both].fillna(""), now.loc[both].fillna("")
        differ = (first != second).to_numpy(dtype=bool)
        first, second = first[differ], second[differ]
        pairs = pd.DataFrame(
            {"key": first.index.get_level_values(0), "column": column,
             "raw": first.to_numpy(), "clean": second.to_numpy(),
             "was": canonical(first, yes_no=yes_no).fillna("").to_numpy(),
             "now": canonical(second, yes_no=yes_no).fillna("").to_numpy()}
        )  # fmt: skip
        return _Cells(yes_no=yes_no, raw=was, pairs=pairs)

    def readings(self, values: pd.Series) -> list[str]:
        return canonical(values, yes_no=self.yes_no).fillna("").tolist()

    @property
    def changed(self) -> pd.DataFrame:
        """The pairs that differ as typed values."""
        return self.pairs[self.pairs["was"] != self.pairs["now"]]

    def delivered(self, keys: set[str]) -> dict[str, set[str]]:
        """Return the readings of the raw data by key."""
        chosen = self.raw[self.raw.index.get_level_values(0).isin(list(keys))]
        found: dict[str, set[str]] = {}
        for name, text in zip(chosen.index.get_level_values(0), self.readings(chosen), strict=True):
            found.setdefault(name, set()).add(text)
        return found


# ---- lines to cells ------------------------------------------------------------------------------


def _located(
    lines: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, shared: Sequence[str]
) -> pd.DataFrame:
    """Say of each line whether its record is known; removing a cell of a record that stayed blanks it."""
    was, now = (frame.index.get_level_values(0).value_counts() for frame in (before, after))
    at_first, at_last = (lines["key"].map(counts).fillna(0).astype("int64") for counts in (was, now))
    cell = (lines["kind"] == "remove") & lines["column"].isin(shared) & (at_last >= at_first) & (at_last > 0)
    return lines.assign(
        kind=lines["kind"].mask(cell, "blank"),
        known=lines["column"].isin(shared),
        in_raw=(at_first > 0) | lines["whole"],
        in_clean=(at_last > 0) | lines["whole"],
        fewer=at_last < at_first,
    )


def _fates(lines: pd.DataFrame, cells: Mapping[str, _Cells]) -> pd.DataFrame:
    """Hold each line against the data: its old value against the raw ones, its new one against the clean."""
    told = lines.assign(old_differs=False, fate="none")
    changes, removals = told["kind"].isin(["set", "blank"]), told["kind"] == "remove"
    told.loc[changes & ~told["known"], "fate"] = "unknown_column"
    told.loc[changes & told["known"] & ~told["in_clean"], "fate"] = "removed_row"
    told.loc[(told["kind"] != "none") & ~told["in_raw"], "fate"] = "unknown_row"
    told.loc[removals & told["in_raw"], "fate"] = told["fewer"].map({True: "effective", False: "idle"})
    for column, rows in told.loc[changes & told["known"] & told["in_raw"]].groupby("column", sort=False):
        stories = _story(rows, cells[str(column)])
        told.loc[rows.index, "old_differs"] = [differs for differs, _ in stories]
        there = (rows["fate"] != "removed_row").to_numpy()
        told.loc[rows.index[there], "fate"] = np.array([fate for _, fate in stories])[there]
    return told


def _story(rows: pd.DataFrame, column: _Cells) -> list[tuple[bool, str]]:
    """Follow the lines about one column: whether the old value was another one, and the fate of each."""
    keys, whole = rows["key"].tolist(), rows["whole"].tolist()
    old, new = column.readings(rows["old"]), column.readings(rows["new"])
    found = column.delivered(set(keys))
    if any(whole):
        found[""] = set(column.readings(column.raw))
    by_key = column.changed.groupby("key")["now"].agg(set).to_dict()
    by_value = column.changed.groupby("was")["now"].agg(set).to_dict()
    recoded: dict[str, set[str]] = {}
    stories = []
    for at, key in enumerate(keys):
        name = "" if whole[at] else key
        held = found.setdefault(name, set())
        held |= {value for was in [*held] for value in recoded.get(was, ())}
        now = by_value.get(old[at], set()) if whole[at] else by_key.get(key, set())
        fate = "idle" if not now else "effective" if new[at] in now else "contradicted"
        stories.append((old[at] not in held, fate))
        held.add(new[at])
        if whole[at]:
            recoded.setdefault(old[at], set()).add(new[at])
    taken_up: set[tuple[str, str]] = set()
    for at in reversed(range(len(keys))):
        name = "" if whole[at] else keys[at]
        if stories[at][1] == "contradicted" and (name, new[at]) in taken_up:
            stories[at] = (stories[at][0], "superseded")
        if stories[at][1] in {"effective", "superseded"}:
            taken_up.add((name, old[at]))
    return stories


def _documented(cells: Mapping[str, _Cells], told: pd.DataFrame) -> pd.DataFrame:
    """Say of each differing cell which lines explain it: same record, same column, the value found."""
    parts = [_explained(one, told.loc[told["column"] == column]) for column, one in cells.items()]
    parts = [part for part in parts if len(part)]
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in CELLS})
    return pd.concat(parts, ignore_index=True) if parts else empty


def _explained(column: _Cells, told: pd.DataFrame) -> pd.DataFrame:
    useful = told.loc[told["fate"].isin(["effective", "superseded"]) & told["kind"].isin(["set", "blank"])]
    by_cell: dict[tuple[str, str], list[str]] = {}
    earlier: dict[str, list[str]] = {}
    by_value: dict[tuple[str, str], list[str]] = {}
    new, old = column.readings(useful["new"]), column.readings(useful["old"])
    for at, line in enumerate(useful.itertuples(index=False)):
        if line.whole:
            by_value.setdefault((old[at], new[at]), []).append(str(line.line))
        elif line.fate == "superseded":
            earlier.setdefault(str(line.key), []).append(str(line.line))
        else:
            lines = by_cell.setdefault((str(line.key), new[at]), [])
            lines += [*earlier.get(str(line.key), []), str(line.line)]
    pairs = column.pairs
    lines = [
        " ".join(by_cell.get((key, now), by_value.get((was, now), [])))
        for key, was, now in pairs[["key", "was", "now"]].itertuples(index=False)
    ]
    told_of = pd.Series(lines, index=pairs.index, dtype="str")
    typed = (pairs["was"] != pairs["now"]).to_numpy()
    change = np.where(~typed, "reformatted", np.where(told_of != "", "documented", "undocumented"))
    return pairs.assign(change=pd.Series(change, index=pairs.index, dtype="str"), lines=told_of)


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
