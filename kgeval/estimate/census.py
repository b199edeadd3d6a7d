"""A declared census: every unit of the frame was asked, so no sampling error, only missing answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kgeval.estimate.bounds import missing_bounds
from kgeval.estimate.breakdown import Domains
from kgeval.estimate.cells import Cells
from kgeval.estimate.finished import Finished
from kgeval.estimate.linear import answering, domain_cells, values
from kgeval.estimate.measure import Measure, are_added
from kgeval.estimate.reason import Texts, blank, say
from kgeval.estimate.units import Floats, Units
from kgeval.plan.flag import CENSUS


def describe(measures: Sequence[Measure], table: Cells, found: Domains, units: Units) -> Finished:
    """Describe each measure in each domain; the interval is that of the missing answers alone.

    Non-response in a census is never turned into sampling by a finite-population correction.
    """
    cells = domain_cells(table, found)
    total = cells.totals
    value = values(total, are_added(measures))
    clusters, strata = answering(cells, cells.runs(units)[0])
    low, high = missing_bounds(measures, total, table, found.code)
    nothing = np.full_like(value, np.nan)
    return Finished(
        value=value,
        se=nothing,
        low=nothing,
        high=nothing,
        df=nothing,
        n=total["n"],
        n_missing=total["missing"],
        clusters=clusters,
        strata=strata,
        weighted_n=total["w"],
        deff=nothing,
        missing_low=low,
        missing_high=high,
        interval_method=blank(value.shape, CENSUS),
        flag=blank(value.shape, "ok"),
        reason=_reasons(measures, total),
    )


def _reasons(measures: Sequence[Measure], total: dict[str, Floats]) -> Texts:
    """Say x of r answered (N, k unknown)."""
    reason = blank(total["n"].shape)
    for line, asked in enumerate(measures):
        for place, (n, missing, y) in enumerate(
            zip(total["n"][line], total["missing"][line], total["y"][line], strict=True)
        ):
            counted = f"{y:g} of {n:g} answered" if asked.kind in {"share", "count"} else f"{n:g} answered"
            reason[line, place] = f"census: {counted} (N = {n + missing:g}, {missing:g} unknown)"
    say(reason, (total["n"] == 0) & (total["missing"] > 0), "no_answers: nobody in this domain has answered")
    say(reason, (total["n"] == 0) & (total["missing"] == 0), "empty_domain: nobody counts in this domain")
    return reason
