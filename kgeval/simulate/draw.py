"""How answers are drawn: what a draw sees, and the chances behind it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

import numpy as np
import pandas as pd

from kgeval.plan.expression import Expression
from kgeval.simulate.dial import Numbers

Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a draw sees: its records, chance, the units made before, the fieldwork of each round."""

    rows: pd.DataFrame
    rng: np.random.Generator
    units: Mapping[str, pd.DataFrame]
    windows: Mapping[str, tuple[date, date]]

    def only(self, here: Mask) -> Scene:
        """Return the scene of some of the records; chance goes on where it stands."""
        return self if here.all() else replace(self, rows=self.rows[here])


class Draw(Protocol):
    """A way to draw one answer a record."""

    def __call__(self, scene: Scene) -> pd.Series:
        """Return one answer a row of ``scene.rows``, on its index; missing where there is none."""
        ...


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the stream of chance that belongs to these names alone.

    Each column of each unit has its own stream, so a question that is added moves no other.

    >>> stream(404, "mothers", "BM50").integers(10) == stream(404, "mothers", "BM50").integers(10)
    np.True_
    """
    key = tuple(zlib.crc32(name.encode("utf-8")) for name in names)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def holds(expression: Expression, rows: pd.DataFrame) -> Mask:
    """Return where an expression is known to be true."""
    return expression.truth(rows).fillna(value=False).to_numpy(dtype=bool)


def chances(scene: Scene, *, even: bool) -> Numbers:
    """Return one number from 0 to 1 a row, uniform; ``even``: evenly spread in each round and area.

    Evenly spread chances make shares of few units come out as declared, up to rounding.
    """
    if not even:
        return scene.rng.random(len(scene.rows))
    numbers = np.empty(len(scene.rows))
    for places in scene.rows.groupby(["round", "area"], sort=False).indices.values():
        spread = (scene.rng.permutation(len(places)) + scene.rng.random()) / len(places)
        numbers[places] = spread
    return numbers
