"""Charts: one file a chart; each takes published results and returns a ``Chart``."""
