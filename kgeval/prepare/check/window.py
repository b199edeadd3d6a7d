"""Interview dates outside the fieldwork of their round, with a swap of day and month suggested."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from kgeval.plan.form import Form
from kgeval.plan.study import Round
from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, Rows, found


def window(draft: Draft, rounds: Iterable[Round]) -> Outcome:
    """Find interview dates outside the declared window of their round; nothing is changed.

    Where day and month swapped would lie inside, the finding is ``DATE_SWAP_SUSPECTED`` and its
    detail is that date: a suggestion, since only a person can tell a swap from another slip.
    """
    name = interview_date(draft.form)
    if name is None or name not in draft.answers:
        return Outcome()
    findings: list[Rows] = []
    for round_ in rounds:
        if round_.starts is None or round_.ends is None:
            continue
        of_round = draft.placed.loc[draft.answers.index, "round"] == round_.key
        days = draft.answers.loc[of_round, name].dropna()
        outside = days[(days < pd.Timestamp(round_.starts)) | (days > pd.Timestamp(round_.ends))]
        outside = outside.loc[draft.unsettled(name, outside.index)]
        findings += [
            _finding(str(rid), name, day.date(), round_.starts, round_.ends) for rid, day in outside.items()
        ]
    return Outcome(findings=tuple(findings))


def interview_date(form: Form) -> str | None:
    """Return the question that holds the day of the interview.

    It is named in the form's settings (``interview_date``), or else the first required date of the
    main record whose constraint compares it with ``today()``.
    """
    named = form.settings.get("interview_date", "")
    if named:
        return named
    for question in form.main_questions:
        limit = question.constraint.text if question.constraint is not None else ""
        if question.type == "date" and question.required and "today()" in limit:
            return question.name
    return None


def _finding(rid: str, column: str, day: date, starts: date, ends: date) -> Rows:
    swapped = date(day.year, day.day, day.month) if day.day <= 12 else None
    if swapped is not None and starts <= swapped <= ends:
        return found(
            "DATE_SWAP_SUSPECTED", [rid], severity="warning", action="kept", column=column,
            detail=swapped.isoformat(),
        )  # fmt: skip
    return found(
        "DATE_OUT_OF_WINDOW", [rid], severity="warning", action="kept", column=column,
        detail=f"{starts.isoformat()}/{ends.isoformat()}",
    )  # fmt: skip
