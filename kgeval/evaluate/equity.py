"""Results of groups of people who are easily left out, only where so many answers carry them."""

from __future__ import annotations

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.study import Study

_SURVEY = 25  # answers behind a share that is printed
_SENSITIVE = 10  # of those who succeed, who fail, and all


def equity_rows(study: Study, estimates: pd.DataFrame, *, area: str = WHOLE) -> pd.DataFrame:
    """Return the rows of the results of ``equity.toml``, in its order.

    Returns
    -------
    The columns of ``results/estimates``, after ``cut`` (the number in the file) and ``plain`` (the value
    of all groups together). A row that too few answers carry has the flag ``suppress``.
    """
    here = estimates[(estimates["round"] == study.endline.key) & (estimates["area"] == area)]
    here = here.assign(**{column: here[column].fillna("") for column in ("by", "by_value")})
    parts = []
    for number, cut in enumerate(study.evaluation.equity):
        about = here[(here["indicator"] == cut.of.indicator) & (here["variant"] == cut.of.variant)]
        group = about[(about["by"] == cut.by) & (about["by_value"] == cut.by_value)]
        whole = about.loc[(about["by"] == "") & (about["flag"] != "suppress"), "value"]
        plain = float(whole.iloc[0]) if cut.by and len(whole) else float("nan")
        parts.append(group.assign(cut=number, plain=plain))
    if not parts:
        return estimates.head(0).assign(cut=[], plain=[])
    rows = pd.concat(parts, ignore_index=True)
    flags = [row["flag"] if _publishable(study, row) else "suppress" for row in rows.to_dict("records")]
    return rows.assign(flag=flags)


def _publishable(study: Study, row: dict[object, object]) -> bool:
    """Say whether a row may be printed by the rules of its indicator's profile."""
    indicator = study.indicator(str(row["indicator"]), str(row["variant"]))
    n, value = float(str(row["n"])), float(str(row["value"]))
    if indicator.disclosure == "sensitive":
        parts = (value * n, (1 - value) * n, n) if indicator.kind == "share" else (n,)
        return all(round(part) >= _SENSITIVE for part in parts)
    if indicator.disclosure == "groups":
        return row["area"] == WHOLE
    return indicator.disclosure == "administrative" or n >= _SURVEY
