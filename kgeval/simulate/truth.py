"""The true values: each indicator of the study in the whole population, before sample and faults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.expression import Expression
from kgeval.plan.indicator import Indicator
from kgeval.simulate.population import Records

COLUMNS = ("indicator", "variant", "round", "area", "value", "n")


def true_values(population: Records) -> pd.DataFrame:
    """Return the value of each indicator, variant, round and area (and the whole) in the population.

    Values are those of the units whose answer is known, as in an estimate; ``n`` is the number of
    units in the denominator. A value that does not exist (nobody in the denominator) is missing.
    """
    from kgeval.prepare.link import link

    tables = link(population.study, population.tables)
    rows: list[dict[str, Any]] = []
    for indicator in population.study.indicators:
        if indicator.table in tables:
            rows += _of_indicator(indicator, tables[indicator.table], population)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_indicator(indicator: Indicator, frame: pd.DataFrame, population: Records) -> list[dict[str, Any]]:
    parts = _parts(indicator, frame)
    rows = []
    for round_ in population.study.rounds:
        if indicator.rounds and round_.key not in indicator.rounds:
            continue
        in_round = frame["round"].eq(round_.key).to_numpy()
        if not in_round.any():
            continue
        for area in [*(area.code for area in population.study.areas), WHOLE]:
            here = in_round & parts["counts"]
            if area != WHOLE:
                here = here & frame["area"].eq(area).to_numpy()
            rows.append(
                {
                    "indicator": indicator.key, "variant": indicator.variant,
                    "round": round_.key, "area": area,
                    "value": _value(indicator.kind, {name: part[here] for name, part in parts.items()}),
                    "n": int(here.sum()),
                }
            )  # fmt: skip
    return rows


def _parts(indicator: Indicator, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the pieces of the indicator, one number a record; unknown is missing."""
    everybody = np.ones(len(frame), dtype=bool)
    weight = (
        frame[indicator.weight].to_numpy(dtype="float64", na_value=np.nan) if indicator.weight else everybody
    )
    counts = everybody if indicator.counts is None else _truth(indicator.counts, frame) == 1
    parts = {"weight": weight.astype("float64"), "counts": counts}
    for name, expression in (("value", indicator.value), ("per", indicator.per)):
        if expression is not None:
            parts[name] = (
                expression.values(frame).astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
            )
    if indicator.succeeds is not None:
        parts["value"] = _truth(indicator.succeeds, frame)
    return parts


def _truth(expression: Expression, frame: pd.DataFrame) -> np.ndarray:
    return expression.truth(frame).astype("Float64").to_numpy(dtype="float64", na_value=np.nan)


def _value(kind: str, parts: Mapping[str, np.ndarray]) -> float:
    known = ~np.isnan(parts["value"]) & ~np.isnan(parts["weight"])
    if "per" in parts:
        known &= ~np.isnan(parts["per"])
    weight, value = parts["weight"][known], parts["value"][known]
    whole = float(weight @ value)
    if kind in ("count", "total"):
        return whole
    below = float(weight @ parts["per"][known]) if kind == "ratio" else float(weight.sum())
    return whole / below if below else float("nan")
