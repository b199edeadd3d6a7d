"""Texts, names and numbers as R writes them."""

from __future__ import annotations


def r_text(text: str) -> str:
    """Write a text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def r_name(column: str) -> str:
    """Write the name of a column in a formula."""
    return "`" + column.replace("`", "\\`") + "`"


def r_number(value: float) -> str:
    """Write a number."""
    return {"inf": "Inf", "-inf": "-Inf"}.get(repr(value), repr(value))
