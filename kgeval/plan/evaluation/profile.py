"""``profile.toml``: what an area is like, in plain counts that are public by their nature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kgeval.plan.evaluation.reference import Tally, tally
from kgeval.plan.toml import Block, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One count of the last round, under its heading."""

    heading: Mapping[str, str]
    label: Mapping[str, str]
    of: Tally


def read_profile(path: Path, languages: tuple[str, ...], faults: list[str]) -> tuple[Count, ...]:
    """Read ``profile.toml``; an absent file means that areas are not described."""
    if not path.exists():
        return ()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"count"})
    read = (_count(block, languages) for block in top.blocks("count"))
    return tuple(one for one in read if one is not None)


def _count(block: Block, languages: tuple[str, ...]) -> Count | None:
    block.only({"heading", "label", "of"})
    of = tally(block.block("of"))
    if of is None:
        block.fault("a count needs 'of': a table, and what is counted or summed in it")
        return None
    return Count(heading=block.words("heading", languages), label=block.words("label", languages), of=of)
