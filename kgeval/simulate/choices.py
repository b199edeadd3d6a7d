"""Draws of codes: yes or no, one of a list, several of a list, or dealt in exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.errors import StudyError
from kgeval.plan.toml import Block
from kgeval.simulate.dial import Dial, Numbers, Settings, read_dial
from kgeval.simulate.draw import Scene, chances


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Yes (``"1"``) with a chance, else no (``"0"``).

    With ``icc`` the chance of a ``cluster`` is drawn from the beta distribution that has the
    declared mean and that intra-cluster correlation, a(1 - icc)/icc and (1 - a)(1 - icc)/icc
    (Skellam 1948); the clusters' effects in two rounds correlate by ``between_rounds``. They are
    spread evenly over the distribution, so that the mean of few clusters stays near the declared one.
    """

    chance: Dial
    icc: float = 0.0
    cluster: str = ""
    between_rounds: float = 0.5
    even: bool = False

    def __call__(self, scene: Scene) -> pd.Series:
        """Draw."""
        chance = self.chance.on(scene.rows)
        if self.icc > 0:
            chance = self._in_clusters(scene, chance)
        yes = chances(scene, even=self.even) < chance
        return pd.Series(np.where(yes, "1", "0"), index=scene.rows.index, dtype="str")

    def _in_clusters(self, scene: Scene, chance: Numbers) -> Numbers:
        from scipy.special import betaincinv

        own = scene.rows[["area", self.cluster, "round"]].drop_duplicates()
        clusters, names = pd.factorize(own[self.cluster])
        lasting = scene.rng.standard_normal(len(names))[clusters]
        passing = scene.rng.standard_normal(len(own))
        effect = np.sqrt(self.between_rounds) * lasting + np.sqrt(1 - self.between_rounds) * passing
        ranks = pd.Series(effect, index=own.index).groupby([own["area"], own["round"]]).rank()
        sizes = ranks.groupby([own["area"], own["round"]]).transform("size")
        place = pd.Series(((ranks - 0.5) / sizes).to_numpy(), index=pd.MultiIndex.from_frame(own))
        keys = pd.MultiIndex.from_frame(scene.rows[["area", self.cluster, "round"]])
        quantile = place.reindex(keys).to_numpy()
        if self.icc >= 1:
            return np.where(quantile > 1 - chance, 1.0, 0.0)
        spread = (1 - self.icc) / self.icc
        inside = np.clip(chance, 1e-9, 1 - 1e-9)
        drawn = np.empty(len(chance))
        # one look-up a cluster and mean, not one a record
        pairs, where = np.unique(np.column_stack([quantile, inside]), axis=0, return_inverse=True)
        drawn[:] = betaincinv(pairs[:, 1] * spread, (1 - pairs[:, 1]) * spread, pairs[:, 0])[where.ravel()]
        return drawn


def read_chance(block: Block, settings: Settings) -> Chance:
    """Read ``{ chance = …, icc = …, cluster = "…", between_rounds = …, even = … }``."""
    icc = block.number("icc") or 0.0
    if icc and not block.text("cluster"):
        block.fault("'icc' needs 'cluster', the column whose values share the chance")
    between = block.number("between_rounds")
    return Chance(
        chance=read_dial(block, "chance", settings),
        icc=icc,
        cluster=block.text("cluster"),
        between_rounds=0.5 if between is None else between,
        even=bool(block.take("even", bool, False)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """One code of a list; the parts are scaled so that they add up to 1."""

    parts: Mapping[str, Dial]
    even: bool = False

    def __call__(self, scene: Scene) -> pd.Series:
        """Draw."""
        parts = np.column_stack([dial.on(scene.rows) for dial in self.parts.values()])
        edges = np.cumsum(parts, axis=1) / parts.sum(axis=1, keepdims=True)
        place = (chances(scene, even=self.even)[:, None] >= edges).sum(axis=1)
        codes = np.array([*self.parts, list(self.parts)[-1]], dtype=object)
        return pd.Series(codes[place], index=scene.rows.index, dtype="str")


def read_choose(block: Block, settings: Settings) -> Choose:
    """Read ``{ choose = { code = part, … }, even = … }``."""
    return Choose(parts=_parts(block, "choose", settings), even=bool(block.take("even", bool, False)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Each code of a list by its own chance; where none came, ``otherwise`` (else the likeliest)."""

    parts: Mapping[str, Dial]
    otherwise: str = ""

    def __call__(self, scene: Scene) -> pd.Series:
        """Draw: codes joined by one space."""
        parts = np.column_stack([dial.on(scene.rows) for dial in self.parts.values()])
        named = scene.rng.random(parts.shape) < parts
        codes = list(self.parts)
        likeliest = parts.argmax(axis=1)
        joined = [
            " ".join(code for code, is_named in zip(codes, row, strict=True) if is_named)
            or self.otherwise
            or codes[best]
            for row, best in zip(named.tolist(), likeliest.tolist(), strict=True)
        ]
        return pd.Series(joined, index=scene.rows.index, dtype="str")


def read_several(block: Block, settings: Settings) -> Several:
    """Read ``{ several = { code = chance, … }, otherwise = "code" }``."""
    return Several(parts=_parts(block, "several", settings), otherwise=block.text("otherwise"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """Codes in exact numbers, shuffled within each area (and round): ``counts[area][code]``."""

    counts: Mapping[str, Mapping[str, int]]

    def __call__(self, scene: Scene) -> pd.Series:
        """Draw."""
        answers = np.empty(len(scene.rows), dtype=object)
        cells = scene.rows.groupby(["round", "area"], sort=False).indices
        for cell, places in cells.items():
            area = str(cell[1])  # type: ignore[index]  # of two columns: a pair
            cards = [code for code, number in self.counts.get(area, {}).items() for _ in range(number)]
            if len(cards) != len(places):
                raise StudyError(
                    [f"'deal' holds {len(cards)} codes for area {area}, which has {len(places)} units"]
                )
            answers[places] = scene.rng.permutation(np.array(cards, dtype=object))
        return pd.Series(answers, index=scene.rows.index, dtype="str")


def read_deal(block: Block, settings: Settings) -> Deal:
    """Read ``{ deal = { area = { code = number, … }, … } }``."""
    counts = block.block("deal").content
    if set(counts) != set(settings.areas):
        block.fault(f"'deal' holds the numbers of each area: {', '.join(settings.areas)}")
        return Deal(counts={})
    return Deal(
        counts={area: {str(code): int(n) for code, n in cards.items()} for area, cards in counts.items()}
    )


def _parts(block: Block, key: str, settings: Settings) -> dict[str, Dial]:
    parts = block.block(key)
    if not parts.content:
        block.fault(f'{key!r} holds one part a code, e.g. {{ "1" = 0.6, "2" = 0.4 }}')
    return {code: read_dial(parts, code, settings) for code in parts.content}
