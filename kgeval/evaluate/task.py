"""The plan line by line with the figures that answer it: every line has a figure, or says why not."""

from __future__ import annotations

import pandas as pd

from kgeval.plan.study import Study

COLUMNS = ("part", "line", "order", "indicator", "variant", "area", "answered")


def plan_lines(study: Study, estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of the plan in their order, each with the indicators that answer it.

    Parameters
    ----------
    estimates
        ``results/estimates`` of one place (plain rows of the last round are used).

    Returns
    -------
    One row a line and figure, columns ``COLUMNS``; a line without any figure has one row with
    ``answered`` false and no indicator: there the plan's own sentence stands. Every line of the plan is
    in it; none where the study has no plan.
    """
    plain = estimates[(estimates["by"] == "") & (estimates["round"] == study.endline.key)]
    known = plain[(plain["n"].fillna(0) > 0) & plain["value"].notna()]
    there = set(zip(known["indicator"], known["variant"], strict=True))
    area = str(plain["area"].iloc[0]) if len(plain) else ""
    rows = []
    for order, line in enumerate(study.programme.lines):
        answers = [pair for pair in line.indicators if pair in there] or [("", "")]
        rows += [
            {
                "part": line.part, "line": line.key, "order": order, "indicator": indicator,
                "variant": variant, "area": area, "answered": bool(indicator),
            }
            for indicator, variant in answers
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))
