"""The public call: a frame, its sample design and what to measure in; one tidy row an estimate out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate import census
from kgeval.estimate.breakdown import By, Domains, Levels, as_text, breakdowns, code_levels, domains
from kgeval.estimate.cells import Cells, sum_cells
from kgeval.estimate.interval import METHODS, Sampled, all_equal, t_interval
from kgeval.estimate.linear import DfRule, DomainCells, Linear, answering, domain_cells, linearise, values
from kgeval.estimate.measure import Measure, Operand, answers, condition, named, weights
from kgeval.estimate.quality import PROFILES, Seen, judge
from kgeval.estimate.units import Bools, Floats, Units, sampling_units
from kgeval.plan.sample import SampleDesign

Text = npt.NDArray[np.object_]

COLUMNS = (
    "value", "se", "low", "high", "df", "n", "n_missing", "clusters", "strata", "weighted_n", "deff",
    "missing_low", "missing_high", "interval_method", "confidence", "flag", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How estimates are finished.

    Parameters
    ----------
    interval
        Method for shares, a key of :data:`kgeval.estimate.interval.METHODS`.
    level
        Confidence level.
    df
        ``"domain"``, ``"design"`` or a number.
    profile
        Presentation standard, a key of :data:`kgeval.estimate.quality.PROFILES`.
    icc
        Intra-cluster correlation assumed where all answers are equal and no design effect is given.
    design_effects
        Measure → design effect in the next larger area, for shares whose answers are all equal.
    larger
        Breakdown → the breakdown (of some of its columns) whose domains are the next larger areas.
    """

    interval: str = "korn-graubard"
    level: float = 0.95
    df: DfRule = "domain"
    profile: str = "none"
    icc: float = 0.05
    design_effects: Mapping[str, float] | None = None
    larger: Mapping[tuple[str, ...], tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        if self.interval not in METHODS:
            raise DesignError(f"no interval method {self.interval!r}; choose one of {', '.join(METHODS)}")
        if self.profile not in PROFILES:
            raise DesignError(
                f"no presentation profile {self.profile!r}; choose one of {', '.join(PROFILES)}"
            )
        if not 0 < self.level < 1:
            raise DesignError(f"the confidence level {self.level:g} does not lie between 0 and 1, e.g. 0.95")
        if not isinstance(self.df, str) and not self.df > 0:
            raise DesignError(f"degrees of freedom must be positive, not {self.df:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The cell table of one sample with all that is needed to finish estimates from it."""

    measures: tuple[Measure, ...]
    cells: Cells
    levels: Levels
    units: Units
    design: SampleDesign

    @property
    def added(self) -> Bools:
        """(measures,) whether the measure is a total or count."""
        return np.array([asked.kind in {"total", "count"} for asked in self.measures], dtype=bool)


def estimate(
    frame: pd.DataFrame,
    design: SampleDesign,
    measures: Sequence[Measure] | Measure,
    *,
    by: By = None,
    where: Operand | None = None,
    interval: str = "korn-graubard",
    level: float = 0.95,
    df: DfRule | None = None,
    profile: str = "none",
    design_effects: Mapping[str, float] | None = None,
    larger: Mapping[tuple[str, ...], tuple[str, ...]] | None = None,
) -> pd.DataFrame:
    """Estimate measures in domains of a sample, with honest intervals.

    Parameters
    ----------
    frame
        One row a record; *all* records of the sample, not only those of a domain.
    design
        Its sample design.
    measures
        From :func:`share`, :func:`mean`, :func:`total`, :func:`ratio`, :func:`count`.
    by
        Columns to cross (one breakdown), or a list of breakdowns, e.g. ``[(), ("area",), ("area", "sex")]``.
    where
        A condition that records must meet; unknown = membership unknown.
    interval, level, df, profile, design_effects, larger
        See :class:`Options`; ``df`` is the design's unless given.

    Returns
    -------
    DataFrame
        ``indicator, kind``, the columns of the breakdown (or ``by, by_value`` where a list of breakdowns
        was given), then :data:`COLUMNS`. Shares are 0-1; what cannot be estimated is missing, with a code
        in ``reason`` (documented in ``docs/method.md``).

    Raises
    ------
    DesignError, DataError, ExpressionError
        The design, the answers or an expression cannot be used; the message says how to mend it.

    Examples
    --------
    >>> import pandas as pd
    >>> mothers = pd.DataFrame({"hamlet": [1, 1, 2, 2, 3, 3], "knows": [1, 1, 0, 1, 1, None]})
    >>> row = estimate(mothers, SampleDesign(cluster="hamlet"), share("T3", mothers["knows"] == 1)).iloc[0]
    >>> round(row["value"], 3), row["df"], row["n"]
    (0.667, 2.0, 6)
    """
    wanted, listed = breakdowns(by)
    options = Options(
        interval=interval,
        level=level,
        df=design.df if df is None else df,
        profile=profile,
        icc=design.icc,
        design_effects=design_effects,
        larger=larger,
    )
    table = tabulate(frame, design, measures, wanted=wanted, where=where)
    return finish(table, wanted, options, listed=listed)


def tabulate(
    frame: pd.DataFrame,
    design: SampleDesign,
    measures: Sequence[Measure] | Measure,
    *,
    wanted: Sequence[tuple[str, ...]] = ((),),
    where: Operand | None = None,
) -> Table:
    """Read every record once and return the cell table for all measures and breakdowns."""
    asked = (measures,) if isinstance(measures, Measure) else tuple(measures)
    named(asked)
    if design.census and (design.weight or any(one.weight for one in asked)):
        raise DesignError(
            "a census has no sampling weights; remove the weight or the declaration census = true"
        )
    # Without a sampling error a single cluster in a stratum is no fault.
    units = sampling_units(frame, replace(design, single_cluster="certainty") if design.census else design)
    who = condition(where, frame)
    columns = {name: weights(frame, name) for name in {design.weight, *(one.weight for one in asked)}}
    levels = code_levels(frame, wanted)
    cells = sum_cells(
        asked,
        [answers(one, frame, who) for one in asked],
        [columns[one.weight or design.weight] for one in asked],
        units.unit,
        levels.codes,
        relevant=who.possible,
    )
    return Table(measures=asked, cells=cells, levels=levels, units=units, design=design)


def finish(
    table: Table, wanted: Sequence[tuple[str, ...]], options: Options, *, listed: bool = False
) -> pd.DataFrame:
    """Finish the estimates of every breakdown from the cell table."""
    done: dict[tuple[str, ...], tuple[Domains, Linear]] = {}
    frames = []
    for breakdown in _larger_first(wanted, options.larger or {}):
        found = domains(table.levels, breakdown, table.cells.levels, table.cells.relevant)
        cells = domain_cells(table.cells, found)
        if table.design.census:
            columns = _census_columns(table, cells)
        else:
            linear = linearise(cells, table.units, table.added, table.cells.origin, options.df)
            done[breakdown] = found, linear
            columns = _sample_columns(
                table, cells, linear, _enclosing(breakdown, found, done, options, table), options
            )
        frames.append((breakdown, _frame(table, found, columns, options.level, listed=listed)))
    ordered = dict(frames)
    return (
        pd.concat([ordered[breakdown] for breakdown in wanted], ignore_index=True)
        if len(wanted) > 1
        else frames[0][1]
    )


def _larger_first(
    wanted: Sequence[tuple[str, ...]], larger: Mapping[tuple[str, ...], tuple[str, ...]]
) -> list[tuple[str, ...]]:
    for small, large in larger.items():
        if not set(large) < set(small):
            raise DesignError(
                f"the larger area {large} of the breakdown {small} must be made of fewer of the same columns"
            )
    needed = dict.fromkeys([*wanted, *(large for small, large in larger.items() if small in wanted)])
    return sorted(needed, key=len)


def _enclosing(
    breakdown: tuple[str, ...],
    found: Domains,
    done: Mapping[tuple[str, ...], tuple[Domains, Linear]],
    options: Options,
    table: Table,
) -> Floats:
    """Return (measures, domains) design effects of the next larger area; NaN where none is known."""
    given = options.design_effects or {}
    effects = np.tile(
        np.array([[given.get(asked.name, np.nan)] for asked in table.measures], dtype=np.float64),
        (1, len(found)),
    )
    larger = (options.larger or {}).get(breakdown)
    if larger is None:
        return effects
    outer, linear = done[larger]
    places = [breakdown.index(column) for column in larger]
    at = {value: place for place, value in enumerate(outer.values)}
    home = np.array([at[tuple(value[place] for place in places)] for value in found.values], dtype=np.intp)
    return np.where(np.isnan(effects), linear.deff[:, home], effects)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """The result's columns as (measures, domains) arrays."""

    numbers: dict[str, Floats]
    method: Text
    flag: Text
    reason: Text


def _reasons(shape: tuple[int, ...]) -> Text:
    return np.full(shape, "", dtype=object)


def _say(reason: Text, where: Bools, text: str) -> None:
    """Add a code with its words to the rows of a mask."""
    if where.any():
        reason[where] = [f"{said}; {text}" if said else text for said in reason[where]]


def _census_columns(table: Table, cells: DomainCells) -> _Columns:
    total = cells.totals
    value = values(total, table.added)
    clusters, strata = answering(cells, table.units)
    low, high = census.missing_bounds(total, value, table.added, _bounded(table))
    nothing = np.full_like(value, np.nan)
    reason = _reasons(value.shape)
    for row, asked in enumerate(table.measures):
        counted = asked.kind in {"share", "count"}
        for column in range(value.shape[1]):
            reason[row, column] = census.sentence(
                total["n"][row, column],
                total["missing"][row, column],
                total["y"][row, column] if counted else None,
            )
    _say(reason, total["n"] == 0, "no_answers: nobody in this domain has answered")
    return _Columns(
        numbers={
            "value": value, "se": nothing, "low": nothing, "high": nothing, "df": nothing, "n": total["n"],
            "n_missing": total["missing"], "clusters": clusters, "strata": strata, "weighted_n": total["w"],
            "deff": nothing, "missing_low": low, "missing_high": high,
        },
        method=np.full(value.shape, "census", dtype=object),
        flag=np.full(value.shape, "ok", dtype=object),
        reason=reason,
    )  # fmt: skip


def _bounded(table: Table) -> Bools:
    return np.array(
        [asked.kind in {"share", "count"} or asked.logical is not None for asked in table.measures],
        dtype=bool,
    )


def _sample_columns(
    table: Table, cells: DomainCells, linear: Linear, larger: Floats, options: Options
) -> _Columns:
    total = cells.totals
    reason = _reasons(linear.value.shape)
    for note in table.units.notes:
        _say(reason, np.ones(reason.shape, dtype=bool), note)
    low, high, effective, method = _intervals(table, total, linear, larger, options, reason)
    _explain(total, linear, table.units, reason)
    missing_low, missing_high = census.missing_bounds(total, linear.value, table.added, _bounded(table))
    is_share = np.array([[asked.kind == "share"] for asked in table.measures], dtype=bool)
    flag = judge(
        options.profile,
        Seen(
            share=np.broadcast_to(is_share, linear.value.shape),
            value=linear.value, low=low, high=high, df=linear.df, n=linear.n, effective=effective,
            se=np.sqrt(linear.variance),
        ),
        reason,
    )  # fmt: skip
    return _Columns(
        numbers={
            "value": linear.value, "se": np.sqrt(linear.variance), "low": low, "high": high, "df": linear.df,
            "n": linear.n, "n_missing": total["missing"], "clusters": linear.clusters, "strata": linear.strata,
            "weighted_n": linear.weighted, "deff": linear.deff,
            "missing_low": missing_low, "missing_high": missing_high,
        },
        method=method,
        flag=flag,
        reason=reason,
    )  # fmt: skip


def _intervals(
    table: Table, total: dict[str, Floats], linear: Linear, larger: Floats, options: Options, reason: Text
) -> tuple[Floats, Floats, Floats, Text]:
    """Return limits, effective sample sizes (shares only) and method of every estimate."""
    value, variance, df = linear.value, linear.variance, linear.df
    low, high, effective = (np.full_like(value, np.nan) for _ in range(3))
    method = np.full(value.shape, "", dtype=object)
    is_share = np.array([asked.kind == "share" for asked in table.measures], dtype=bool)[:, None]
    varied = variance > 0
    by_t = varied & ~is_share
    if by_t.any():
        low[by_t], high[by_t] = t_interval(value[by_t], np.sqrt(variance[by_t]), df[by_t], options.level)
        method[by_t] = "t"
    usable = varied & is_share & (value > 0) & (value < 1)
    if usable.any():
        sampled = Sampled(
            p=value[usable], v=variance[usable], n=linear.n[usable], df=df[usable], level=options.level
        )
        low[usable], high[usable] = METHODS[options.interval](sampled)
        effective[usable] = np.minimum(sampled.n, sampled.effective)
        method[usable] = options.interval
    unanimous = is_share & (df > 0) & ((value == 0) | (value == 1))
    if unanimous.any():
        _unanimous(total, linear, larger, options, unanimous, (low, high, effective), method, reason)
    still = ~np.isnan(value) & (variance == 0) & ~unanimous
    _say(reason, still, "no_variance: the answers show no sampling variance, so there is no interval")
    return low, high, effective, method


def _unanimous(
    total: dict[str, Floats],
    linear: Linear,
    larger: Floats,
    options: Options,
    where: Bools,
    limits: tuple[Floats, Floats, Floats],
    method: Text,
    reason: Text,
) -> None:
    """Limits of shares at 0 and 100 %, whose sample shows no variance."""
    n, w, ww = (total[field][where] for field in ("n", "w", "ww"))
    spread = 1 + np.maximum(n * ww / w**2 - 1, 0.0)  # 1 + cv² of the weights (Kish 1965)
    crowd = np.maximum(n / linear.clusters[where], 1.0)
    assumed = spread * (1 + (crowd - 1) * options.icc)
    known = ~np.isnan(larger[where])
    deff = np.maximum(1.0, np.where(known, larger[where], assumed))
    if options.profile == "nchs2017":
        deff = np.ones_like(deff)
    low, high, size = all_equal(linear.value[where], n, linear.df[where], deff, options.level)
    said = [
        f"all_equal: limits at effective n {size:.1f}, design effect {d:.2f} "
        f"({'profile' if options.profile == 'nchs2017' else 'of the larger area' if from_larger else f'icc {options.icc:g}'})"
        for size, d, from_larger in zip(size, deff, known, strict=True)
    ]
    if options.interval in {"korn-graubard", "beta"}:
        limits[0][where], limits[1][where] = low, high
        method[where] = "korn-graubard"
    else:
        said = [
            f"boundary: {options.interval} is not defined at 0 or 100 %; korn-graubard gives [{a:.4f}, {b:.4f}], {text}"
            for a, b, text in zip(low, high, said, strict=True)
        ]
    limits[2][where] = n
    reason[where] = [
        f"{before}; {text}" if before else text for before, text in zip(reason[where], said, strict=True)
    ]


def _explain(total: dict[str, Floats], linear: Linear, units: Units, reason: Text) -> None:
    """Say why something is missing or unusual."""
    nobody = linear.n == 0
    _say(reason, nobody & (total["missing"] > 0), "no_answers: nobody in this domain has answered")
    _say(reason, nobody & (total["missing"] == 0), "empty_domain: nobody counts in this domain")
    _say(reason, ~nobody & np.isnan(linear.value), "zero_denominator: the denominator adds up to 0")
    estimated = ~np.isnan(linear.value)
    _say(reason, estimated & (linear.clusters == 1), "one_cluster: one cluster cannot show a sampling error")
    _say(
        reason,
        estimated & (linear.clusters > 1) & np.isnan(linear.df),
        "no_df: the design leaves no degree of freedom for a sampling error",
    )
    fallback = estimated & linear.df_fallback & ~np.isnan(linear.df)
    _say(
        reason,
        fallback,
        "df_fallback: clusters − strata is below 1 here; "
        f"the smaller of clusters − 1 and the design's {units.df} is used",
    )


def _frame(table: Table, found: Domains, columns: _Columns, level: float, *, listed: bool) -> pd.DataFrame:
    measures, size = len(table.measures), len(found)
    content: dict[str, object] = {
        "indicator": np.repeat(np.array([asked.name for asked in table.measures], dtype=object), size),
        "kind": np.repeat(np.array([asked.kind for asked in table.measures], dtype=object), size),
    }
    if listed:
        content["by"] = ["*".join(found.breakdown)] * (measures * size)
        content["by_value"] = [" * ".join(map(as_text, value)) for value in found.values] * measures
    else:
        for place, column in enumerate(found.breakdown):
            content[column] = [value[place] for value in found.values] * measures
    for name in COLUMNS:
        if name in columns.numbers:
            content[name] = columns.numbers[name].ravel()
    for name in ("n", "n_missing", "clusters"):
        content[name] = columns.numbers[name].ravel().astype(np.int64)
    content["strata"] = np.nan_to_num(columns.numbers["strata"].ravel()).astype(np.int64)
    content["interval_method"] = columns.method.ravel()
    content["confidence"] = level
    content["flag"] = columns.flag.ravel()
    content["reason"] = columns.reason.ravel()
    return pd.DataFrame(content)
