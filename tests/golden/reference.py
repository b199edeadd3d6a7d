"""The reference values of R survey 4.5, which lie beside the project and never enter it.

Every test takes its rows from here by case; what is taken is written down, so that
``test_every_reference_row.py`` can find a row that nobody looks at.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate.measure import Measure, mean, ratio, share, total
from kgeval.plan.sample import SampleDesign
from tests.conftest import SHARED, needs

GOLDEN = SHARED / "golden"
absent = needs(GOLDEN)
TAKEN: dict[str, set[int]] = {"compared": set(), "degenerate": set()}

DESIGNS = {
    "strat": SampleDesign(weight="pw", stratum="stype", population="fpc"),
    "strat_nofpc": SampleDesign(weight="pw", stratum="stype"),
    "clus1": SampleDesign(weight="pw", cluster="dnum", population="fpc"),
    "clus1_nofpc": SampleDesign(weight="pw", cluster="dnum"),
    "srs": SampleDesign(weight="pw", population="fpc"),
}
INTERVALS = {"mean": "wald"} | {
    name: name for name in ("beta", "logit", "xlogit", "asin", "wilson", "likelihood")
}
VALUES = {"value": "est", "se": "se", "low": "lci", "high": "uci", "df": "df"}


@cache
def every_row() -> pd.DataFrame:
    """Return all reference values; the index is the number of the row."""
    table = pd.read_csv(GOLDEN / "golden_R.csv", keep_default_na=False)
    for column in VALUES.values():
        table[column] = pd.to_numeric(table[column], errors="coerce")
    return table


def degenerate(row: pd.Series) -> str:
    """Why R's value is no value (the README beside the values lists them); empty: it is one."""
    if row["case"] == "ciprop_boundary":
        return "R prints NaN, a zero width or [1, 1] where all answers are equal"
    if row["stat"] == "prop" and row["se"] == 0:
        return "R prints an interval of zero width or NaN where se = 0"
    if row["case"] == "few_clusters" and row["se"] == 0:
        return "one cluster cannot show a standard error"
    return "nobody is in the domain" if row["case"] == "empty_domain" else ""


def _rows(cases: tuple[str, ...], kind: str) -> list[object]:
    if not GOLDEN.is_dir():
        return []
    found = []
    for number, row in every_row().iterrows():
        if row["case"] in cases and (kind == "degenerate") == bool(degenerate(row)):
            TAKEN[kind].add(int(number))
            keys = ("case", "design", "stat", "variable", "domain", "method")
            found.append(pytest.param(row, id="-".join(str(row[key]) for key in keys if row[key])))
    return found


def compared(*cases: str) -> list[object]:
    """Return the rows of some cases that hold a value, and note that they are compared."""
    return _rows(cases, "compared")


def without_value(*cases: str) -> list[object]:
    """Return the degenerate rows of some cases, and note that they are looked at."""
    return _rows(cases, "degenerate")


@cache
def data(name: str) -> pd.DataFrame:
    """Return one of the inputs; nobody changes it, so it is read once."""
    frame = pd.read_csv(GOLDEN / "data" / f"{name}.csv")
    if "sch.wide" in frame:
        frame["sch01"] = (frame["sch.wide"] == "Yes").astype(int)
        frame["tgt"] = (frame["api00"] >= 700).astype(int)
    return frame


def asked(frame: pd.DataFrame, kind: str, variable: str) -> Measure:
    if kind == "ratio":
        above, below = variable.split("/")
        return ratio("r", frame[above], frame[below])
    return {"mean": mean, "total": total, "prop": share}[kind]("x", frame[variable])


def domain_of(frame: pd.DataFrame, text: str) -> pd.Series:
    column, value = text.split("=")
    return frame[column].astype(str) == value


def close(found: float, expected: float, tolerance: float = 1e-8) -> bool:
    return bool(np.isclose(found, expected, rtol=tolerance, atol=1e-12))


def assert_row(
    found: pd.Series, expected: pd.Series, tolerance: float = 1e-8, *, but: tuple[str, ...] = ()
) -> None:
    """Compare every number that R printed."""
    wrong = {
        ours: (found[ours], expected[theirs])
        for ours, theirs in VALUES.items()
        if ours not in but
        and np.isfinite(expected[theirs])
        and not close(found[ours], expected[theirs], tolerance)
    }
    assert not wrong
