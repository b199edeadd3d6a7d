"""Questions that were to be asked and have no answer, by question."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = ("column", "asked", "missing", "share", "distinct", "priority", "look")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """From which ``share`` of missing answers on a question is to be looked at."""

    share: float = 0.10


def missing(
    answers: pd.DataFrame,
    asked: pd.DataFrame,
    *,
    required: Collection[str] = (),
    withheld: Collection[str] = (),
    parameters: Missing = Missing(),
) -> pd.DataFrame:
    """Return one row a question (``COLUMNS``).

    Parameters
    ----------
    answers
        Index ``rid``, a column a question. A don't-know that was given is an answer here.
    asked
        Same shape, True where the question was to be asked.
    required
        The questions that must be answered.
    withheld
        The questions of whose answers nothing is told, not even how many different ones there are.

    Returns
    -------
    DataFrame
        ``asked`` records, ``missing`` among them, ``share`` missing / asked (missing where nobody was
        asked), ``distinct`` different answers; ``priority``: ``empty`` (asked, never answered),
        ``required`` (a required answer is missing), ``often`` (``share`` reaches the parameter), or none.
    """
    number = asked.sum().to_numpy(dtype="int64")
    absent = (asked & answers.isna()).sum().to_numpy(dtype="int64")
    share = np.divide(absent, number, out=np.full(len(number), np.nan), where=number > 0)
    needed = np.isin(list(answers.columns), list(required))
    priority = np.select(
        [(number > 0) & (absent == number), needed & (absent > 0), share >= parameters.share],
        ["empty", "required", "often"],
        default="",
    )
    distinct = answers.nunique().astype("Int64").mask(np.isin(list(answers.columns), list(withheld)))
    return pd.DataFrame(
        {
            "column": answers.columns, "asked": number, "missing": absent, "share": share,
            "distinct": distinct.array, "priority": priority, "look": priority != "",
        },
        columns=list(COLUMNS),
    )  # fmt: skip
