"""What was found: the rows of the results of which a study's rules are true, and how strong they are.

A rule looks at rows that may be published: what is suppressed bears no finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.evaluation.findings import EVIDENCE, Evidence, FindingRule
from kgeval.plan.flag import CENSUS, SUPPRESS
from kgeval.plan.study import Study

_KEYS = ["indicator", "variant", "area"]
_GROUP = [*_KEYS, "by", "by_value"]
_CHANGE = {"difference": "difference", "low": "difference_low", "high": "difference_high"}
_VERDICT = ["target", "official", "statistical", "shortfall"]
_CLEAR = ("met", "not_met")
ROW = (
    "finding", "bearing", "evidence", *_GROUP, "round", "kind", "value", "low", "high", "n", "n_missing",
    "missing_low", "missing_high", "interval_method", "flag", "target", "official", "statistical",
    "difference", "difference_low", "difference_high",
)  # fmt: skip


def result_rows(
    study: Study, estimates: pd.DataFrame, changes: pd.DataFrame, verdicts: pd.DataFrame
) -> pd.DataFrame:
    """Return the publishable estimates of the last round, each with its verdict and its change.

    Returns
    -------
    The columns of ``results/estimates``; then ``target``, ``official``, ``statistical`` and ``shortfall``
    (plain rows alone); ``difference`` with its limits and ``comparable``, where the rounds compare; and
    ``plain``, the value of all groups together beside a group's.
    """
    rows = estimates[(estimates["round"] == study.endline.key) & (estimates["flag"] != SUPPRESS)]
    rows = rows.assign(**{column: rows[column].fillna("") for column in ("by", "by_value")})
    judged = verdicts[[*_KEYS, *_VERDICT]].assign(by="", by_value="")
    told = changes[changes["comparable"] != "no"]
    told = told[told["flag"] != SUPPRESS] if "flag" in told else told
    changed = told[[*_GROUP, *_CHANGE, "comparable"]].rename(columns=_CHANGE)
    changed = changed.assign(**{column: changed[column].fillna("") for column in ("by", "by_value")})
    plain = rows.loc[rows["by"] == "", [*_KEYS, "value"]].rename(columns={"value": "plain"})
    return (
        rows.merge(judged, on=_GROUP, how="left", validate="one_to_one")
        .merge(changed, on=_GROUP, how="left", validate="one_to_one")
        .merge(plain, on=_KEYS, how="left", validate="many_to_one")
    )


def findings(study: Study, rows: pd.DataFrame, *, area: str = WHOLE) -> pd.DataFrame:
    """Return what is found in an area, in the order of the study's rules.

    Parameters
    ----------
    rows
        As ``result_rows`` returns them.
    area
        An area's code, or ``all``.

    Returns
    -------
    One row a finding and row of the results, with the columns ``ROW``; ``evidence`` is strong, moderate or
    weak.
    """
    here = rows[rows["area"] == area]
    found = [_found(rule, here) for rule in study.evaluation.recommendations.findings]
    there = [frame for frame in found if len(frame)]
    return pd.concat(there, ignore_index=True) if there else pd.DataFrame(columns=list(ROW))


def evidence(row: Mapping[Any, Any], at_most: Evidence = "strong") -> Evidence:
    """Return how much a row of results bears.

    Strong: a verdict that its interval, or a full count with its unknown answers, leaves no doubt of; a
    full count without unknown answers. Weak: a verdict that cannot be given, or a value marked for
    caution. Moderate: whatever lies between. Nothing is stronger than its source allows (``at_most``).
    """
    census = row["interval_method"] == CENSUS
    if row["statistical"] in _CLEAR or (census and not row["n_missing"]):
        strength: Evidence = "strong"
    elif row["statistical"] in ("unclear", "not_estimable") or row["flag"] != "ok":
        strength = "weak"
    else:
        strength = "moderate"
    return min(strength, at_most, key=EVIDENCE.index)


def _found(rule: FindingRule, rows: pd.DataFrame) -> pd.DataFrame:
    about = rows[
        rows["indicator"].isin(rule.indicators)
        & (rows["variant"] == rule.variant)
        & (rows["by"] == rule.by)
        & ((rows["by_value"] == rule.by_value) | (rule.by_value == ""))
    ]
    holds = rule.when.truth(about).fillna(False).to_numpy(dtype=np.bool_)
    kept = about[holds]
    marked = kept.assign(
        finding=rule.key,
        bearing=rule.bearing,
        evidence=[evidence(row, rule.at_most) for row in kept.to_dict("records")],
    )
    return marked[list(ROW)]
