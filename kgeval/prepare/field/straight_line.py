"""Blocks of like questions that were all answered with the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

COLUMNS = ("rid", "grid", "answered", "value", "n", "share", "look")


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightLine:
    """From how many answers (``at_least``) a block is judged, and when it is no work.

    Where more than ``common`` of the records of a group have their block all the same, that may well be
    the truth: they are listed, but not to be looked at.
    """

    at_least: int = 4
    common: float = 0.20


def straight_lines(
    answers: pd.DataFrame,
    grids: Mapping[str, Sequence[str]],
    groups: pd.DataFrame,
    parameters: StraightLine = StraightLine(),
) -> pd.DataFrame:
    """Return one row a record and block with the same answer throughout (``COLUMNS``).

    Parameters
    ----------
    answers
        Index ``rid``, the blocks' questions, a don't-know among the answers.
    grids
        A block's name → its questions; those that were not delivered are left out.
    groups
        Same index: within which records the ``share`` of straight lines among the ``n`` judged is taken.
    """
    parts = [_lines(answers, name, questions, groups, parameters) for name, questions in grids.items()]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(filled, ignore_index=True)


def _lines(
    answers: pd.DataFrame,
    name: str,
    questions: Sequence[str],
    groups: pd.DataFrame,
    parameters: StraightLine,
) -> pd.DataFrame:
    block = answers[[question for question in questions if question in answers]].astype("str")
    if block.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    number = block.notna().sum(axis=1)
    judged = block.loc[number >= parameters.at_least]
    same = judged.bfill(axis=1).iloc[:, [0]].to_numpy() == judged
    same = (same | judged.isna()).all(axis=1)
    keys = [groups[column].reindex(judged.index) for column in groups] or [pd.Series(0, index=judged.index)]
    by = same.groupby(keys, sort=False, dropna=False)
    n, share = by.transform("size"), by.transform("mean")
    rids = same.index[same]
    return pd.DataFrame(
        {
            "rid": rids, "grid": name, "answered": number.loc[rids].to_numpy(),
            "value": judged.loc[rids].bfill(axis=1).iloc[:, 0].to_numpy(), "n": n.loc[rids].to_numpy(),
            "share": share.loc[rids].to_numpy(dtype="float64"),
            "look": (share.loc[rids] <= parameters.common).to_numpy(),
        },
        columns=list(COLUMNS),
    )  # fmt: skip
