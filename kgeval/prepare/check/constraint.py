"""The form's own constraints, evaluated again on the data.

A constraint on the answer alone (``. <= 70``) says that the answer cannot be: it is set aside. A
constraint between answers cannot say which of them is wrong: both stay and a person looks.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kgeval.plan.form import Question
from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, blanked, found

# What people write for "don't know" where the form has no code for it; the convention of household
# surveys (all nines, their neighbours, and the same with a minus).
_CODES_OF_HABIT = frozenset(
    sign * (10**digits - less) for digits in (1, 2, 3, 4) for less in (1, 2, 3) for sign in (1, -1)
)


def limits(draft: Draft, *, today: date | None = None) -> Outcome:
    """Set aside answers that the form does not allow, whatever the other answers are."""
    findings, changes = [], []
    for question in draft.form.questions:
        if question.constraint is None or not prescribes(question):
            continue
        name, reason = question.name, question.constraint.text
        for code, cells in _named(draft, question, _violations(draft, question, today)):
            findings.append(found(code, cells, severity="error", action="cell_blanked", column=name))
            changes.append(blanked(cells, name, rule=code, reason=reason))
    return Outcome(findings=tuple(findings), changes=tuple(changes))


def logic(draft: Draft, *, today: date | None = None) -> Outcome:
    """Find answers that contradict other answers; nothing is changed."""
    findings = []
    for question in draft.form.questions:
        if question.constraint is None or prescribes(question):
            continue
        rids, rule = _violations(draft, question, today), question.constraint.text
        findings.append(
            found("LOGIC", rids, severity="warning", action="kept", column=question.name, detail=rule)
        )
    return Outcome(findings=tuple(findings))


def prescribes(question: Question) -> bool:
    """Return whether the question's constraint judges the answer alone."""
    return question.constraint is not None and question.constraint.names <= {".", question.name}


def _violations(draft: Draft, question: Question, today: date | None) -> pd.Index:
    """Return the records whose answer breaks the constraint; unknown is no violation."""
    if question.name not in draft.answers or question.constraint is None:
        return pd.Index([], dtype="str")
    answered = draft.answers[question.name].notna()
    truth = draft.truth(question.constraint, current=draft.answers[question.name], today=today)
    if truth is None:
        return pd.Index([], dtype="str")
    broken = answered & ~truth.fillna(value=True).astype(bool)
    return draft.unsettled(question.name, draft.answers.index[broken])


def _named(draft: Draft, question: Question, rids: pd.Index) -> list[tuple[str, pd.Index]]:
    """Return the violations with the name of what is wrong, which depends on the kind of answer."""
    if rids.empty:
        return []
    if question.name in draft.key_columns:
        return [("KEY_FORMAT", rids)]
    values = draft.answers.loc[rids, question.name]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return [("DATE_OUT_OF_WINDOW", rids)]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return [("PATTERN", rids)]
    habit = np.isin(values.to_numpy(dtype="float64", na_value=np.nan), list(_CODES_OF_HABIT))
    return [("MISSING_CODE_UNDECLARED", rids[habit]), ("OUT_OF_RANGE", rids[~habit])]
