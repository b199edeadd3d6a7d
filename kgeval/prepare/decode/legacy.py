"""Vietnamese text of the years before Unicode: TCVN3 (ABC) and VNI.

Both put Vietnamese letters where other tables have other letters, so the text reads as mojibake
("R¹ch Gi¸", "Raïch Giaù"). A file or a column is converted where the study declares it; otherwise
the likely table is named in a finding and nothing is touched. In TCVN3 the letter ư is the soft
hyphen (U+00AD), which many programs drop without a word: that loss cannot be mended.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from kgeval.prepare.lexicon import resource, words

LEGACY = ("tcvn3", "vni")

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSET = "(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnprstvx])?"
_CODA = "(?:ng|nh|ch|[cmnpt])?"
_WORD = re.compile(r"[^\W\d_]+")


def decode_bytes(data: bytes, encoding: str) -> str:
    """Return the Unicode text of bytes in ``encoding``, one of ``LEGACY``."""
    return decode_letters(data.decode("latin-1"), encoding)  # every letter of both tables is above A0


def decode_letters(text: str, encoding: str) -> str:
    """Return the Unicode text of legacy letters that some program took for Western ones.

    >>> decode_letters("R¹ch Gi¸", "tcvn3"), decode_letters("Raïch Giaù", "vni")
    ('Rạch Giá', 'Rạch Giá')
    """
    if encoding == "tcvn3":
        return unicodedata.normalize("NFC", text.translate(_tcvn3()))
    pairs = _vni()
    return _vni_pattern().sub(lambda found: pairs[found.group()], text)


def likely_encoding(data: bytes) -> str:
    """Return the encoding in which most words of ``data`` are Vietnamese syllables, or "".

    A suggestion for a person, never a decision: it says nothing below 70 % or on a tie.
    """
    sample = data[:200_000]
    scores = {encoding: vietnamese_share(decode_bytes(sample, encoding)) for encoding in LEGACY}
    scores["cp1258"] = vietnamese_share(sample.decode("cp1258", "replace"))
    first, second = sorted(scores, key=lambda name: -scores[name])[:2]
    return first if scores[first] >= 0.7 and scores[first] > scores[second] else ""


def vietnamese_share(text: str) -> float:
    """Return the share of the words beyond ASCII that are possible Vietnamese syllables."""
    odd = {word for word in _WORD.findall(unicodedata.normalize("NFC", text)) if not word.isascii()}
    return sum(map(is_syllable, odd)) / len(odd) if odd else 0.0


def is_syllable(word: str) -> bool:
    """Return whether ``word`` can be written in Vietnamese: one syllable with at most one tone.

    >>> is_syllable("Nguyễn"), is_syllable("R¹ch"), is_syllable("Raïch")
    (True, False, False)
    """
    return _syllable().fullmatch(unicodedata.normalize("NFC", word).lower()) is not None


@cache
def _syllable() -> re.Pattern[str]:
    """Return the pattern of a syllable with at most one tone, where it may stand."""
    nuclei = words("nucleus")
    forms = {
        form for nucleus, tone in nuclei.items() for form in _toned(nucleus, _tone_places(nucleus, tone))
    }
    either = "|".join(sorted(forms, key=len, reverse=True))
    return re.compile(f"{_ONSET}(?:{either}){_CODA}")


def _tone_places(nucleus: str, tone: str) -> list[int]:
    """Return where the tone may stand: at a shape mark, else on the first of two, the middle of three."""
    if tone == "either":  # the old and the new placement
        return [0, 1]
    shaped = [place for place, letter in enumerate(nucleus) if letter in "ăâêôơư"]
    return [shaped[-1]] if shaped else [1 if len(nucleus) == 3 else 0]


def _toned(nucleus: str, places: list[int]) -> set[str]:
    forms = {nucleus}
    for place in places:
        forms |= {
            unicodedata.normalize("NFC", nucleus[: place + 1] + tone + nucleus[place + 1 :])
            for tone in _TONES
        }
    return forms


@cache
def _tcvn3() -> dict[int, str]:
    return {int(row["byte"], 16): row["letter"] for row in resource("tcvn3.csv")}


@cache
def _vni() -> dict[str, str]:
    return {row["marks"]: row["letter"] for row in resource("vni.csv")}


@cache
def _vni_pattern() -> re.Pattern[str]:
    longest_first = sorted(_vni(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
