"""Results of groups of people who are easily left out, beside those of all together."""

from __future__ import annotations

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.flag import SUPPRESS
from kgeval.plan.study import Study


def equity_rows(study: Study, estimates: pd.DataFrame, *, area: str = WHOLE) -> pd.DataFrame:
    """Return the rows of the results of ``equity.toml``, in its order.

    Returns
    -------
    The columns of ``results/estimates``, after ``cut`` (the number in the file) and ``plain`` (the value
    of all groups together). What must not be published keeps its flag ``suppress``.
    """
    here = estimates[(estimates["round"] == study.endline.key) & (estimates["area"] == area)]
    here = here.assign(**{column: here[column].fillna("") for column in ("by", "by_value")})
    parts = []
    for number, cut in enumerate(study.evaluation.equity):
        about = here[(here["indicator"] == cut.of.indicator) & (here["variant"] == cut.of.variant)]
        group = about[(about["by"] == cut.by) & (about["by_value"] == cut.by_value)]
        whole = about.loc[(about["by"] == "") & (about["flag"] != SUPPRESS), "value"]
        plain = float(whole.iloc[0]) if cut.by and len(whole) else float("nan")
        parts.append(group.assign(cut=number, plain=plain))
    if not parts:
        return estimates.head(0).assign(cut=[], plain=[])
    return pd.concat(parts, ignore_index=True)
