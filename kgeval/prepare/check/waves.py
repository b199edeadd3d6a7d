"""Units met in two rounds whose records do not fit together: a key spelt otherwise, a fact that changed.

Who was met in one round only is no fault of the data; the review counts them (attrition).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pandas as pd

from kgeval.plan.panel import Panel
from kgeval.prepare import plain
from kgeval.prepare.decode.text import fold
from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, found


def waves(draft: Draft, panel: Panel | None, rounds: Iterable[str]) -> Outcome:
    """Hold each followed unit's records against those of the round before; nothing is changed.

    ``KEY_CASE``: the unit's name differs from one of the round before in case, spaces or marks'
    notation only, and that one was not met again. ``LINK_CONTRADICTION``: an answer that the study
    declares to stay the ``same`` does not. Units of several records (clusters) are left alone.
    """
    if panel is None or panel.unit not in draft.answers:
        return Outcome()
    records = draft.placed.loc[draft.answers.index, ["round", "area"]]
    records = records.assign(unit=plain.plain(draft.answers[panel.unit])).dropna(subset=["unit"])
    if records.duplicated(["round", "unit"]).any():
        return Outcome()
    met = [records.loc[records["round"] == key] for key in rounds]
    pairs = [pair for pair in pairwise(met) if len(pair[0]) and len(pair[1])]
    return Outcome.of(
        outcome
        for before, after in pairs
        for outcome in (_spelt(draft, panel, before, after), _changed(draft, panel, before, after))
    )


def _spelt(draft: Draft, panel: Panel, before: pd.DataFrame, after: pd.DataFrame) -> Outcome:
    gone = set(before.loc[~before["unit"].isin(after["unit"]), "unit"].map(fold))
    new = after.loc[~after["unit"].isin(before["unit"])]
    like = draft.unsettled(panel.unit, new.index[new["unit"].map(fold).isin(gone)])
    return Outcome(findings=(found("KEY_CASE", like, severity="warning", action="kept", column=panel.unit),))


def _changed(draft: Draft, panel: Panel, before: pd.DataFrame, after: pd.DataFrame) -> Outcome:
    both = after.loc[after["unit"].isin(before["unit"])]
    first = pd.Series(before.index, index=before["unit"]).reindex(both["unit"]).to_numpy()
    findings = []
    for column in panel.same:
        if column != "area" and column not in draft.answers:
            continue
        said = draft.placed["area"] if column == "area" else draft.answers[column]
        now, then = said.reindex(both.index), said.reindex(first).set_axis(both.index)
        other = both.index[(now.notna() & then.notna() & (now != then)).fillna(value=False)]
        rids = draft.unsettled(column, other)
        findings.append(
            found("LINK_CONTRADICTION", rids, severity="warning", action="kept", column=column,
                  detail=before["round"].iloc[0])
        )  # fmt: skip
    return Outcome(findings=tuple(findings))
