"""Records that do not say their weight, cluster or stratum: no estimate could use them."""

from __future__ import annotations

from collections.abc import Iterable

from kgeval.prepare.draft import Draft
from kgeval.prepare.log import sheet_of
from kgeval.prepare.outcome import Outcome, quarantine


def undesigned(draft: Draft, columns: Iterable[str]) -> Outcome:
    """Reject records in which a column of the sample design was left empty.

    Kept, a single such record would stop the estimates of every area. Where a sheet has none for
    a whole round or area they do stop: weights that are not computed yet are no fault of the records, and the
    whole must not be told from the other areas alone.
    """
    outcomes = []
    gone = draft.answers.index[:0]
    placed = draft.placed.reindex(draft.answers.index)  # one sheet may hold several rounds and areas
    for column in columns:
        if column in draft.answers:
            given = draft.answers[column].notna()
            parts = [sheet_of(given.index), placed["round"], placed["area"]]
            expected = given.groupby(parts, dropna=False).transform("any")
            missing = given.index[~given & expected].difference(gone, sort=False)
            outcomes.append(quarantine("DESIGN_MISSING", missing, column=column))
            gone = gone.append(missing)
    return Outcome.of(outcomes)
