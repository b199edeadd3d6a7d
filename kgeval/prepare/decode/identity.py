"""Identity numbers of Viet Nam: their shape, and what it says of sex and year of birth.

They are direct identifiers: what is checked here is hashed or dropped by whoever asked for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kgeval.prepare.decode.absent import no_answer
from kgeval.prepare.decode.reading import Mark, Reading
from kgeval.prepare.decode.text import squeeze

_CARD = re.compile(
    r"(?P<province>0[0-9]{2})(?P<sex>[0-9])(?P<year>[0-9]{2})[0-9]{6}"
)  # 12 digits, since 2016
_OLD = re.compile(r"[0-9]{9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What a number of twelve digits says: the province of birth registration, sex, year of birth."""

    province: str
    sex: Literal["male", "female"]
    birth_year: int


def holder(number: str) -> Holder | None:
    """Return what a number of twelve digits says, or None for any other.

    The fourth digit counts sex and century: 0 and 1 are born in the 1900s, 2 and 3 in the 2000s,
    even ones male (circular 07/2016/TT-BCA).
    """
    found = _CARD.fullmatch(number)
    if found is None:
        return None
    century, female = divmod(int(found["sex"]), 2)
    return Holder(
        province=found["province"],
        sex="female" if female else "male",
        birth_year=1900 + 100 * century + int(found["year"]),
    )


def read_identity(text: str, missing_codes: frozenset[str]) -> Reading:
    """Return an identity number without punctuation; another shape stays, with ``IDENTITY_FORMAT``."""
    absent = no_answer(text, missing_codes)
    if absent is not None:
        return absent
    digits = re.sub(r"[ .\-]", "", squeeze(text))
    if len(digits) in {8, 11} and digits.isdigit():
        digits = f"0{digits}"  # a spreadsheet took it for a number
    rule = "IDENTITY_NOTATION" if digits != text else ""
    fault = "" if _CARD.fullmatch(digits) or _OLD.fullmatch(digits) else "IDENTITY_FORMAT"
    value = text if fault else digits
    return Reading(value, Mark(rule="" if fault else rule, fault=fault, kept=True) if rule or fault else None)
