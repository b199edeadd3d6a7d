"""Results as they may be printed: with their words, and without what must not be shown.

Sentences, tables, charts, pages and slides all draw from these rows, so a value is suppressed in
one place for every medium.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.plan.flag import CENSUS, SUPPRESS
from kgeval.plan.indicator import MAIN, Indicator
from kgeval.present.answers import by_label, group_label, round_labels
from kgeval.present.change_text import change_direction
from kgeval.present.comparability import comparable_words
from kgeval.present.measure import Row, text_of, word_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

KEYS = ["indicator", "variant", "area"]
NUMBERS = ["value", "se", "low", "high", "n", "n_missing", "missing_low", "missing_high"]
_CHANGE_NUMBERS = [
    "from_value",
    "to_value",
    "difference",
    "se",
    "low",
    "high",
    "improved",
    "worsened",
    "same",
]
_VERDICT = ["as_of", "target", "official", "statistical", "min_certifiable"]


def publish(estimates: pd.DataFrame, verdicts: pd.DataFrame | None, study: Study, lang: str) -> pd.DataFrame:
    """Return one row a result as it may be printed.

    Parameters
    ----------
    estimates, verdicts
        Results frames; a verdict belongs to the plain row of the last round.
    study
        Gives the words of indicators, areas, rounds and answers.
    lang
        Language of the words.

    Returns
    -------
    pandas.DataFrame
        The columns of ``estimates``, then ``label``, ``short``, ``unit``, ``place``, ``group``, ``by_label``,
        ``lang``, ``round_label``, ``direction``, ``target``, ``as_of``, ``official``, ``statistical``,
        ``min_certifiable`` and ``outcome``: the verdict to draw, or why there is none (``suppressed``,
        ``not_estimable``, ``none``). Suppressed rows hold no number.
    """
    rows = estimates.reset_index(drop=True)
    rows = rows.assign(**_words(rows, study, lang))
    rows["round_label"] = rows["round"].map(round_labels(study, lang)).fillna(rows["round"])
    rows = _judged(rows, verdicts, study)
    rows["outcome"] = _outcomes(rows)
    hidden = rows["outcome"] == "suppressed"
    blank = [column for column in [*NUMBERS, "min_certifiable"] if column in rows]
    rows[blank] = rows[blank].astype("float64").mask(hidden)
    rows[["official", "statistical"]] = rows[["official", "statistical"]].mask(hidden, "")
    return rows


def publish_changes(
    changes: pd.DataFrame, study: Study, lang: str, estimates: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return one row a change as it may be printed; ``outcome`` is its code.

    A change is suppressed where the estimate of one of its rounds is: then the other round could be
    found by subtraction. With ``estimates`` each row also gets the limits of both rounds
    (``from_low``, ``from_high``, ``to_low``, ``to_high``) and the size of both samples.
    """
    rows = changes.reset_index(drop=True).copy()
    if estimates is not None:
        rows = _with_rounds(rows, estimates)
    rounds = round_labels(study, lang)
    rows = rows.assign(
        **_words(rows, study, lang),
        comparable_reason=[
            comparable_words(study.indicator(*named), lang, reason)
            for *named, reason in zip(rows["indicator"], rows["variant"], rows["reason"], strict=True)
        ],
        from_label=rows["from_round"].map(rounds).fillna(rows["from_round"]),
        to_label=rows["to_round"].map(rounds).fillna(rows["to_round"]),
    )
    rows["outcome"] = [
        "suppressed" if text_of(row, "flag") == SUPPRESS else change_direction(row)
        for _, row in rows.iterrows()
    ]
    withheld = (rows["outcome"] == "suppressed") | (rows["comparable"] == "no")
    limits = ["from_low", "from_high", "to_low", "to_high", "from_n", "to_n"]
    blank = [column for column in [*_CHANGE_NUMBERS, *limits] if column in rows]
    rows[blank] = rows[blank].astype("float64").mask(withheld)
    return rows


def withheld_changes(changes: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """Return changes with a ``flag`` that withholds each of which one round is withheld.

    A run writes that flag; results of other hands may lack it.
    """
    keys = [*KEYS, "by", "by_value"]
    hidden = estimates.loc[estimates["flag"] == SUPPRESS, [*keys, "round"]].fillna("")
    withheld = set(hidden.itertuples(index=False, name=None))
    flags = changes.get("flag", pd.Series("", index=changes.index)).fillna("").astype(object)
    for side in ("from_round", "to_round"):
        rows = changes[[*keys, side]].fillna("").itertuples(index=False, name=None)
        flags = flags.mask(
            pd.Series([row in withheld for row in rows], index=changes.index, dtype=bool), SUPPRESS
        )
    return changes.assign(flag=flags)


def _words(rows: pd.DataFrame, study: Study, lang: str) -> dict[str, Any]:
    """Return the columns of words that every published row has; each distinct word is looked up once."""

    def grouped(name: Callable[[Study, Indicator, str, str], str]) -> list[str]:
        known: dict[tuple[str, str, str, str], str] = {}
        keys = rows[["indicator", "variant", "by", "by_value"]].fillna("").astype(str)
        for key in keys.itertuples(index=False, name=None):
            if key not in known:
                known[key] = name(study, study.indicator(*key[:2]), *key[2:])
        return [known[key] for key in keys.itertuples(index=False, name=None)]

    places = {str(area): study.area_label(str(area), lang) for area in rows["area"].unique()}
    return {
        "label": _each(rows, study, lambda one: word_of(one.label, lang)),
        "short": _each(rows, study, lambda one: word_of(one.short, lang) or word_of(one.label, lang)),
        "unit": _each(rows, study, lambda one: word_of(one.unit, lang)),
        "kind": _each(rows, study, lambda one: one.kind),
        "direction": _each(rows, study, lambda one: one.direction),
        "lang": lang,
        "place": [places[str(area)] for area in rows["area"]],
        "group": grouped(lambda study, one, by, value: group_label(study, one, by, value, lang)),
        "by_label": grouped(lambda study, one, by, _: by_label(study, one, by, lang)),
    }


def _each(rows: pd.DataFrame, study: Study, word: Callable[[Indicator], str]) -> list[str]:
    """Return a word of each row's indicator, made once for each indicator."""
    pairs = [
        (str(key), str(variant)) for key, variant in zip(rows["indicator"], rows["variant"], strict=True)
    ]
    known = {pair: word(study.indicator(*pair)) for pair in dict.fromkeys(pairs)}
    return [known[pair] for pair in pairs]


def _judged(rows: pd.DataFrame, verdicts: pd.DataFrame | None, study: Study) -> pd.DataFrame:
    if verdicts is None or verdicts.empty:
        return rows.assign(
            as_of="", target=float("nan"), official="", statistical="", min_certifiable=float("nan")
        )
    judged = rows.merge(verdicts[[*KEYS, *_VERDICT]], on=KEYS, how="left", validate="many_to_one")
    elsewhere = (judged["by"].fillna("") != "") | (judged["round"] != study.endline.key)
    judged[["target", "min_certifiable"]] = (
        judged[["target", "min_certifiable"]].astype("float64").mask(elsewhere)
    )
    for column in ("as_of", "official", "statistical"):
        judged[column] = judged[column].astype(object).mask(elsewhere | judged[column].isna(), "")
    return judged


def _outcomes(rows: pd.DataFrame) -> pd.Series:
    said = rows["statistical"].fillna("").astype(object)
    said = said.mask(said == "", "none").mask(rows["value"].isna(), "not_estimable")
    return said.mask(rows["flag"] == SUPPRESS, "suppressed")


def _with_rounds(changes: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    keys = [*KEYS, "by", "by_value"]
    for side in ("from", "to"):
        of_round = estimates[[*keys, "round", "low", "high", "n", "flag"]].rename(
            columns={"round": f"{side}_round", "low": f"{side}_low", "high": f"{side}_high", "n": f"{side}_n",
                     "flag": f"{side}_flag"}
        )  # fmt: skip
        changes = changes.merge(of_round, on=[*keys, f"{side}_round"], how="left", validate="many_to_one")
    hidden = (changes["from_flag"] == SUPPRESS) | (changes["to_flag"] == SUPPRESS)
    return changes.assign(flag=hidden.map({True: SUPPRESS, False: ""})).drop(columns=["from_flag", "to_flag"])


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without a breakdown."""
    return rows[rows["by"].fillna("") == ""]


def main(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the main definitions, without other variants."""
    return rows[rows["variant"] == MAIN]


def is_census(row: Row) -> bool:
    """Return whether a published row comes from a full count."""
    return text_of(row, "interval_method") == CENSUS
