"""Phone numbers of Viet Nam: ten digits, the prefixes of 2018 applied, the leading zero restored.

In 2018 mobile numbers of eleven digits became ten. The new prefix 077 was also an area code of fixed
lines until 2017, so only the length of the number as written decides which change applies.
"""

from __future__ import annotations

import re
from functools import cache

from kgeval.prepare.decode.absent import no_answer
from kgeval.prepare.decode.reading import Mark, Reading
from kgeval.prepare.decode.text import squeeze
from kgeval.prepare.lexicon import resource

_PUNCTUATION = re.compile(r"[ .\-()/]")


def read_phone(text: str, missing_codes: frozenset[str]) -> Reading:
    """Return a phone number in ten digits; what is no such number stays, with ``PHONE_FORMAT``.

    >>> read_phone("+84 122 345 6789", frozenset()).value
    '0773456789'
    """
    absent = no_answer(text, missing_codes)
    if absent is not None:
        return absent
    digits = _PUNCTUATION.sub("", squeeze(text))
    if digits.startswith("+84"):
        digits = f"0{digits[3:]}"
    elif digits.startswith("84") and len(digits) in {11, 12}:
        digits = f"0{digits[2:]}"
    elif len(digits) in {9, 10} and digits.isdigit() and not digits.startswith("0"):
        digits = f"0{digits}"  # a spreadsheet took it for a number
    if not (digits.isascii() and digits.isdigit()):
        return Reading(text, Mark(fault="PHONE_FORMAT", kept=True))
    new = _new_prefixes().get(digits[:4]) if len(digits) == 11 else None
    if new is not None:
        return Reading(new + digits[4:], Mark(rule="PHONE_PREFIX"))
    fault = "" if len(digits) in {10, 11} and digits.startswith("0") else "PHONE_FORMAT"
    rule = "PHONE_NOTATION" if digits != text else ""
    return Reading(digits, Mark(rule=rule, fault=fault, kept=True) if rule or fault else None)


@cache
def _new_prefixes() -> dict[str, str]:
    return {row["old"]: row["new"] for row in resource("phone_prefixes.csv")}
