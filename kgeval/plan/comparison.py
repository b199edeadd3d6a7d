"""Who is held against whom: the comparison that a study has, where it has one.

Without a comparison a change between two rounds is a change and nothing else. A study that surveyed
others too, or drew lots, says so in ``study.toml``::

    [comparison.households]
    column = "arm"               # a question, or ``area``
    reference = ["Control"]      # whose change the others' changes are held against
    randomised = true            # the groups were drawn by lot
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kgeval.plan.toml import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The comparison of one table.

    Parameters
    ----------
    table
        The table's key.
    column
        The column whose values tell the sides apart; a unit's side is that of its last record.
    reference
        The values of the comparison side.
    groups
        The values of the other side; empty: every other value.
    pooled
        The other side is one group (else each of its values is held against the reference by itself).
    randomised
        Sides were drawn by lot: then, and only then, may their difference be read causally.
    unit
        The column of the units that were drawn or supported (the clusters of the test); empty: the
        clusters of the table's design.
    balance
        Baseline columns by which the sides are compared.
    reference_label, group_label
        What the sides are called; ``group_label`` serves a pooled side.
    """

    table: str
    column: str
    reference: tuple[str, ...]
    groups: tuple[str, ...]
    pooled: bool
    randomised: bool
    unit: str
    balance: tuple[str, ...]
    reference_label: Mapping[str, str]
    group_label: Mapping[str, str]


def read_comparisons(blocks: Block, languages: tuple[str, ...]) -> dict[str, Comparison]:
    """Read ``[comparison.<table>]`` blocks; faults go to the blocks' list."""
    return {key: _comparison(blocks.block(key), key, languages) for key in blocks.content}


def _comparison(block: Block, table: str, languages: tuple[str, ...]) -> Comparison:
    block.only(
        {"column", "reference", "groups", "pooled", "randomised", "unit", "balance", "reference_label",
         "group_label"}
    )  # fmt: skip
    pooled = bool(block.take("pooled", bool, False))
    reference = block.texts("reference")
    if not reference:
        block.fault("'reference' is missing: the values of the side that the others are held against")
    return Comparison(
        table=table,
        column=block.need("column"),
        reference=reference,
        groups=block.texts("groups"),
        pooled=pooled,
        randomised=bool(block.take("randomised", bool, False)),
        unit=block.text("unit"),
        balance=block.texts("balance"),
        reference_label=block.words("reference_label", languages),
        group_label=block.words("group_label", languages, needed=pooled),
    )
