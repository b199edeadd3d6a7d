"""Where faults are planted: a clean draft, and what its form says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from kgeval.plan.form import Question
from kgeval.plan.sample import stages
from kgeval.plan.study import Study
from kgeval.simulate.cells import DraftFile
from kgeval.simulate.draw import Mask

NUMBERS = ("integer", "decimal")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSite:
    """Where faults are planted: a clean draft, what the form knows of it, and the words for it.

    ``fixed`` are the columns that the office fills in or that name the record: no slip of a pen
    happens there. ``drivers`` are the questions that skips stand on: a fault there would drag other
    answers with it.
    """

    study: Study
    draft: DraftFile
    words: Mapping[str, Sequence[str]]
    seen: pd.DataFrame
    fixed: frozenset[str]
    drivers: frozenset[str]

    def broken(self, question: Question, spoiled: pd.Series) -> Mask:
        """Return where the spoiled texts, read as answers, break the question's constraint."""
        if question.constraint is None:
            return np.zeros(len(spoiled), dtype=bool)
        answers = _read(spoiled, question)
        rows = self.seen.loc[spoiled.index].assign(**{question.name: answers})
        today = max(round_.ends or date(round_.year, 12, 31) for round_ in self.study.rounds) + timedelta(
            days=1
        )
        truth = question.constraint.truth(rows, current=answers, today=today)
        return (truth.eq(other=False).fillna(value=False) & answers.notna()).to_numpy(dtype=bool)


def _read(texts: pd.Series, question: Question) -> pd.Series:
    if question.type in NUMBERS:
        return pd.to_numeric(texts, errors="coerce").astype("Float64")
    if question.type == "date":
        return pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    return texts


def site_of(draft: DraftFile, study: Study, words: Mapping[str, Sequence[str]]) -> FaultSite:
    """Return the site that a clean draft is."""
    table = draft.table
    design = (table.design.weight, *stages(table.design.cluster), *stages(table.design.stratum))
    skips = [question.relevant for question in table.form.main_questions if question.relevant is not None]
    return FaultSite(
        study=study,
        draft=draft,
        words=words,
        seen=draft.as_asked(),
        fixed=frozenset({*table.form.record_key, table.round.column, *filter(None, design)}),
        drivers=frozenset(name for skip in skips for name in skip.names),
    )
