"""What each area is like: plain counts of the last round."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kgeval.evaluate.tally import total
from kgeval.plan.area import WHOLE
from kgeval.plan.study import Study


def profile(study: Study, tables: Mapping[str, pd.DataFrame], *, area: str | None = None) -> pd.DataFrame:
    """Return the counts of ``profile.toml``.

    Parameters
    ----------
    tables
        Table key → clean records of all areas.
    area
        A code, for this area alone; None: every area and the whole.

    Returns
    -------
    One row a count whose table was delivered; ``count`` is its number in the file, then one column a code
    of an area. An area without such a record counts 0.
    """
    places = [area] if area is not None else [*(one.code for one in study.areas), WHOLE]
    rows: list[dict[str, float]] = []
    for number, one in enumerate(study.evaluation.profile):
        if len(tables.get(one.of.table, ())):
            counts = {
                place: total(one.of, tables, area=place, round_key=study.endline.key) for place in places
            }
            rows.append({"count": number} | {place: 0.0 if pd.isna(n) else n for place, n in counts.items()})
    return pd.DataFrame(rows, columns=["count", *places])
