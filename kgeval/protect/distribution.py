"""How the answers to each question are distributed, as far as it may be published."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from kgeval.errors import ExpressionError
from kgeval.plan.form import Question
from kgeval.plan.table import Table
from kgeval.protect.disclose import Profile, profiles

COLUMNS = ("table", "question", "round", "asked", "n", "kind", "code", "value", "withheld")
QUANTILES = {"p25": 0.25, "median": 0.5, "p75": 0.75}
_CHOICES = frozenset({"select_one", "select_multiple", "rank"})
_NUMBERS = frozenset({"integer", "decimal", "range", "calculate"})
_SILENT = frozenset({"direct", "restricted"})
_FEW_RECORDS = 30  # a full count of no more than this is judged as a census of groups
_FEWEST_FOR_NUMBERS = 25  # below, a quartile stands for a handful of persons


def distribution(records: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Describe the answers of one clean table, each round for itself, over all areas.

    Parameters
    ----------
    records
        The clean records of all areas, with ``round``.
    table
        What was asked, and the sample design: its weight makes the shares those of the population.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS``: for a choice question one row a code with its ``share``; for a number the
        ``mean`` and quartiles; for a date its quartiles in days since 1970; for all else one row of kind
        ``text``. ``asked`` counts the records that the skip lets through, ``n`` the answers.
        ``value`` is missing where ``withheld`` names the rule of disclosure that forbids it.
        Nothing is said of a question of class ``direct`` or ``restricted``, not even how many answered.
    """
    rows = []
    for round_, part in records.groupby("round", sort=False):
        weights = part[table.design.weight] if table.design.weight else pd.Series(1.0, index=part.index)
        for question in table.form.main_questions:
            if question.personal not in _SILENT and question.name in part:
                profile = _profile(question, table, len(part))
                head = (table.key, question.name, str(round_), _asked(question, part))
                rows += [(*head, *row) for row in _question(question, part[question.name], weights, profile)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _profile(question: Question, table: Table, records: int) -> tuple[str, Profile]:
    if question.personal == "sensitive":
        name = "sensitive"
    else:
        name = "groups" if table.design.census and records <= _FEW_RECORDS else "survey"
    return name, profiles()[name]


def _asked(question: Question, part: pd.DataFrame) -> int:
    if question.relevant is None or not question.relevant.names <= set(part.columns):
        return len(part)
    try:
        return int(question.relevant.truth(part).fillna(value=False).sum())
    except ExpressionError:  # it reaches into a repeat, which is another table
        return len(part)


def _question(
    question: Question, answers: pd.Series, weights: pd.Series, judged: tuple[str, Profile]
) -> Iterator[tuple[int, str, str, float, str]]:
    name, profile = judged
    given = answers.dropna()
    n = len(given)
    least = max(profile.denominator, profile.breakdown_denominator)
    too_few = f"{name}: denominator below {least}" if n < least else ""
    if question.type in _CHOICES:
        yield from _choices(question, given, weights, judged, too_few)
        return
    number = question.type in _NUMBERS and pd.api.types.is_numeric_dtype(given)
    date = question.type in {"date", "today"} and pd.api.types.is_datetime64_any_dtype(given)
    if not (number or date):
        yield n, "text", "", np.nan, ""
        return
    kind, least = "date" if date else "number", max(least, _FEWEST_FOR_NUMBERS)
    if n < least:
        yield n, kind, "", np.nan, f"{name}: denominator below {least}"
        return
    values = (given.astype("datetime64[s]").astype("int64") / 86400 if date else given).to_numpy(
        dtype="float64"
    )
    weight = weights[given.index].to_numpy(dtype="float64")
    if number:
        yield n, "number", "mean", float(np.average(values, weights=weight)), ""
    for code, share in QUANTILES.items():
        yield n, kind, code, _quantile(values, weight, share), ""


def _choices(
    question: Question, given: pd.Series, weights: pd.Series, judged: tuple[str, Profile], too_few: str
) -> Iterator[tuple[int, str, str, float, str]]:
    name, profile = judged
    n = len(given)
    weight = weights[given.index].to_numpy(dtype="float64")
    several = question.type != "select_one"
    chosen = {
        choice.name: (given.str.split().map(lambda codes, code=choice.name: code in codes) if several
                      else given == choice.name).to_numpy(dtype=bool)
        for choice in question.choices
    }  # fmt: skip
    withheld = {code: too_few or _rule(int(mask.sum()), n, profile, name) for code, mask in chosen.items()}
    if profile.complementary and not too_few and sum(map(bool, withheld.values())) == 1:
        shown = {code: int(chosen[code].sum()) for code, rule in withheld.items() if not rule}
        if shown:  # else a subtraction would give the one away
            withheld[min(shown, key=lambda code: shown[code])] = f"{name}: complementary"
    total = weight.sum()
    for code, mask in chosen.items():
        share = float(weight[mask].sum() / total) if total > 0 and not withheld[code] else np.nan
        yield n, "share", code, share, withheld[code]


def _rule(yes: int, n: int, profile: Profile, name: str) -> str:
    if yes < profile.numerator:
        return f"{name}: numerator below {profile.numerator}"
    return f"{name}: complement below {profile.complement}" if n - yes < profile.complement else ""


def _quantile(values: np.ndarray, weight: np.ndarray, share: float) -> float:
    """Return the smallest value that at least this share of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][np.searchsorted(below, share - 1e-12)])
