"""Change between rounds where the weights are calibrated, replicated or trimmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from kgeval.estimate.answers import Answers
from kgeval.estimate.interval import t_interval
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Measure, Operand
from kgeval.estimate.reason import join
from kgeval.estimate.records import Records, read_records
from kgeval.estimate.reweighted import reweighted_joint
from kgeval.estimate.rounding import is_rounding, stray
from kgeval.estimate.tidy import label_columns
from kgeval.estimate.units import Bools
from kgeval.estimate.weighted import Weighted

NO_VARIANCE = "no_variance: the answers show no sampling variance, so there is no interval"
COLUMNS = ("from_value", "to_value", "difference", "se", "low", "high", "df", "correlation", "se_independent")


def reweighted_change(
    frame: pd.DataFrame,
    sample: Weighted,
    measures: Sequence[Measure],
    *,
    column: str,
    start: object,
    end: object,
    by: tuple[str, ...],
    where: Operand | None,
    level: float,
    df: DfRule,
) -> pd.DataFrame:
    """Estimate the change of measures from one round to another.

    Parameters
    ----------
    frame, sample
        The records of both rounds in one frame, and their weights (:func:`kgeval.estimate.weighted.weigh`).
    measures, column, start, end, by, where, level, df
        As in :func:`kgeval.evaluate.change.change`.

    Returns
    -------
    DataFrame
        The columns of :func:`kgeval.evaluate.change.change`.
    """
    records = read_records(frame, measures, wanted=[(column, *by), by], where=where)
    rounds = frame[column].to_numpy()
    found = records.domains(by)
    rows = [
        _row(
            sample, records, place, (here & (rounds == start), here & (rounds == end)),
            names=(start, end), level=level, df=df,
        )
        for place in range(len(measures))
        for here in (found.code == domain for domain in range(len(found)))
    ]  # fmt: skip
    size = len(found)
    labels = {
        "indicator": [one.name for one in measures for _ in range(size)],
        "kind": [one.kind for one in measures for _ in range(size)],
        **label_columns(by, found.names, len(measures), listed=False),
        "from_round": start,
        "to_round": end,
    }
    return pd.concat([pd.DataFrame(labels), pd.DataFrame(rows)], axis=1)


def _row(
    sample: Weighted,
    records: Records,
    place: int,
    sides: tuple[Bools, Bools],
    *,
    names: tuple[object, object],
    level: float,
    df: DfRule,
) -> dict[str, object]:
    """Estimate one change from the joint covariance of its two sides."""
    numbers = dict.fromkeys(COLUMNS, np.nan)
    asked, known = records.measures[place], records.answers[place]
    both = replace(records, measures=(asked, asked), answers=tuple(_inside(known, side) for side in sides))
    empty = [name for number, name in enumerate(names) if not both.denominator(number).any()]
    if empty:
        return numbers | {"reason": join(*sample.notes, f"no_answers: no answer in round {empty[0]}")}
    joint = reweighted_joint(sample, both, df)
    variances, covariance = np.diag(joint.covariance), float(joint.covariance[0, 1])
    before, after = (float(value) for value in joint.values)  # noqa: PD011  a Joint, no frame
    se = float(np.sqrt(max(variances.sum() - 2 * covariance, 0.0)))
    numbers |= {"from_value": before, "to_value": after, "difference": after - before, "df": joint.df}
    if not joint.df >= 1:
        return numbers | {"reason": join(*sample.notes, "no_df: too few clusters for a sampling error")}
    product = float(np.sqrt(variances.prod()))
    numbers |= {
        "correlation": float(np.clip(covariance / product, -1, 1)) if product > 0 else np.nan,
        "se_independent": float(np.sqrt(variances.sum())),
    }
    n = both.answered(0).sum() + both.answered(1).sum()
    limit = float(stray(n)) * (abs(before) + abs(after))
    if is_rounding(np.array(se**2), float(variances.sum()), limit):
        return numbers | {"se": 0.0, "reason": join(*sample.notes, NO_VARIANCE)}
    low, high = t_interval(np.array(after - before), np.array(se), np.array(joint.df), level)
    return numbers | {"se": se, "low": float(low), "high": float(high), "reason": join(*sample.notes)}


def _inside(known: Answers, side: Bools) -> Answers:
    """Keep the records of one round and domain."""
    return replace(known, member=known.members() & side, possible=known.may_count() & side)
