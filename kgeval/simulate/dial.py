"""A number of the model: one for all, or another in each round or area, or computed from the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block

Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A number that may be turned: ``by`` is the column whose values lead to the ``turned`` dials.

    >>> Dial(by="round", turned={"baseline": Dial(number=0.6), "endline": Dial(number=0.9)}).on(
    ...     pd.DataFrame({"round": ["endline", "baseline"]}))
    array([0.9, 0.6])
    """

    number: float = 0.0
    computed: Expression | None = None
    by: str = ""
    turned: Mapping[str, Dial] | None = None

    def on(self, rows: pd.DataFrame) -> Numbers:
        """Return the number of each row (missing where it cannot be computed)."""
        if self.computed is not None:
            computed = self.computed.values(rows).astype("Float64")
            return np.asarray(computed.to_numpy(dtype="float64", na_value=np.nan), dtype=np.float64)
        if self.turned is None:
            return np.full(len(rows), self.number)
        numbers = np.full(len(rows), np.nan)
        column = rows[self.by].to_numpy()
        for value, dial in self.turned.items():
            here = column == value
            plain = dial.computed is None and dial.turned is None
            numbers[here] = dial.number if plain else dial.on(rows[here])
        return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a model's numbers may be turned by."""

    rounds: tuple[str, ...]
    areas: tuple[str, ...]


def read_dial(block: Block, key: str, settings: Settings, default: float | None = None) -> Dial:
    """Read the dial ``key`` of a block; faults go to the block's list."""
    if key not in block.content:
        if default is None:
            block.fault(f"{key!r} is missing")
        return Dial(number=default or 0.0)
    return _dial(block, key, block.content[key], settings)


def _dial(block: Block, key: str, value: object, settings: Settings) -> Dial:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Dial(number=float(value))
    if isinstance(value, str):
        return Dial(computed=Block(block.where, {key: value}, block.faults).expression(key))
    if isinstance(value, Mapping):
        return _turned(block, key, value, settings)
    block.fault(f"{key!r} must be a number, an expression, or one number a round or area")
    return Dial()


def _turned(block: Block, key: str, value: Mapping[str, object], settings: Settings) -> Dial:
    for by, known in (("round", settings.rounds), ("area", settings.areas)):
        if value and set(value) <= set(known):
            absent = [name for name in known if name not in value]
            if absent:
                block.fault(f"{key!r} has no number for {by} {', '.join(absent)}")
            turned = {name: _dial(block, key, part, settings) for name, part in value.items()}
            return Dial(by=by, turned=turned)
    block.fault(
        f"{key!r} is turned by {', '.join(map(str, value)) or 'nothing'}; known are the rounds "
        f"{', '.join(settings.rounds)} and the areas {', '.join(settings.areas)}"
    )
    return Dial()
