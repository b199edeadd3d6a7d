"""Whole numbers 0, 1, … in the place of values, so that records can be counted and summed by them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.intp]


def ordered_codes(values: pd.Series) -> tuple[Codes, list[object]]:
    """Code values by their order (−1 = missing) and return the levels.

    Texts that are all whole numbers are put in the order of the numbers ("2" before "10"). The empty text is
    missing, as in expressions: Stata and SPSS files have no other missing text.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        if "" in values.cat.categories:
            values = values.cat.remove_categories([""])
        return np.asarray(values.cat.codes, dtype=np.intp), list(values.cat.categories)
    dense = dense_codes(values)
    if dense is not None:
        return dense[0], list(dense[1])
    coded, levels = pd.factorize(values, use_na_sentinel=True)
    codes = coded.astype(np.intp, copy=False)
    found = list(levels)
    given = [index for index, level in enumerate(found) if not (isinstance(level, str) and level == "")]
    order = sorted(given, key=lambda index: _rank(found[index]))
    if order == list(range(len(found))):
        return codes, found
    place = np.full(len(found) + 1, -1, dtype=np.intp)  # a missing value keeps its −1
    place[order] = np.arange(len(order))
    return np.asarray(place[codes], dtype=np.intp), [found[index] for index in order]


def dense_codes(values: pd.Series) -> tuple[Codes, npt.NDArray[Any]] | None:
    """Code whole numbers that lie close together, and return those; ``None``: they do not, or are none."""
    dtype = values.dtype
    if not (isinstance(dtype, np.dtype) and dtype.kind in "iu" and len(values)):
        return None
    numbers = values.to_numpy()
    low, high = int(numbers.min()), int(numbers.max())
    if high >= 2**62 or not _is_dense(high - low + 1, len(numbers)):
        return None
    codes, found = _ranks(np.subtract(numbers, low, dtype=np.intp), high - low + 1)
    return codes, (found + low).astype(dtype)


def _rank(level: object) -> tuple[int, float, str]:
    if isinstance(level, bool | np.bool_ | int | float | np.integer | np.floating):
        return (0, float(level), "")
    text = str(level)
    return (0, float(text), text) if text.isascii() and text.isdigit() else (1, 0.0, text)


def nest(outer: Codes, inner: Codes) -> Codes:
    """Code the pairs that occur, 0, 1, … in the order of the outer and then the inner code."""
    if not len(outer):
        return outer
    width = int(inner.max()) + 1
    size = (int(outer.max()) + 1) * width
    pairs = outer * width + inner
    if _is_dense(size, len(pairs)):
        return _ranks(pairs, size)[0]
    codes, found = pd.factorize(pairs)
    order = np.argsort(found, kind="stable")
    place = np.empty(len(found), dtype=np.intp)
    place[order] = np.arange(len(found))
    return place[codes]


def ranks(codes: Codes) -> Codes:
    """Renumber codes ≥ 0 that lie close together without gaps, in their order."""
    return _ranks(codes, int(codes.max(initial=-1)) + 1)[0]


def _is_dense(size: int, records: int) -> bool:
    """Whether a table of all possible codes is cheaper than hashing the records."""
    return size <= 16 * records + 1024


def _ranks(codes: Codes, size: int) -> tuple[Codes, Codes]:
    """Renumber codes 0 … size − 1 without gaps; also those that occur, in order."""
    occurs = np.zeros(size, dtype=bool)
    occurs[codes] = True
    found = occurs.nonzero()[0]
    if len(found) == size:
        return codes, found
    place = np.empty(size, dtype=np.intp)
    place[found] = np.arange(len(found))
    return place[codes], found


def firsts(codes: Codes, size: int) -> Codes:
    """Return the position of one record of each code 0 … size − 1."""
    position = np.empty(size, dtype=np.intp)
    position[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return position
