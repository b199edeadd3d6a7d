"""The form's skips, evaluated again on the data: answers to questions that were not to be asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from kgeval.plan.form import Question
from kgeval.prepare.draft import Draft, amend
from kgeval.prepare.outcome import Action, Outcome, Rows, Severity, blanked, found


def skips(draft: Draft, *, today: date | None = None) -> Outcome:
    """Blank answers to questions that the form skips, question by question in the form's order.

    A skip that is not known to be true means "not relevant", as on the tablet. One case is kept
    and left to a person: the skip is unknown because the answer that it stands on was delivered
    and lost (unreadable, impossible, or without a column). Then this answer may well be right.
    """
    outcomes: list[Outcome] = []
    now = draft
    for question in draft.form.questions:
        if question.relevant is None or question.name not in draft.answers:
            continue
        outcome = _skip(now, question, today, before=draft)
        if outcome.findings:
            outcomes.append(outcome)
            # a blanked answer may be what a later skip stands on
            now = replace(now, answers=amend(now.answers, outcome, draft.form))
    return Outcome.of(outcomes)


def _skip(draft: Draft, question: Question, today: date | None, *, before: Draft) -> Outcome:
    assert question.relevant is not None
    name, expression = question.name, question.relevant
    answered = draft.answers[name].notna()
    truth = draft.truth(expression, today=today)
    if truth is None:
        sheets = draft.sheets.index
        return Outcome(
            findings=(_found("SKIP_NOT_JUDGED", sheets, question, severity="info", action="noted"),)
        )
    not_asked = answered & ~truth.fillna(value=False).astype(bool)
    if not not_asked.any():
        return Outcome()
    unknown = truth.isna()
    lost = pd.Series(np.zeros(len(answered), dtype=bool), index=answered.index)
    for source in expression.names & draft.questions:
        lost |= before.lost(source)  # an answer that a skip has blanked is not lost
    doubtful = draft.unsettled(name, answered.index[not_asked & unknown & lost])
    unanswered = draft.unsettled(name, answered.index[not_asked & unknown & ~lost])
    broken = draft.unsettled(name, answered.index[not_asked & ~unknown])
    blanks = {"SKIP_UNANSWERED": unanswered, "SKIP_BROKEN": broken}
    return Outcome(
        findings=(
            _found("SKIP_UNKNOWN", doubtful, question, severity="warning", action="kept"),
            *(
                _found(code, rids, question, severity="warning", action="cell_blanked")
                for code, rids in blanks.items()
            ),
        ),
        changes=tuple(
            blanked(rids, name, rule=code, reason=expression.text) for code, rids in blanks.items()
        ),
    )


def _found(code: str, rids: pd.Index, question: Question, *, severity: Severity, action: Action) -> Rows:
    rule = question.relevant.text if question.relevant is not None else ""
    return found(code, rids, severity=severity, action=action, column=question.name, detail=rule)
