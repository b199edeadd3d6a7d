"""The conservation law: every delivered row and cell is accounted for, in every run.

L1: the records of a sheet are exactly its kept, rejected, structural and set-apart rows, as sets of
``rid``, and as many as a second counter found. L2: every cell of a kept row is the same, corrected,
blanked or set aside. L7: the delivered text and the log give the clean values. A violation is a bug
of this program and raises ``ConservationError``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from kgeval.prepare import plain
from kgeval.prepare.draft import Draft
from kgeval.prepare.log import CELL_ACTIONS, among, plain_index, replay, whole_column
from kgeval.prepare.place import OUTSIDE
from kgeval.prepare.transcribe import Transcript

ROWS = ("kept", "rejected", "structural", "other_area", "other_round")
CELLS = ("cells_same", "cells_corrected", "cells_blanked", "cells_set_aside")
ACCOUNT = (
    "file", "sheet", "table", "records", *ROWS, "blank_rows", "columns", "columns_set_aside", "cells", *CELLS,
)  # fmt: skip


class ConservationError(RuntimeError):
    """Rows or cells were lost or counted twice: a bug, never the user's fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """Where each record of a table went: disjoint sets of ``rid``."""

    kept: pd.Index
    rejected: pd.Index
    other_area: pd.Index
    other_round: pd.Index


def fates(draft: Draft, areas: frozenset[str] | None) -> Fates:
    """Sort the records of a table by where they went in a run that keeps some areas (None: all).

    A rejected record whose area is known and is another one belongs to that area's account; where
    the area is not known, every area's account shows it.
    """
    placed, left = draft.placed, draft.answers.index
    rejected = pd.Index(draft.rejections["rid"].unique())
    of_round = placed["round"] != OUTSIDE
    everything = pd.Series(True, index=placed.index)
    here = everything if areas is None else placed["area"].isin([*areas, ""])
    elsewhere = placed.index[~here & of_round]
    stays = (here & of_round).loc[left]
    return Fates(
        kept=left if stays.all() else left[stays],
        rejected=rejected[~rejected.isin(elsewhere)],
        other_area=elsewhere,
        other_round=left[~of_round.loc[left]],
    )


def accounts(
    draft: Draft, transcripts: Sequence[Transcript], where: Fates, lines: pd.DataFrame
) -> pd.DataFrame:
    """Return the account of a table, one row a delivered sheet (``ACCOUNT``).

    Parameters
    ----------
    draft
        The table, all steps done.
    transcripts
        Its delivered sheets.
    where
        Where its records went.
    lines
        Its log lines with all values.

    Raises
    ------
    ConservationError
        L1 or L2 is violated; ``prove`` looks at L7, once for all areas.
    """
    changed = _changed_cells(draft, where.kept, lines)
    rows = [
        _rows(transcript, where, draft.table) | _cells(transcript, where.kept, changed)
        for transcript in transcripts
    ]
    account = pd.DataFrame(rows, columns=list(ACCOUNT))
    return conserved(account)


def conserved(account: pd.DataFrame) -> pd.DataFrame:
    """Return accounts that add up, row by row; raise ``ConservationError`` for those that do not."""
    for whole, parts in (("records", ROWS), ("cells", CELLS)):
        wrong = account.loc[account[whole] != account[list(parts)].sum(axis=1)]
        if len(wrong):
            line = wrong.iloc[0]
            raise ConservationError(
                f"{line['file']} {line['sheet']}: {line[whole]} {whole}, but "
                + " + ".join(f"{line[part]} {part}" for part in parts)
            )
    return account


def with_totals(account: pd.DataFrame) -> pd.DataFrame:
    """Return the accounts with their totals by table and in all; raise where they do not add up."""
    conserved(account)
    shown = [column for column in ACCOUNT if column != "columns"]
    counts = [column for column in shown if column not in {"file", "sheet", "table"}]
    by_table = account.groupby("table", sort=False)[counts].sum().reset_index()
    total = pd.DataFrame([account[counts].sum()]).assign(table="")
    sums = pd.concat([by_table, total], ignore_index=True).assign(file="", sheet="")
    return pd.concat([account[shown], sums[shown]], ignore_index=True)


def _rows(transcript: Transcript, where: Fates, table: str) -> dict[str, object]:
    delivered = transcript.delivered
    sets = {
        "kept": where.kept, "rejected": where.rejected, "structural": plain_index(delivered.structural.index),
        "other_area": where.other_area, "other_round": where.other_round,
    }  # fmt: skip
    parts = (delivered.records, delivered.structural, delivered.rejected)
    everything = plain_index(parts[0].index.append([part.index for part in parts[1:]]))
    own = {name: _common(everything, rids) for name, rids in sets.items()}
    together = own["kept"].append([own[name] for name in ROWS[1:]])
    source = delivered.source
    if together.has_duplicates or len(together) != len(everything) or delivered.counted != len(everything):
        raise ConservationError(
            f"{source.file} {source.sheet}: {delivered.counted} records counted, {len(everything)} read, "
            f"{len(together)} accounted for, {int(together.duplicated().sum())} of them twice"
        )
    blank = int((delivered.structural["kind"] == "blank").sum())
    return {
        "file": source.file, "sheet": source.sheet, "table": table, "records": delivered.counted,
        "blank_rows": blank, **{name: len(rids) for name, rids in own.items()},
    }  # fmt: skip


def _common(all_of_sheet: pd.Index, rids: pd.Index) -> pd.Index:
    """Return the records of a sheet that are among ``rids``, which names each once."""
    return all_of_sheet[:0] if rids.empty else all_of_sheet[plain_index(rids).get_indexer(all_of_sheet) >= 0]


def _cells(transcript: Transcript, kept: pd.Index, changed: pd.DataFrame) -> dict[str, int]:
    """Count the source cells of the kept rows by what became of them."""
    delivered = transcript.delivered
    rids = plain_index(delivered.records.index)
    rows = len(_common(rids, kept))
    columns, aside = delivered.records.shape[1], transcript.aside.shape[1]
    widths = _widths(transcript.matching.columns, transcript.matching.parts)
    own = changed.loc[among(changed["rid"], rids) & changed["column"].isin(list(widths))]
    source_cells = own["column"].map(widths).astype("int64")
    blanked = int(source_cells[own["blank"]].sum())
    corrected = int(source_cells[~own["blank"]].sum())
    return {
        "columns": columns, "columns_set_aside": aside, "cells": rows * columns,
        "cells_same": rows * sum(widths.values()) - blanked - corrected, "cells_corrected": corrected,
        "cells_blanked": blanked, "cells_set_aside": rows * aside,
    }  # fmt: skip


def _widths(columns: Mapping[str, str], parts: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Return how many source columns answer each question: a select_multiple may have one a choice."""
    widths = {question: len(choices) for question, choices in parts.items()}
    for question in columns:
        widths[question] = widths.get(question, 0) + 1
    return widths


def _changed_cells(draft: Draft, kept: pd.Index, lines: pd.DataFrame) -> pd.DataFrame:
    """Return one row a changed cell of the kept rows: rid, column, and whether it is empty now."""
    of_cells = lines.loc[lines["action"].isin(CELL_ACTIONS) & ~whole_column(lines), ["rid", "column"]]
    cells = of_cells.loc[among(of_cells["rid"], kept)].drop_duplicates()
    blank = [
        pd.Series(draft.answers[column].reindex(rows["rid"]).isna().to_numpy(), index=rows.index)
        for column, rows in cells.groupby("column", sort=False)
    ]
    return cells.assign(blank=pd.concat(blank) if blank else pd.Series(dtype=bool)).astype({"blank": bool})


def prove(draft: Draft, lines: pd.DataFrame) -> None:
    """L7: the delivered text of the rows that are left, with every line made, reads as the clean values.

    Raises
    ------
    ConservationError
        A column does not.
    """
    text = replay(lines.assign(seq=range(1, len(lines) + 1)), rows_of(draft.text, draft.answers.index))
    for name in text.columns:
        written = plain.typed(text[name], plain.kind(draft.form.question(name).type))
        if not plain.equal(written, draft.answers[name]):
            raise ConservationError(
                f"table {draft.table!r}, column {name!r}: delivered text and log do not give the values"
            )


def rows_of(frame: pd.DataFrame, rids: pd.Index) -> pd.DataFrame:
    """Return the rows of these records; all of them without making a copy."""
    return frame if frame.index.equals(rids) else frame.loc[rids]
