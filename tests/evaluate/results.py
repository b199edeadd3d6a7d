"""Rows of results as a run leaves them, for the study of the repository, without running it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from kgeval.evaluate.review import CHANGES, ESTIMATES
from kgeval.evaluate.verdict import COLUMNS
from kgeval.plan.study import Study, read_study

SURVEYS = Path(__file__).parents[2] / "surveys"


@cache
def study() -> Study:
    return read_study(SURVEYS / "kien_giang")


def estimates(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return rows of ``results/estimates``: a share of a sample at endline, unless said otherwise."""
    usual = {
        "variant": "main", "round": "endline", "area": "all", "by": "", "by_value": "", "kind": "share",
        "n": 100.0, "n_missing": 0.0, "flag": "ok", "interval_method": "korn-graubard", "reason": "",
    }  # fmt: skip
    return _frame(ESTIMATES, [usual | row for row in rows])


def verdicts(*rows: dict[str, Any]) -> pd.DataFrame:
    return _frame(COLUMNS, [{"variant": "main", "area": "all"} | row for row in rows])


def changes(*rows: dict[str, Any]) -> pd.DataFrame:
    usual = {"variant": "main", "area": "all", "by": "", "by_value": "", "comparable": "yes"}
    return _frame(CHANGES, [usual | row for row in rows])


def _frame(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> pd.DataFrame:
    texts = {"indicator", "variant", "round", "area", "by", "by_value", "kind", "interval_method", "flag",
             "reason", "official", "statistical", "comparable", "direction", "as_of", "from_round",
             "to_round"}  # fmt: skip
    frame = pd.DataFrame([{name: row.get(name) for name in columns} for row in rows], columns=list(columns))
    types = {name: "str" if name in texts else "float64" for name in columns}
    return frame.astype(types)
