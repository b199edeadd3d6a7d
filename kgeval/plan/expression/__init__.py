"""The one expression language: XLSForm's, on whole columns, three-valued.

Skips, constraints, indicators, composites and filters are all written in it. An expression is parsed
once (``syntax``: text to ``tree``) and evaluated on frames (``evaluate``, with ``columns``,
``comparison``, ``functions``, ``matching`` and ``repeats``); nothing is ever given to Python's own ``eval``.

The rule for unanswered operands: comparison with the literal ``''``, ``selected``,
``count-selected``, ``coalesce`` and ``string-length`` follow ODK, where unanswered is empty; every
other comparison with an unanswered operand is unknown. ``docs/expressions.md`` holds the whole
language.

>>> import pandas as pd
>>> children = pd.DataFrame({"age_months": [20, 40, None], "channels": ["radio phone", None, "radio"]})
>>> parse("${age_months} < 36 and selected(${channels}, 'radio')").truth(children).tolist()
[True, False, <NA>]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from kgeval.errors import ExpressionError
from kgeval.plan.expression import columns, syntax
from kgeval.plan.expression.evaluate import Scope, choice_question, evaluate
from kgeval.plan.expression.tree import Attribute, Call, Node, Reference, walk


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    ``names`` are the questions that it names (``.`` for the answer under judgement), ``attributes``
    the columns of the choices sheet that a choice filter names, ``node`` the tree itself.
    """

    text: str
    node: Node = field(repr=False, compare=False)
    names: frozenset[str] = field(repr=False, compare=False)
    attributes: frozenset[str] = field(repr=False, compare=False)

    def truth(
        self,
        frame: pd.DataFrame,
        *,
        current: pd.Series[Any] | None = None,
        today: date | pd.Series[Any] | None = None,
        choices: Mapping[str, Mapping[str, str]] | None = None,
        position: pd.Series[Any] | None = None,
        repeats: Mapping[str, pd.DataFrame] | None = None,
    ) -> pd.Series[Any]:
        """Evaluate as a condition.

        Parameters
        ----------
        frame
            One row a record, one column a question.
        current
            The answers that ``.`` stands for.
        today
            The day of the interview, one for all or one a record; without it ``today()`` is unknown,
            so that no result depends on the day it was computed.
        choices
            For ``jr:choice-name``: question, code, label.
        position
            For ``position(..)``: the number of each record within its repeat, from 1.
        repeats
            For ``indexed-repeat`` and aggregates: the records of each repeat, indexed by the label
            (in ``frame``) of the record that they belong to, in their order.

        Returns
        -------
        pandas.Series
            Nullable ``boolean`` with the frame's index; NA is unknown.

        Raises
        ------
        ExpressionError
            A column that the expression names is not in the frame, or something it needs is not given.
        """
        scope = Scope(
            text=self.text, frame=frame, current=current, today=today, choices=choices, position=position,
            repeats=repeats,
        )  # fmt: skip
        return _series(columns.to_truths(evaluate(self.node, scope)), frame.index)

    def values(
        self,
        frame: pd.DataFrame,
        *,
        current: pd.Series[Any] | None = None,
        today: date | pd.Series[Any] | None = None,
        choices: Mapping[str, Mapping[str, str]] | None = None,
        position: pd.Series[Any] | None = None,
        repeats: Mapping[str, pd.DataFrame] | None = None,
    ) -> pd.Series[Any]:
        """Evaluate as a value; parameters and errors as in ``truth``.

        Returns
        -------
        pandas.Series
            Numbers as ``Float64``, texts as ``str``, dates as ``datetime64[us]``, truths as
            ``boolean``; with the frame's index.
        """
        scope = Scope(
            text=self.text, frame=frame, current=current, today=today, choices=choices, position=position,
            repeats=repeats,
        )  # fmt: skip
        return _series(evaluate(self.node, scope), frame.index)


@lru_cache(maxsize=8192)
def parse(text: str, *, choice_filter: bool = False) -> Expression:
    """Parse an expression; the same text is parsed once.

    Parameters
    ----------
    text
        As it stands in the form.
    choice_filter
        Whether bare names (columns of the choices sheet) are allowed.

    Raises
    ------
    ExpressionError
        With the reason and the position, counted in characters of the text from 0.
    """
    node = syntax.read(text, choice_filter=choice_filter)
    names = {part.name for part in walk(node) if isinstance(part, Reference)}
    for part in walk(node):
        if isinstance(part, Call) and part.name == "jr:choice-name" and (asked := choice_question(part)):
            names.add(asked)
    attributes = {part.name for part in walk(node) if isinstance(part, Attribute)}
    return Expression(text, node, frozenset(names), frozenset(attributes))


def _series(column: columns.Column, index: pd.Index[Any]) -> pd.Series[Any]:
    """Return the column as a series of the frame's length; a constant is repeated."""
    rows = len(index)
    match column:
        case columns.Truths():
            unknown = np.broadcast_to(~(column.yes | column.no), (rows,))
            yes = np.broadcast_to(column.yes, (rows,))
            return pd.Series(pd.arrays.BooleanArray(yes.copy(), unknown.copy()), index=index)
        case columns.Numbers():
            values = np.broadcast_to(column.floats, (rows,)).copy()
            return pd.Series(pd.arrays.FloatingArray(values, np.isnan(values)), index=index)
        case columns.Dates():
            return pd.Series(np.broadcast_to(column.moments, (rows,)).copy(), index=index)
        case columns.Texts():
            words = np.append(column.words, np.array([np.nan], dtype=object))
            return pd.Series(np.broadcast_to(words[column.codes], (rows,)).copy(), index=index, dtype="str")


__all__ = ["Expression", "ExpressionError", "parse"]
