"""From cells to linearised estimates: value, variance, degrees of freedom and design effect by domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from kgeval.estimate.breakdown import Domains
from kgeval.estimate.cells import Cells, same_line, unknown_totals
from kgeval.estimate.codes import Codes
from kgeval.estimate.rounding import rounding
from kgeval.estimate.side_by_side import side_by_side
from kgeval.estimate.units import Bools, Floats, Units
from kgeval.estimate.variance import Runs, changes, count_runs, domain_variances, runs_of, sum_runs

DfRule = Literal["domain", "design"] | float
_AT_ONCE = 2**19  # cells of measures: 4 MiB a field


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainCells:
    """The cells of one breakdown, sorted by domain and unit, one cell a pair.

    ``sums`` holds n, x and d → (measures, cells); ``totals`` every field, summed over each domain.
    """

    domain: Codes
    unit: Codes
    sums: dict[str, Floats]
    totals: dict[str, Floats]
    domains: int

    def runs(self, units: Units) -> tuple[Runs, ...]:
        """Return how the cells lie in the clusters and strata of each stage."""
        return tuple(runs_of(stage, self.unit, self.domain) for stage in units.stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """What sampling theory says of each measure in each domain; every array is (measures, domains).

    NaN stands for what cannot be estimated. ``variance`` is exactly 0 where only rounding remains;
    ``df_fallback`` marks where clusters − strata was below 1; ``element`` is S², the variance among
    elements; ``rounding`` the standard error that rounding alone may show; ``total`` holds the sums,
    field → (measures, domains).
    """

    value: Floats
    variance: Floats
    df: Floats
    df_fallback: Bools
    deff: Floats
    element: Floats
    rounding: Floats
    n: Floats
    weighted: Floats
    clusters: Floats
    strata: Floats
    total: dict[str, Floats]


def domain_cells(cells: Cells, domains: Domains) -> DomainCells:
    """Bring the cells of all breakdowns to those of one."""
    order = _order(cells.unit, domains.code)
    domain, unit = domains.code[order], cells.unit[order]
    starts = changes(domain, unit)
    ordered = _each(cells.sums, lambda values: _arranged(values, order))
    first = changes(domain)
    heads = domain[first]
    totals = _each(ordered, lambda values: _spread(sum_runs(values, first), heads, len(domains)))
    scored = {name: ordered[name] for name in ("n", "x", "d")}
    return DomainCells(
        domain=domain[starts],
        unit=unit[starts],
        sums=_each(scored, lambda values: sum_runs(values, starts)),
        totals=unknown_totals(totals, cells.counted),
        domains=len(domains),
    )


def _order(unit: Codes, domain: Codes) -> Codes | slice:
    """Put the cells of listed domains in the order of domain and unit; a slice where they are so already."""
    kept = np.flatnonzero(domain >= 0)
    pairs = domain[kept] * (int(unit.max(initial=0)) + 1) + unit[kept]
    ordered = len(kept) > 0 and bool((pairs[1:] >= pairs[:-1]).all())
    if ordered and kept[-1] - kept[0] + 1 == len(kept):
        return slice(int(kept[0]), int(kept[-1]) + 1)
    return kept[np.argsort(pairs, kind="stable")]


def _arranged(values: Floats, order: Codes | slice) -> Floats:
    """Put (measures, cells) values in order; one line that stands for all measures is arranged once."""
    if isinstance(order, slice):
        return values[:, order]
    if len(values) > 1 and values.strides[0] == 0:
        return same_line(values[0].take(order), len(values))
    return values.take(order, axis=1)


def _spread(values: Floats, at: Codes, size: int) -> Floats:
    """Put (k, runs) values at their domains; a domain without cells (an empty sample) has sums of 0."""
    if values.shape[1] == size:
        return values
    spread = np.zeros((len(values), size))
    spread[:, at] = values
    return spread


def _each(sums: dict[str, Floats], change: Callable[[Floats], Floats]) -> dict[str, Floats]:
    """Change every field, equal fields once."""
    done: dict[int, Floats] = {}
    for values in sums.values():
        if id(values) not in done:
            done[id(values)] = change(values)
    return {field: done[id(values)] for field, values in sums.items()}


def values(totals: dict[str, Floats], added: Bools) -> Floats:
    """Estimate every measure from its sums; ``added`` (measures,) marks totals and counts."""
    with_ratio = _over(totals["y"], totals["x"])
    # sums of equal answers in another order: a share of 1 is 1, not 1 − 1e-16
    with_ratio[np.abs(with_ratio - 1) <= 1e-12] = 1.0
    found = np.where(added[:, None], totals["y"], with_ratio)
    found[totals["n"] == 0] = np.nan
    return found


def _over(above: Floats, below: Floats) -> Floats:
    """Divide; NaN over zero."""
    return np.asarray(np.divide(above, below, out=np.full_like(below, np.nan), where=below != 0))


def _slopes(totals: dict[str, Floats], added: Bools) -> tuple[Floats, Floats]:
    """Return R and X of the linearised value (d − R x)/X, (measures, domains) each.

    R is that of the answers about their origin. A total is d itself, R = 0 and X = 1.
    """
    x = totals["x"]
    plain = added[:, None] | (x == 0)
    return np.where(plain, 0.0, _over(totals["d"], x)), np.where(plain, 1.0, x)


def scores(cells: DomainCells, added: Bools) -> Floats:
    """Return (measures, cells) linearised values: (y − R x)/X, or y for a total."""
    return _scores(cells, *_slopes(cells.totals, added))


def _scores(cells: DomainCells, rate: Floats, size: Floats, lines: slice = slice(None)) -> Floats:
    times = np.bincount(cells.domain, minlength=cells.domains)  # the cells are in the order of domains
    found = np.repeat(-rate[lines], times, axis=1)
    found *= cells.sums["x"][lines]
    found += cells.sums["d"][lines]
    found *= np.repeat(1 / size[lines], times, axis=1)
    return np.asarray(found)


def _variances(
    cells: DomainCells, rate: Floats, size: Floats, runs: tuple[Runs, ...], units: Units
) -> Floats:
    """Return the variance of each measure in each domain, (measures, domains).

    A few measures at a time, side by side: what is computed on the way stays in the processors' caches, and
    the memory that it takes does not grow with the number of measures.
    """

    def some(lines: slice) -> Floats:
        answered = cells.sums["n"][lines]
        return domain_variances(
            _scores(cells, rate, size, lines), runs, cells.domains, units, answered=answered
        )

    step = max(1, _AT_ONCE // max(1, len(cells.domain)))
    parts = [partial(some, slice(start, start + step)) for start in range(0, len(rate), step)]
    return np.concatenate(side_by_side(parts))


def linearise(cells: DomainCells, units: Units, added: Bools, df: DfRule) -> Linear:
    """Estimate each measure in each domain with its linearised variance.

    Parameters
    ----------
    cells, units
        The cells of one breakdown, and the units of the whole sample.
    added
        (measures,) whether the measure is a total or count; else it is a share, mean or ratio.
    df
        ``"domain"``, ``"design"`` or a number.
    """
    total = cells.totals
    value = values(total, added)
    rate, size = _slopes(total, added)
    quotient = np.where(added[:, None], 0.0, value)
    runs = cells.runs(units)
    variance = _variances(cells, rate, size, runs, units)
    element = _element_variance(total, quotient, rate, added)
    limit = rounding(total, quotient, rate, size)
    variance[np.sqrt(variance) <= limit] = 0.0
    clusters, strata = answering(cells, runs[0])
    freedom, fallback = _degrees_of_freedom(clusters, strata, units, df)
    variance[np.isnan(value) | ~(freedom > 0)] = np.nan
    deff = np.full_like(value, np.nan)
    np.divide(variance * total["n"], element, out=deff, where=element > 0)
    return Linear(
        value=value,
        variance=variance,
        df=np.where(np.isnan(value), np.nan, freedom),
        df_fallback=fallback,
        deff=deff,
        element=element,
        rounding=limit,
        n=total["n"],
        weighted=total["w"],
        clusters=clusters,
        strata=strata,
        total=total,
    )


def _element_variance(total: dict[str, Floats], value: Floats, rate: Floats, added: Bools) -> Floats:
    """S² = n/(n − 1) · Σw e²/Σw with e = (y − R x)/x̄; NaN for totals, n = 1 and where it is rounding."""
    n, w, x = total["n"], total["w"], total["x"]
    usable = ~added[:, None] & (n > 1) & (x != 0)
    squares = total["yy"] - 2 * rate * total["xy"] + rate**2 * total["xx"]
    found = np.full_like(n, np.nan)
    mean_x = np.divide(x, w, out=np.ones_like(x), where=usable & (w > 0))
    np.divide(n * squares / mean_x**2, (n - 1) * w, out=found, where=usable)
    found[found <= 1e-13 * rate**2 + 1e-28 * value**2] = 0.0
    return found


def answering(cells: DomainCells, first: Runs, n: Floats | None = None) -> tuple[Floats, Floats]:
    """Count the clusters and strata with an answer, (measures, domains) each.

    ``first`` holds the runs of the first stage; ``n`` replaces the number of answers in each cell, e.g. by
    answers to any of several measures.
    """
    answered = sum_runs(cells.sums["n"] if n is None else n, first.clusters) > 0
    per_stratum = count_runs(answered, first.strata)
    heads = changes(first.domain)
    at = first.domain[heads]
    clusters = _spread(sum_runs(per_stratum, heads), at, cells.domains)
    return clusters, _spread(count_runs(per_stratum > 0, heads), at, cells.domains)


def _degrees_of_freedom(clusters: Floats, strata: Floats, units: Units, rule: DfRule) -> tuple[Floats, Bools]:
    """Clusters − strata of the answered records; where that is below 1, min(C_d − 1, C − H)."""
    if rule != "domain":
        fixed = units.df if rule == "design" else float(rule)
        return np.where(clusters > 1, float(fixed), np.nan), np.zeros(clusters.shape, dtype=bool)
    own = clusters - strata
    fallback = (own < 1) & (clusters > 1)
    freedom = np.where(fallback, np.minimum(clusters - 1, units.df), own)
    return np.where((clusters > 1) & (freedom >= 1), freedom, np.nan), fallback
