"""The lines of a text, one at a time: a buffer of the whole text would be four times as large as it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def lines(text: str) -> Iterator[str]:
    r"""Yield every line with its end, which is ``\n``, ``\r`` or both.

    >>> list(lines("a\rb\r\n\nc")) == ["a\r", "b\r\n", "\n", "c"]
    True
    """
    return (found.group() for found in _LINE.finditer(text))


def count_lines(text: str) -> int:
    """Return how many lines there are."""
    ends = text.count("\n")
    if "\r" in text:
        ends += text.count("\r") - text.count("\r\n")
    return ends + (text != "" and not text.endswith(("\n", "\r")))
