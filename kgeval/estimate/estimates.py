"""The public call: a frame, its sample design and what to measure in; one tidy row an estimate out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate import census
from kgeval.estimate.answers import answers, condition
from kgeval.estimate.breakdown import By, Domains, Levels, breakdowns, code_levels, domains
from kgeval.estimate.cells import Cells
from kgeval.estimate.linear import DfRule, Linear, domain_cells, linearise
from kgeval.estimate.measure import Measure, Operand, are_added, distinct
from kgeval.estimate.sampled import Options, finish_sample
from kgeval.estimate.sum_cells import sum_cells
from kgeval.estimate.tidy import rows
from kgeval.estimate.units import Floats, Units, sampling_units
from kgeval.estimate.weights import weights
from kgeval.plan.sample import SampleDesign

_Done = dict[tuple[str, ...], tuple[Domains, Linear]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The cell table of one sample with all that is needed to finish estimates from it.

    Parameters
    ----------
    measures
        What is measured, in the order of the cells' lines.
    cells, levels, units
        The sums, the levels of the breakdown columns, the sampling units.
    design
        The sample design.
    """

    measures: tuple[Measure, ...]
    cells: Cells
    levels: Levels
    units: Units
    design: SampleDesign


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
        was given), then :data:`kgeval.estimate.tidy.COLUMNS`. Shares are 0-1; what cannot be estimated is
        missing, with a code
        in ``reason`` (:data:`kgeval.estimate.reason.CODES`).

    Raises
    ------
    DesignError, DataError, ExpressionError
        The design, the answers or an expression cannot be used; the message says how to mend it.

    Examples
    --------
    >>> import pandas as pd
    >>> from kgeval.estimate.measure import share
    >>> mothers = pd.DataFrame({"hamlet": [1, 1, 2, 2, 3, 3], "knows": [1, 1, 0, 1, 1, None]})
    >>> design = SampleDesign(cluster="hamlet")
    >>> row = estimate(mothers, design, share("knows", "${knows} = 1")).iloc[0]
    >>> round(float(row["value"]), 2), float(row["df"]), int(row["n"]), int(row["n_missing"])
    (0.8, 2.0, 5, 1)
    """
    wanted, listed = breakdowns(by)
    options = Options(
        interval=interval,
        level=level,
        df=design.df if df is None else df,
        profile=profile,
        icc=design.icc,
        design_effects=design_effects or {},
        larger=larger or {},
    )
    needed = _larger_first(wanted, options.larger)
    table = tabulate(frame, design, measures, wanted=needed, where=where)
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
    asked = distinct(measures)
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
    table: Table,
    wanted: Sequence[tuple[str, ...]],
    options: Options,
    *,
    listed: bool = False,
    restate: Callable[[Domains, Linear], Linear] | None = None,
) -> pd.DataFrame:
    """Finish the estimates of every breakdown from the cell table; larger areas first.

    ``restate`` puts another variance in the place of the linearised one (replicates, calibration).
    """
    done: _Done = {}
    frames = {}
    for breakdown in _larger_first(wanted, options.larger):
        found = domains(table.levels, breakdown, table.cells.levels, table.cells.relevant)
        if table.design.census:
            finished = census.describe(table.measures, table.cells, found, table.units)
        else:
            cells = domain_cells(table.cells, found)
            linear = linearise(cells, table.units, are_added(table.measures), options.df)
            linear = linear if restate is None else restate(found, linear)
            done[breakdown] = found, linear
            larger = _larger_effects(table.measures, breakdown, done, options)
            finished = finish_sample(
                table.measures, table.cells, found, linear, table.units, larger=larger, options=options
            )
        if breakdown in wanted:
            frames[breakdown] = rows(table.measures, found, finished, options.level, listed=listed)
    ordered = [frames[breakdown] for breakdown in wanted]
    return pd.concat(ordered, ignore_index=True) if len(ordered) > 1 else ordered[0]


def _larger_first(
    wanted: Sequence[tuple[str, ...]], larger: Mapping[tuple[str, ...], tuple[str, ...]]
) -> list[tuple[str, ...]]:
    needed = dict.fromkeys(wanted)
    for breakdown in wanted:
        step = breakdown
        while step in larger:
            step = larger[step]
            needed[step] = None
    return sorted(needed, key=len)


def _larger_effects(
    measures: Sequence[Measure], breakdown: tuple[str, ...], done: _Done, options: Options
) -> Floats:
    """Return (measures, domains) design effects of the next larger area; NaN where none is known."""
    found, own = done[breakdown]
    if not options.design_effects and not options.larger:
        return np.full_like(own.value, np.nan)
    given = [[options.design_effects.get(asked.name, np.nan)] for asked in measures]
    effects = np.broadcast_to(np.array(given, dtype=np.float64), own.value.shape)
    step = breakdown
    while step in options.larger:  # where the next larger area shows no variance either, the one above it
        step = options.larger[step]
        outer, linear = done[step]
        places = [breakdown.index(column) for column in step]
        at = {value: place for place, value in enumerate(outer.names)}
        home = np.array([at[tuple(name[place] for place in places)] for name in found.names], dtype=np.intp)
        effects = np.where(np.isnan(effects), linear.deff[:, home], effects)
    return effects
