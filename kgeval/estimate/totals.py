"""Known population totals, as calibration needs them, read from a table.

Three layouts are read, told apart by their columns; the count stands in ``total`` (or ``count``,
``population``, ``freq``, ``n``):

- *crossed*: one column a variable; a blank cell leaves the variable out of that row's margin, so that
  ``district,sex,total`` may hold the margin of districts, that of sexes and that of both crossed;
- *long*: ``variable, category, total``; without a category the total is the sum of a number column,
  and the variable ``(Intercept)`` is the size of the population;
- *terms*: ``term, total`` with terms as R writes them: ``(Intercept)``, ``stypeH``, ``enroll``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.breakdown import as_text
from kgeval.estimate.units import Floats
from kgeval.plan.near_name import meant, near_name

COUNTS = ("total", "count", "population", "freq", "n")
WHOLE = "(intercept)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Population counts of the categories of some columns, crossed.

    Parameters
    ----------
    columns
        The columns' names.
    categories
        One tuple of values (as text) a category.
    totals
        (categories,) how many units the population has in each.
    """

    columns: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    totals: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """All that is known of the population.

    Parameters
    ----------
    margins
        Counts by category; each complete (its categories are the whole population) unless ``partial``.
    sums
        Number column → its population total.
    size
        The number of units; ``None``: not given.
    partial
        The margins may leave categories out, as R's model matrices leave out the first level.
    """

    margins: tuple[Margin, ...] = ()
    sums: tuple[tuple[str, float], ...] = ()
    size: float | None = None
    partial: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the data that is needed."""
        named = [column for margin in self.margins for column in margin.columns]
        return tuple(dict.fromkeys([*named, *(column for column, _ in self.sums)]))


def read_totals(table: pd.DataFrame, records: Sequence[str] | pd.DataFrame) -> Totals:
    """Read a table of population totals.

    Parameters
    ----------
    table
        The file as it is, cells as texts or numbers.
    records
        The records (or their column names) that shall be calibrated: they tell variables from terms.

    Raises
    ------
    DesignError
        The layout is none of those above, a total is no number, or a category is given twice.

    Examples
    --------
    >>> table = pd.DataFrame({"variable": ["sex", "sex"], "category": ["1", "2"], "total": [40, 60]})
    >>> read_totals(table, ["sex", "weight"]).margins[0].categories
    (('1',), ('2',))
    """
    named = {str(column).strip(): column for column in table.columns}
    count = next((name for name in named if name.casefold() in COUNTS), None)
    if count is None:
        raise DesignError(
            f"the population totals have no column {' or '.join(map(repr, COUNTS[:3]))}; name the counts so"
        )
    totals = _numbers(table[named[count]], count)
    known = [str(column) for column in records]
    keys = [name for name in named if name != count]
    if {"variable", "category"} == {key.casefold() for key in keys}:
        lower = {key.casefold(): named[key] for key in keys}
        return _long(_texts(table[lower["variable"]]), _texts(table[lower["category"]]), totals, known)
    absent = [key for key in keys if key not in known]
    if not absent and keys:
        return _crossed(keys, [_texts(table[named[key]]) for key in keys], totals)
    if len(keys) == 1:
        try:
            return _terms(_texts(table[named[keys[0]]]), totals, records, known)
        except DesignError:  # no list of terms under some heading, then, but perhaps a mistyped column
            if keys[0].casefold() == "term" or not near_name(keys[0], known):
                raise
    raise DesignError(
        f"the population totals name the column {absent[0]!r}, which the data do not have; "
        f"{meant(absent[0], known)}give one column a variable, or the columns variable, category and total"
        if absent
        else "the population totals name no variable; give one column a variable"
    )


def _texts(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else as_text(value).strip() for value in values]


def _numbers(values: pd.Series, name: str) -> Floats:
    found = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~np.isfinite(found)
    if wrong.any() or not len(found):
        row = int(np.argmax(wrong)) + 1 if len(found) else 1
        raise DesignError(
            f"the population totals have no number in row {row} of {name!r}; give plain numbers"
        )
    return found


def _crossed(keys: list[str], cells: list[list[str]], totals: Floats) -> Totals:
    rows: dict[tuple[str, ...], dict[tuple[str, ...], float]] = {}
    size = None
    for row, total in enumerate(totals):
        present = [place for place in range(len(keys)) if cells[place][row]]
        columns = tuple(keys[place] for place in present)
        if not columns:
            size = float(total)
            continue
        _put(
            rows.setdefault(columns, {}),
            columns,
            tuple(cells[place][row] for place in present),
            float(total),
        )
    return Totals(margins=_margins(rows), size=size)


def _long(variables: list[str], categories: list[str], totals: Floats, known: Sequence[str]) -> Totals:
    rows: dict[tuple[str, ...], dict[tuple[str, ...], float]] = {}
    sums: dict[str, float] = {}
    size = None
    for variable, category, total in zip(variables, categories, totals, strict=True):
        if variable.casefold() in {WHOLE, ""}:
            size = float(total)
            continue
        if variable not in known:
            raise DesignError(f"the population totals name the variable {variable!r}, which the data lack")
        if category:
            _put(rows.setdefault((variable,), {}), (variable,), (category,), float(total))
        else:
            sums[variable] = float(total)
    return Totals(margins=_margins(rows), sums=tuple(sums.items()), size=size)


def _terms(
    terms: list[str], totals: Floats, records: Sequence[str] | pd.DataFrame, known: Sequence[str]
) -> Totals:
    """Read terms as R's ``model.matrix`` names them: a column, or a column with a level behind it."""
    rows: dict[tuple[str, ...], dict[tuple[str, ...], float]] = {}
    sums: dict[str, float] = {}
    size = None
    for term, total in zip(terms, totals, strict=True):
        if term.casefold() in {WHOLE, ""}:
            size = float(total)
        elif term in known:
            sums[term] = float(total)
        else:
            column, level = _split(term, records, known)
            _put(rows.setdefault((column,), {}), (column,), (level,), float(total))
    return Totals(margins=_margins(rows), sums=tuple(sums.items()), size=size, partial=True)


def _split(term: str, records: Sequence[str] | pd.DataFrame, known: Sequence[str]) -> tuple[str, str]:
    for column in sorted(known, key=len, reverse=True):
        level = term.removeprefix(column).removeprefix("=").strip()
        if not term.startswith(column) or not level:
            continue
        if not isinstance(records, pd.DataFrame) or level in set(_texts(records[column].drop_duplicates())):
            return column, level
    raise DesignError(
        f"the term {term!r} of the population totals is neither a column nor a column with one of its "
        "values; write column or columnVALUE, or use the columns variable, category and total"
    )


def _put(
    found: dict[tuple[str, ...], float], columns: tuple[str, ...], category: tuple[str, ...], total: float
) -> None:
    if category in found:
        raise DesignError(
            f"the population totals give a category of {' * '.join(columns)} twice; give each once"
        )
    if total < 0:
        raise DesignError(f"the population totals of {' * '.join(columns)} hold a negative count; mend it")
    found[category] = total


def _margins(rows: dict[tuple[str, ...], dict[tuple[str, ...], float]]) -> tuple[Margin, ...]:
    return tuple(
        Margin(columns=columns, categories=tuple(found), totals=np.array(list(found.values())))
        for columns, found in rows.items()
    )
