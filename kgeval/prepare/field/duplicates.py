"""Submissions with the same key, each held against the first one: which answers differ."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

COLUMNS = ("rid", "first", "compared", "different", "columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """How much is told: at most ``named`` differing columns by name, the others as a number."""

    named: int = 20


def duplicates(
    answers: pd.DataFrame,
    identity: pd.DataFrame,
    parameters: Duplicates = Duplicates(),
) -> pd.DataFrame:
    """Return one row a submission whose identity came before (``COLUMNS``).

    Parameters
    ----------
    answers
        Index ``rid`` in the order of submission; the columns that are compared.
    identity
        Same index; the columns that name one record. Where one of them is missing, it names none.

    Returns
    -------
    DataFrame
        ``first`` is the first submission's ``rid``, ``compared`` how many columns were compared,
        ``different`` in how many the two differ (an answer differs from none), ``columns`` which.
    """
    named = identity.loc[identity.notna().all(axis=1)]
    again = named.loc[named.duplicated(keep=False)]
    rid = pd.Series(again.index, index=again.index)
    first = rid.groupby([again[name] for name in again], sort=False).transform("first")
    later = first.loc[first != rid]
    here, there = answers.loc[later.index], answers.loc[later.to_numpy()].set_axis(later.index)
    differs = pd.DataFrame(
        {name: _differ(here[name], there[name]) for name in answers}, index=later.index, dtype=bool
    )
    return pd.DataFrame(
        {
            "rid": later.index,
            "first": later.to_numpy(),
            "compared": len(answers.columns),
            "different": differs.sum(axis=1).to_numpy(dtype="int64"),
            "columns": [_names(row, list(answers.columns), parameters.named) for row in differs.to_numpy()],
        },
        columns=list(COLUMNS),
    )


def _differ(one: pd.Series, other: pd.Series) -> pd.Series:
    both = one.notna() & other.notna()
    return (one.notna() != other.notna()) | (both & (one != other).fillna(value=False).astype(bool))


def _names(differs: object, names: list[str], most: int) -> str:
    which = [name for name, yes in zip(names, differs, strict=True) if yes]  # type: ignore[call-overload]
    more = f" + {len(which) - most}" if len(which) > most else ""
    return ", ".join(which[:most]) + more
