"""Keys of records, written as text: cleaned of notation, refused where a spreadsheet has spoiled them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from kgeval.prepare.decode.absent import SPREADSHEET_ERRORS, no_answer
from kgeval.prepare.decode.reading import Mark, Reading, unread
from kgeval.prepare.decode.text import normal, squeeze

_ALLOWED = re.compile(r"(?:uuid:)?[^\W_][\w.\- ]*")
_SPOILED = re.compile(
    r"[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+"  # a long number shown short
    r"|[0-9]+\.0+"  # an integer made decimal
    r"|[0-9]{1,2}-[^\W\d_]{3,4}[0-9]{0,2}"  # a key that was taken for a day of a month
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T.*)?"  # stored as a day
    r"|TRUE|FALSE"
)
_ORDINARY = r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*[0-9]"
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def read_key(text: str, missing_codes: frozenset[str]) -> Reading:
    """Return a key's text, ``KEY_MISSING`` or ``KEY_FORMAT``.

    A key names folders and rows of other files, so it has letters, digits, ``-``, ``_``, ``.`` and
    spaces only. What a spreadsheet made of a key (``1E+05``, ``1001.0``) cannot be turned back.
    """
    bare = squeeze(normal(text))
    if bare.upper() in SPREADSHEET_ERRORS:
        return unread("KEY_FORMAT", "an error of the spreadsheet")
    if not bare.startswith("=") and no_answer(text, missing_codes) is not None:
        return unread("KEY_MISSING")
    if fault := _fault(text, bare):
        return unread("KEY_FORMAT", fault)
    if bare == text:
        return Reading(text)
    return Reading(bare, Mark(rule="UNICODE_NFC" if squeeze(text) == text else "WHITESPACE_NORMALISED"))


def ordinary_keys(distinct: pd.Index) -> tuple[np.ndarray, Any]:
    """Find the keys of the most common shape (``G-0017``) all at once.

    Returns
    -------
    mask, values
        Where ``distinct`` is such a key, and the texts themselves.
    """
    texts = distinct.to_series().reset_index(drop=True)
    usual = texts.str.fullmatch(_ORDINARY).fillna(False).to_numpy(dtype=bool)
    device = texts.str.lower().str.startswith(("com", "lpt")).fillna(False).to_numpy(dtype=bool)
    return usual & ~device, texts.array


def _fault(text: str, bare: str) -> str:
    if not text.isprintable() or not _ALLOWED.fullmatch(bare) or ".." in bare or _DEVICE.fullmatch(bare):
        return "characters that a key cannot have"
    return "changed by a spreadsheet" if _SPOILED.fullmatch(bare) else ""
