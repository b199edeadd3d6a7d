"""Column names of an XLSForm in all their spellings, and the language that a column is written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_ALIASES: Mapping[str, str] = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "relevance": "relevant",
    "calculate": "calculation",
    "constraining_message": "constraint_message",
    "constraintmsg": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "jr:requiredmsg": "required_message",
    "readonly": "read_only",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "set_form_title": "form_title",
    "title": "form_title",
    "set_form_id": "form_id",
    "id_string": "form_id",
}  # as pyxform's aliases.py
TRANSLATED = frozenset(
    {"label", "hint", "guidance_hint", "constraint_message", "required_message", "short",
     "image", "audio", "video", "big-image"}
)  # fmt: skip
_CONTAINERS = frozenset({"bind", "control", "body", "media", "instance"})
_LANGUAGES = {"english": "en", "vietnamese": "vi", "tieng viet": "vi", "khmer": "km"}


@dataclass(frozen=True, slots=True)
class Header:
    """A column: its canonical name, and its language ("" where the column names none)."""

    name: str
    language: str


@cache
def header(text: str) -> Header:
    """Understand a column's name: ``Label :: English (en)`` is the label in ``en``."""
    parts = [part.strip() for part in re.split(r"::", text.strip())]
    if len(parts) == 1 and ":" in text and not text.lower().startswith("jr:"):
        # One colon is the old spelling, e.g. label:English, bind:relevant.
        parts = [part.strip() for part in text.split(":", 1)]
    while len(parts) > 1 and parts[0].lower() in _CONTAINERS:
        parts = parts[1:]
    written = re.sub(r"\s+", "_", parts[0].lower())
    name = _ALIASES.get(written, written)
    if len(parts) > 1 and name in TRANSLATED:
        return Header(name, language(parts[1]))
    return Header("::".join((name, *(part.lower() for part in parts[1:]))), "")


def language(text: str) -> str:
    """Return the code of a language as a form writes it: ``English (en)``, ``EN``, ``english``."""
    written = text.strip()
    if found := re.search(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$", written):
        return found[1].lower()
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", written.lower())
        if not unicodedata.combining(letter)
    )
    return _LANGUAGES.get(plain, written.lower())


def languages(columns: Iterable[str]) -> tuple[str, ...]:
    """Return the languages that the columns name, in their order."""
    named = (header(column) for column in columns)
    return tuple(dict.fromkeys(column.language for column in named if column.language))
