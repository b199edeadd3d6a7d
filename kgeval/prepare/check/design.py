"""Records that do not say their weight, cluster or stratum: no estimate could use them."""

from __future__ import annotations

from collections.abc import Iterable

from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, quarantine


def undesigned(draft: Draft, columns: Iterable[str]) -> Outcome:
    """Reject records in which a column of the sample design was left empty.

    Kept, a single such record would stop the estimates of every area. Where a whole sheet has no such column
    they do stop: a round without its weights is no fault of single records.
    """
    outcomes = []
    gone = draft.answers.index[:0]
    for column in columns:
        if column in draft.answers:
            empty = draft.answers[column].isna() & ~draft.not_delivered(column)
            missing = draft.answers.index[empty].difference(gone, sort=False)
            outcomes.append(quarantine("DESIGN_MISSING", missing, column=column))
            gone = gone.append(missing)
    return Outcome.of(outcomes)
