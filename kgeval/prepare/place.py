"""In which round and in which area a record belongs, as the study says that it is to be known."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

import pandas as pd

from kgeval.plan.study import Study
from kgeval.plan.table import Table
from kgeval.prepare import plain
from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, quarantine

OUTSIDE = "(outside)"  # the round of a record whose round is known and is none of the study's


def place(draft: Draft, table: Table, study: Study, neighbours: Mapping[str, Draft]) -> Draft:
    """Return the table with each record's round and area; empty where they cannot be told.

    ``neighbours`` are the tables placed before, for areas that come from a linked record.
    """
    rounds = _rounds(draft, table, study)
    placed = pd.DataFrame({"round": rounds}, index=draft.answers.index)
    placed["area"] = _areas(draft, table, study, placed["round"], neighbours)
    before = draft.placed.loc[~draft.placed.index.isin(placed.index)]  # of records rejected since
    return replace(draft, placed=pd.concat([placed.astype("str"), before]).reindex(draft.text.index))


def unplaced(draft: Draft, table: Table) -> Outcome:
    """Reject records whose round or area cannot be told: no estimate could say what they stand for."""
    placed = draft.placed.loc[draft.answers.index]
    no_round = placed.index[placed["round"] == ""]
    no_area = placed.index[(placed["round"] != "") & (placed["round"] != OUTSIDE) & (placed["area"] == "")]
    rule = table.area
    column = rule.column or rule.prefix or (rule.link[1] if rule.link else "")
    return Outcome.of(
        [
            quarantine("ROUND_UNKNOWN", no_round, column=table.round.column),
            quarantine("UNPLACED", no_area, column=column),
        ]
    )


def _rounds(draft: Draft, table: Table, study: Study) -> pd.Series:
    rids, rule = draft.answers.index, table.round
    if rule.always:
        return pd.Series(rule.always, index=rids, dtype="str")
    if rule.files:
        files = draft.origin.loc[rids, "file"]
        keys = {file: _round_of_file(file, rule.files) for file in files.unique()}
        return pd.Series(files.map(keys), dtype="str")
    if rule.column not in draft.answers:
        return pd.Series("", index=rids, dtype="str")
    known = {round_.key: round_.key for round_ in study.rounds} | dict(rule.values)
    now = plain.plain(draft.answers[rule.column])
    said = now.map(known).fillna(draft.text.loc[rids, rule.column].map(known))
    return said.fillna(now.where(now.isna(), OUTSIDE)).fillna("").astype("str")


def _round_of_file(file: str, rounds: Mapping[str, tuple[str, ...]]) -> str:
    name = unicodedata.normalize("NFC", file).lower()
    for key, patterns in rounds.items():
        if any(fnmatchcase(name, unicodedata.normalize("NFC", pattern).lower()) for pattern in patterns):
            return key
    return ""


def _areas(
    draft: Draft, table: Table, study: Study, rounds: pd.Series, neighbours: Mapping[str, Draft]
) -> pd.Series:
    rids, rule = draft.answers.index, table.area
    nowhere = pd.Series("", index=rids, dtype="str")
    codes = {name: area.code for area in study.areas for name in (area.key, area.code)}
    if rule.link is not None:
        other, by = rule.link
        if other not in neighbours or by not in draft.answers:
            return nowhere
        return _linked(plain.plain(draft.answers[by]), rounds, neighbours[other])
    column = rule.column or rule.prefix
    if column not in draft.answers:
        return nowhere
    said = plain.plain(draft.answers[column])
    if not rule.spelled and rule.column:
        known = said.map(codes | dict(rule.values))
        return known.where(known.notna() | said.isna(), rule.otherwise).fillna("").astype("str")
    if rule.prefix:
        said = said.str.split("-", n=1).str[0]
    return said.map(codes).fillna("").astype("str")


def _linked(pointers: pd.Series, rounds: pd.Series, other: Draft) -> pd.Series:
    """Return the area of the record of ``other`` with this key, in the same round where it has one."""
    targets = other.placed.loc[other.answers.index].assign(key=other.keys())
    targets = targets.loc[targets["area"] != ""]
    in_round = targets.groupby(["round", "key"])["area"].agg(_only)
    anywhere = targets.groupby("key")["area"].agg(_only)
    asked = pd.MultiIndex.from_arrays([rounds, pointers])
    same_round = pd.Series(in_round.reindex(asked).to_numpy(), index=pointers.index, dtype="str")
    return same_round.fillna(pointers.map(anywhere)).fillna("").astype("str")


def _only(areas: pd.Series) -> str | None:
    """Return the one area that all agree on."""
    return str(areas.iloc[0]) if (areas == areas.iloc[0]).all() else None
