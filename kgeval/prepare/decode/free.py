"""Free text: kept as it was written, with composed letters, without control characters.

Nothing else is touched: leading spaces or a leading "=" may be what somebody meant, and whoever
publishes a text defuses it there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from kgeval.prepare.decode.legacy import LEGACY, decode_letters, is_syllable, vietnamese_share
from kgeval.prepare.decode.personal import personal_kinds
from kgeval.prepare.decode.reading import Mark, Reading
from kgeval.prepare.decode.text import normal, without_control

_WORD = re.compile(r"[^\W\d_]+")


def read_text(text: str, *, legacy: str = "") -> Reading:
    """Return free text in the notation of the clean tables.

    Parameters
    ----------
    legacy
        The declared legacy encoding of the column; a cell is converted only if that makes more of
        its words Vietnamese.
    """
    if text.isascii() and text.isprintable():
        return _looked_at(text, text, "")
    mended, rule = text, ""
    if legacy and vietnamese_share(converted := decode_letters(text, legacy)) > vietnamese_share(text):
        mended, rule = converted, "LEGACY_CONVERTED"
    for step, name in (
        (repaired, "MOJIBAKE_REPAIRED"),
        (normal, "UNICODE_NFC"),
        (without_control, "CONTROL_CHAR_REMOVED"),
    ):
        after = step(mended)
        rule = rule or (name if after != mended else "")
        mended = after
    return _looked_at(text, mended, rule)


def repaired(text: str) -> str:
    """Return ``text`` with UTF-8 that some program read as Western letters put right.

    Only runs that are valid UTF-8 and give Vietnamese letters or typographic marks are replaced.

    >>> repaired("trÃ´ng tráº»")
    'trông trẻ'
    """
    return _mojibake().sub(_restore, text) if any(ch in text for ch in "ÃÄÅÆáâÂ") else text


def _looked_at(raw: str, text: str, rule: str) -> Reading:
    """Return the reading with what a person should look at; the text stays."""
    del raw
    fault, detail = "", ""
    if "\ufffd" in text:
        fault = "REPLACEMENT_CHAR_SEEN"
    elif kinds := personal_kinds(text):
        fault, detail = "PII_IN_TEXT", ", ".join(kinds)
    elif likely := _legacy_suspected(text):
        fault, detail = "LEGACY_TEXT_SUSPECTED", likely
    mark = Mark(rule=rule, fault=fault, detail=detail, kept=True) if rule or fault else None
    return Reading(text, mark)


def _legacy_suspected(text: str) -> str:
    """Return the legacy encoding in which all odd words of ``text`` would be Vietnamese, or ""."""
    odd = [word for word in text.split() if not word.isascii()]
    if len(odd) < 2 or any(
        is_syllable(part) for word in odd for part in _WORD.findall(word) if not part.isascii()
    ):
        return ""
    for encoding in LEGACY:
        if vietnamese_share(decode_letters(" ".join(odd), encoding)) == 1:
            return encoding
    return ""


def _restore(found: re.Match[str]) -> str:
    run = found.group()
    try:
        data = b"".join(_byte(ch) for ch in run)
        better = data.decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return run
    return better if all(ch in _expected() for ch in better) else run


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")  # five bytes that cp1252 leaves out


@cache
def _mojibake() -> re.Pattern[str]:
    continuing = "".join(sorted({bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0)}))
    later = f"[{re.escape(continuing)}\x80-\xbf]"
    return re.compile(f"(?:[\xc3-\xc6]{later}|[\xe1\xe2]{later}{{2}})")


@cache
def _expected() -> frozenset[str]:
    vowels = "aăâeêioôơuưy"
    tones = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = {unicodedata.normalize("NFC", vowel + tone) for vowel in vowels for tone in tones} | {"đ"}
    return frozenset(letters | {letter.upper() for letter in letters} | set("“”‘’–—…"))
