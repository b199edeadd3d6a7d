"""Which interview each back-check repeats: by the record's key, in its area, in the latest round."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kgeval.plan.table import AreaRule, Table
from kgeval.prepare import plain
from kgeval.prepare.draft import Draft

NO_INTERVIEW, SEVERAL_AREAS, NO_KEYS = "no_interview", "several_areas", "no_keys"


def pairs(draft: Draft, rounds: Sequence[str], table: Table, back: pd.DataFrame) -> pd.DataFrame:
    """Return the interview that each back-check repeats, or why there is none.

    Parameters
    ----------
    draft
        The cleaned table, with the records of all rounds and areas, whichever are looked at.
    rounds
        The study's rounds in their order.
    back
        The answers of the back-checks, index ``rid``.

    Returns
    -------
    DataFrame
        Index as ``back``: ``rid`` of the interview (missing: none) and ``reason`` ("" where there is
        one). Keys are unique only within a round and an area: an area that was asked again must be
        that of the interview, and a key of several areas without one is not paired.
    """
    placed = draft.placed.loc[draft.answers.index]
    placed = placed.loc[placed["round"].isin(list(rounds))]
    first = draft.answers.loc[placed.index]
    keys = [name for name in draft.form.record_key if name in back and name in first]
    if not set(table.key_columns) <= set(keys):
        return pd.DataFrame({"rid": pd.Series(pd.NA, index=back.index, dtype="str"), "reason": NO_KEYS})
    order = placed["round"].map({key: place for place, key in enumerate(rounds)})
    known = pd.DataFrame({"key": _key(first, keys), "area": placed["area"], "order": order})
    asked = pd.DataFrame({"key": _key(back, keys), "again": _areas(first, placed["area"], table.area, back)})
    fits = asked.rename_axis("back_rid").reset_index().merge(known.rename_axis("rid").reset_index(), on="key")
    fits = fits.loc[fits["again"].isna() | (fits["again"] == fits["area"])]
    areas = fits.drop_duplicates(["back_rid", "area"])
    several = pd.Series(back.index.isin(areas.loc[areas["back_rid"].duplicated(), "back_rid"]), back.index)
    last = fits.sort_values("order", kind="stable").groupby("back_rid")["rid"].last()
    latest = last.reindex(back.index).astype("str").mask(several)
    reason = pd.Series(NO_INTERVIEW, index=back.index, dtype="str").mask(several, SEVERAL_AREAS)
    return pd.DataFrame({"rid": latest, "reason": reason.mask(latest.notna(), "")})


def area_column(rule: AreaRule) -> str:
    """Return the question that tells a record's area."""
    return rule.column or rule.prefix or (rule.link[1] if rule.link else "")


def _areas(first: pd.DataFrame, area: pd.Series, rule: AreaRule, back: pd.DataFrame) -> pd.Series:
    """Return each back-check's area: that of the interviews with its answer; missing where not asked again.

    An answer that no interview gave is the area of none (""), so that nothing is paired across areas.
    """
    column = area_column(rule)
    if column not in first or column not in back:
        return pd.Series(pd.NA, index=back.index, dtype="str")
    known, asked = (_area_part(answers[column], rule) for answers in (first, back))
    told = pd.DataFrame({"said": known, "area": area}).dropna().drop_duplicates()
    of = told.drop_duplicates("said", keep=False).set_index("said")["area"]
    return asked.map(of).astype("str").mask(asked.notna() & ~asked.isin(told["said"]), "")


def _area_part(answers: pd.Series, rule: AreaRule) -> pd.Series:
    said = plain.plain(answers)
    return said.str.replace("-.*", "", regex=True) if rule.prefix else said


def _key(answers: pd.DataFrame, keys: list[str]) -> pd.Series:
    parts = [plain.plain(answers[name]).fillna("") for name in keys]
    return parts[0].str.cat(pd.concat(parts[1:], axis=1), sep="\x1f") if len(parts) > 1 else parts[0]
