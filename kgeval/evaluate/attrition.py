"""Who was met again, what became of those who were not, and what happened to units between the rounds.

Only units that a study follows are counted (``[panel.<table>]``). Respondents who are drawn anew in every
round are not followed: that a child has grown out of the survey's population is no attrition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.expression import Expression
from kgeval.plan.panel import FATES, Panel, Transition
from kgeval.plan.study import Study

ATTRITION = ("table", "area", "baseline", "found", "lost", *FATES, "new")
EVENTS = ("table", "area", "event", "number", "both", "count", "unknown")


def attrition(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count, by table and area, the units of the first round that were found again in the last.

    Parameters
    ----------
    tables
        Table key → clean and linked records of all areas.

    Returns
    -------
    DataFrame
        One row a followed table and area, the whole first: ``table, area``; ``baseline`` (units found at
        first), ``found`` of them at last, ``lost`` = 1 − found/baseline, what became of the others by
        ``FATES``, and ``new``: found at last only. The area is that of a unit's first record. Where so few
        stand in an area that a refusal would name somebody (``fates_by_area = false`` in
        ``evidence.toml``), fates are told of the whole alone.
    """
    rows = []
    handfuls = {one.table for one in study.evaluation.evidence.fieldwork if not one.fates_by_area}
    for panel, units in _panels(study, tables):
        told = panel.table not in handfuls
        for area, here in _areas(study, units):
            first = here[here["found_first"]]
            found = int(first["found_last"].sum())
            fates = first.loc[~first["found_last"], "fate"].value_counts()
            rows.append(
                {
                    "table": panel.table,
                    "area": area,
                    "baseline": len(first),
                    "found": found,
                    "lost": 1 - found / len(first) if len(first) else np.nan,
                    **{fate: int(fates.get(fate, 0)) if told or area == WHOLE else np.nan for fate in FATES},
                    "new": int((here["found_last"] & ~here["found_first"]).sum()),
                }
            )
    return pd.DataFrame(rows, columns=list(ATTRITION))


def events(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count what happened to units between the rounds: closed, registered, moved.

    Returns
    -------
    DataFrame
        One row a transition and area, the whole first: ``number`` is the transition's place in the
        panel and ``event`` its label in the study's first language; ``both`` counts the units with a
        record in both rounds, ``count`` those to which it happened, ``unknown`` those whose answers
        leave it open.
    """
    rows = []
    for panel, units in _panels(study, tables):
        pairs = _pairs(tables[panel.table], panel, study)
        for number, transition in enumerate(panel.transitions):
            happened = _happened(transition, *pairs)
            for area, here in _areas(study, units):
                ours = happened[happened.index.isin(here.index)]
                rows.append(
                    {
                        "table": panel.table, "area": area, "number": number,
                        "event": transition.label[study.languages[0]],
                        "both": len(ours), "count": int(ours.fillna(False).sum()),
                        "unknown": int(ours.isna().sum()),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(EVENTS))


def followed(records: pd.DataFrame, panel: Panel, first: str, last: str) -> pd.DataFrame:
    """Return one row a unit of a panel.

    Parameters
    ----------
    records
        The table's clean records of both rounds.
    panel
        How its units are followed.
    first, last
        The rounds' keys.

    Returns
    -------
    DataFrame
        Indexed by the unit: ``area`` (of its first record), ``found_first``, ``found_last``, and the
        ``fate`` of a unit that was found at first: ``found``, one of ``FATES``, or empty.
    """
    named = records[records[panel.unit].notna() & records["round"].isin([first, last])]
    flags = pd.DataFrame(
        {
            "unit": named[panel.unit].astype("str"),
            "round": named["round"],
            "area": named["area"],
            "found": _true(panel.found, named),
            **{fate: _true(rule, named) for fate, rule in panel.fates.items()},
        }
    )
    sides = flags.groupby(["unit", "round"], sort=True).agg(
        {"area": "first", **dict.fromkeys(("found", *panel.fates), "max")}
    )
    before, after = (
        sides[sides.index.get_level_values("round") == key].droplevel("round") for key in (first, last)
    )
    units = before.index.union(after.index)
    was = before["found"].reindex(units, fill_value=False).astype(bool)
    fate = pd.Series("no_record", index=units)
    fate[units.isin(after.index)] = "other"
    for code in reversed(list(panel.fates)):
        fate[after[code].reindex(units, fill_value=False).astype(bool)] = code
    now = after["found"].reindex(units, fill_value=False).astype(bool)
    fate[now] = "found"
    return pd.DataFrame(
        {
            "area": before["area"].reindex(units).fillna(after["area"].reindex(units)),
            "found_first": was,
            "found_last": now,
            "fate": fate.where(was, ""),
        }
    )


def _panels(study: Study, tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[Panel, pd.DataFrame]]:
    first, last = study.baseline.key, study.endline.key
    for key, panel in study.panels.items():
        if key in tables and {first, last} <= set(tables[key]["round"]):
            yield panel, followed(tables[key], panel, first, last)


def _areas(study: Study, units: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield WHOLE, units
    for area in study.areas:
        yield area.code, units[units["area"] == area.code]


def _pairs(records: pd.DataFrame, panel: Panel, study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records of units that have one in both rounds, indexed alike."""
    named = records[records[panel.unit].notna()].drop_duplicates([panel.unit, "round"])
    before, after = (
        named[named["round"] == key].set_index(panel.unit) for key in (study.baseline.key, study.endline.key)
    )
    both = before.index.intersection(after.index)
    return before.loc[both], after.loc[both]


def _happened(transition: Transition, before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    if transition.changed:
        old, new = before[transition.changed], after[transition.changed]
        return (old != new).astype("boolean").mask(old.isna() | new.isna())
    assert transition.before is not None
    assert transition.after is not None
    return transition.before.truth(before) & transition.after.truth(after)


def _true(rule: Expression | None, records: pd.DataFrame) -> pd.Series:
    if rule is None:
        return pd.Series(data=True, index=records.index)
    return rule.truth(records).fillna(False).astype(bool)
