"""Dated rules and the columns derived from answers: what composites such as "quality-assured" stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block, read_toml

Aggregate = Literal["all", "any", "count", "sum"]

LEVELS = ("legal_only", "standard", "strict")  # of a composite, each within the one before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """The answer ``column`` of the record of ``table`` that this record's ``by`` points to, same round."""

    table: str
    by: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """An aggregate of the records of ``table`` whose ``by`` points to this record, same round."""

    table: str
    by: str
    rule: Aggregate
    where: Expression | None
    of: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A column computed from others: one of ``expression``, ``over``, ``lookup`` and ``revisited`` is given.

    ``revisited`` names a column (a person's code): true where its answer stands in every round.
    """

    table: str
    name: str
    label: Mapping[str, str]
    expression: Expression | None
    over: Over | None
    lookup: Lookup | None
    revisited: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule in force from ``starts`` to ``ends``: where it ``applies``, the record must have ``met`` it.

    ``legal`` rules come from a law or decree, ``core`` ones make the strict level, a violated
    ``veto`` bars both upper levels however many others are met.
    """

    key: str
    set: str
    table: str
    starts: date | None
    ends: date | None
    legal: bool
    core: bool
    veto: bool
    applies: Expression | None
    met: Expression
    label: Mapping[str, str]
    reference: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """Three nested :data:`LEVELS` over a set of rules; see ``docs/method.md``, "Composites"."""

    key: str
    table: str
    managed: Expression
    set: str
    share_of_rest: float
    label: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold its levels, in the order of :data:`LEVELS`."""
        return tuple(f"{self.key}_{level}" for level in LEVELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Norms:
    """Everything that ``norms.toml`` says, in its order."""

    derived: tuple[Derived, ...] = ()
    rules: tuple[Rule, ...] = ()
    composites: tuple[Composite, ...] = ()


def read_norms(path: Path, languages: tuple[str, ...], faults: list[str]) -> Norms:
    """Read ``norms.toml``; an absent file means that the study derives nothing."""
    if not path.exists():
        return Norms()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"column", "rule", "composite", "meta"})
    composites = top.take("composite", dict, {})
    return Norms(
        derived=tuple(_derived(block, languages) for block in top.blocks("column")),
        rules=tuple(rule for block in top.blocks("rule") if (rule := _rule(block, languages))),
        composites=tuple(
            composite
            for key, content in composites.items()
            if (
                composite := _composite(
                    Block(f"{path.name} [composite.{key}]", content, faults), key, languages
                )
            )
        ),
    )


def _derived(block: Block, languages: tuple[str, ...]) -> Derived:
    block.only({"table", "name", "label", "expression", "over", "lookup", "revisited", "note"})
    ways = [way for way in ("expression", "over", "lookup", "revisited") if way in block.content]
    if len(ways) != 1:
        block.fault("a derived column has exactly one of 'expression', 'over', 'lookup' and 'revisited'")
    return Derived(
        table=block.need("table"),
        name=block.need("name"),
        label=block.words("label", languages, needed=False),
        expression=block.expression("expression"),
        over=_over(block.block("over")) if "over" in ways else None,
        lookup=_lookup(block.block("lookup")) if "lookup" in ways else None,
        revisited=block.text("revisited"),
    )


def _over(block: Block) -> Over:
    block.only({"table", "by", "rule", "where", "of"})
    rule = cast("Aggregate", block.choice("rule", ("all", "any", "count", "sum"), "count"))
    of = block.expression("of")
    if of is None and rule != "count":
        block.fault(f"rule {rule!r} needs 'of'")
    return Over(
        table=block.need("table"), by=block.need("by"), rule=rule, where=block.expression("where"), of=of
    )


def _lookup(block: Block) -> Lookup:
    block.only({"table", "by", "column"})
    return Lookup(table=block.need("table"), by=block.need("by"), column=block.need("column"))


def _rule(block: Block, languages: tuple[str, ...]) -> Rule | None:
    block.only(
        {"key", "set", "table", "from", "to", "legal", "core", "veto", "applies", "met", "label", "reference",
         "status", "note"}
    )  # fmt: skip
    met = block.expression("met")
    if met is None:
        block.fault("'met' is missing")
        return None
    return Rule(
        key=block.need("key"),
        set=block.need("set"),
        table=block.need("table"),
        starts=block.day("from"),
        ends=block.day("to"),
        legal=bool(block.take("legal", bool, False)),
        core=bool(block.take("core", bool, False)),
        veto=bool(block.take("veto", bool, False)),
        applies=block.expression("applies"),
        met=met,
        label=block.words("label", languages),
        reference=block.text("reference"),
        status=block.text("status"),
    )


def _composite(block: Block, key: str, languages: tuple[str, ...]) -> Composite | None:
    block.only({"table", "managed", "set", "share_of_rest", "label", "note"})
    managed = block.expression("managed")
    if managed is None:
        block.fault("'managed' is missing")
        return None
    share = block.number("share_of_rest")
    return Composite(
        key=key,
        table=block.need("table"),
        managed=managed,
        set=block.need("set"),
        share_of_rest=0.8 if share is None else share,
        label=block.words("label", languages, needed=False),
    )
