"""Records of a repeat whose parent is not there: they belong to nobody and are rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from kgeval.prepare.read.note import Note, as_frame
from kgeval.prepare.record import Delivered

# column of the repeat -> column of the parent; Kobo first, then ODK Central
_LINKS = (("_parent_index", "_index"), ("PARENT_KEY", "KEY"), ("_submission__id", "_id"))


def without_orphans(repeat: Delivered, tables: Sequence[Delivered]) -> Delivered:
    """Return ``repeat`` with its orphans among ``rejected`` (``ORPHAN_CHILD``)."""
    link = next((pair for pair in _LINKS if pair[0] in repeat.records), None)
    if link is None:
        return repeat
    parents = _parents(repeat, tables, link[1])
    if parents is None:
        return repeat
    orphan = ~repeat.records[link[0]].isin(parents)
    if not orphan.any():
        return repeat
    rows = repeat.rows[orphan]
    texts = repeat.records[orphan].fillna("").agg("\t".join, axis=1).astype("str")
    gone = pd.DataFrame(
        {"row": rows, "reason": pd.Series("ORPHAN_CHILD", index=rows.index, dtype="str"), "text": texts}
    )
    note = as_frame([Note(code="ORPHAN_CHILD", row=int(rows.iloc[0]), column=link[0], count=len(rows))])
    return replace(
        repeat,
        records=repeat.records[~orphan],
        rows=repeat.rows[~orphan],
        rejected=pd.concat([repeat.rejected, gone]),
        notes=pd.concat([repeat.notes, note], ignore_index=True),
        native=None if repeat.native is None else repeat.native[~orphan],
    )


def _parents(repeat: Delivered, tables: Sequence[Delivered], column: str) -> set[str] | None:
    """Return the identities of possible parents, or None where no other sheet has that column."""
    named = None
    if "_parent_table_name" in repeat.records:
        named = set(repeat.records["_parent_table_name"].dropna().unique())
    others = [
        table
        for table in tables
        if table.source.sheet != repeat.source.sheet
        and column in table.records
        and (named is None or table.source.sheet in named or table is tables[0])
    ]
    if not others:
        return None
    return {str(value) for table in others for value in table.records[column].dropna()}
