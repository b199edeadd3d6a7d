"""Tables with too little in them: a column without any answer, a single record."""

from __future__ import annotations

from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, found

_FEW = 2  # with fewer records than this no spread can be estimated


def extent(draft: Draft) -> Outcome:
    """Find delivered columns without any answer, and tables with hardly a record."""
    findings = [
        found("ALL_MISSING", severity="warning", action="noted", column=name)
        for name in draft.text.columns
        if len(draft.text) >= _FEW and draft.text[name].isna().all()
    ]
    if len(draft.answers) < _FEW:
        findings.append(
            found("TOO_FEW_ROWS", severity="warning", action="noted", detail=str(len(draft.answers)))
        )
    return Outcome.of(Outcome(findings=frame) for frame in findings)
