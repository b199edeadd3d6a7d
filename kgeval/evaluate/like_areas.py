"""Whether the same areas answered in both rounds: else the change of the whole says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from kgeval.estimate.answers import Answers, answers, condition
from kgeval.estimate.measure import Measure
from kgeval.estimate.reason import join

UNLIKE = "unlike_areas"


def one_sided(
    records: pd.DataFrame, asked: Sequence[Measure], *, start: str, end: str
) -> dict[str, tuple[str, ...]]:
    """Return measure → the areas that answered it in one of two rounds only; measures without any left out.

    Parameters
    ----------
    records
        One row a record, with its ``area`` and ``round``. An area whose records show that nobody there
        counts was asked all the same.
    """
    everybody = condition(None, records)
    found = {}
    for one in asked:
        given = answers(one, records, everybody)
        before, after = (_answering(records, given, records["round"] == name) for name in (start, end))
        if before and after and before != after:
            found[one.name] = tuple(sorted(map(str, before ^ after)))
    return found


def _answering(records: pd.DataFrame, given: Answers, inside: pd.Series) -> set[object]:
    """Return the areas that answered in a round; none where nobody did."""
    answered, asked = given.answered() & inside, given.may_count() & inside
    if not answered.any():
        return set()
    everywhere, silent, heard = (set(records.loc[which, "area"]) for which in (inside, asked, answered))
    return everywhere - (silent - heard)


def warned(rows: pd.DataFrame, unlike: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Say in the ``reason`` of changes which areas answered in one round only; same rows."""
    notes = [
        f"{UNLIKE}: {', '.join(unlike[name])} answered in one round only" if name in unlike else ""
        for name in rows["indicator"]
    ]
    reasons = [join(reason, note) for reason, note in zip(rows["reason"], notes, strict=True)]
    return rows.assign(reason=pd.Series(reasons, index=rows.index, dtype=rows["reason"].dtype))


def cautious(comparable: pd.Series, reason: pd.Series) -> pd.Series:
    """Return ``caution`` for ``yes`` where areas are unlike."""
    return comparable.mask((comparable == "yes") & reason.str.contains(f"{UNLIKE}:", regex=False), "caution")
