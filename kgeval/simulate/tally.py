"""Draws that are no chance at all: what the records of another unit add up to, as an office would count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block
from kgeval.simulate.dial import Settings
from kgeval.simulate.draw import Scene, holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The sum of ``of`` (None: the number) of a unit's records of the same round where ``where`` holds.

    ``match`` says which of its records belong to a record here: its own column, and the other's.
    """

    unit: str
    of: Expression | None
    where: Expression | None
    match: Mapping[str, str]

    def __call__(self, scene: Scene) -> pd.Series:
        """Add up; 0 where nothing belongs here."""
        others = scene.units[self.unit]
        if self.where is not None:
            others = others[holds(self.where, others)]
        amounts = (
            pd.Series(1.0, index=others.index)
            if self.of is None
            else self.of.values(others).astype("Float64").astype("float64").fillna(0.0)
        )
        here, there = ["round", *self.match], ["round", *self.match.values()]
        sums = amounts.groupby([_named(others[name]) for name in there]).sum()
        asked = pd.MultiIndex.from_arrays([_named(scene.rows[name]) for name in here])
        found = sums.reindex(asked if len(there) > 1 else asked.get_level_values(0)).fillna(0.0).to_numpy()
        return pd.Series(found, index=scene.rows.index, dtype="float64")


def _named(values: pd.Series) -> pd.Series:
    """Return codes and numbers alike as texts, so that 3, 3.0 and "3" are the same."""
    numbers = pd.to_numeric(values, errors="coerce")
    whole = numbers.notna() & (numbers % 1 == 0)
    return values.astype("str").where(~whole, numbers.fillna(0).astype("int64").astype("str"))


def read_tally(block: Block, _: Settings) -> Tally:
    """Read ``{ tally = { unit = "…", of = "…", where = "…", match = { own = "other's" } } }``."""
    inner = block.block("tally")
    inner.only({"unit", "of", "where", "match"})
    match = inner.block("match")
    return Tally(
        unit=inner.need("unit"),
        of=inner.expression("of"),
        where=inner.expression("where"),
        match={own: match.need(own) for own in match.content},
    )
