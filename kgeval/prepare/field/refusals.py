"""How often people did not know, refused, or answered "other", by question."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

KINDS = ("dont_know", "refused", "other")
COLUMNS = ("column", "asked", *KINDS, *(f"share_{kind}" for kind in KINDS), "look")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """From which share of the records asked on each kind is to be looked at."""

    dont_know: float = 0.10
    refused: float = 0.05
    other: float = 0.10


def refusals(
    kinds: pd.DataFrame,
    asked: pd.DataFrame,
    parameters: Refusals = Refusals(),
) -> pd.DataFrame:
    """Return one row a question that has a code for at least one kind (``COLUMNS``).

    Parameters
    ----------
    kinds
        Index ``rid``, a column a question: the kind of its answer (one of ``KINDS``, or "").
    asked
        Same index, at least these columns: True where the question was to be asked.

    Returns
    -------
    DataFrame
        Numbers and shares of the records asked.
    """
    number = asked[list(kinds.columns)].sum()
    table = pd.DataFrame({"column": kinds.columns, "asked": number.to_numpy(dtype="int64")})
    look = pd.Series(False, index=table.index)
    for kind in KINDS:
        counted = ((kinds == kind) & asked[list(kinds.columns)]).sum()
        table[kind] = counted.to_numpy(dtype="int64")
        table[f"share_{kind}"] = (counted / number.where(number > 0)).to_numpy(dtype="float64")
        look |= (table[kind] > 0) & (table[f"share_{kind}"] >= getattr(parameters, kind))
    return table.assign(look=look).reindex(columns=list(COLUMNS))
