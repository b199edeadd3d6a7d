"""Text and its comparison keys: what is written down is kept, what is compared is folded.

The notation of Vietnamese differs between keyboards without a difference in meaning: composed or
decomposed letters, the tone on the first or second vowel (òa, oà), letters that look alike (đ, ð),
spaces of several kinds. ``normal`` mends notation; ``fold`` and ``plain`` only compare.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SPACES = dict.fromkeys([0x09, 0x0A, 0x0D, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_SPACE_RUN = re.compile(" {2,}")
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]"
)  # not tab and line ends, which people type
_LETTER_RUN = re.compile(r"[^\W\d_]+")
_LOOKALIKE = str.maketrans("ðÐ", "đĐ")


def normal(text: str) -> str:
    """Return free text with composed letters; nothing else is touched."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def without_control(text: str) -> str:
    """Return ``text`` without control characters and non-characters; tabs and line ends stay."""
    return text if text.isprintable() else _CONTROL.sub("", text)


def squeeze(text: str) -> str:
    """Return ``text`` on one line: spaces of any kind as one space, none at the ends, nothing invisible."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _SPACE_RUN.sub(" ", text.translate(_INVISIBLE).translate(_SPACES)).strip(" ")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return a key that is equal for texts that differ in notation only.

    Case, spaces, composition and the place of the tone mark do not count; the tone itself does.

    >>> fold("Hoà  Bình") == fold("HÒA BÌNH"), fold("Hòa") == fold("Hoa")
    (True, False)
    """
    letters = unicodedata.normalize("NFC", squeeze(text)).casefold().translate(_LOOKALIKE)
    return letters if letters.isascii() else _LETTER_RUN.sub(_tone_last, letters)


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Return a key that ignores every mark, as text typed without a Vietnamese keyboard does.

    >>> plain("Huyện Sông Đà") == plain("huyen song da")
    True
    """
    letters = unicodedata.normalize("NFD", squeeze(text).casefold().translate(_LOOKALIKE))
    bare = "".join(ch for ch in letters if not unicodedata.combining(ch))
    return bare.replace("đ", "d")


def _tone_last(found: re.Match[str]) -> str:
    syllable = unicodedata.normalize("NFD", found.group())
    tones = [ch for ch in syllable if ch in _TONES]
    if not tones:
        return found.group()
    return unicodedata.normalize("NFC", "".join(ch for ch in syllable if ch not in _TONES)) + "".join(tones)
