"""Records without a key: nothing could link, compare or correct them."""

from __future__ import annotations

from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, quarantine


def keyless(draft: Draft) -> Outcome:
    """Reject records in which a question of the key has no answer."""
    outcomes = []
    gone = draft.answers.index[:0]
    for column in draft.key_columns:
        if column in draft.answers:
            missing = draft.answers.index[draft.answers[column].isna()].difference(gone, sort=False)
            outcomes.append(quarantine("KEY_MISSING", missing, column=column))
            gone = gone.append(missing)
    return Outcome.of(outcomes)
