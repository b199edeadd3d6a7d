"""A proposal for commendation: ids with their points and reasons, for the restricted store alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kgeval.plan.study import Study

COLUMNS = ("id", "area", "score", "most", "met", "unknown", "proposal")


def shortlist(study: Study, tables: Mapping[str, pd.DataFrame], lang: str) -> pd.DataFrame:
    """Return those who may be proposed, the highest score first, ids in their order among equals.

    Returns
    -------
    Columns ``COLUMNS``: ``met`` are the words of the criteria that are met, ``unknown`` of those that
    could not be judged (they give no points); ``proposal`` is always true: somebody else decides. A
    record that a veto bars, or for which it cannot be ruled out, is not there, and nothing says so.
    """
    plan = study.programme.shortlist
    empty = pd.DataFrame(columns=list(COLUMNS))
    if plan is None or plan.table not in tables:
        return empty
    frame = tables[plan.table]
    frame = frame[frame["round"] == study.endline.key]
    needed = {name for part in plan.expressions.values() for name in part.names}
    if not needed <= set(frame.columns):  # it stands on a table that was not delivered
        return empty
    here = np.ones(len(frame), dtype=bool)
    if plan.counts is not None:
        here = plan.counts.truth(frame).fillna(value=False).to_numpy(dtype=bool)
    if plan.veto is not None:
        here &= ~plan.veto.truth(frame).fillna(value=True).to_numpy(dtype=bool)
    frame = frame[here]
    judged = [(criterion, criterion.met.truth(frame)) for criterion in plan.criteria]
    score = sum(
        (truth.fillna(value=False).astype("float64") * criterion.points for criterion, truth in judged),
        start=pd.Series(0.0, index=frame.index),
    )
    words = [criterion.label[lang] for criterion in plan.criteria]
    met = _named(words, [truth.fillna(value=False) for _, truth in judged])
    unknown = _named(words, [truth.isna() for _, truth in judged])
    rows = pd.DataFrame(
        {
            "id": frame[plan.id], "area": frame["area"], "score": score, "most": plan.most, "met": met,
            "unknown": unknown, "proposal": True,
        }
    )  # fmt: skip
    rows = rows[rows["score"] >= plan.at_least - 1e-9]
    return rows.sort_values(["score", "id"], ascending=[False, True], ignore_index=True)


def _named(words: list[str], there: list[pd.Series]) -> list[str]:
    """Return, for each record, the words of the criteria that are there."""
    flags = zip(*(one.to_numpy(dtype=bool).tolist() for one in there), strict=True)
    return ["; ".join(word for word, here in zip(words, row, strict=True) if here) for row in flags]
