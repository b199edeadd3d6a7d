"""Records with the same key: the same answers again are rejected, different answers quarantine all."""

from __future__ import annotations

import pandas as pd

from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, quarantine


def duplicates(draft: Draft) -> Outcome:
    """Reject exact duplicates but the first, and every record of a key with different answers.

    Which of two different records is right, nobody can tell from the data: a person decides by a
    correction that rejects the others. Records are compared within a round and an area.
    """
    keys = [column for column in draft.key_columns if column in draft.answers]
    if not keys:
        return Outcome()
    frame = draft.answers.join(draft.placed.add_prefix("placed "))
    named = [*keys, "placed round", "placed area"]
    frame = frame.loc[frame.duplicated(named, keep=False) & frame[keys].notna().all(axis=1)]
    if frame.empty:
        return Outcome()
    again = frame.duplicated(keep="first")
    first = frame.loc[~again]
    conflict = first.duplicated(named, keep=False)
    rid = pd.Series(frame.index, index=frame.index)
    by_answers = rid.groupby([frame[column].astype("str").fillna("") for column in frame], sort=False)
    pointers = by_answers.transform("first").loc[again]
    group = rid.loc[first.index[conflict]].groupby([first.loc[conflict, c] for c in named], sort=False)
    others = group.transform(" ".join)
    return Outcome.of(
        [
            quarantine("EXACT_DUPLICATE", pointers.index, column=keys[0], pointers=pointers),
            quarantine("CONFLICTING_DUPLICATE", others.index, column=keys[0], pointers=others),
        ]
    )
