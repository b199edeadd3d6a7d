"""What may be advised: recommendations, lessons and causes, each with the findings that it rests on."""

from __future__ import annotations

import pandas as pd

from kgeval.errors import StudyError
from kgeval.plan.area import WHOLE
from kgeval.plan.evaluation.findings import EVIDENCE
from kgeval.plan.evaluation.recommendations import Advice, Kind
from kgeval.plan.study import Study

ROW = ("advice", "kind", "area", "findings", "evidence")


def advise(study: Study, found: pd.DataFrame, kind: Kind, *, area: str = WHOLE) -> pd.DataFrame:
    """Return the advice of one kind whose findings are there.

    Parameters
    ----------
    found
        As ``findings`` returns them, of this area.
    kind
        ``recommendation``, ``lesson`` or ``cause``.
    area
        An area's code, or ``all``: what is addressed to the whole alone is not given to an area.

    Returns
    -------
    One row a piece of advice, in the study's order: its key, the findings that it rests on (separated by
    blanks), and its evidence, that of the weakest of them.

    Raises
    ------
    StudyError
        A piece of advice names no finding at all, or one that no rule defines.
    """
    plan = study.evaluation.recommendations
    known = {rule.key for rule in plan.findings}
    unfounded = [one for one in plan.advice if not one.findings or not set(one.findings) <= known]
    if unfounded:
        raise StudyError([_unfounded(one) for one in unfounded])
    strength = {
        key: min(rows["evidence"], key=EVIDENCE.index) for key, rows in found.groupby("finding", sort=False)
    }
    scopes = ("whole", "both") if area == WHOLE else ("area", "both")
    rows = []
    for one in plan.advice:
        resting = [key for key in one.findings if key in strength]
        if one.kind == kind and one.scope in scopes and resting:
            weakest = min((strength[key] for key in resting), key=EVIDENCE.index)
            rows.append(
                {
                    "advice": one.key,
                    "kind": kind,
                    "area": area,
                    "findings": " ".join(resting),
                    "evidence": weakest,
                }
            )
    return pd.DataFrame(rows, columns=list(ROW))


def _unfounded(advice: Advice) -> str:
    return (
        f"recommendations.toml: the {advice.kind} {advice.key!r} rests on no finding; name under 'findings' "
        "a rule that stands as [finding.<key>], or take it out"
    )
