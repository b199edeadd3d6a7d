"""Which figures of which forms must say the same, and which shares the offices report themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from kgeval.plan.side import Side, read_side
from kgeval.plan.toml import Block, read_toml

Relation = Literal["equal", "at_most"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosscheck:
    """Two figures of one thing: they are ``equal``, or the left one is ``at_most`` the right one.

    A difference up to ``tolerance`` is none (headcounts of two days differ). Figures that a sample
    estimates agree where the other lies in their interval.
    ``of_groups``: the keys name single units, of which pages show no figures; ``names`` are questions
    of the right table whose choices name the parts of a key (``2020 * 3``).
    """

    key: str
    label: Mapping[str, str]
    left: Side
    right: Side
    relation: Relation
    tolerance: float
    rounds: tuple[str, ...]
    of_groups: bool
    names: tuple[str, ...]
    remedy: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What offices themselves say of an indicator, in each area and the whole.

    A share of two figures, or without ``per`` a number. The first of an indicator is the one that stands
    beside the surveyed value in the official table.
    """

    key: str
    indicator: str
    label: Mapping[str, str]
    value: Side
    per: Side | None

    @property
    def sides(self) -> tuple[Side, ...]:
        """The figures it is made of."""
        return (self.value,) if self.per is None else (self.value, self.per)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosschecks:
    """Everything that ``crosschecks.toml`` says, in its order; empty where there is no such file."""

    checks: tuple[Crosscheck, ...] = ()
    reported: tuple[Reported, ...] = ()


def read_crosschecks(path: Path, languages: tuple[str, ...], faults: list[str]) -> Crosschecks:
    """Read ``crosschecks.toml``; an absent file means that nothing is held against anything."""
    if not path.exists():
        return Crosschecks()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"check", "reported"})
    return Crosschecks(
        checks=tuple(_check(block, languages) for block in top.blocks("check")),
        reported=tuple(_reported(block, languages) for block in top.blocks("reported")),
    )


def _check(block: Block, languages: tuple[str, ...]) -> Crosscheck:
    block.only(
        {"key", "label", "left", "right", "relation", "tolerance", "rounds", "of_groups", "names", "remedy",
         "note"}
    )  # fmt: skip
    left, right = (read_side(block.block(name), languages) for name in ("left", "right"))
    if (left.by is None) != (right.by is None):
        block.fault("both sides name the key that they are compared by, or neither does")
    return Crosscheck(
        key=block.need("key"),
        label=block.words("label", languages),
        left=left,
        right=right,
        relation=cast("Relation", block.choice("relation", ("equal", "at_most"), "equal")),
        tolerance=block.number("tolerance") or 0.0,
        rounds=block.texts("rounds"),
        of_groups=bool(block.take("of_groups", bool, False)),
        names=block.texts("names"),
        remedy=block.words("remedy", languages, needed=False),
    )


def _reported(block: Block, languages: tuple[str, ...]) -> Reported:
    block.only({"key", "indicator", "label", "value", "per", "note"})
    return Reported(
        key=block.need("key"),
        indicator=block.need("indicator"),
        label=block.words("label", languages),
        value=read_side(block.block("value"), languages),
        per=read_side(block.block("per"), languages) if "per" in block.content else None,
    )
