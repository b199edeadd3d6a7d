"""How far fieldwork is against the sample list, who is still to be met, who is not in the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

COLUMNS = ("round", "area", "listed", "received", "complete", "share", "share_complete", "unlisted", "look")
PENDING = ("round", "area", "unit")
WHOLE = ""  # the area of the line that sums the areas up


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Below which ``share`` of the list received an area is to be looked at."""

    share: float = 1.0


def progress(
    listed: pd.DataFrame,
    met: pd.DataFrame,
    rounds: Sequence[str],
    parameters: Progress = Progress(),
    *,
    whole: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row a round and area, and one a round for the whole (``COLUMNS``).

    Parameters
    ----------
    listed
        One row a unit of the sample list: ``unit`` (each once), ``area``.
    met
        Index ``rid``; a submission's ``unit``, ``round``, ``area`` and whether it is ``complete``.
    rounds
        The rounds that are looked at, in their order.
    whole
        The list of all areas, where ``listed`` is that of some; None: ``listed`` is.

    Returns
    -------
    DataFrame
        Units: ``listed``, ``received`` and ``complete`` among them, and their shares; ``unlisted``
        submissions, in the area that they name.
    """
    rows = []
    for key in rounds:
        here = met.loc[met["round"] == key]
        known = here.loc[here["unit"].isin(listed["unit"])]
        received, complete = set(known["unit"]), set(known.loc[known["complete"], "unit"])
        strange = here.loc[here.index.isin(unlisted(listed if whole is None else whole, here)["rid"])]
        areas = [*dict.fromkeys([*listed["area"], *strange["area"]]), WHOLE]
        for area in areas:
            units = listed["unit"] if area == WHOLE else listed.loc[listed["area"] == area, "unit"]
            rows.append(
                {
                    "round": key, "area": area, "listed": len(units),
                    "received": int(units.isin(received).sum()), "complete": int(units.isin(complete).sum()),
                    "unlisted": len(strange) if area == WHOLE else int((strange["area"] == area).sum()),
                }
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=["round", "area", "listed", "received", "complete", "unlisted"])
    of = table["listed"].where(table["listed"] > 0)
    table = table.assign(share=table["received"] / of, share_complete=table["complete"] / of)
    behind = (table["share"] < parameters.share) | (table["unlisted"] > 0)
    return table.assign(look=behind & (table["area"] != WHOLE)).reindex(columns=list(COLUMNS))


def pending(listed: pd.DataFrame, met: pd.DataFrame, rounds: Sequence[str]) -> pd.DataFrame:
    """Return one row a listed unit without a submission in a round (``PENDING``)."""
    parts = [
        listed.loc[~listed["unit"].isin(met.loc[met["round"] == key, "unit"])].assign(round=key)
        for key in rounds
    ]
    together = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(PENDING))
    return together.reindex(columns=list(PENDING))


def unlisted(listed: pd.DataFrame, met: pd.DataFrame) -> pd.DataFrame:
    """Return one row a submission whose unit is not in the whole list: rid, unit (missing: it names none)."""
    strange = met.loc[~met["unit"].isin(listed["unit"])]
    return strange[["unit"]].rename_axis("rid").reset_index()
