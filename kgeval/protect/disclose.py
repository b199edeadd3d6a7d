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

from kgeval.errors import DisclosureError
from kgeval.plan.area import AREA_COLUMNS, WHOLE
from kgeval.plan.flag import SUPPRESS
from kgeval.plan.study import Study

_AREA = frozenset(AREA_COLUMNS)  # a breakdown by one of these is a result by area
_KEYS = ("indicator", "variant", "round", "area", "by", "by_value")
_SIBLINGS = ["indicator", "variant", "round", "area", "by"]
_AREAS = ["indicator", "variant", "round", "by", "by_value"]
ANSWERS = (*_KEYS, "kind", "n", "value")


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


def disclose(
    estimates: pd.DataFrame, study: Study, *, everywhere: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Flag what must not be published, by the disclosure profile of each indicator.

    Parameters
    ----------
    estimates
        Results of one area, with the columns of ``results/estimates``; ``n`` is the answers behind a value.
    everywhere
        The same values in every single area, this one among them: ``ANSWERS``. A value that is withheld in
        one area alone could be found from the whole and the other areas, so the next smallest goes with it.
        The same frame gives the same answer in whichever area it is asked; None: no other area is known.

    Returns
    -------
    pandas.DataFrame
        The same rows; where a rule holds, ``flag`` is ``suppress`` and ``reason`` begins with the rule:
        ``disclosure: survey, denominator below 25``. Rows without a value stay as they are.

    Notes
    -----
    Numerators are n · value, rounded: in a weighted sample that is how many answered, as NCHS counts events.
    """
    said = _withheld(_beside(estimates, everywhere), study)
    rules = pd.Series(
        [said.get(key, "") for key in estimates[list(_KEYS)].itertuples(index=False, name=None)],
        index=estimates.index, dtype=object,
    )  # fmt: skip
    reasons = "disclosure: " + _names(estimates, study) + ", " + rules
    reasons += estimates["reason"].map(lambda reason: f"; {reason}" if reason else "")
    marked = rules != ""
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


def refuse_unflagged(estimates: pd.DataFrame, study: Study) -> None:
    """Refuse to publish results that carry no flag where the study, as it is now, withholds them.

    A run flags by the profiles of its day; one that was tightened since asks for the run to be made again.

    Parameters
    ----------
    estimates
        Rows of ``results/estimates``, of any areas.

    Raises
    ------
    DisclosureError
        A value that its own profile withholds is not flagged; the message names the first one.
    """
    for row in estimates[estimates["flag"] != SUPPRESS].to_dict("records"):
        if rule := _rule(row, study):
            place = " ".join(str(row[key]) for key in _KEYS if row[key])
            raise DisclosureError(
                f"the run shows {place}, which the study now withholds ({rule}); make the run again"
            )


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


def _beside(estimates: pd.DataFrame, everywhere: pd.DataFrame | None) -> pd.DataFrame:
    """Return the answers in every area, and those of this one that are not among them."""
    own = estimates[list(ANSWERS)]
    if everywhere is None:
        return own.reset_index(drop=True)
    known = set(everywhere[list(_KEYS)].itertuples(index=False, name=None))
    more = [key not in known for key in own[list(_KEYS)].itertuples(index=False, name=None)]
    return pd.concat([everywhere[list(ANSWERS)], own[more]], ignore_index=True)


def _withheld(answers: pd.DataFrame, study: Study) -> dict[tuple[object, ...], str]:
    """Return the rule that withholds each row, by its keys: its own, or that of a row it would give away."""
    rules = pd.Series([_rule(row, study) for row in answers.to_dict("records")], dtype=object)
    complementary = _names(answers, study).map(lambda name: profiles()[name].complementary).astype(bool)
    by_area = answers["by"].map(lambda by: bool(_AREA & set(by.split("*"))))
    groups = [  # within a breakdown, and over the areas; whichever is withheld for one may ask for the other
        [
            rows.index.to_numpy()
            for _, rows in answers[kept & answers["value"].notna()].groupby(keys, sort=False)
        ]
        for keys, kept in (
            (_SIBLINGS, answers["by"].ne("") & (complementary | by_area)),
            (_AREAS, answers["area"].ne(WHOLE)),
        )
    ]
    shown, n = rules.eq("").to_numpy(copy=True), answers["n"].to_numpy()
    asks = True
    while asks:
        asks = False
        for at in (places for kind in groups for places in kind):
            left = at[shown[at]]
            if len(at) - len(left) == 1 and len(left):
                shown[left[n[left].argmin()]] = False
                asks = True
    rules = rules.mask(rules.eq("") & ~shown, "complementary to a withheld value")
    keys = answers[list(_KEYS)].itertuples(index=False, name=None)
    return {key: rule for key, rule in zip(keys, rules, strict=True) if rule}
