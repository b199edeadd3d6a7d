"""``criteria.toml``: the questions of an evaluation by criteria, each answered by findings or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kgeval.plan.toml import Block, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion: its question, the findings that speak for it and against it, what limits the answer.

    ``needs_comparison``: without results of a comparison group nothing is concluded, whatever was found.
    """

    key: str
    label: Mapping[str, str]
    question: Mapping[str, str]
    supports: tuple[str, ...]
    opposes: tuple[str, ...]
    needs_comparison: bool
    limits: Mapping[str, str]


def read_criteria(path: Path, languages: tuple[str, ...], faults: list[str]) -> tuple[Criterion, ...]:
    """Read ``criteria.toml``; an absent file means that the study is not judged by criteria."""
    if not path.exists():
        return ()
    top = Block(path.name, read_toml(path, faults), faults)
    return tuple(_criterion(top.block(key), key, languages) for key in top.content)


def _criterion(block: Block, key: str, languages: tuple[str, ...]) -> Criterion:
    block.only({"label", "question", "supports", "opposes", "needs_comparison", "limits"})
    return Criterion(
        key=key,
        label=block.words("label", languages),
        question=block.words("question", languages),
        supports=block.texts("supports"),
        opposes=block.texts("opposes"),
        needs_comparison=block.take("needs_comparison", bool, False),
        limits=block.words("limits", languages),
    )
