"""Names of places to the codes of a study's areas.

People write a place with or without its rank (huyện, TP., xã), with or without marks, in full or in
short. Places of one name exist in several districts, so a name alone never decides between two
areas: it is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kgeval.prepare.decode.absent import no_answer
from kgeval.prepare.decode.reading import Mark, Reading, unread
from kgeval.prepare.decode.text import fold, plain, squeeze
from kgeval.prepare.lexicon import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgeval.plan.area import Area

_PUNCTUATION = re.compile(r"[.,\-_/()]+")
_NAMED = Mark(rule="PLACE_TO_CODE", action="decode")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The areas by their codes, by their names word for word, and by looser and looser keys."""

    codes: frozenset[str]
    names: Mapping[str, str]
    keys: Sequence[Mapping[str, frozenset[str]]]
    missing_codes: frozenset[str]

    @staticmethod
    def of(areas: Iterable[Area], missing_codes: frozenset[str]) -> Places:
        """Collect every spelling of each area: code, key, labels, aliases."""
        areas = list(areas)
        spellings = [
            (name, area.code)
            for area in areas
            for name in (area.key, *area.label.values(), *area.aliases)
            if name
        ]
        return Places(
            codes=frozenset(area.code for area in areas),
            names={name: code for name, code in spellings if _alone(name, code, spellings)},
            keys=[_by_key((level(name), code) for name, code in spellings) for level in _LEVELS],
            missing_codes=missing_codes,
        )

    def read(self, text: str) -> Reading:
        """Return the code of the area that a text names."""
        if text in self.codes:
            return Reading(text)
        if code := self.names.get(text):
            return Reading(code, _NAMED)
        bare = squeeze(text)
        if bare.removesuffix(".0") in self.codes:
            rule = "WHITESPACE_NORMALISED" if bare in self.codes else "NUMBER_NOTATION"
            return Reading(bare.removesuffix(".0"), Mark(rule=rule))
        return no_answer(text, self.missing_codes) or self._spelled(bare)

    def _spelled(self, bare: str) -> Reading:
        for level, names in zip(_LEVELS, self.keys, strict=True):
            codes = names.get(level(bare), frozenset())
            if len(codes) == 1:
                return Reading(next(iter(codes)), _NAMED)
            if codes:
                return unread("AMBIGUOUS_PLACE", f"{len(codes)} areas have this name")
        return unread("UNKNOWN_PLACE")


def _alone(name: str, code: str, spellings: Sequence[tuple[str, str]]) -> bool:
    return all(other == code for spelled, other in spellings if spelled == name)


def _by_key(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, code in pairs:
        if key:
            found.setdefault(key, set()).add(code)
    return {key: frozenset(codes) for key, codes in found.items()}


def _bare(name: str) -> str:
    return " ".join(_PUNCTUATION.sub(" ", plain(name)).split())


def _without_rank(name: str) -> str:
    """Return the bare name without its rank, i and y alike (both spellings are in use)."""
    return _ranks().sub("", _bare(name)).strip().replace("y", "i")


@cache
def _ranks() -> re.Pattern[str]:
    longest_first = sorted((_bare(word) for word in words("rank")), key=len, reverse=True)
    return re.compile(rf"^(?:{'|'.join(map(re.escape, longest_first))})\b\s*")


_LEVELS: tuple[Callable[[str], str], ...] = (fold, _bare, _without_rank)
