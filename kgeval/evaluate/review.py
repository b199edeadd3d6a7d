"""All indicators of a study in one area: the frames ``results/estimates`` and ``results/changes`` hold.

An area is always a domain of the design of the whole table: the estimates of one area are made from the
clean tables of all areas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

import numpy as np
import pandas as pd

from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import measure
from kgeval.estimate.rounds import nest_in_rounds
from kgeval.estimate.tidy import COLUMNS
from kgeval.evaluate.change import change
from kgeval.evaluate.like_areas import cautious, one_sided, warned
from kgeval.plan.area import WHOLE, Area
from kgeval.plan.indicator import Indicator
from kgeval.plan.sample import SampleDesign
from kgeval.plan.study import Study
from kgeval.plan.table import Table
from kgeval.protect import ANSWERS, disclose, disclose_changes

ESTIMATES = ("indicator", "variant", "round", "area", "by", "by_value", "kind", *COLUMNS)
CHANGES = (
    "indicator", "variant", "area", "by", "by_value", "from_round", "to_round", "from_value", "to_value",
    "difference", "se", "low", "high", "df", "correlation", "se_independent", "comparable", "reason",
)  # fmt: skip
_HERE = "_here"  # marks the records of the area among those of the whole table
_PUBLIC = "administrative"  # the profile that withholds nothing
_PROFILE = "nchs"  # the presentation standard of shares from samples


def estimate_indicators(
    study: Study, tables: Mapping[str, pd.DataFrame], area: Area | None, *, profile: str = _PROFILE
) -> pd.DataFrame:
    """Estimate every definition of every indicator in one area, in each round, with its breakdowns.

    Parameters
    ----------
    tables
        Table key → clean and linked records of *all* areas (``prepare.link``); what is measured in a
        table that is not there is left out.
    area
        The area; ``None``: the whole study.

    Returns
    -------
    One row a definition, round and value of a breakdown, with the columns ``ESTIMATES``; ``flag`` is
    ``suppress`` where the number is not reliable enough or would say too much about a few.
    """
    parts = [
        _estimate_table(study.tables[key], indicators, tables[key], area, profile)
        for key, indicators in _by_table(study)
        if key in tables  # an optional table may not have been delivered
    ]
    rows = _in_order(study, pd.concat(parts, ignore_index=True))[list(ESTIMATES)]
    return disclose(rows, study, everywhere=None if area is None else _everywhere(study, tables))


def _everywhere(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many answered and the value in each area, of all that may have to be withheld in one."""
    parts = []
    for key, everyone in _by_table(study):
        indicators = [one for one in everyone if one.disclosure != _PUBLIC]
        if indicators and key in tables:
            inside = ("area", "round")
            rows = estimate(
                tables[key],
                SampleDesign(weight=study.tables[key].design.weight),  # values alone, no sampling errors
                [measure(one, _name(one)) for one in indicators],
                by=[inside, *((*inside, *columns) for columns in _crossed(indicators))],
            )
            rows = rows.assign(code=[value.split(" * ", 1)[0] for value in rows["by_value"]])
            named = _identified(_split(rows, inside), indicators, None)
            parts.append(named.assign(area=named["code"]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(ANSWERS))


def change_indicators(
    study: Study,
    tables: Mapping[str, pd.DataFrame],
    area: Area | None,
    estimates: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Estimate the change from baseline to endline of every definition in one area.

    Parameters
    ----------
    estimates
        What ``estimate_indicators`` gave for the area: a change is withheld where one of its rounds is.

    Returns
    -------
    One row a definition that was asked in both rounds, with the columns ``CHANGES`` (and, for a
    census, how many units improved, worsened, stayed, entered and left); with ``estimates`` a last
    column ``flag``, which is ``suppress`` or empty.
    """
    start, end = study.baseline.key, study.endline.key
    parts = []
    for key, indicators in _by_table(study):
        asked = [one for one in indicators if _asked(one, start) and _asked(one, end)]
        if not asked or key not in tables or not {start, end} <= set(tables[key]["round"]):
            continue
        measured = [measure(one, _name(one)) for one in asked]
        rows = change(
            tables[key],
            study.tables[key].design,
            measured,
            column="round",
            start=start,
            end=end,
            by=[(), *_crossed(asked)],
            person=_person(study.tables[key]),
            where=None if area is None else (tables[key]["area"] == area.code),
        )
        if area is None:
            rows = warned(rows, one_sided(tables[key], measured, start=start, end=end))
        parts.append(_identified(rows, asked, area))
    if not parts:  # one round has come in so far
        return pd.DataFrame(columns=[*CHANGES, "flag"] if estimates is not None else list(CHANGES))
    rows = _in_order(study, pd.concat(parts, ignore_index=True))
    comparable = {(one.key, one.variant): one.comparable for one in study.indicators}
    pairs = zip(rows["indicator"], rows["variant"], strict=True)
    marked = pd.Series([comparable[pair] for pair in pairs], index=rows.index, dtype="str")
    rows = rows.assign(comparable=cautious(marked, rows["reason"]))
    rows = rows[[*CHANGES, *(column for column in rows if column not in CHANGES)]]
    return rows if estimates is None else disclose_changes(rows, estimates)


def _by_table(study: Study) -> Iterator[tuple[str, list[Indicator]]]:
    order = list(study.tables)
    ordered = sorted(study.indicators, key=lambda one: order.index(one.table))
    for key, indicators in groupby(ordered, key=lambda one: one.table):
        yield key, list(indicators)


def _estimate_table(
    table: Table, indicators: list[Indicator], records: pd.DataFrame, area: Area | None, profile: str
) -> pd.DataFrame:
    inside = ("round",) if area is None else (_HERE, "round")
    crossed = _crossed(indicators)
    wanted = [inside, *((*inside, *columns) for columns in crossed)]
    larger = {(*inside, *columns): inside for columns in crossed}
    if area is not None:
        wanted.append(("round",))
        larger[inside] = ("round",)
    marked = records.assign(**{_HERE: True if area is None else records["area"] == area.code})
    nested, design = nest_in_rounds(marked, table.design, "round")
    rows = estimate(
        nested,
        design,
        [measure(one, _name(one)) for one in indicators],
        by=wanted,
        profile="none" if table.design.census else profile,
        larger=larger,
    )
    return _identified(_split(rows, inside), indicators, area)


def _split(rows: pd.DataFrame, inside: tuple[str, ...]) -> pd.DataFrame:
    """Take area and round out of ``by`` and of the reasons: what is left is as the results name it."""
    depth = len(inside)
    named = [by.split("*", depth) for by in rows["by"]]
    values = [value.split(" * ", depth) for value in rows["by_value"]]
    kept = [
        tuple(names[:depth]) == inside and (inside[0] != _HERE or value[0] == "True")
        for names, value in zip(named, values, strict=True)
    ]
    return rows.assign(
        round=[value[min(depth, len(value)) - 1] for value in values],
        by=["".join(names[depth:]) for names in named],
        by_value=["".join(value[depth:]) for value in values],
        reason=rows["reason"].str.replace(f"without {' or '.join(inside)} or ", "without ", regex=False),
    )[np.array(kept, dtype=bool)]  # an empty list would choose no columns: an area without records


def _identified(rows: pd.DataFrame, indicators: list[Indicator], area: Area | None) -> pd.DataFrame:
    """Name each row's indicator and variant, and keep the rounds and breakdowns that it asks for."""
    asked = {_name(one): one for one in indicators}
    wanted = [
        (rounds is None or _asked(asked[name], rounds))
        and (not by or tuple(by.split("*")) in asked[name].breakdowns)
        for name, rounds, by in zip(
            rows["indicator"], rows.get("round", [None] * len(rows)), rows["by"], strict=True
        )
    ]
    rows = rows[np.array(wanted, dtype=bool)]
    named = rows["indicator"].astype("str")
    return rows.assign(
        indicator=named.map({name: one.key for name, one in asked.items()}).astype("str"),
        variant=named.map({name: one.variant for name, one in asked.items()}).astype("str"),
        area=WHOLE if area is None else area.code,
    )


def _crossed(indicators: list[Indicator]) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(columns for one in indicators for columns in one.breakdowns))


def _person(table: Table) -> str | None:
    """Return the column that names the same unit in both rounds: a census is compared unit by unit."""
    return table.key_columns[0] if table.design.census and len(table.key_columns) == 1 else None


def _name(indicator: Indicator) -> str:
    return f"{indicator.key} {indicator.variant}"


def _asked(indicator: Indicator, round_key: str) -> bool:
    return not indicator.rounds or round_key in indicator.rounds


def _in_order(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows in the order of the study's indicators, plain rows before breakdowns, rounds in time."""
    place = {(one.key, one.variant): number for number, one in enumerate(study.indicators)}
    rounds = {item.key: number for number, item in enumerate(study.rounds)}
    keys = pd.DataFrame(
        {
            "indicator": [place[pair] for pair in zip(rows["indicator"], rows["variant"], strict=True)],
            "broken": rows["by"].ne("").to_numpy(),
            "round": [rounds.get(item, 0) for item in rows.get("round", [""] * len(rows))],
        }
    )
    return rows.iloc[keys.sort_values(["indicator", "broken", "round"], kind="stable").index].reset_index(
        drop=True
    )
