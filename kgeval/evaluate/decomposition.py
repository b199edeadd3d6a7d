"""A change divided in two: other people (composition), or the same kinds of people otherwise (within).

With p_c the share of class c among those who answered and r_c its level, in both rounds:

    change = Σ (p_c' − p_c)(r_c + r_c')/2  +  Σ (r_c' − r_c)(p_c + p_c')/2

The symmetric form needs no order of the rounds; both parts add up to the change. It is arithmetic, not
cause: a class is only as good as what it holds alike. Source: Kitagawa (1955), *J. Am. Stat. Assoc.* 50,
1168-1194. Errors: the covariance of all class totals, by derivatives of the formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from kgeval.estimate.answers import answers, condition
from kgeval.estimate.interval import t_interval
from kgeval.estimate.joint_rounds import joint_in_rounds
from kgeval.estimate.measure import Measure, measure, total
from kgeval.estimate.units import Floats
from kgeval.evaluate.comparison import asked_in_both
from kgeval.plan.area import AREA_COLUMNS
from kgeval.plan.indicator import MAIN, Indicator
from kgeval.plan.sample import SampleDesign
from kgeval.plan.study import Study

COLUMNS = (
    "indicator", "variant", "by", "classes", "change", "composition", "composition_se", "composition_low",
    "composition_high", "within", "within_se", "within_low", "within_high", "df", "comparable", "reason",
)  # fmt: skip
UNKNOWN = "?"  # the class of those whose class is not known
LEVEL = 0.95
_STEP = 1e-30  # of a complex derivative: no difference is taken, so nothing is lost
_Totals = npt.NDArray[np.complex128] | Floats


def decompose(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Divide the change of every indicator with a target, by area and by each breakdown of one column.

    Returns
    -------
    DataFrame
        One row an indicator and column, with the columns ``COLUMNS``; ``composition`` + ``within`` =
        ``change``. Indicators that cannot be compared between the rounds are left out; a census has no
        errors.
    """
    rows = [
        row
        for key in study.tables
        if key in tables and {study.baseline.key, study.endline.key} <= set(tables[key]["round"])
        for row in _of_table(study, key, tables[key])
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_table(study: Study, key: str, records: pd.DataFrame) -> Iterator[dict[str, object]]:
    rounds = (study.baseline.key, study.endline.key)
    records = records[records["round"].isin(rounds)].reset_index(drop=True)
    for indicator in asked_in_both(study, key):
        if indicator.variant != MAIN or indicator.target is None or indicator.comparable == "no":
            continue
        for column in _classes(indicator):
            parts = decomposition(
                records, study.tables[key].design, measure(indicator), column, rounds=rounds
            )
            yield {
                "indicator": indicator.key, "variant": indicator.variant, "by": column,
                "comparable": indicator.comparable, **parts,
            }  # fmt: skip


def _classes(indicator: Indicator) -> Sequence[str]:
    single = [columns[0] for columns in indicator.breakdowns if len(columns) == 1]
    return list(dict.fromkeys(["area", *(name for name in single if name not in AREA_COLUMNS)]))


def decomposition(
    records: pd.DataFrame,
    design: SampleDesign,
    asked: Measure,
    column: str,
    *,
    rounds: tuple[str, str],
    level: float = LEVEL,
) -> dict[str, object]:
    """Divide the change of one share or mean by the classes of one column.

    Parameters
    ----------
    records
        All records of both rounds.
    design, asked
        The sample and what is measured.
    column
        The classes; a class without an answer in one of the rounds has the level of the other there.
    rounds
        First and last round.
    level
        Of the intervals.
    """
    given = answers(asked, records, condition(None, records))
    answered = given.answered()
    labels = records[column].astype("str").where(records[column].notna(), UNKNOWN).to_numpy()
    classes = sorted(set(labels[answered]))
    cells = [
        (key, name, answered & (records["round"] == key).to_numpy() & (labels == name))
        for key in rounds
        for name in classes
    ]
    size = [total(f"n {key} {name}", here.astype(float)) for key, name, here in cells]
    sums = [total(f"y {key} {name}", np.where(here, given.y, 0.0)) for key, name, here in cells]
    nothing = dict.fromkeys(COLUMNS[4:14], np.nan)
    if not all(any(here.any() for key, _, here in cells if key == one) for one in rounds):
        return {**nothing, "classes": len(classes), "reason": "no_answers: no answer in one of the rounds"}
    found = joint_in_rounds(records, design, [*size, *sums], "round")
    parts = np.asarray(_parts(found.values), dtype=np.float64)
    content: dict[str, object] = {
        "classes": len(classes), "change": float(parts.sum()),
        "composition": float(parts[0]), "within": float(parts[1]),
    }  # fmt: skip
    if design.census:
        return {**nothing, **content, "reason": "census"}
    gradient = _gradient(found.values)
    errors = np.sqrt(np.maximum(np.diag(gradient @ found.covariance @ gradient.T), 0))
    low, high = t_interval(parts, np.where(errors > 0, errors, np.nan), np.full(2, found.df), level)
    for place, name in enumerate(("composition", "within")):
        limits = {"se": errors[place], "low": low[place], "high": high[place]}
        content |= {f"{name}_{limit}": float(value) for limit, value in limits.items()}
    return {**nothing, **content, "df": found.df, "reason": ""}


def _parts(totals: _Totals) -> _Totals:
    """Return composition and within from the totals: numbers by round and class, then sums alike."""
    n, y = (part.reshape(2, -1) for part in np.split(totals, 2))
    share = n / n.sum(axis=1, keepdims=True)
    there = n.real > 0
    level = np.where(there, y, 0.0) / np.where(there, n, 1.0)
    level = np.where(there, level, level[::-1])
    composition = ((share[1] - share[0]) * (level[0] + level[1]) / 2).sum()
    within = ((level[1] - level[0]) * (share[0] + share[1]) / 2).sum()
    return np.array([composition, within])


def _gradient(totals: Floats) -> Floats:
    """(2, totals) derivatives of both parts, exact to rounding (complex step)."""
    steps = totals[None, :] + 1j * _STEP * np.eye(len(totals))
    return np.stack([_parts(step).imag / _STEP for step in steps], axis=1)
