"""Which results would say too much about a few persons or groups: flagged, with the rule, before they leave.

Reliability (``estimate.quality``) asks whether a number can be trusted, disclosure whether it may be known.
A flagged value stays in the working store; everything that is published leaves it empty.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.study import Study

SUPPRESS = "suppress"
_AREA = frozenset({"area", "district"})  # a breakdown by one of these is a result by area
_SIBLINGS = ["indicator", "variant", "round", "area", "by"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The fewest answers behind a value, its "yes" and its "no"; 0 asks for none."""

    denominator: int = 0
    numerator: int = 0
    complement: int = 0
    breakdown_denominator: int = 0
    whole_only: bool = False
    complementary: bool = False


@cache
def profiles() -> Mapping[str, Profile]:
    """Read the profiles once."""
    text = resources.files("kgeval.protect").joinpath("profiles.toml").read_text(encoding="utf-8")
    return {name: Profile(**block) for name, block in tomllib.loads(text).items()}


def disclose(estimates: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Flag what must not be published, by the disclosure profile of each indicator.

    Parameters
    ----------
    estimates
        Results of one area, with the columns of ``results/estimates``; ``n`` is the answers behind a value.

    Returns
    -------
    pandas.DataFrame
        The same rows; where a rule holds, ``flag`` is ``suppress`` and ``reason`` begins with the rule:
        ``disclosure: survey, denominator below 25``. Rows without a value stay as they are.

    Notes
    -----
    Numerators are n · value, rounded: in a weighted sample that is how many answered, as NCHS counts events.
    """
    rules = [_rule(row, study) for row in estimates.to_dict("records")]
    hidden = pd.Series([bool(rule) for rule in rules], index=estimates.index)
    beside = _complements(estimates, hidden, study)
    said = pd.Series(rules, index=estimates.index).mask(beside, "complementary to a withheld value")
    said = _names(estimates, study) + ", " + said
    reasons = "disclosure: " + said + estimates["reason"].map(lambda reason: f"; {reason}" if reason else "")
    marked = hidden | beside
    return estimates.assign(
        flag=estimates["flag"].mask(marked, SUPPRESS), reason=estimates["reason"].mask(marked, reasons)
    )


def disclose_changes(changes: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """Flag each change of which one round is withheld: the other and the change would give it away.

    Returns
    -------
    pandas.DataFrame
        ``changes`` with a last column ``flag``: ``suppress``, or empty.
    """
    keys = ["indicator", "variant", "area", "by", "by_value"]
    withheld = estimates.loc[estimates["flag"] == SUPPRESS, [*keys, "round"]]
    pairs = set(withheld.itertuples(index=False, name=None))
    sides = [changes[[*keys, side]].itertuples(index=False, name=None) for side in ("from_round", "to_round")]
    flags = [SUPPRESS if pairs & {start, end} else "" for start, end in zip(*sides, strict=True)]
    return changes.assign(flag=pd.Series(flags, index=changes.index, dtype=object))


def _names(estimates: pd.DataFrame, study: Study) -> pd.Series:
    pairs = zip(estimates["indicator"], estimates["variant"], strict=True)
    return pd.Series(
        [study.indicator(*pair).disclosure for pair in pairs], index=estimates.index, dtype=object
    )


def _rule(row: Mapping[Any, Any], study: Study) -> str:
    """Return the rule that withholds a row; "" where it may be published."""
    profile = profiles()[study.indicator(str(row["indicator"]), str(row["variant"])).disclosure]
    columns = {column for column in str(row["by"]).split("*") if column}
    if pd.isna(row["value"]):
        return ""
    if profile.whole_only and (row["area"] != WHOLE or columns & _AREA):
        return "by area"
    n = float(row["n"])
    least = max(profile.denominator, profile.breakdown_denominator if columns else 0)
    if n < least:
        return f"denominator below {least}"
    if row["kind"] != "share":
        return ""
    yes = round(n * float(row["value"]))
    if yes < profile.numerator:
        return f"numerator below {profile.numerator}"
    return f"complement below {profile.complement}" if n - yes < profile.complement else ""


def _complements(estimates: pd.DataFrame, hidden: pd.Series, study: Study) -> pd.Series:
    """Mark the smallest shown value beside a single withheld one, where the profile asks for it."""
    asks = _names(estimates, study).map(lambda name: profiles()[name].complementary).astype(bool)
    beside = []
    candidates = estimates[asks & estimates["by"].ne("") & estimates["value"].notna()]
    for _, rows in candidates.groupby(_SIBLINGS, sort=False):
        shown = rows[~hidden[rows.index]]
        if len(rows) - len(shown) == 1 and not shown.empty:
            beside.append(shown["n"].idxmin())
    return pd.Series(estimates.index.isin(beside), index=estimates.index)
