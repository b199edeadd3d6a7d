"""The criteria of an evaluation: what the findings say on each, or that they do not suffice."""

from __future__ import annotations

import pandas as pd

from kgeval.plan.study import Study

ROW = ("criterion", "conclusion", "supports", "opposes")


def weigh_criteria(study: Study, found: pd.DataFrame, *, compared: bool = False) -> pd.DataFrame:
    """Return the conclusion on each criterion.

    Parameters
    ----------
    found
        As ``findings`` returns them.
    compared
        Whether there are results of a comparison group: without them a criterion that needs a comparison
        is never concluded upon.

    Returns
    -------
    One row a criterion: ``supported``, ``mixed``, ``opposed`` or ``insufficient``, and the findings on
    either side (separated by blanks).
    """
    there = set(found["finding"])
    rows = []
    for one in study.evaluation.criteria:
        supports = [key for key in one.supports if key in there]
        opposes = [key for key in one.opposes if key in there]
        rows.append(
            {
                "criterion": one.key,
                "conclusion": _conclusion(supports, opposes, possible=compared or not one.needs_comparison),
                "supports": " ".join(supports),
                "opposes": " ".join(opposes),
            }
        )
    return pd.DataFrame(rows, columns=list(ROW))


def _conclusion(supports: list[str], opposes: list[str], *, possible: bool) -> str:
    if not possible or not (supports or opposes):
        return "insufficient"
    if supports and opposes:
        return "mixed"
    return "supported" if supports else "opposed"
