"""Answers from a list: accepted by code or by label, in any notation that leaves one choice.

What is compared is folded (case, spaces, tone placement), then bare of all marks as text without a
Vietnamese keyboard is; a text that could be two choices, or none, is set aside. Letters of other
alphabets that look alike are not folded: such a text was not typed by a person of this survey.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgeval.prepare.decode.absent import no_answer
from kgeval.prepare.decode.reading import Mark, Reading, unread
from kgeval.prepare.decode.text import fold, plain, squeeze

if TYPE_CHECKING:
    from kgeval.plan.form import Choice

_SEPARATORS = re.compile(r"\s*[;,|\n]\s*")
_WHOLE = re.compile(r"-?[0-9]+\.0+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A choice list by every spelling of its choices; a spelling of two choices maps to "".

    ``labels`` are the labels word for word, the other three the keys in which notation counts less
    and less.
    """

    codes: frozenset[str]
    labels: Mapping[str, str]
    folded: Mapping[str, str]
    bare: Mapping[str, str]
    missing_codes: frozenset[str]

    @staticmethod
    def of(choices: Sequence[Choice], missing_codes: frozenset[str]) -> Choices:
        """Collect the spellings of a list."""
        pairs = [
            (label, choice.name) for choice in choices for label in choice.label.values() if label.strip()
        ]
        pairs += [(choice.name, choice.name) for choice in choices]
        return Choices(
            codes=frozenset(choice.name for choice in choices),
            labels=_single((unicodedata.normalize("NFC", label), code) for label, code in pairs),
            folded=_single((fold(label), code) for label, code in pairs),
            bare=_single((plain(label), code) for label, code in pairs),
            missing_codes=missing_codes,
        )

    def one(self, text: str) -> Reading:
        """Read the answer to a select_one."""
        if text in self.codes:
            return Reading(text)
        if code := self.labels.get(text):
            return Reading(code, Mark(rule="LABEL", action="decode"))
        found = self._spelled(text)
        if found is not None:
            return found
        absent = no_answer(text, self.missing_codes)
        return absent if absent is not None else unread("UNKNOWN_CATEGORY")

    def several(self, text: str) -> Reading:
        """Read the answer to a select_multiple: codes with spaces, or labels with some separator."""
        codes = text.split(" ")
        if all(code in self.codes for code in codes):
            distinct = list(dict.fromkeys(codes))
            mark = Mark(rule="CATEGORY_NORMALISED") if len(distinct) < len(codes) else None
            return Reading(" ".join(distinct), mark)
        whole = self.one(text)
        if whole.value is not None:
            return whole
        parts = [part for part in _SEPARATORS.split(squeeze(text.replace("\n", ";"))) if part]
        if not parts:  # separators and nothing between them: somebody wrote, and said nothing
            return whole
        read = [self.one(part) for part in parts]
        if any(reading.value is None for reading in read):
            read = [self.one(part) for part in squeeze(text).split(" ")]
        if any(reading.value is None for reading in read):
            labels = self._labels_in_a_row(squeeze(text))
            return labels if labels is not None else whole
        codes = list(dict.fromkeys(str(reading.value) for reading in read))
        labelled = any(reading.mark and reading.mark.action == "decode" for reading in read)
        rule, action = ("LABELS_TO_CODES", "decode") if labelled else ("CATEGORY_NORMALISED", "normalise")
        return Reading(" ".join(codes), Mark(rule=rule, action=action))

    def _spelled(self, text: str) -> Reading | None:
        """Read a text in another notation than the list has it; None: not one of the list."""
        composed = unicodedata.normalize("NFC", text)
        for mended, rule in ((composed, "UNICODE_NFC"), (squeeze(composed), "WHITESPACE_NORMALISED")):
            if mended in self.codes:
                return Reading(mended, Mark(rule=rule))
            if code := self.labels.get(mended):
                return Reading(code, Mark(rule=rule))
        bare = squeeze(composed)
        if _WHOLE.fullmatch(bare) and bare.split(".")[0] in self.codes:
            return Reading(bare.split(".")[0], Mark(rule="NUMBER_NOTATION"))
        for spellings, key in ((self.folded, fold(bare)), (self.bare, plain(bare))):
            if key in spellings and key:
                code = spellings[key]
                if not code:
                    return unread("AMBIGUOUS_CATEGORY", "two choices are spelled like this")
                return Reading(code, Mark(rule="CATEGORY_NORMALISED"))
        return None

    def _labels_in_a_row(self, text: str) -> Reading | None:
        """Read labels joined by spaces, as Kobo exports them: the longest label that fits, then the next."""
        words, codes = text.split(" "), []
        while words:
            for length in range(len(words), 0, -1):
                if code := self.folded.get(fold(" ".join(words[:length]))):
                    codes.append(code)
                    words = words[length:]
                    break
            else:
                return None
        return Reading(" ".join(dict.fromkeys(codes)), Mark(rule="LABELS_TO_CODES", action="decode"))


def _single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return spelling -> code, "" where a spelling belongs to several codes."""
    found: dict[str, str] = {}
    for spelling, code in pairs:
        found[spelling] = code if found.get(spelling, code) == code else ""
    return found
