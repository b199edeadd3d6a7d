"""The terms of a regression as columns of numbers, one row a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.answers import number
from kgeval.estimate.breakdown import as_text
from kgeval.estimate.codes import ordered_codes
from kgeval.estimate.measure import Operand
from kgeval.estimate.units import Bools, Floats
from kgeval.plan.expression import parse

INTERCEPT = "(intercept)"
ALIASED = 1e-9  # a column of which less than this share is not explained by the others adds nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of a regression.

    Parameters
    ----------
    name
        Stands in the column ``term``.
    value
        A number or condition (1 or 0) for each record; with ``levels`` the name of a column.
    levels
        Whether each value of the column but one has a coefficient of its own.
    reference
        The value that the others are compared with; ``None``: the first.
    """

    name: str
    value: Operand
    levels: bool = False
    reference: object = None


def levels(column: str, reference: object = None) -> Term:
    """Ask for a coefficient for each value of a column but the reference (the first unless given)."""
    return Term(name=column, value=column, levels=True, reference=reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignMatrix:
    """The columns of a regression.

    Parameters
    ----------
    names
        One a column; the intercept first.
    columns
        (records, columns); 0 where a value is missing.
    known
        (records,) whether every term has a value.
    """

    names: tuple[str, ...]
    columns: Floats
    known: Bools


def design_matrix(frame: pd.DataFrame, terms: Sequence[str | Term]) -> DesignMatrix:
    """Lay out the terms of every record.

    Parameters
    ----------
    terms
        A column's name (numbers: one slope; texts and categories: a coefficient a value but the first),
        an expression, ``"name = expression"``, or what :func:`levels` makes.

    Raises
    ------
    DesignError
        A column is absent, has too few values, or two terms have one name.
    """
    names, columns = [INTERCEPT], [np.ones(len(frame))]
    known = np.ones(len(frame), dtype=bool)
    for term in terms:
        part = _term(frame, term)
        for name, values, present in _columns(frame, part):
            names.append(name)
            columns.append(values)
            known &= present
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DesignError(f"two terms of the regression are called {twice[0]!r}; give each a name of its own")
    return DesignMatrix(names=tuple(names), columns=np.stack(columns, axis=1), known=known)


def _term(frame: pd.DataFrame, given: str | Term) -> Term:
    if isinstance(given, Term):
        if given.levels and str(given.value) not in frame.columns:
            raise DesignError(f"the column {given.value!r} of a term is not in the data; correct its name")
        return given
    if given in frame.columns:
        values = frame[given]
        counted = pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype)
        return Term(name=given, value=values, levels=False) if counted else levels(given)
    name, sign, expression = given.partition(" = ")
    if sign and "${" not in name and "(" not in name:
        return Term(name=name.strip(), value=expression.strip())
    if "${" not in given:
        raise DesignError(
            f"the term {given!r} is neither a column of the data nor an expression; correct its name or "
            "write ${column}"
        )
    parse(given)
    return Term(name=given, value=given)


def _columns(frame: pd.DataFrame, term: Term) -> list[tuple[str, Floats, Bools]]:
    if not term.levels:
        values, known = number(term.value, frame, name=term.name)
        return [(term.name, values, np.ones(len(frame), dtype=bool) if known is None else known)]
    codes, found = ordered_codes(frame[str(term.value)])
    texts = [as_text(level) for level in found]
    first = 0 if term.reference is None else _place(as_text(term.reference), texts, term.name)
    return [
        (f"{term.name} = {text}", (codes == place).astype(np.float64), codes >= 0)
        for place, text in enumerate(texts)
        if place != first
    ]


def _place(reference: str, texts: list[str], name: str) -> int:
    if reference not in texts:
        raise DesignError(f"the reference {reference!r} does not occur in {name!r}; choose a value that does")
    return texts.index(reference)


def independent(columns: Floats, weight: Floats) -> Bools:
    """(columns,) which columns tell something that those before them do not (weighted Gram-Schmidt)."""
    kept = np.zeros(columns.shape[1], dtype=bool)
    basis = np.empty((len(columns), 0))
    for place, column in enumerate((columns * np.sqrt(weight)[:, None]).T):
        size = float(np.linalg.norm(column))
        rest = column
        for _twice in range(2):  # once more, against rounding
            rest = rest - basis @ (basis.T @ rest)
        left = float(np.linalg.norm(rest))
        if size > 0 and left > ALIASED * size:
            kept[place] = True
            basis = np.column_stack([basis, rest / left])
    return kept
