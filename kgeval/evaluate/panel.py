"""Change of persons who were asked in both rounds: each person's own difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.answers import Condition, answers, condition
from kgeval.estimate.breakdown import By
from kgeval.estimate.estimates import estimate
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Measure, Operand, mean
from kgeval.estimate.units import Floats
from kgeval.plan.sample import SampleDesign


def paired_change(
    rows: pd.DataFrame,
    design: SampleDesign,
    measures: Sequence[Measure],
    *,
    column: str,
    start: object,
    end: object,
    by: By,
    where: Operand | None,
    level: float,
    df: DfRule | None,
    person: str,
) -> pd.DataFrame:
    """Estimate the mean of each person's change among those who answered in both rounds.

    Weights, clusters, strata and breakdowns are those of the last round. Only shares and means: a total
    or ratio of a panel is not the population's.

    Parameters
    ----------
    rows
        The records of both rounds, one a person and round, RangeIndex.
    design, measures, by, where, level, df
        As in :func:`kgeval.estimate.estimates.estimate`; ``where`` is asked of both records of a person.
    column, start, end
        The round column, and its values in the first and the last round.
    person
        The column that names a person in both rounds; without a name nobody is met again.

    Returns
    -------
    DataFrame
        As :func:`kgeval.evaluate.change.change`; ``reason`` begins with how many were met again, and
        ``correlation`` is the one that the paired error implies.

    Raises
    ------
    DesignError
        No such column, a person twice in a round, or a measure that is neither a share nor a mean.
    """
    if person not in rows.columns:
        raise DesignError(f"the person column {person!r} is not in the data; correct its name")
    before = (rows[column] == start).to_numpy()
    for name, chosen in ((start, before), (end, ~before)):
        twice = int(rows.loc[chosen, person].dropna().duplicated().sum())
        if twice:
            raise DesignError(
                f"{twice} records of round {name} repeat a person of {person!r}; keep one record a round"
            )
    partner = _partners(rows[person], before)
    last = rows[~before].reset_index(drop=True)
    who = condition(where, rows)
    asked: list[Measure] = []
    for one in measures:
        if one.kind not in {"share", "mean"}:
            raise DesignError(f"the change of {one.name!r} cannot be paired by person: it is a {one.kind}")
        first, second = _paired_answers(one, rows, who, before, partner)
        asked += [
            replace(mean(f"{one.name}\n{part}", values), weight=one.weight)
            for part, values in (("from", first), ("to", second), ("difference", second - first))
        ]
    found = estimate(last, design, asked, by=by, level=level, df=df)
    met, asked_first = int((partner >= 0).sum()), int(before.sum())
    note = f"paired: {met} of {asked_first} persons of the first round were met again"
    return _rows(found, measures, start, end, note=note)


def _partners(ids: pd.Series, before: np.ndarray) -> np.ndarray:
    """Return where each record of the last round has its person in the first; −1: nowhere."""
    first = pd.Series(np.flatnonzero(before), index=ids[before].to_numpy())
    first = first[first.index.notna()]
    return first.reindex(ids[~before].to_numpy()).fillna(-1).to_numpy(dtype=np.intp)


def _paired_answers(
    asked: Measure, rows: pd.DataFrame, who: Condition, before: np.ndarray, partner: np.ndarray
) -> tuple[Floats, Floats]:
    one = answers(asked, rows, who)
    value = np.where(one.answered(), one.y, np.nan)
    first = np.where(partner >= 0, value[partner], np.nan)
    second = value[~before]
    complete = ~np.isnan(first) & ~np.isnan(second)
    return np.where(complete, first, np.nan), np.where(complete, second, np.nan)


def _rows(
    found: pd.DataFrame, measures: Sequence[Measure], start: object, end: object, *, note: str
) -> pd.DataFrame:
    names = found["indicator"].str.split("\n").str
    parts = {part: found[names[1] == part].reset_index(drop=True) for part in ("from", "to", "difference")}
    first, last, gap = parts["from"], parts["to"], parts["difference"]
    kinds = {one.name: one.kind for one in measures}
    independent = np.sqrt(first["se"] ** 2 + last["se"] ** 2)
    covariance = (independent**2 - gap["se"] ** 2) / 2
    product = (first["se"] * last["se"]).where(lambda both: both > 0)
    labels = gap.loc[:, :"value"].drop(columns=["indicator", "kind", "value"])
    indicator = names[0][names[1] == "difference"].reset_index(drop=True)
    reason = gap["reason"].where(gap["reason"] == "", "; " + gap["reason"])
    return pd.concat(
        [
            pd.DataFrame({"indicator": indicator, "kind": indicator.map(kinds)}),
            labels,
            pd.DataFrame(
                {
                    "from_round": start, "to_round": end,
                    "from_value": first["value"], "to_value": last["value"],
                    "difference": gap["value"], "se": gap["se"], "low": gap["low"], "high": gap["high"],
                    "df": gap["df"], "correlation": (covariance / product).clip(-1, 1),
                    "se_independent": independent, "reason": note + reason,
                }
            ),
        ],
        axis=1,
    )  # fmt: skip
