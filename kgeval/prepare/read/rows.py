"""Rows that are no records: blank ones, headers again, totals, sections, units, the signature block.

They are set apart with their kind, never dropped: totals are wanted for reconciling a report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from kgeval.prepare.decode.absent import SPREADSHEET_ERRORS
from kgeval.prepare.decode.text import fold, squeeze
from kgeval.prepare.lexicon import words
from kgeval.prepare.read.header import is_mark_row

_LEADING = 3  # a row is recognised by the first filled cell of its first columns
_SECTION = re.compile(r"(?:[IVXLC]+|[A-HĐ])(?:[.)](?:\s|$)|$)")
_SECTION_START = r"^[ \t]*[A-HIVXLCĐ]+(?:[.)]|[ \t]*$)"  # every section, and more: the quick look before it
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
    if cells.empty:
        return pd.Series(index=cells.index, dtype="str")
    filled = _filled(cells)
    counts = filled.sum(axis=1)
    kinds = np.full(len(cells), "", dtype=object)
    kinds[counts == 0] = "blank"
    kinds[_repeats(cells, names, counts)] = "repeated_header"
    leading = _leading(cells, filled)
    for place in _suspicious(leading):
        if not kinds[place]:
            kinds[place] = _kind(leading.iloc[place], cells.iloc[place], len(names))
    records = np.flatnonzero(kinds == "")
    if len(records) and is_mark_row(cells.iloc[records[0]].fillna("").tolist()):
        kinds[records[0]] = "unit"
    kinds[_signature_block(kinds, cells, filled)] = "signature"
    series = pd.Series(kinds, index=cells.index, dtype="str")
    return series.where(series != "")


def _filled(cells: pd.DataFrame) -> np.ndarray:
    """Return where something other than spaces stands.

    Only rows that begin with nothing but spaces, or that hold little, are looked at cell by cell.
    """
    filled = np.array([cells[place].notna().to_numpy() for place in cells.columns]).T  # column by column
    spaces = np.zeros(len(cells), dtype=bool)
    for place in range(min(_LEADING, cells.shape[1])):
        spaces |= cells[place].str.isspace().fillna(False).to_numpy(dtype=bool)
    doubtful = np.flatnonzero(spaces | (filled.sum(axis=1) <= _LEADING))
    doubtful = doubtful[filled[doubtful].any(axis=1)]
    for row, texts in zip(doubtful, cells.iloc[doubtful].itertuples(index=False, name=None), strict=True):
        filled[row] = [isinstance(text, str) and text.strip() != "" for text in texts]
    return filled


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


def _suspicious(leading: pd.Series) -> list[int]:
    """Return the places of rows whose first words are those of a total or a section."""
    without_digits = ~leading.str.contains(r"[0-9]").fillna(True).astype(bool)
    sections = leading.str.contains(_SECTION_START).fillna(False).astype(bool)
    likely = np.flatnonzero(((without_digits | sections) & leading.notna()).to_numpy(dtype=bool))
    return [int(place) for place in likely if _begins_no_record(leading.iloc[place].strip())]


def _begins_no_record(text: str) -> bool:
    return bool(_SECTION.match(text) or _starts("total").match(fold(text)))


def _kind(leading: str, cells: pd.Series, width: int) -> str:
    """Return ``total`` or ``section`` where the rest of the row carries at most numbers, else ""."""
    texts = [squeeze(cell) for cell in cells.dropna() if cell.strip()]
    others = [text for text in texts if text != squeeze(leading)]
    words_beside = [text for text in others if not _holds_amount(text)]
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


def _holds_amount(text: str) -> bool:
    """Return whether a cell beside "total" holds an amount, or what is left of a formula for one."""
    return _NUMBER.fullmatch(text) is not None or text.upper() in SPREADSHEET_ERRORS or text.startswith("=")


def _signature_block(kinds: np.ndarray, cells: pd.DataFrame, filled: np.ndarray) -> np.ndarray:
    """Return the places of the sparse rows at the end that hold a signature word, and of those after it.

    The block may stand under any column (on the right, mostly); the line of place and date directly
    above the word, one cell alone, belongs to it.
    """
    counts, width = filled.sum(axis=1), cells.shape[1]
    settled = kinds != ""
    sparse = (counts <= max(3, width // 3)) | settled
    thick = np.flatnonzero(~sparse)
    start = int(thick[-1]) + 1 if len(thick) else 0
    written = np.flatnonzero((np.arange(len(kinds)) >= start) & (counts > 0))
    signed = [int(place) for place in written if _signs(cells.iloc[place], filled[place])]
    if not signed or width < 4:
        return np.array([], dtype=int)
    first = signed[0]
    while first > start and not settled[first - 1] and counts[first - 1] == 1:
        first -= 1
    return np.flatnonzero((np.arange(len(kinds)) >= first) & ~settled)


def _signs(cells: pd.Series, filled: np.ndarray) -> bool:
    return any(_starts("signature").match(fold(text.strip())) for text in cells[filled])
