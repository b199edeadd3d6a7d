"""Nobody exposed: what may be said of a few persons or groups."""

from kgeval.protect.disclose import disclose, disclose_changes

__all__ = ["disclose", "disclose_changes"]
