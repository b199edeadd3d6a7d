"""Records that cannot be kept because an answer which they cannot do without could not be read."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from kgeval.prepare.draft import Draft
from kgeval.prepare.log import among
from kgeval.prepare.outcome import Outcome, rejected


def unreadable(draft: Draft, essential: Collection[str]) -> Outcome:
    """Reject records in which an essential answer was set aside and nobody has mended it.

    The reason is the fault's own code. An answer that was never given is another matter
    (``required``): here something was delivered and would be lost without a trace in the estimates.
    """
    found = draft.findings
    faults = found.loc[(found["action"] == "cell_blanked") & found["column"].isin(list(essential))]
    faults = faults.loc[among(faults["rid"], draft.answers.index)]
    still = [
        rows.loc[draft.answers[str(column)].reindex(rows["rid"]).isna().to_numpy()]
        for column, rows in faults.groupby("column", sort=False)
    ]
    if not still:
        return Outcome()
    lost = pd.concat(still).drop_duplicates("rid")
    return Outcome(rejected=(rejected(lost["rid"], lost["check"]),))
