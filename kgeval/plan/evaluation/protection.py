"""``protection.toml``: which answers tell of a child in danger, and how little of them may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block, read_toml

LEAST = 5  # no number of cases below this is published


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """Records of ``table`` of which ``positive`` is true; ``referred`` says that an authority has the case.

    ``date`` is the column of the day of the observation, ``unit`` the column that says where.
    """

    table: str
    positive: Expression
    referred: Expression | None
    date: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Dangers, the person named to act on them, the duty, and the rules merged into one component."""

    dangers: tuple[Danger, ...] = ()
    named: str = ""
    duty: Mapping[str, str] | None = None
    label: Mapping[str, str] | None = None
    rules: tuple[str, ...] = ()


def read_protection(path: Path, languages: tuple[str, ...], faults: list[str]) -> Protection:
    """Read ``protection.toml``; an absent file means that the study asks nothing of the kind."""
    if not path.exists():
        return Protection()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"danger", "named", "duty", "label", "rules"})
    dangers = (_danger(block) for block in top.blocks("danger"))
    return Protection(
        dangers=tuple(one for one in dangers if one is not None),
        named=top.text("named"),
        duty=top.words("duty", languages),
        label=top.words("label", languages),
        rules=top.texts("rules"),
    )


def _danger(block: Block) -> Danger | None:
    block.only({"table", "positive", "referred", "date", "unit"})
    positive = block.expression("positive")
    if positive is None:
        block.fault("'positive' is missing: which answer tells of a child in danger?")
        return None
    return Danger(
        table=block.need("table"),
        positive=positive,
        referred=block.expression("referred"),
        date=block.need("date"),
        unit=block.need("unit"),
    )
