"""Checks of the answers, one file a check: each takes the table as it stands and returns an outcome."""
