"""Traces of persons in free text: numbers, addresses and places that belong to nobody's answer."""

from __future__ import annotations

import re

_GAP = r"[ .\-]{0,2}"
_KINDS = {
    "phone": re.compile(rf"(?<![\w.])(?:\+?84|0){_GAP}[1-9](?:{_GAP}[0-9]){{7,9}}(?![\w])"),
    "identity number": re.compile(r"(?<![\w.])0[0-9]{2}[0-9]{9}(?!\w)|(?<![\w.])[0-9]{9}(?!\w)"),
    "e-mail": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "coordinates": re.compile(r"(?<![\w.])[0-9]{1,3}\.[0-9]{4,} ?[,; ] ?[0-9]{1,3}\.[0-9]{4,}"),
    "date": re.compile(r"(?<![\w/.-])[0-3]?[0-9][/.-][01]?[0-9][/.-](?:19|20)[0-9]{2}(?![\w/])"),
}


def personal_kinds(text: str) -> list[str]:
    """Return the kinds of personal data that ``text`` seems to hold; never the data.

    >>> personal_kinds("call 0912 345 678"), personal_kinds("12 children")
    (['phone'], [])
    """
    if sum(ch.isdigit() for ch in text) < 5 and "@" not in text:
        return []
    return [kind for kind, pattern in _KINDS.items() if pattern.search(text)]
