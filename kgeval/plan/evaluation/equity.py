"""``equity.toml``: groups of people who are easily left out, and the results in which they are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kgeval.plan.evaluation.reference import Reference, reference
from kgeval.plan.toml import Block, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One result of one group: the value ``by_value`` of the breakdown ``by``; without it the plain row."""

    group: Mapping[str, str]
    of: Reference
    by: str
    by_value: str


def read_equity(path: Path, languages: tuple[str, ...], faults: list[str]) -> tuple[Cut, ...]:
    """Read ``equity.toml``; an absent file means that no group is looked at by itself."""
    if not path.exists():
        return ()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"group"})
    return tuple(cut for block in top.blocks("group") for cut in _cuts(block, languages))


def _cuts(block: Block, languages: tuple[str, ...]) -> list[Cut]:
    block.only({"label", "result"})
    label = block.words("label", languages)
    cuts = []
    for one in block.blocks("result"):
        one.only({"indicator", "by", "by_value"})
        cuts.append(
            Cut(
                group=label,
                of=reference(one.need("indicator")),
                by=one.text("by"),
                by_value=one.text("by_value"),
            )
        )
    return cuts
