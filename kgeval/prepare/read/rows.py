"""Rows that are no records: blank ones, headers again, totals, sections, units, the signature block.

They are set apart with their kind, never dropped: totals are wanted for reconciling a report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from kgeval.prepare.decode.text import fold, squeeze
from kgeval.prepare.lexicon import words
from kgeval.prepare.read.header import is_mark_row

_LEADING = 3  # a row is recognised by the first filled cell of its first columns
_SECTION = re.compile(r"(?:[IVXLC]+|[A-HĐ])(?:[.)](?:\s|$)|$)")
_NUMBER = re.compile(r"[-+]?\d[\d.,\s]*%?")


def row_kinds(cells: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Return the kind of each row that is no record, missing for records.

    Parameters
    ----------
    cells
        The rows below the header, text, columns 0, 1, …
    names
        The columns' names as they stand in the header.

    Returns
    -------
    Series
        ``blank``, ``repeated_header``, ``unit``, ``total``, ``section`` or ``signature``, with the
        index of ``cells``.
    """
    kinds = pd.Series(np.nan, index=cells.index, dtype="str")
    if cells.empty:
        return kinds
    filled = _filled(cells)
    counts = filled.sum(axis=1)
    kinds[counts == 0] = "blank"
    kinds[_repeats(cells, names, counts)] = "repeated_header"
    leading = _leading(cells, filled)
    rows = leading.index[leading.map(_suspicious, na_action="ignore").fillna(False).astype(bool)]
    for row in rows.difference(kinds.index[kinds.notna()]):
        position = int(cells.index.get_loc(row))  # type: ignore[arg-type]
        kinds.iloc[position] = _kind(leading[row], cells.iloc[position], len(names)) or np.nan
    first = kinds.index[kinds.isna()]
    if len(first) and is_mark_row(cells.loc[first[0]].fillna("").tolist()):
        kinds[first[0]] = "unit"
    return _with_signature_block(kinds, leading, counts, len(names))


def _filled(cells: pd.DataFrame) -> np.ndarray:
    """Return where something other than spaces stands."""
    columns = []
    for place in cells.columns:
        column = cells[place]
        known = column.notna().to_numpy()
        if known.any():
            uniques = column.dropna().unique()
            spaces = [text for text in uniques if not text.strip()]
            if spaces:
                known = known & ~column.isin(spaces).to_numpy()
        columns.append(known)
    return np.column_stack(columns)


def _repeats(cells: pd.DataFrame, names: Sequence[str], counts: np.ndarray) -> np.ndarray:
    """Return which rows repeat the header, cell by cell."""
    same = counts > 0
    for place, name in enumerate(names):
        if not same.any():
            break
        if name.strip():
            same = same & cells[place].fillna("").str.strip().eq(name.strip()).to_numpy()
    return same


def _leading(cells: pd.DataFrame, filled: np.ndarray) -> pd.Series:
    """Return the first filled cell among the first columns of each row."""
    leading = pd.Series(np.nan, index=cells.index, dtype="str")
    for place in reversed(range(min(_LEADING, cells.shape[1]))):
        leading = leading.mask(filled[:, place], cells[place])
    return leading


@cache
def _starts(kind: str) -> re.Pattern[str]:
    """Return the pattern of a folded text that starts with a word of ``kind``."""
    longest_first = sorted(map(fold, words(kind)), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first))})(?:\W|$)")


def _suspicious(text: str) -> bool:
    start = text.strip()
    return bool(
        _SECTION.match(start)
        or _starts("total").match(fold(start))
        or _starts("signature").match(fold(start))
    )


def _kind(leading: str, cells: pd.Series, width: int) -> str:
    """Return ``total`` or ``section`` where the rest of the row carries at most numbers, else ""."""
    texts = [squeeze(cell) for cell in cells.dropna() if cell.strip()]
    others = [text for text in texts if text != squeeze(leading)]
    words_beside = [text for text in others if not _NUMBER.fullmatch(text)]
    if _starts("total").match(fold(leading)) and not words_beside:
        return "total"
    if (
        _SECTION.match(squeeze(leading))
        and width > 3
        and len(words_beside) <= 1
        and 2 * len(texts) <= width + 1
    ):
        return "section"
    return ""


def _with_signature_block(kinds: pd.Series, leading: pd.Series, counts: np.ndarray, width: int) -> pd.Series:
    """Mark the sparse rows at the end from the first signature word on."""
    sparse = (counts <= max(3, width // 3)) & ~kinds.isin(["total", "section"]).to_numpy()
    thick = np.flatnonzero(~sparse)
    start = int(thick[-1]) + 1 if len(thick) else 0
    tail = leading.iloc[start:]
    signs = tail.map(lambda text: bool(_starts("signature").match(fold(text.strip()))), na_action="ignore")
    signed = np.flatnonzero(signs.fillna(False).astype(bool).to_numpy())
    if not len(signed) or width < 4:
        return kinds
    block = kinds.index[start:]
    unsettled = [row for row in block if kinds.isna()[row]] if len(block) < 200 else []
    return kinds.where(~kinds.index.isin(unsettled), "signature")
