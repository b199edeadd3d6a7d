"""Child protection: alerts for the one person who must act, and how little anybody else may read.

Alerts go to the restricted store alone. What is published is one number of cases that an authority has,
from five upwards, and one merged component for the whole study.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from kgeval.plan.evaluation.protection import LEAST
from kgeval.plan.study import Study

ALERT = ("table", "rid", "unit", "seen_on", "named", "duty")
_LEAST_OF_EACH = 10  # sensitive: of those that meet it, those that do not, and all


def alerts(study: Study, tables: Mapping[str, pd.DataFrame], *, lang: str = "vi") -> dict[str, pd.DataFrame]:
    """Return the alerts, by the name under which they are stored; empty where the study asks nothing.

    Returns
    -------
    ``restricted/alerts`` to one row a record that tells of a child in danger, with the columns ``ALERT``:
    where and when it was seen, the person named in the study, and the duty to report.
    """
    plan = study.evaluation.protection
    if not plan.dangers:
        return {}
    rows = []
    for danger in plan.dangers:
        records = tables.get(danger.table)
        if records is None or records.empty:
            continue
        positive = records[danger.positive.truth(records).fillna(False).to_numpy(dtype=bool)]
        rows += [
            {
                "table": danger.table,
                "rid": row["rid"],
                "unit": row[danger.unit],
                "seen_on": row[danger.date],
                "named": plan.named,
                "duty": (plan.duty or {}).get(lang, ""),
            }
            for row in positive.to_dict("records")
        ]
    return {"restricted/alerts": pd.DataFrame(rows, columns=list(ALERT), dtype="str")}


def referred_cases(study: Study, tables: Mapping[str, pd.DataFrame]) -> int | None:
    """Return how many cases an authority has, None where there are fewer than five or nobody recorded it."""
    count = 0
    for danger in study.evaluation.protection.dangers:
        records = tables.get(danger.table)
        if danger.referred is not None and records is not None and not records.empty:
            count += int(danger.referred.truth(records).fillna(False).sum())
    return count if count >= LEAST else None


def safety_component(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rules of protection and safety merged into one, for the whole study in the last round.

    Returns
    -------
    No row, or one with ``met``, ``known`` and ``share``; the numbers are NaN where one of the sides is so
    small that it would tell of single units.
    """
    plan = study.evaluation.protection
    sets = {(composite.table, composite.set) for composite in study.norms.composites}
    rules = [
        rule
        for rule in study.norms.rules
        if rule.key in plan.rules
        and (rule.table, rule.set) in sets
        and _in_force(rule.starts, rule.ends, study)
    ]
    if not rules:
        return pd.DataFrame(columns=["met", "known", "share"])
    records = tables.get(rules[0].table, pd.DataFrame(columns=["round"]))
    records = records[records["round"] == study.endline.key]
    truths = [rule.met.truth(records) for rule in rules] if len(records) else []
    if not truths:
        return pd.DataFrame(columns=["met", "known", "share"])
    together = truths[0]
    for truth in truths[1:]:
        together = together & truth
    known = int(together.notna().sum())
    met = int(together.fillna(False).sum())
    shown = min(met, known - met) >= _LEAST_OF_EACH
    return pd.DataFrame(
        [
            {
                "met": float(met) if shown else float("nan"),
                "known": float(known) if shown else float("nan"),
                "share": met / known if shown else float("nan"),
            }
        ]
    )


def _in_force(starts: date | None, ends: date | None, study: Study) -> bool:
    day = study.endline.ends
    return day is None or ((starts is None or starts <= day) and (ends is None or day <= ends))
