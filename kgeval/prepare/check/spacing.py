"""Spaces in answers whose form is prescribed: an id with a blank behind it is still that id."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from kgeval.prepare.check.constraint import prescribes
from kgeval.prepare.draft import Draft
from kgeval.prepare.log import sheet_of
from kgeval.prepare.outcome import Outcome, changed


def spacing(draft: Draft) -> Outcome:
    """Take the spaces out of texts that only so have the form that their constraint prescribes.

    Free text keeps its spaces; here the form itself says what the answer must look like.
    """
    changes = []
    for question in draft.form.questions:
        name, constraint = question.name, question.constraint
        if question.type != "text" or name not in draft.answers or constraint is None:
            continue
        if not prescribes(question):
            continue
        spaced = draft.answers[name].dropna()
        spaced = spaced[spaced.str.contains(r"\s", regex=True)]
        spaced = spaced.loc[draft.unsettled(name, spaced.index)]
        bare = spaced.str.replace(r"\s+", "", regex=True).reindex(draft.answers.index)
        before = draft.truth(constraint, current=draft.answers[name])
        after = draft.truth(constraint, current=bare)
        if before is None or after is None:
            continue
        mended = bare[_known(after, holds=True) & _known(before, holds=False) & bare.notna()]
        changes.append(changed(mended.index, name, mended, action="normalise", rule="WHITESPACE_NORMALISED"))
    return Outcome(changes=tuple(changes))


def _known(truth: pd.Series, *, holds: bool) -> pd.Series:
    """Return where a condition is known to hold, or known not to."""
    return (truth == holds).fillna(value=False).astype(bool)


def trimmed(draft: Draft, columns: Iterable[str]) -> Outcome:
    """Write the ids of clusters and strata in one notation: "A01 " is no other village than "A01".

    Where all ids of a sheet are whole numbers, a program that knows no gaps in them wrote 7 as 7.0.
    """
    changes = []
    for name in columns:
        if name in draft.answers and pd.api.types.is_string_dtype(draft.answers[name].dtype):
            ids = draft.answers[name].dropna()
            ids = ids.loc[draft.unsettled(name, ids.index)]
            bare = ids.str.split().str.join(" ")
            # a person may have written the 7 of an id that was missing beside 7.0 and 12.0
            numbers = bare.str.fullmatch(r"[0-9]+(?:\.0+)?").groupby(sheet_of(ids.index)).transform("all")
            whole = numbers & bare.str.contains(".", regex=False)
            mended = bare.mask(whole, bare.str.replace(r"\.0+$", "", regex=True))
            for rule, which in (("NUMBER_NOTATION", whole), ("WHITESPACE_NORMALISED", ~whole)):
                now = mended[which & (mended != ids)]
                changes.append(changed(now.index, name, now, action="normalise", rule=rule))
    return Outcome(changes=tuple(changes))
