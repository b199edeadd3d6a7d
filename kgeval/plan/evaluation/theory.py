"""``theory.toml``: how the programme is meant to work, step by step, with the results that bear on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kgeval.plan.evaluation.reference import Reference, references
from kgeval.plan.toml import Block, read_toml

STEPS = ("activity", "output", "outcome", "assumption")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pathway:
    """One way from an activity to an outcome, what it takes for granted, and the evidence on it."""

    steps: Mapping[str, Mapping[str, str]]
    evidence: tuple[Reference, ...]


def read_theory(path: Path, languages: tuple[str, ...], faults: list[str]) -> tuple[Pathway, ...]:
    """Read ``theory.toml``; an absent file means that the study states no theory of change."""
    if not path.exists():
        return ()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"path"})
    return tuple(_path(block, languages) for block in top.blocks("path"))


def _path(block: Block, languages: tuple[str, ...]) -> Pathway:
    block.only({*STEPS, "evidence"})
    return Pathway(
        steps={step: block.words(step, languages) for step in STEPS}, evidence=references(block, "evidence")
    )
