"""The quality of the evidence: whom fieldwork was to reach, what became of them, which figure is taken."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kgeval.evaluate.tally import total
from kgeval.plan.area import WHOLE
from kgeval.plan.evaluation.evidence import FATES, Fieldwork
from kgeval.plan.flag import SUPPRESS
from kgeval.plan.study import Study

ROW = ("table", "round", "area", "planned", "records", *FATES, "other", "response")
REPORTED = ("number", "area", "reported", "surveyed", "low", "high", "difference", "adopted")


def fieldwork(study: Study, tables: Mapping[str, pd.DataFrame], *, area: str | None = None) -> pd.DataFrame:
    """Return the fates of the units of each table, in each round and area.

    Parameters
    ----------
    tables
        Table key → clean records of all areas.
    area
        A code, for this area alone; None: every area and the whole.

    Returns
    -------
    One row a table, round and area with the columns ``ROW``: ``planned`` is NaN where no list says it,
    ``response`` is reached over planned; ``refused``, ``not_found`` and ``other`` are NaN where so few
    units stand in an area that a refusal would name somebody.
    """
    places = [area] if area is not None else [*(one.code for one in study.areas), WHOLE]
    rows = [
        _row(work, tables, round_.key, place)
        for work in study.evaluation.evidence.fieldwork
        for round_ in study.rounds
        for place in places
        if not _of(work, tables, round_.key, WHOLE).empty
    ]
    return pd.DataFrame(rows, columns=list(ROW))


def reported_against_surveyed(study: Study, estimates: pd.DataFrame, *, area: str = WHOLE) -> pd.DataFrame:
    """Return the figures that were reported beside those that were surveyed, in the last round.

    Returns
    -------
    One row a pair of which both figures are there; ``number`` is its place in ``evidence.toml``.
    """
    here = estimates[
        (estimates["round"] == study.endline.key)
        & (estimates["area"] == area)
        & (estimates["by"].fillna("") == "")
        & (estimates["flag"] != SUPPRESS)
        & estimates["value"].notna()
    ]
    figures = {(row["indicator"], row["variant"]): row for row in here.to_dict("records")}
    rows = []
    for number, pair in enumerate(study.evaluation.evidence.reported):
        reported, surveyed = figures.get(pair.reported.pair), figures.get(pair.surveyed.pair)
        if reported is not None and surveyed is not None:
            rows.append(
                {
                    "number": number,
                    "area": area,
                    "reported": reported["value"],
                    "surveyed": surveyed["value"],
                    "low": surveyed["low"],
                    "high": surveyed["high"],
                    "difference": reported["value"] - surveyed["value"],
                    "adopted": pair.adopted,
                }
            )
    return pd.DataFrame(rows, columns=list(REPORTED))


def _of(work: Fieldwork, tables: Mapping[str, pd.DataFrame], round_key: str, area: str) -> pd.DataFrame:
    records = tables.get(work.table, pd.DataFrame(columns=["round", "area"]))
    return records[(records["round"] == round_key) & ((records["area"] == area) | (area == WHOLE))]


def _row(work: Fieldwork, tables: Mapping[str, pd.DataFrame], round_key: str, area: str) -> dict[str, object]:
    records = _of(work, tables, round_key, area)
    counts = _counts(work, records)
    planned = _planned(work, tables, round_key, area, len(records))
    reached = counts["reached"]
    shown = work.fates_by_area or area == WHOLE
    hidden = {} if shown else dict.fromkeys(("refused", "not_found", "other"), np.nan)
    return {
        "table": work.table,
        "round": round_key,
        "area": area,
        "planned": planned,
        "records": len(records),
        **counts,
        "other": len(records) - sum(counts.values()),
        # More records than the list holds: the list is not the one that the fieldwork worked from.
        "response": reached / planned if planned and planned >= reached else np.nan,
        **hidden,
    }


def _counts(work: Fieldwork, records: pd.DataFrame) -> dict[str, float]:
    """Return how many records have each fate; where nobody was asked all are reached, and none refused."""
    if not work.fates:
        return {"reached": float(len(records)), "refused": np.nan, "not_found": np.nan}
    return {
        fate: float(work.fates[fate].truth(records).fillna(False).sum()) if fate in work.fates else np.nan
        for fate in FATES
    }


def _planned(
    work: Fieldwork, tables: Mapping[str, pd.DataFrame], round_key: str, area: str, records: int
) -> float:
    if work.rounds and round_key not in work.rounds:
        return float("nan")
    if work.planned is not None:
        return total(work.planned, tables, area=area, round_key=round_key)
    return float(records) if work.each_has_a_form else float("nan")
