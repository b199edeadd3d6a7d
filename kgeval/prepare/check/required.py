"""Required questions that were to be asked and have no answer."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, found


def required(draft: Draft, *, today: date | None = None) -> Outcome:
    """Find required answers that were not given; those that were given and lost have their own finding."""
    findings = []
    for question in draft.form.questions:
        name = question.name
        conditions = [part for part in (question.relevant, question.required_if) if part is not None]
        if name not in draft.answers or not (question.required or question.required_if is not None):
            continue
        missing = draft.answers[name].isna() & ~draft.lost(name)
        for condition in conditions if missing.any() else ():
            asked = draft.truth(condition, today=today)
            if asked is not None:
                missing &= asked.fillna(value=False).astype(bool)
        rids = draft.unsettled(name, pd.Index(missing.index[missing]))
        findings.append(found("REQUIRED_MISSING", rids, severity="warning", action="kept", column=name))
    return Outcome(findings=tuple(findings))
