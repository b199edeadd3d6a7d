"""Definition files read with a full list of their faults: one walk, every fault, never the first only."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kgeval.errors import ExpressionError
from kgeval.plan.expression import Expression, parse


def read_toml(path: Path, faults: list[str]) -> dict[str, Any]:
    """Return the file's content; an absent or broken file is a fault and an empty mapping."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(f"{path.name}: the file is not there; a study needs it")
    except UnicodeDecodeError:
        faults.append(f"{path.name}: not UTF-8; save it again as UTF-8")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path.name}: {error}")
    return {}


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a definition file: its keys are taken by type, and what is wrong becomes a fault."""

    where: str
    content: Mapping[str, Any]
    faults: list[str] = field(repr=False)

    def fault(self, text: str) -> None:
        """Note what is wrong here."""
        self.faults.append(f"{self.where}: {text}")

    def only(self, known: Iterable[str]) -> None:
        """Note every key that nothing reads: a mistyped key must not be silently without effect."""
        known = sorted(known)
        for key in self.content:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
                self.fault(f"unknown key {key!r}; {remedy}")

    def take(self, key: str, kind: type | tuple[type, ...], default: Any) -> Any:
        """Return the value of ``key`` if it is of ``kind``, else note the fault and return ``default``."""
        value = self.content.get(key)
        if value is None:
            return default
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            names = " or ".join(k.__name__ for k in kinds)
            self.fault(f"{key!r} must be {names}, not {type(value).__name__}")
            return default
        return value

    def text(self, key: str, default: str = "") -> str:
        """Return a text."""
        return str(self.take(key, str, default))

    def need(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.text(key)
        if not value and isinstance(self.content.get(key, ""), str):
            self.fault(f"{key!r} is missing")
        return value

    def choice(self, key: str, among: tuple[str, ...], default: str) -> str:
        """Return one of the given words."""
        value = self.text(key, default)
        if value not in among:
            self.fault(f"{key} = {value!r} is none of {', '.join(word for word in among if word)}")
            return default
        return value

    def number(self, key: str) -> float | None:
        """Return a number, or None where there is none."""
        value = self.take(key, (int, float), None)
        return None if value is None else float(value)

    def day(self, key: str) -> date | None:
        """Return a date, or None where there is none."""
        value: date | None = self.take(key, date, None)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a tuple of texts; one text alone counts as a tuple of one."""
        value = self.take(key, (list, str), [])
        values = [value] if isinstance(value, str) else value
        if not all(isinstance(item, str) for item in values):
            self.fault(f'{key!r} must hold texts only (codes are texts: write "905")')
            return ()
        return tuple(values)

    def words(self, key: str, languages: Iterable[str], *, needed: bool = True) -> dict[str, str]:
        """Return a text in every language of the study; a plain text serves all of them."""
        value = self.take(key, (dict, str), {})
        languages = tuple(languages)
        if isinstance(value, str):
            value = dict.fromkeys(languages, value)
        words = {language: str(value.get(language, "")) for language in languages}
        absent = [language for language, word in words.items() if not word]
        if absent and (needed or len(absent) < len(words)):
            self.fault(f"{key!r} has no text in {', '.join(absent)}")
        return words

    def expression(self, key: str) -> Expression | None:
        """Return the parsed expression, or None where there is none."""
        text = self.text(key)
        if not text:
            return None
        try:
            return parse(text)
        except ExpressionError as error:
            self.fault(f"{key}: {error}")
            return None

    def block(self, key: str) -> Block:
        """Return the block below ``key``; an absent one is empty."""
        return Block(f"{self.where} {key}", self.take(key, dict, {}), self.faults)

    def blocks(self, key: str) -> list[Block]:
        """Return the blocks of a list of tables (``[[key]]``), numbered from 1."""
        found = self.take(key, list, [])
        return [
            Block(f"{self.where} {key} {number}", content, self.faults)
            for number, content in enumerate(found, start=1)
        ]
