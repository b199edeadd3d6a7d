"""Times of day as ``HH:MM``."""

from __future__ import annotations

import re

from kgeval.prepare.decode.absent import no_answer
from kgeval.prepare.decode.reading import Mark, Reading, unread
from kgeval.prepare.decode.text import squeeze

_PLAIN = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_WRITTEN = re.compile(
    r"([0-9]{1,2}) ?(?::|h|g) ?([0-9]{2})?(?::[0-9]{2}(?:\.[0-9]+)?)?p? ?(?:Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)


def read_time(text: str, missing_codes: frozenset[str]) -> Reading:
    """Return a time of day: ``8h30``, ``08:30:00.000+07:00`` and ``8:30`` are all ``08:30``."""
    if _PLAIN.fullmatch(text):
        return Reading(text)
    absent = no_answer(text, missing_codes)
    if absent is not None:
        return absent
    found = _WRITTEN.fullmatch(squeeze(text))
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return unread("BAD_TIME", "not a time of day")
    return Reading(f"{int(found[1]):02d}:{found[2] or '00'}", Mark(rule="TIME_PARSED"))
