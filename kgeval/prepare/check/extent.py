"""Delivered columns without any answer."""

from __future__ import annotations

from kgeval.prepare.draft import Draft
from kgeval.prepare.log import sheet_of
from kgeval.prepare.outcome import Outcome, found

_FEW = 2  # a single record with a gap says nothing about its column


def extent(draft: Draft) -> Outcome:
    """Find columns in which a whole sheet holds no answer, though somebody made room for them."""
    several = len(draft.sheets) > 1
    sheets = sheet_of(draft.text.index) if several else None
    findings = []
    for sheet in draft.sheets.index:
        text = draft.text.loc[sheets == sheet] if several else draft.text
        if len(text) < _FEW:
            continue
        empty = text.columns[text.isna().all()].difference(list(draft.absent[str(sheet)]), sort=False)
        findings += [
            found("ALL_MISSING", [str(sheet)], severity="warning", action="noted", column=str(name))
            for name in empty
        ]
    return Outcome(findings=tuple(findings))
