"""The calibration variables of every record as a sparse matrix, one column a known total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.breakdown import as_text
from kgeval.estimate.codes import Codes
from kgeval.estimate.totals import Margin, Totals
from kgeval.estimate.units import Bools, Floats

AGREE = 1e-6  # margins that tell of populations more different than this contradict each other


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginMatrix:
    """Indicator and number columns x with their population totals.

    Parameters
    ----------
    columns
        (records, totals) sparse matrix.
    totals
        (totals,) population totals.
    names
        What each column is, for messages.
    """

    columns: Any  # scipy.sparse.csr_array, which is imported where it is made
    totals: Floats
    names: tuple[str, ...]

    def added(self, values: Any) -> Floats:
        """Return Σ x·value over the records: (totals,) or (totals, k)."""
        return dense(self.columns.T @ values)

    def fitted(self, slopes: Floats) -> Floats:
        """Return x'slopes of each record: (records,) or (records, k)."""
        return np.asarray(self.columns @ slopes, dtype=np.float64)

    def solve(self, weight: Floats, right: Floats) -> Floats:
        """Solve (Σ weight·x x') slopes = right; overlapping margins have many solutions, one is taken."""
        gram = dense(self.columns.T @ rescaled(self.columns, weight))
        scale = np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
        inverse = np.linalg.pinv(gram / np.outer(scale, scale), rcond=1e-11, hermitian=True)
        return np.asarray(((inverse @ (right.T / scale).T).T / scale).T)


def rescaled(values: Any, factor: Floats) -> Any:
    """Multiply the rows of a dense or sparse matrix."""
    from scipy import sparse

    return sparse.diags_array(factor) @ values


def unit_sums(values: Any, unit: Codes, size: int) -> Floats:
    """Sum the rows of a dense or sparse (records, k) matrix over sampling units."""
    from scipy import sparse

    records = np.arange(len(unit))
    member = sparse.csr_array((np.ones(len(unit)), (unit, records)), shape=(size, len(unit)))
    return dense(member @ values)


def dense(values: Any) -> Floats:
    """Return a matrix as an array, whichever it is."""
    return np.asarray(values.toarray() if hasattr(values, "toarray") else values, dtype=np.float64)


def margin_matrix(frame: pd.DataFrame, totals: Totals) -> MarginMatrix:
    """Lay out the calibration variables of the records.

    Raises
    ------
    DesignError
        A column is absent or has missing values; a category of the sample has no total, or one of the
        population no record; the margins add up to different populations.
    """
    from scipy import sparse

    absent = [column for column in totals.columns if column not in frame.columns]
    if absent:
        raise DesignError(f"the calibration column {absent[0]!r} is not in the data; correct its name")
    blocks, known, names = [], [], []
    for margin in totals.margins:
        code = _categories(frame, margin, partial=totals.partial)
        _need_agreement(margin, totals)
        kept = np.flatnonzero(code >= 0)
        shape = (len(frame), len(margin.totals))
        blocks.append(sparse.csr_array((np.ones(len(kept)), (kept, code[kept])), shape=shape))
        known.append(margin.totals)
        names += [f"{' * '.join(margin.columns)} = {' * '.join(cell)}" for cell in margin.categories]
    if totals.size is not None:
        blocks.append(sparse.csr_array(np.ones((len(frame), 1))))
        known.append(np.array([totals.size]))
        names.append("the size of the population")
    for column, total in totals.sums:
        blocks.append(sparse.csr_array(_numbers(frame, column)[:, None]))
        known.append(np.array([total]))
        names.append(f"the total of {column}")
    if not blocks:
        raise DesignError("there are no population totals to calibrate to; give at least one")
    return MarginMatrix(
        columns=sparse.csr_array(sparse.hstack(blocks)), totals=np.concatenate(known), names=tuple(names)
    )


def _categories(frame: pd.DataFrame, margin: Margin, *, partial: bool) -> Codes:
    """Find the category of each record; −1 (only in partial margins) where it has none."""
    texts = [_texts(frame, column) for column in margin.columns]
    joined = texts[0] if len(texts) == 1 else pd.Series(list(zip(*texts, strict=True)), dtype=object)
    wanted = [cell[0] if len(cell) == 1 else cell for cell in margin.categories]
    place = {cell: number for number, cell in enumerate(wanted)}
    codes, levels = pd.factorize(joined)
    found = np.array([place.get(level, -1) for level in levels], dtype=np.intp)[codes]
    what = " * ".join(margin.columns)
    if not partial and (found < 0).any():
        raise DesignError(
            f"{int((found < 0).sum())} records have a category of {what} without a population total; "
            "add its total or merge the category in the data"
        )
    seen = np.bincount(found[found >= 0], minlength=len(wanted)) > 0
    empty = [
        cell
        for cell, has, total in zip(margin.categories, seen, margin.totals, strict=True)
        if total and not has
    ]
    if empty:
        raise DesignError(
            f"the population has {what} = {' * '.join(empty[0])}, the sample has nobody there; merge the "
            "category with a neighbour in both"
        )
    nobody = seen & (margin.totals == 0)
    if nobody.any():
        cell = margin.categories[int(np.argmax(nobody))]
        raise DesignError(
            f"the sample has records in {what} = {' * '.join(cell)} where the population total is 0; correct "
            "the total or the records"
        )
    return found


def _texts(frame: pd.DataFrame, column: str) -> pd.Series:
    values = frame[column]
    _need_values(values.isna().to_numpy(), column)
    codes, levels = pd.factorize(values)
    return pd.Series(
        np.array([as_text(level).strip() for level in levels], dtype=object)[codes], dtype=object
    )


def _numbers(frame: pd.DataFrame, column: str) -> Floats:
    found = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    _need_values(~np.isfinite(found), column)
    return found


def _need_values(missing: Bools, column: str) -> None:
    if missing.any():
        raise DesignError(
            f"the calibration column {column!r} has no value in row {int(np.argmax(missing)) + 1} "
            f"({int(missing.sum())} such rows); every record needs one: complete it or give a category for it"
        )


def _need_agreement(margin: Margin, totals: Totals) -> None:
    if totals.partial:
        return
    first = totals.margins[0]
    expected = totals.size if totals.size is not None else float(first.totals.sum())
    found = float(margin.totals.sum())
    if abs(found - expected) > AGREE * max(abs(expected), 1.0):
        raise DesignError(
            f"the totals of {' * '.join(margin.columns)} add up to {found:g}, other totals to {expected:g}; "
            "they must tell of the same population"
        )
