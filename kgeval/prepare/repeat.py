"""The records of repeats: which sheet holds them, and which record each belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import pandas as pd

from kgeval.plan.form import Form
from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, quarantine
from kgeval.prepare.record import Delivered
from kgeval.prepare.transcribe import Transcript

# The column of a repeat that points to its parent, and the parent's own: Kobo's, ODK Central's.
_LINKS = (("_parent_index", "_index"), ("PARENT_KEY", "KEY"), ("_submission__id", "_id"))


def repeat_of(delivered: Delivered, form: Form) -> str:
    """Return the repeat whose records a sheet holds, "" where it holds the main records.

    A sheet that points to parents is the form's repeat of which it has the most questions; where it
    has none, it is a repeat that the form does not know, and goes by its own name.
    """
    columns = {str(column).rpartition("/")[2].casefold() for column in delivered.records.columns}
    if not any(child in delivered.records for child, _ in _LINKS):
        return ""
    asked = {
        group.name: sum(q.name.casefold() in columns for q in form.questions if q.repeat == group.name)
        for group in form.repeats
    }
    best = max(asked, key=lambda name: asked[name], default="")
    if best and asked[best]:
        return best
    return delivered.source.sheet or PurePosixPath(delivered.source.file).stem


def parents_of(children: Iterable[Transcript], parents: Sequence[Transcript]) -> pd.Series:
    """Return the ``rid`` of each child's parent, missing where it points to none in its own delivery.

    Repeats come in the workbook of their parents, or in a file of their own beside it.
    """
    found = []
    for child in children:
        records = child.delivered.records
        below, above = next(pair for pair in _LINKS if pair[0] in records)
        own = [
            parent for parent in parents if parent.delivered.source.sha256 == child.delivered.source.sha256
        ]
        named = pd.concat(
            [
                pd.Series(p.delivered.records.index, index=p.delivered.records[above])
                for p in (own or parents)
                if above in p.delivered.records
            ]
            or [pd.Series(dtype="str")]
        )
        named = named[~named.index.duplicated(keep=False)]
        found.append(pd.Series(named.reindex(records[below]).to_numpy(), index=records.index, dtype="str"))
    return pd.concat(found)


def joined(children: Draft, parent: Draft, parents: pd.Series) -> Draft:
    """Return the records of a repeat with their parents' answers at hand and their round and area.

    Records whose parent was rejected are rejected with it, and so are those that have none.
    """
    rids = children.answers.index
    owner = pd.Index(parents.reindex(rids))
    orphaned = rids[~owner.isin(parent.answers.index)]
    context = parent.answers.reindex(owner).set_axis(rids)
    placed = parent.placed.reindex(owner).set_axis(rids).fillna("")
    children = replace(children, parents=parents, context=context, placed=placed)
    pointers = parents.reindex(orphaned)
    without = pointers[pointers.isna()].index
    return children.after(
        Outcome.of(
            [
                quarantine("ORPHAN_CHILD", without),
                quarantine("PARENT_REJECTED", pointers.dropna().index, pointers=pointers.dropna()),
            ]
        )
    )
