"""References from one data file to what another defines: a definition of an indicator, a count of records."""

from __future__ import annotations

from dataclasses import dataclass

from kgeval.plan.expression import Expression
from kgeval.plan.indicator import MAIN
from kgeval.plan.toml import Block


@dataclass(frozen=True, slots=True)
class Reference:
    """One definition of one indicator, written ``T1`` or ``T1.any``."""

    indicator: str
    variant: str = MAIN

    @property
    def pair(self) -> tuple[str, str]:
        """Key and variant, as the rows of results hold them."""
        return self.indicator, self.variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many records of ``table`` there are ``where`` something holds, or the sum of ``sums`` over them."""

    table: str
    where: Expression | None
    sums: Expression | None


def reference(text: str) -> Reference:
    """Return the reference that a text writes."""
    indicator, _, variant = text.partition(".")
    return Reference(indicator, variant or MAIN)


def references(block: Block, key: str) -> tuple[Reference, ...]:
    """Return the references of a list (or of one text) under ``key``."""
    return tuple(reference(text) for text in block.texts(key))


def tally(block: Block) -> Tally | None:
    """Return the count that a block describes; None where the block is empty."""
    if not block.content:
        return None
    block.only({"table", "where", "sums"})
    return Tally(table=block.need("table"), where=block.expression("where"), sums=block.expression("sums"))
