"""Change between two rounds, with the covariance of what was revisited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.answers import condition
from kgeval.estimate.breakdown import By, breakdowns, domains
from kgeval.estimate.codes import Codes
from kgeval.estimate.estimates import Table, tabulate
from kgeval.estimate.interval import check_level, t_interval
from kgeval.estimate.linear import DfRule, DomainCells, answering, domain_cells, linearise, scores
from kgeval.estimate.measure import Measure, Operand, are_added, distinct
from kgeval.estimate.reason import say
from kgeval.estimate.rounding import is_rounding
from kgeval.estimate.rounds import nest_in_rounds
from kgeval.estimate.units import Floats, Units
from kgeval.estimate.variance import changes, domain_variances, runs_of, sum_runs
from kgeval.evaluate.change_pairs import Pairs, Request, change_frame, pair_domains
from kgeval.evaluate.overlap import Overlap
from kgeval.evaluate.panel import paired_change
from kgeval.evaluate.turnover import census_change
from kgeval.plan.expression import Expression
from kgeval.plan.sample import SampleDesign


def change(
    frame: pd.DataFrame,
    design: SampleDesign,
    measures: Sequence[Measure] | Measure,
    *,
    column: str = "round",
    start: object = "baseline",
    end: object = "endline",
    by: By = None,
    where: Operand | None = None,
    level: float = 0.95,
    df: DfRule | None = None,
    person: str | None = None,
) -> pd.DataFrame:
    """Estimate the change of measures from one round to another.

    How the rounds belong together is the design's ``rounds``: revisited clusters (one stacked sample,
    so that the covariance comes by itself), independent samples, or partly the same clusters.

    Parameters
    ----------
    frame
        One row a record and round, all records of both rounds (other rounds are left aside).
    design, measures, by, where, level, df
        As in :func:`kgeval.estimate.estimates.estimate`; no interval method: differences have t limits.
    column, start, end
        The round column and its two values.
    person
        A column that names the person (or the group, in a census) in both rounds: answers are then
        paired. Without it a census has no table of who improved.

    Returns
    -------
    DataFrame
        ``indicator, kind``, the breakdown's columns (or ``by, by_value`` for a list of breakdowns), then
        :data:`kgeval.evaluate.change_pairs.COLUMNS`. A census has no standard error but the columns
        ``improved, worsened, same, unknown, entries, exits``.

    Raises
    ------
    DesignError
        Neither round is in the data, the level is none, or the design cannot carry the change (totals of
        partly the same clusters).
    """
    check_level(level)
    if column not in frame.columns:
        raise DesignError(f"the round column {column!r} is not in the data; correct its name")
    if start == end:
        raise DesignError(f"both rounds of the change are {start!r}; name two")
    chosen = frame[column].isin([start, end]).to_numpy()
    rows = frame[chosen].reset_index(drop=True)
    if rows.empty:
        raise DesignError(
            f"column {column!r} holds neither {start!r} nor {end!r}; correct the rounds asked for"
        )
    asked = tuple(_aligned(one, chosen) for one in distinct(measures))
    where = None if where is None else _picked(where, chosen)
    if person is not None and not design.census:
        return paired_change(
            rows, design, asked, column=column, start=start, end=end, by=by, where=where, level=level, df=df,
            person=person,
        )  # fmt: skip
    wanted, listed = breakdowns(by)
    nested, own = nest_in_rounds(rows, design, column)
    table = tabulate(nested, own, asked, wanted=[(column, *breakdown) for breakdown in wanted], where=where)
    request = Request(
        column=column, start=start, end=end, level=level, df=design.df if df is None else df, person=person
    )
    if design.census:
        pieces = [
            census_change(rows, table, request, breakdown, where, listed=listed) for breakdown in wanted
        ]
    else:
        overlap = Overlap.find(rows, design, table.units, request, condition(where, rows).possible)
        pieces = [_changes(table, request, breakdown, overlap, listed=listed) for breakdown in wanted]
    return pd.concat(pieces, ignore_index=True) if len(pieces) > 1 else pieces[0]


def _changes(
    table: Table, request: Request, breakdown: tuple[str, ...], overlap: Overlap, *, listed: bool
) -> pd.DataFrame:
    found = domains(table.levels, (request.column, *breakdown), table.cells.levels, table.cells.relevant)
    cells = domain_cells(table.cells, found)
    linear = linearise(cells, table.units, are_added(table.measures), request.df)
    pairs = pair_domains(found, request)
    before, after = pairs.take(linear.value, pairs.before), pairs.take(linear.value, pairs.after)
    separate = _separate(pairs, linear.variance)
    score = scores(cells, are_added(table.measures))
    if table.design.rounds == "same_clusters":
        variance = _variance(score, cells, pairs, table.units, np.arange(len(overlap.to_plain)))
    elif table.design.rounds == "independent":
        variance = separate.sum(axis=0)
    else:
        _no_totals(table)
        variance = separate.sum(axis=0) - 2 * _common_covariance(score, cells, pairs, overlap)
    return _rows(
        table, request, pairs,
        before=before, after=after, variance=variance, separate=separate,
        df=_freedom(cells, pairs, overlap, request),
        rounding=_separate(pairs, linear.rounding).sum(axis=0),
        missing=(pairs.take(linear.n, pairs.before), pairs.take(linear.n, pairs.after)),
        notes=overlap.notes, listed=listed,
    )  # fmt: skip


def _separate(pairs: Pairs, values: Floats) -> Floats:
    """Return the values of both rounds, (2, measures, domains)."""
    return np.stack([pairs.take(values, pairs.before), pairs.take(values, pairs.after)])


def _merged(values: Floats, cells: DomainCells, pairs: Pairs, lead: Codes) -> tuple[Floats, Codes, Codes]:
    """Add the cells of both rounds by domain and unit; units that lead to −1 are left out."""
    domain, unit = pairs.home[cells.domain], lead[cells.unit]
    kept = np.flatnonzero(unit >= 0)
    order = kept[np.lexsort((unit[kept], domain[kept]))]
    domain, unit = domain[order], unit[order]
    starts = changes(domain, unit)
    return sum_runs(values[:, order], starts), unit[starts], domain[starts]


def _variance(score: Floats, cells: DomainCells, pairs: Pairs, units: Units, lead: Codes) -> Floats:
    """Variance of (after − before): the scores of both rounds meet in the same units."""
    sign = np.where(np.isin(cells.domain, pairs.after), 1.0, -1.0)
    difference, unit, domain = _merged(score * sign, cells, pairs, lead)
    runs = [runs_of(stage, unit, domain) for stage in units.stages]
    return domain_variances(difference, runs, len(pairs.names), units)


def _common_covariance(score: Floats, cells: DomainCells, pairs: Pairs, overlap: Overlap) -> Floats:
    """Σ_h m/(m − 1) Σ (z₁ − z̄₁)(z₂ − z̄₂) over the common clusters, from three variances."""
    assert overlap.common is not None
    after = np.isin(cells.domain, pairs.after)
    together = _variance(score, cells, pairs, overlap.common, overlap.to_common)
    alone = [
        _variance(score * side, cells, pairs, overlap.common, overlap.to_common) for side in (after, ~after)
    ]
    return np.asarray((alone[0] + alone[1] - together) / 2)


def _freedom(cells: DomainCells, pairs: Pairs, overlap: Overlap, request: Request) -> Floats:
    """Clusters of both rounds united − their strata, among answered records."""
    n, unit, domain = _merged(cells.sums["n"], cells, pairs, overlap.to_plain)
    merged = DomainCells(domain=domain, unit=unit, sums={"n": n}, totals={}, domains=len(pairs.names))
    clusters, strata = answering(merged, merged.runs(overlap.plain)[0])
    if request.df == "domain":
        own = clusters - strata
        found = np.where(own >= 1, own, np.minimum(clusters - 1, overlap.plain.df))
    else:
        found = np.full(clusters.shape, overlap.plain.df if request.df == "design" else float(request.df))
    return np.where((clusters > 1) & (found >= 1), found, np.nan)


def _no_totals(table: Table) -> None:
    if are_added(table.measures).any():
        name = next(
            one.name for one, added in zip(table.measures, are_added(table.measures), strict=True) if added
        )
        raise DesignError(
            f"the change of the total {name!r} cannot be estimated where the rounds share only a part of "
            "their clusters; ask for a mean, share or ratio"
        )


def _rows(
    table: Table,
    request: Request,
    pairs: Pairs,
    *,
    before: Floats,
    after: Floats,
    variance: Floats,
    separate: Floats,
    rounding: Floats,
    df: Floats,
    missing: tuple[Floats, Floats],
    notes: tuple[str, ...],
    listed: bool,
) -> pd.DataFrame:
    difference = after - before
    variance = np.where(np.isnan(difference) | np.isnan(df), np.nan, variance)
    # samples that share a part of their clusters: the variance is what remains of others
    remains = separate.sum(axis=0) if table.design.rounds == "partial" else 0.0
    no_variance = is_rounding(variance, remains, rounding)
    se = np.sqrt(np.where(no_variance, 0.0, np.maximum(variance, 0)))
    low, high = t_interval(difference, np.where(no_variance, np.nan, se), df, request.level)
    independent = np.sqrt(separate.sum(axis=0))
    product = np.sqrt(separate[0] * separate[1])
    correlation = np.full_like(difference, np.nan)
    np.divide((separate.sum(axis=0) - variance) / 2, product, out=correlation, where=product > 0)
    reason = np.full(difference.shape, "; ".join([*table.units.notes, *notes]), dtype=object)
    for count, name in zip(missing, (request.start, request.end), strict=True):
        say(reason, ~(count > 0), f"no_answers: no answer in round {name}")
    say(reason, ~np.isnan(difference) & np.isnan(df), "no_df: too few clusters for a sampling error")
    say(reason, no_variance, "no_variance: the answers show no sampling variance, so there is no interval")
    content = {
        "from_value": before, "to_value": after, "difference": difference, "se": se, "low": low, "high": high,
        "df": np.where(np.isnan(difference), np.nan, df), "correlation": np.clip(correlation, -1, 1),
        "se_independent": independent, "reason": reason,
    }  # fmt: skip
    return change_frame(table.measures, request, pairs, content, listed=listed)


def _aligned(asked: Measure, chosen: npt.NDArray[np.bool_]) -> Measure:
    """Keep the chosen records of answers that were given as arrays."""
    return replace(
        asked,
        answer=_picked(asked.answer, chosen),
        counts=None if asked.counts is None else _picked(asked.counts, chosen),
        per=None if asked.per is None else _picked(asked.per, chosen),
    )


def _picked(operand: Operand, chosen: npt.NDArray[np.bool_]) -> Operand:
    if isinstance(operand, str | Expression):
        return operand
    if isinstance(operand, pd.Series):
        return operand[chosen].reset_index(drop=True)
    return np.asarray(operand)[chosen]
