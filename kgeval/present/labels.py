"""The words that people see: one folder a language, one file a subject, looked up by a dotted name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kgeval.errors import ParameterError

_RESOURCES = files("kgeval.present") / "resources" / "labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The words of one language; ``words`` maps dotted names to text, numbers, flags or lists."""

    lang: str
    words: dict[str, Any]

    def __getitem__(self, name: str) -> str:
        return str(self.words[name])

    def __contains__(self, name: str) -> bool:
        return name in self.words

    def one_of(self, room: str, key: str) -> str:
        """Return the word for ``key`` in ``room``, or the room's word for anything else."""
        name = f"{room}.{key}"
        return self[name] if name in self else self[f"{room}.other"].format(code=key)

    def fill(self, name: str, /, **parts: object) -> str:
        """Return the template ``name`` with its parts filled in.

        Parts are inserted as they are: a brace inside a name of the study stays a brace.
        """
        return self[name].format(**parts)

    def listed(self, name: str) -> tuple[str, ...]:
        """Return the words of a list."""
        return tuple(str(word) for word in self.words[name])


@cache
def labels(lang: str) -> Labels:
    """Return the words of a language.

    Raises
    ------
    ParameterError
        There are no label files of this language.
    ValueError
        Two of its files have the same name for a word.
    """
    known = languages()
    if lang not in known:
        raise ParameterError(f"there are no labels in {lang!r}; languages are {', '.join(known)}")
    words: dict[str, Any] = {}
    for file in sorted((_RESOURCES / lang).iterdir(), key=lambda file: file.name):
        content = _flat(tomllib.loads(file.read_text(encoding="utf-8")))
        if twice := sorted(words.keys() & content.keys()):
            raise ValueError(f"labels of {lang}: {twice[0]} stands in {file.name} and in another file")
        words |= content
    return Labels(lang=lang, words=words)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have labels, in alphabetical order."""
    return tuple(sorted(folder.name for folder in _RESOURCES.iterdir() if folder.is_dir()))


def _flat(content: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    words: dict[str, Any] = {}
    for key, value in content.items():
        name = f"{prefix}{key}"
        words |= _flat(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return words
