"""The records of two versions of a data set, paired by their key."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from kgeval.prepare.cleaning_lines import same_letters

_ALIKE = 5_000_000  # cells compared to pair the records of one repeated key; beyond that their order does


def paired(before: pd.DataFrame, after: pd.DataFrame, *, key: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both, indexed by key and a number that the two records of a pair share, without the key column.

    Where a key stands several times, the records that are most alike are a pair: of two records of one key
    the first may have been removed, and the other is then not a changed one.
    """
    keys, later = same_letters(before[key]), same_letters(after[key])
    numbers = keys.groupby(keys).cumcount().to_numpy()
    theirs = later.groupby(later).cumcount().to_numpy().copy()
    repeated = {*keys[keys.duplicated()], *later[later.duplicated()]} & {*keys} & {*later}
    shared = before.columns.intersection(after.columns).drop(key)
    places, their_places = _places(keys, repeated), _places(later, repeated)
    for name in repeated:
        mine, other = places[name], their_places[name]
        if len(mine) * len(other) * len(shared) <= _ALIKE:
            theirs[other] = _partners(before[shared].iloc[mine], after[shared].iloc[other])
    return (
        before.drop(columns=key).set_index(pd.MultiIndex.from_arrays([keys, numbers])),
        after.drop(columns=key).set_index(pd.MultiIndex.from_arrays([later, theirs])),
    )


def _places(keys: pd.Series, wanted: Iterable[str]) -> dict[str, np.ndarray]:
    """Return where each of the wanted keys stands."""
    chosen = np.flatnonzero(keys.isin(list(wanted)))
    within = pd.Series(chosen).groupby(keys.to_numpy()[chosen]).indices
    return {str(name): chosen[at] for name, at in within.items()}


def _partners(before: pd.DataFrame, after: pd.DataFrame) -> list[int]:
    """Return the place in ``before`` of each record of ``after``; those without a partner come after all."""
    mine, other = (frame.fillna("").to_numpy(dtype=object) for frame in (before, after))
    alike = (mine[:, None, :] == other[None, :, :]).sum(axis=2)
    found: dict[int, int] = {}
    taken: set[int] = set()
    for pair in np.argsort(-alike, axis=None, kind="stable"):
        first, second = divmod(int(pair), len(other))
        if second not in found and first not in taken:
            found[second] = first
            taken.add(first)
    further = iter(range(len(mine), len(mine) + len(other)))
    return [found[place] if place in found else next(further) for place in range(len(other))]
