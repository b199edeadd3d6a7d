"""The form's own rules, evaluated again on the data: limits, contradictions, skips."""

from __future__ import annotations

import pandas as pd

KINDS = {
    "OUT_OF_RANGE": "hard", "PATTERN": "hard", "KEY_FORMAT": "hard", "DATE_OUT_OF_WINDOW": "hard",
    "MISSING_CODE_UNDECLARED": "hard", "UNKNOWN_CATEGORY": "hard", "NOT_A_NUMBER": "hard",
    "BAD_DATE": "hard", "BAD_TIME": "hard", "LOGIC": "soft", "SKIP_BROKEN": "skip", "SKIP_UNANSWERED": "skip",
    "SKIP_UNKNOWN": "skip", "REQUIRED_MISSING": "required",
}  # fmt: skip


def rules(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings that break a rule of the form, with its ``kind``; else as ``findings``.

    ``hard``: the answer alone cannot be, and cleaning has set it aside; ``soft``: it contradicts another
    one after cleaning, and both stand; ``skip``: the question was not to be asked; ``required``:
    it was, and has no answer. What a person has accepted is not found again.
    """
    kind = findings["check"].map(KINDS)
    return findings.assign(kind=kind).loc[kind.notna()].reset_index(drop=True)
