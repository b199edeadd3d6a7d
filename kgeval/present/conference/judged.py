"""Which results a conference speaks of: the main definitions with a target, and their changes."""

from __future__ import annotations

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.indicator import MAIN
from kgeval.present.published import main, plain, publish
from kgeval.present.results import Results

_PRIORITIES = 3  # indicators that get a chart by area of their own


def priorities(results: Results) -> list[str]:
    """Return the first of the judged shares."""
    return judged_shares(results)[:_PRIORITIES]


def judged_shares(results: Results) -> list[str]:
    """Return the indicators with a target that are shares, in the study's order."""
    judged = set(results.verdicts["indicator"])
    keys = [
        one.key
        for one in results.study.indicators
        if one.variant == MAIN and one.kind == "share" and one.key in judged
    ]
    return list(dict.fromkeys(keys))


def judged_changes(own: Results) -> pd.DataFrame:
    """Return the plain changes of the indicators with a target; of all, where none has one."""
    rows = main(plain(own.changes))
    kept = rows[rows["indicator"].isin(set(own.verdicts["indicator"]))]
    return rows if kept.empty else kept


def published_targets(own: Results) -> pd.DataFrame:
    """Return the published main results with a target, at the last round."""
    rows = main(publish(own.endline, own.verdicts, own.study, own.lang))
    return rows[rows["target"].notna()]


def other_results(own: Results) -> pd.DataFrame:
    """Return the plain main estimates of the last round that have no target: tasks and context."""
    rows = main(own.endline)
    return rows[~rows["indicator"].isin(set(own.verdicts["indicator"]))]


def single_areas(results: Results) -> tuple[str, ...]:
    """Return the codes of the areas that have results, without the whole."""
    return tuple(code for code in results.areas if code != WHOLE)
