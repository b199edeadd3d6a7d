"""Level rows of two rounds with the change rows beside them, in one tidy frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kgeval.estimate.estimates import finish, tabulate
from kgeval.estimate.measure import Measure, Operand
from kgeval.estimate.rounds import nest_in_rounds
from kgeval.estimate.sampled import Options
from kgeval.estimate.tidy import COLUMNS
from kgeval.evaluate.change import change
from kgeval.plan.sample import SampleDesign

CHANGE_COLUMNS = ("from_value", "to_value", "correlation", "se_independent")


def levels_and_change(
    frame: pd.DataFrame,
    design: SampleDesign,
    measures: Sequence[Measure],
    *,
    column: str,
    start: object,
    end: object,
    by: tuple[str, ...],
    where: Operand | None,
    options: Options,
    person: str | None = None,
) -> pd.DataFrame:
    """Estimate both rounds and the change between them.

    Parameters
    ----------
    frame, design, measures, where
        As in :func:`kgeval.estimate.estimates.estimate`; all records, also of rounds not asked for.
    column, start, end
        The round column, and its values in the first and the last round.
    by
        Columns to cross within the rounds; none: ``()``.
    options
        How levels are finished; its level and degrees of freedom also go for the changes.
    person
        The column that names a person in both rounds, for a paired change
        (:func:`kgeval.evaluate.panel.paired_change`); None: a change of the two samples.

    Returns
    -------
    The columns of :func:`kgeval.estimate.estimates.estimate` broken down by round and ``by``, then
    ``from_value, to_value, correlation, se_independent``. A change row has ``kind = "change"``, in
    ``value`` the later minus the earlier value, and in the round column both rounds.
    """
    rows = frame[frame[column].isin([start, end])].reset_index(drop=True)
    nested, own = nest_in_rounds(rows, design, column)
    breakdown = (column, *by)
    table = tabulate(nested, own, measures, wanted=[breakdown], where=where)
    levels = finish(table, [breakdown], options)
    changes = change(
        frame, design, measures,
        column=column, start=start, end=end, by=by or None, where=where,
        level=options.level, df=options.df, person=person,
    )  # fmt: skip
    return beside(levels, changes, column=column, start=start, end=end, by=by, level=options.level)


def beside(
    levels: pd.DataFrame,
    changes: pd.DataFrame,
    *,
    column: str,
    start: object,
    end: object,
    by: tuple[str, ...],
    level: float,
) -> pd.DataFrame:
    """Lay change rows below the level rows of both rounds.

    Parameters
    ----------
    levels, changes
        From ``estimate`` by round and ``by``, and from :func:`kgeval.evaluate.change.change`.
    column, start, end, by, level
        As they were asked for; ``level`` is the changes' confidence level.

    Returns
    -------
    DataFrame
        As :func:`levels_and_change`.
    """
    rows = pd.DataFrame(
        {
            "indicator": changes["indicator"], "kind": "change", column: f"{start} -> {end}",
            **{name: changes[name] for name in by},
            "value": changes["difference"], "se": changes["se"],
            "low": changes["low"], "high": changes["high"],
            "df": changes["df"], "interval_method": np.where(changes["low"].notna(), "t", ""),
            "confidence": level, "flag": "ok", "reason": changes["reason"],
            **{name: changes[name] for name in CHANGE_COLUMNS},
        }
    )  # fmt: skip
    columns = ["indicator", "kind", column, *by, *COLUMNS, *CHANGE_COLUMNS]
    named = levels.assign(**{column: levels[column].astype("str")})
    both = pd.concat([named.reindex(columns=columns), rows.reindex(columns=columns)], ignore_index=True)
    counts = ["n", "n_missing", "clusters", "strata"]
    return both.assign(**{name: both[name].astype("Int64") for name in counts})
