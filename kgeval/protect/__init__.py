"""Nobody exposed: what may be said of a few persons or groups."""

from kgeval.protect.disclose import disclose, disclose_changes
from kgeval.protect.scan import refuse_traces, scan

__all__ = ["disclose", "disclose_changes", "refuse_traces", "scan"]
