"""Ages that heap at full years, and last digits that are preferred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

HEAPS = ("column", "group", "at", "n", "count", "share", "expected", "p", "look")
DIGITS = ("column", "group", "n", "digit", "share", "expected", "index", "p", "look")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heaping:
    """Where heaps are looked for, and from what on they are told.

    Parameters
    ----------
    at
        Ages in months.
    reach
        An age is held against those up to this many months away on both sides; without heaping each of
        the 2·reach + 1 ages is about as frequent.
    alpha
        Below which p value a heap is to be looked at.
    index
        From which index of the last digits on they are to be looked at, if p is below ``alpha`` too: ages are
        not quite evenly spread, and in many answers the least unevenness is significant.
    at_least
        The fewest answers that are tested.
    """

    at: tuple[int, ...] = (12, 24, 36)
    reach: int = 2
    alpha: float = 0.01
    index: float = 0.10
    at_least: int = 30


def heaps(
    ages: pd.Series,
    groups: pd.Series,
    parameters: Heaping = Heaping(),
) -> pd.DataFrame:
    """Return one row a group and full age that has neighbours on both sides (``HEAPS``).

    Parameters
    ----------
    ages
        Completed months, index ``rid``; its name is told as ``column``.
    groups
        Same index: the name of each record's group.

    Returns
    -------
    DataFrame
        ``n`` answers within reach, ``count`` of them at the age itself, ``expected`` share without
        heaping, ``p`` of the exact binomial test against more than that (missing below ``at_least``).
    """
    from scipy.stats import binomtest

    known = ages.dropna().astype("float64")
    expected = 1 / (2 * parameters.reach + 1)
    rows = []
    for group, own in known.groupby(groups.reindex(known.index), sort=True):
        for at in parameters.at:
            if own.max() < at + parameters.reach or own.min() > at - parameters.reach:
                continue  # the window is cut off: nothing to compare with
            near = own.loc[(own - at).abs() <= parameters.reach]
            number, count = len(near), int((near == at).sum())
            tested = number >= parameters.at_least
            p = float(binomtest(count, number, expected, alternative="greater").pvalue) if tested else np.nan
            share = count / number if number else np.nan
            rows.append((ages.name, group, at, number, count, share, expected, p, p < parameters.alpha))
    return pd.DataFrame(rows, columns=list(HEAPS))


def digits(
    numbers: pd.Series,
    groups: pd.Series,
    parameters: Heaping = Heaping(),
) -> pd.DataFrame:
    """Return one row a group: its most frequent last digit, and a test of all ten (``DIGITS``).

    Only full tens are counted (of ages up to 35: 0 to 29), or 0 to 5 would come up more often than the
    others by themselves. ``index`` is the smallest share of the answers that would have to end on another
    digit (0: none is preferred); ``p`` is Pearson's chi-square test with 9 degrees of freedom.
    """
    from scipy.stats import chisquare

    known = numbers.dropna().astype("float64")
    known = known.loc[known == np.floor(known)]
    rows = []
    for group, own in known.groupby(groups.reindex(known.index), sort=True):
        low, high = np.ceil(own.min() / 10) * 10, np.floor((own.max() + 1) / 10) * 10
        full = own.loc[(own >= low) & (own < high)]
        counts = np.bincount((full % 10).astype("int64"), minlength=10)
        number = int(counts.sum())
        tested = number >= parameters.at_least
        p = float(chisquare(counts).pvalue) if tested else np.nan
        shares = counts / number if number else np.full(10, np.nan)
        index = float(np.abs(shares - 0.1).sum() / 2)
        most = int(counts.argmax()) if number else pd.NA
        top, look = float(shares.max()), p < parameters.alpha and index >= parameters.index
        rows.append((numbers.name, group, number, most, top, 0.1, index, p, look))
    return pd.DataFrame(rows, columns=list(DIGITS)).astype({"digit": "Int64"})
