"""Nobody exposed: what may be said of a few persons or groups."""

from kgeval.plan.flag import SUPPRESS
from kgeval.protect.disclose import ANSWERS, disclose, disclose_changes, refuse_unflagged
from kgeval.protect.scan import refuse_traces, refuse_traces_in, scan

__all__ = [
    "ANSWERS", "SUPPRESS", "disclose", "disclose_changes", "refuse_traces", "refuse_traces_in",
    "refuse_unflagged", "scan",
]  # fmt: skip
