"""Draws of numbers, each cut to its limits and rounded to its step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.plan.toml import Block
from kgeval.simulate.dial import Dial, Numbers, Settings, read_dial
from kgeval.simulate.draw import Scene

# The 90th percentile of the standard normal distribution.
_Z90 = 1.2815515655446004


def _lognormal(rng: np.random.Generator, median: Numbers, p90: Numbers) -> Numbers:
    return median * np.exp(np.log(p90 / median) / _Z90 * rng.standard_normal(len(median)))


def _normal(rng: np.random.Generator, mean: Numbers, sd: Numbers) -> Numbers:
    return mean + sd * rng.standard_normal(len(mean))


def _poisson(rng: np.random.Generator, mean: Numbers) -> Numbers:
    return rng.poisson(mean).astype("float64")


def _uniform(rng: np.random.Generator, low: Numbers, high: Numbers) -> Numbers:
    return low + (high - low) * rng.random(len(low))


def _binomial(rng: np.random.Generator, of: Numbers, chance: Numbers) -> Numbers:
    known = np.nan_to_num(of)
    return np.where(np.isnan(of), np.nan, rng.binomial(known.astype(int), chance))


# A distribution and the names of its parameters.
DISTRIBUTIONS: dict[str, tuple[Callable[..., Numbers], tuple[str, ...]]] = {
    "lognormal": (_lognormal, ("median", "p90")),
    "normal": (_normal, ("mean", "sd")),
    "poisson": (_poisson, ("mean",)),
    "uniform": (_uniform, ("low", "high")),
    "binomial": (_binomial, ("of", "chance")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of a distribution, rounded to a multiple of ``step`` and kept from ``low`` to ``high``."""

    distribution: str
    parameters: tuple[Dial, ...]
    low: Dial | None = None
    high: Dial | None = None
    step: float = 0.0

    def __call__(self, scene: Scene) -> pd.Series:
        """Draw."""
        distribution, _ = DISTRIBUTIONS[self.distribution]
        drawn = distribution(scene.rng, *(dial.on(scene.rows) for dial in self.parameters))
        if self.step:
            # the second rounding takes away what 0.1 x 3 leaves behind its decimals
            drawn = np.round(np.round(drawn / self.step) * self.step, 9)
        if self.low is not None:
            drawn = np.maximum(drawn, self.low.on(scene.rows))
        if self.high is not None:
            drawn = np.minimum(drawn, self.high.on(scene.rows))
        return pd.Series(drawn, index=scene.rows.index, dtype="float64")


def number_reader(distribution: str) -> Callable[[Block, Settings], Number]:
    """Return the reader of ``{ <distribution> = { <parameters> }, low = …, high = …, step = … }``."""
    names = DISTRIBUTIONS[distribution][1]

    def read(block: Block, settings: Settings) -> Number:
        inner = block.block(distribution)
        inner.only(names)
        return Number(
            distribution=distribution,
            parameters=tuple(read_dial(inner, name, settings) for name in names),
            low=read_dial(block, "low", settings) if "low" in block.content else None,
            high=read_dial(block, "high", settings) if "high" in block.content else None,
            step=block.number("step") or 0.0,
        )

    return read
