"""A comparison in three other ways: few clusters (CR2), the last round given the first (ANCOVA), permutation.

* CR2: the difference of changes is the product's coefficient in y ~ side + late + side × late; its error and
  degrees of freedom are corrected where clusters are few (``estimate/few_clusters.py``).
* ANCOVA: among units with an answer in both rounds, y_last ~ side + y_first. More precise than a difference
  of changes where answers are little alike between the rounds; sides that were not drawn by lot and
  differed at first make the two disagree (McKenzie 2012, *J. Dev. Econ.* 99, 210-221).
* Permutation: in a full count, how often sides dealt out anew among the units give a difference of mean
  changes at least as large (Fisher's sharp null; ``DRAWS`` seeded draws, the observed one among them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from kgeval.estimate.answers import answers, condition
from kgeval.estimate.codes import Codes
from kgeval.estimate.design_matrix import Term
from kgeval.estimate.measure import Measure, measure
from kgeval.estimate.regression import regress
from kgeval.estimate.rounds import nest_in_rounds
from kgeval.estimate.units import Bools, Floats
from kgeval.evaluate.comparison import Sides, asked_in_both, described, sides_of
from kgeval.evaluate.research import FEW
from kgeval.plan.comparison import Comparison
from kgeval.plan.indicator import MAIN
from kgeval.plan.sample import SampleDesign
from kgeval.plan.study import Study

DRAWS = 9999
SEED = 404
_LIMITS = ("se", "low", "high", "df", "p")
COLUMNS = (
    "indicator", "variant", "table", "group", "difference", *(f"cr2_{name}" for name in _LIMITS), "ancova",
    *(f"ancova_{name}" for name in _LIMITS), "ancova_n", "p_permutation",
)  # fmt: skip


def comparison_checks(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Estimate every comparison in the other ways that its data allow.

    Returns
    -------
    DataFrame
        One row a main definition that may be compared and a group, with the columns ``COLUMNS``; what the
        data do not allow is missing: CR2 with many clusters, ANCOVA and permutation where units are not
        followed, permutation in a sample.
    """
    rows = [
        row
        for comparison in study.comparisons.values()
        if (sides := sides_of(study, tables, comparison)) is not None
        for indicator in asked_in_both(study, comparison.table)
        if indicator.variant == MAIN and indicator.comparable != "no"
        for row in _checked(study, measure(indicator), comparison, sides)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _checked(
    study: Study, asked: Measure, comparison: Comparison, sides: Sides
) -> Iterator[dict[str, object]]:
    records = sides.records
    given = answers(asked, records, condition(None, records))
    y = np.where(given.answered(), given.y, np.nan)
    late = (records["round"] == study.endline.key).to_numpy()
    unit = _unit(study, comparison, records)
    for place, group in enumerate(sides.groups, start=1):
        here = np.isin(sides.side, [0, place])
        row: dict[str, object] = {
            "indicator": asked.name,
            "variant": MAIN,
            "table": comparison.table,
            "group": group,
        }
        row |= _few(sides, y, late, here, place)
        if unit is not None:
            first = _first_answers(unit, y, late)
            side = np.where(here, sides.side == place, np.nan)[late]
            frame = records[late].reset_index(drop=True)
            row |= _ancova(frame, described(sides.design), side, y[late], first[late])
            if sides.inference == "process":
                paired = late & here & ~np.isnan(y) & ~np.isnan(first)
                row["p_permutation"] = permutation_p((y - first)[paired], sides.side[paired] == place)
        yield row


def _unit(study: Study, comparison: Comparison, records: pd.DataFrame) -> Codes | None:
    """Return the number of each record's unit, where units are followed with one record a round."""
    panel = study.panels.get(comparison.table)
    column = comparison.unit or ("" if panel is None else panel.unit)
    if not column:
        return None
    named = records[records[column].notna()]
    if named.duplicated([column, "round"]).any():
        return None
    return np.asarray(pd.factorize(records[column])[0], dtype=np.intp)


def _few(sides: Sides, y: Floats, late: Bools, here: Bools, place: int) -> dict[str, object]:
    frame, design = nest_in_rounds(sides.records, sides.design, "round")
    own = (sides.side == place).astype(np.float64)
    terms = [
        Term(name="side", value=own),
        Term(name="late", value=late.astype(np.float64)),
        Term(name="both", value=own * late),
    ]
    rows = regress(frame, design, y, terms, where=here.astype(np.float64))
    found: dict[str, object] = {"difference": _term(rows, "both")["estimate"]}
    if bool((rows["clusters"] >= FEW).any()) or bool(rows["estimate"].isna().any()):
        return found
    rows = regress(frame, design, y, terms, where=here.astype(np.float64), few_clusters="cr2")
    return found | _limits("cr2", _term(rows, "both"))


def _first_answers(unit: Codes, y: Floats, late: Bools) -> Floats:
    """Return the answer that each record's unit gave in the first round; NaN: none."""
    first = np.full(int(unit.max()) + 2, np.nan)
    first[unit[~late & (unit >= 0)]] = y[~late & (unit >= 0)]
    return np.asarray(np.where(unit >= 0, first[unit], np.nan))


def _ancova(
    frame: pd.DataFrame, design: SampleDesign, side: Floats, y: Floats, first: Floats
) -> dict[str, object]:
    terms = [Term(name="side", value=side), Term(name="first", value=first)]
    who = (~np.isnan(side)).astype(np.float64)
    rows = regress(frame, design, y, terms, where=who)
    if bool((rows["clusters"] < FEW).any()):
        rows = regress(frame, design, y, terms, where=who, few_clusters="cr2")
    row = _term(rows, "side")
    return {"ancova": row["estimate"], "ancova_n": row["n"], **_limits("ancova", row)}


def _term(rows: pd.DataFrame, name: str) -> dict[str, object]:
    return {str(key): value for key, value in rows[rows["term"] == name].iloc[0].items()}


def _limits(name: str, row: Mapping[str, object]) -> dict[str, object]:
    return {f"{name}_{limit}": row[limit] for limit in _LIMITS}


def permutation_p(change: Floats, grouped: Bools) -> float:
    """Return the two-sided p value of a difference of mean changes when sides are dealt out anew.

    Parameters
    ----------
    change
        (units,) each unit's own change.
    grouped
        (units,) true for the group, false for the reference.

    Examples
    --------
    >>> change = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    >>> permutation_p(change, change == 1) < 0.05
    True
    """
    size, chosen = len(change), int(grouped.sum())
    if not 0 < chosen < size:
        return np.nan
    generator = np.random.default_rng(SEED)
    order = np.argsort(generator.random((DRAWS, size)), axis=1)[:, :chosen]
    sums = np.append(change[order].sum(axis=1), change[grouped].sum())
    # The difference of means is this sum on a line, so the sums may be compared instead.
    gaps = np.abs(sums - chosen * change.mean())
    return float((gaps >= gaps[-1] - 1e-12).mean())
