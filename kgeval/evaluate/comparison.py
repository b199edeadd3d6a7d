"""The change of one side less the change of the side that it is compared with: difference in differences.

The four means (two sides, two rounds) are domains of one sample, so their covariance is the design's:
clusters revisited, strata, clusters without an answer. This equals R ``survey``'s totals of zero-filled
columns and their contrast. Source: ``docs/method.md``, "Comparisons".

In a census there is nothing to infer about the units listed. Whether like units would change likewise is
another question (``inference = "process"``): each unit is then its own cluster, without finite correction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from kgeval.estimate.answers import answers, condition
from kgeval.estimate.contrast import Joint
from kgeval.estimate.joint_rounds import joint_in_rounds
from kgeval.estimate.measure import Measure, measure
from kgeval.plan.comparison import Comparison
from kgeval.plan.indicator import Indicator
from kgeval.plan.sample import SampleDesign
from kgeval.plan.study import Study

COLUMNS = (
    "indicator", "variant", "table", "group", "randomised", "inference", "reference_from", "reference_to",
    "reference_change", "group_from", "group_to", "group_change", "difference", "se", "low", "high", "df",
    "p", "n", "n_reference", "n_group", "comparable", "reason",
)  # fmt: skip
POOLED = "group"  # the code of a side that pools several values
LEVEL = 0.95
_PARTS = ("reference_from", "reference_to", "group_from", "group_to")
_GAP = dict(zip(_PARTS, (1.0, -1.0, -1.0, 1.0), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The records of both rounds with their side: 0 the reference, 1.. the groups, −1 neither."""

    records: pd.DataFrame
    design: SampleDesign
    side: np.ndarray
    groups: tuple[str, ...]
    inference: str


def compare_changes(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Hold each group's change against that of the comparison side, where the study has one.

    Returns
    -------
    DataFrame
        One row a share or mean asked in both rounds and a group, with the columns ``COLUMNS``: levels
        and changes of both sides, the difference of the changes with its t interval; nothing where the
        study declares no comparison. Not comparable indicators have no difference, with the reason.
    """
    rows = [
        row
        for comparison in study.comparisons.values()
        if (sides := sides_of(study, tables, comparison)) is not None
        for indicator in asked_in_both(study, comparison.table)
        for row in _compared(study, indicator, comparison, sides)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sides_of(study: Study, tables: Mapping[str, pd.DataFrame], comparison: Comparison) -> Sides | None:
    """Tell the sides apart; None where one of them, or one of the rounds, is not in the data."""
    first, last = study.baseline.key, study.endline.key
    if comparison.table not in tables:
        return None
    records = tables[comparison.table]
    records = records[records["round"].isin([first, last])].reset_index(drop=True)
    design = study.tables[comparison.table].design
    inference = "process" if design.census else "design"
    if design.census:
        design = SampleDesign(cluster=comparison.unit or None)
    value = _side_values(records, comparison, study)
    others = comparison.groups or tuple(sorted(set(value.dropna()) - set(comparison.reference)))
    groups = (POOLED,) if comparison.pooled else others
    side = np.full(len(records), -1)
    side[value.isin(comparison.reference)] = 0
    for place, group in enumerate(others, start=1):
        side[(value == group).to_numpy()] = 1 if comparison.pooled else place
    held = [set(side[(records["round"] == key).to_numpy()]) - {-1} for key in (first, last)]
    if not all(0 in present and len(present) > 1 for present in held):
        return None
    return Sides(records=records, design=design, side=side, groups=groups, inference=inference)


def asked_in_both(study: Study, table: str) -> list[Indicator]:
    """Return the shares and means of a table that both rounds ask."""
    rounds = {study.baseline.key, study.endline.key}
    return [
        one
        for one in study.indicators
        if one.table == table
        and one.kind in {"share", "mean"}
        and (not one.rounds or rounds <= {*one.rounds})
    ]


def domain_means(
    study: Study, asked: Measure, sides: Sides, place: int, parts: tuple[str, ...] = _PARTS
) -> Joint:
    """Estimate the means of both sides in both rounds together: ``reference_from`` … ``group_to``."""
    first = (sides.records["round"] == study.baseline.key).to_numpy()
    who = condition(asked.counts, sides.records).sure
    here = {
        part: (sides.side == (0 if part.startswith("reference") else place))
        & (first if part.endswith("from") else ~first)
        & (True if who is None else who)
        for part in parts
    }
    measures = [replace(asked, name=part, counts=mask) for part, mask in here.items()]
    return joint_in_rounds(sides.records, sides.design, measures, "round")


def described(design: SampleDesign) -> SampleDesign:
    """Return the design for a look at one round alone, where a stratum may have but one cluster left."""
    return replace(design, single_cluster="adjust") if design.single_cluster == "fail" else design


def _side_values(records: pd.DataFrame, comparison: Comparison, study: Study) -> pd.Series:
    """Return each record's side: the value of its unit's last record, so that a side is kept for good."""
    value = records[comparison.column].astype("str").where(records[comparison.column].notna())
    if not comparison.unit:
        return value
    last = records["round"] == study.endline.key
    named = pd.Series(value[last].to_numpy(), index=records.loc[last, comparison.unit].to_numpy())
    named = named[named.index.notna() & ~named.index.duplicated()]
    return records[comparison.unit].map(named).fillna(value)


def _compared(
    study: Study, indicator: Indicator, comparison: Comparison, sides: Sides
) -> Iterator[dict[str, object]]:
    asked = measure(indicator)
    answered = answers(asked, sides.records, condition(None, sides.records)).answered()
    for place, group in enumerate(sides.groups, start=1):
        here = answered & np.isin(sides.side, [0, place])
        yield {
            "indicator": indicator.key,
            "variant": indicator.variant,
            "table": comparison.table,
            "group": group,
            "randomised": comparison.randomised,
            "inference": sides.inference,
            **_gap(domain_means(study, asked, sides, place), indicator.comparable == "no"),
            "n": int(here.sum()),
            "n_reference": int((here & (sides.side == 0)).sum()),
            "n_group": int((here & (sides.side == place)).sum()),
            "comparable": indicator.comparable,
        }


def _gap(found: Joint, withheld: bool) -> dict[str, object]:
    """Return levels, changes and the difference of the changes with its error."""
    value = dict(zip(found.names, found.values, strict=True))
    changes = {
        f"{side}_change": value[f"{side}_to"] - value[f"{side}_from"] for side in ("reference", "group")
    }
    levels = {part: float(value[part]) for part in _PARTS}
    nothing = dict.fromkeys(("difference", "se", "low", "high", "df", "p"), np.nan)
    if withheld:
        return {**levels, **changes, **nothing, "reason": "not_comparable: the rounds cannot be compared"}
    if not np.isfinite(found.values).all():
        return {**levels, **changes, **nothing, "reason": "no_answers: a side has no answer in a round"}
    gap = found.contrast(_GAP, level=LEVEL)
    if not (gap.se > 0 and found.df >= 1):
        return {
            **levels, **changes, **nothing, "difference": gap.value,
            "reason": "no_variance: the answers show no sampling variance, so there is no interval",
        }  # fmt: skip
    p = 2 * float(special.stdtr(gap.df, -abs(gap.value) / gap.se))
    known = {"difference": gap.value, "se": gap.se, "low": gap.low, "high": gap.high, "df": gap.df, "p": p}
    return {**levels, **changes, **known, "reason": ""}
