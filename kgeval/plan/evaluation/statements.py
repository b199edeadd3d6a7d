"""Files of plain statements, each under its heading: comparability, unintended results, independence.

A statement may name results (``shows``): then it is printed with them, and only where they are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kgeval.plan.evaluation.reference import Reference, references
from kgeval.plan.toml import Block, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is ``said`` under a ``heading``, what follows from it, its source, and the results it shows."""

    key: str
    heading: Mapping[str, str]
    says: Mapping[str, str]
    follows: Mapping[str, str]
    source: str
    shows: tuple[Reference, ...]


def read_statements(path: Path, languages: tuple[str, ...], faults: list[str]) -> tuple[Statement, ...]:
    """Read a file of statements, one block each; an absent file means that there are none."""
    if not path.exists():
        return ()
    top = Block(path.name, read_toml(path, faults), faults)
    return tuple(_statement(top.block(key), key, languages) for key in top.content)


def _statement(block: Block, key: str, languages: tuple[str, ...]) -> Statement:
    block.only({"heading", "says", "follows", "source", "shows"})
    return Statement(
        key=key,
        heading=block.words("heading", languages),
        says=block.words("says", languages),
        follows=block.words("follows", languages, needed=False),
        source=block.text("source"),
        shows=references(block, "shows"),
    )
