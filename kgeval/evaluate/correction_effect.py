"""What the corrections of cells did to each indicator: its value as delivered, and as cleaned.

Both values stand on the same records, so the difference is that of the cells: what decoding left, against
what decided corrections and checks made of it. Rows that cleaning rejected are in neither. A record whose
weight, cluster or stratum was no use as delivered, and was corrected, could not be estimated with before:
it stands in the second value only, and ``n_before`` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from kgeval.estimate.weights import usable_weights
from kgeval.evaluate.review import estimate_indicators
from kgeval.plan.area import Area
from kgeval.plan.sample import SampleDesign, stages
from kgeval.plan.study import Study
from kgeval.plan.table import Table
from kgeval.protect import SUPPRESS

EFFECTS = ("indicator", "variant", "area", "round", "kind", "before", "after", "n_before", "n_after")
_KEYS = ["indicator", "variant", "area", "round"]
_SAME = 1e-9  # relative: less is the order of sums, no correction


def correction_effects(
    study: Study, before: Mapping[str, pd.DataFrame], estimates: pd.DataFrame, area: Area | None
) -> pd.DataFrame:
    """Return the indicators that the corrections moved, in the study's order.

    Parameters
    ----------
    before
        The linked records of all areas as decoding left them (``Session.tables(before=True)``).
    estimates
        What ``estimate_indicators`` gave for the same area.

    Returns
    -------
    One row a definition and round whose value differs, with the columns ``EFFECTS``; what is withheld in
    ``estimates`` is left out.
    """
    plain = replace(
        study,
        indicators=tuple(replace(one, breakdowns=()) for one in study.indicators),
        # left out records may leave a cluster alone in its stratum; the values, which are asked for, stand
        tables={key: _forgiving(table) for key, table in study.tables.items()},
    )
    sampled = {key: _sampled(frame, study.tables[key].design) for key, frame in before.items()}
    were = estimate_indicators(plain, sampled, area)[[*_KEYS, "value", "n", "flag"]]
    are = estimates.loc[estimates["by"] == "", [*_KEYS, "kind", "value", "n", "flag"]]
    both = are.merge(were, on=_KEYS, how="left", suffixes=("_after", "_before"), validate="one_to_one")
    shown = (both["flag_after"] != SUPPRESS) & (both["flag_before"] != SUPPRESS)
    moved = (both["value_after"] - both["value_before"]).abs() > _SAME * both["value_after"].abs()
    found = both[shown & moved].rename(columns={"value_before": "before", "value_after": "after"})
    return found[list(EFFECTS)].reset_index(drop=True)


def _forgiving(table: Table) -> Table:
    return replace(table, design=replace(table.design, single_cluster="certainty"))


def _sampled(frame: pd.DataFrame, design: SampleDesign) -> pd.DataFrame:
    """Return the records that can be estimated with: their place in the sample and their weight are known."""
    places = [*stages(design.cluster), *stages(design.stratum), *stages(design.population)]
    given = frame[[place for place in places if place in frame]]
    usable = (given.notna() & ~given.isin([""])).all(axis="columns")
    if design.weight is not None and design.weight in frame:
        usable &= usable_weights(frame[design.weight])
    return frame if usable.all() else frame[usable].reset_index(drop=True)
