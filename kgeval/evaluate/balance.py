"""Were two sides alike at the start? Means, spread, difference, normalised difference, a joint test.

The normalised difference (difference over the root of the mean of both variances) does not grow with the
sample, so it says whether sides are alike; the p value says only whether chance could do it. Source:
Imbens & Rubin (2015), *Causal Inference*, ch. 14; the joint test is :meth:`estimate.contrast.Joint.together`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from kgeval.estimate.contrast import NO_TEST, Joint, Wald, joint
from kgeval.estimate.measure import Measure, mean
from kgeval.estimate.units import Bools, Floats, sampling_units
from kgeval.estimate.weights import weights
from kgeval.plan.form import Form
from kgeval.plan.sample import SampleDesign, stages

COLUMNS = (
    "column", "level", "n_reference", "clusters_reference", "mean_reference", "sd_reference", "n_group",
    "clusters_group", "mean_group", "sd_group", "difference", "se", "df", "p", "normalised",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The table of means, and the test that all differences are zero at once."""

    rows: pd.DataFrame
    test: Wald


def balance(
    records: pd.DataFrame, design: SampleDesign, group: pd.Series, form: Form, columns: Sequence[str]
) -> Balance:
    """Compare two sides of one round's sample column by column.

    Parameters
    ----------
    records
        All records of the round (a record of neither side counts in the variance).
    design
        The sample design. A census has no test: its differences are what they are.
    group
        (records,) boolean: true for the group, false for the reference, missing for neither.
    form
        Tells numbers from choices; a question with one answer among several has a row for each.
    columns
        What to compare.

    Returns
    -------
    Balance
        ``rows`` with the columns ``COLUMNS``: numbers of answers and clusters, weighted means and
        standard deviations (computed directly), group − reference.
    """
    variables = _variables(records, form, columns)
    side = group.to_numpy(dtype=np.float64, na_value=np.nan)
    weight = weights(records, design.weight)
    weight = np.ones(len(records)) if weight is None else weight
    first = stages(design.cluster)[:1]
    cluster = records[first[0]] if first else pd.Series(np.arange(len(records)), index=records.index)
    rows = [
        {
            "column": name, "level": level,
            **_side("reference", values, weight, cluster, side == 0),
            **_side("group", values, weight, cluster, side == 1),
        }
        for (name, level), values in variables.items()
    ]  # fmt: skip
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    if table.empty:
        return Balance(rows=table, test=NO_TEST)
    table["difference"] = table["mean_group"] - table["mean_reference"]
    spread = np.sqrt((table["sd_group"] ** 2 + table["sd_reference"] ** 2) / 2)
    table["normalised"] = table["difference"] / spread.where(spread > 0)
    if design.census or sampling_units(records, design).df < 1:
        return Balance(rows=table, test=NO_TEST)
    return _tested(table, _both(records, design, variables, side))


def _variables(records: pd.DataFrame, form: Form, columns: Sequence[str]) -> dict[tuple[str, str], Floats]:
    """Return (column, level) to numbers: a yes/no or number is one, a choice among several one a level."""
    asked = {question.name: question for question in form.questions}
    found: dict[tuple[str, str], Floats] = {}
    for name in columns:
        question = asked.get(name)
        codes = [choice.name for choice in question.choices] if question is not None else []
        if {"0", "1"} >= {code for code in codes if code in set(records[name].dropna())}:
            values = pd.to_numeric(records[name], errors="coerce")
            found[name, ""] = values.to_numpy(dtype=np.float64, na_value=np.nan)
            continue
        known = records[name].notna().to_numpy()
        for code in codes[1:] if len(codes) == 2 else codes:  # one of two says the other
            chosen = (records[name] == code).to_numpy(dtype=np.float64, na_value=0.0)
            if chosen.any():
                found[name, code] = np.where(known, chosen, np.nan)
    return found


def _side(name: str, values: Floats, weight: Floats, cluster: pd.Series, here: Bools) -> dict[str, float]:
    known = here & ~np.isnan(values)
    w, y = weight[known], values[known]
    average = float(w @ y / w.sum()) if len(y) else np.nan
    spread = np.nan
    if len(y) > 1:
        spread = float(np.sqrt(len(y) / (len(y) - 1) * (w @ (y - average) ** 2) / w.sum()))
    return {
        f"n_{name}": int(known.sum()),
        f"clusters_{name}": int(cluster[known].nunique()),
        f"mean_{name}": average,
        f"sd_{name}": spread,
    }


def _both(
    records: pd.DataFrame, design: SampleDesign, variables: dict[tuple[str, str], Floats], side: Floats
) -> Joint:
    """Estimate the means of both sides, reference first, with their covariance."""
    measures: list[Measure] = []
    for place, values in enumerate(variables.values()):
        for part in (0, 1):
            answered = bool((~np.isnan(values) & (side == part)).any())
            measures.append(mean(f"{place} {part}", np.where(answered, values, 0.0), side == part))
    return joint(records, design, measures)


def _tested(table: pd.DataFrame, found: Joint) -> Balance:
    size = len(table)
    gap = np.zeros((size, 2 * size))
    gap[np.arange(size), 2 * np.arange(size)] = -1
    gap[np.arange(size), 2 * np.arange(size) + 1] = 1
    error = np.sqrt(np.maximum(np.diag(gap @ found.covariance @ gap.T), 0))
    known = table["difference"].notna().to_numpy() & (error > 0) & (found.df >= 1)
    t = np.where(known, np.abs(table["difference"]) / np.where(known, error, 1.0), np.nan)
    table = table.assign(
        se=np.where(known, error, np.nan),
        df=np.where(known, found.df, np.nan),
        p=2 * special.stdtr(found.df, -t),
    )
    return Balance(rows=table, test=found.together(gap[known]) if known.any() else NO_TEST)
