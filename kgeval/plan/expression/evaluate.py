"""Tree and frame to column: one pass over whole columns, three-valued throughout."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any, cast

import numpy as np
import pandas as pd

from kgeval.errors import ExpressionError
from kgeval.plan.expression import columns
from kgeval.plan.expression.columns import (
    Column,
    Dates,
    Floats,
    Numbers,
    Truths,
    known,
    to_numbers,
    to_texts,
    to_truths,
)
from kgeval.plan.expression.comparison import compare
from kgeval.plan.expression.functions import FUNCTIONS, choose, coalesce, finite
from kgeval.plan.expression.repeats import aggregate, indexed
from kgeval.plan.expression.tree import (
    CURRENT,
    Arithmetic,
    Attribute,
    Call,
    Comparison,
    Logic,
    Negative,
    Node,
    NumberLiteral,
    Parent,
    Reference,
    TextLiteral,
    is_empty_text,
)
from kgeval.plan.near_name import near_name

_AGGREGATES = frozenset({"sum", "min", "max", "count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an expression can look at.

    ``frame`` holds one row a record; ``current`` the answers that ``.`` stands for; ``today`` the day
    of the interview, one for all or one a record; ``choices`` the label of each code by question;
    ``position`` the number of each record within its repeat, from 1; ``repeats`` the records of each
    repeat, indexed by the label of the record they belong to. All series have the frame's index.
    """

    text: str
    frame: pd.DataFrame
    current: pd.Series[Any] | None = None
    today: date | pd.Series[Any] | None = None
    choices: Mapping[str, Mapping[str, str]] | None = None
    position: pd.Series[Any] | None = None
    repeats: Mapping[str, pd.DataFrame] | None = None
    seen: dict[str, Column] = field(default_factory=dict, repr=False)  # columns already converted

    def error(self, reason: str, node: Node) -> ExpressionError:
        """Return the error that stands at a node."""
        return ExpressionError(reason, text=self.text, position=node.position)

    def column(self, node: Reference | Attribute) -> Column:
        """Return the column that a reference names, converted once an evaluation."""
        if node.name not in self.seen:
            self.seen[node.name] = self._convert(node)
        return self.seen[node.name]

    def _convert(self, node: Reference | Attribute) -> Column:
        if node.name == CURRENT:
            if self.current is None:
                raise self.error("'.' stands for an answer, and none is given here", node)
            return columns.from_series(self.current)
        if node.name not in self.frame.columns:
            near = near_name(node.name, map(str, self.frame.columns))
            hint = "" if near is None else f" (did you mean {near!r}?)"
            raise self.error(f"there is no column {node.name!r}{hint}", node)
        series = self.frame[node.name]
        if isinstance(series, pd.DataFrame):
            raise self.error(f"the column {node.name!r} stands twice in the data", node)
        try:
            return columns.from_series(series)
        except TypeError:  # lists and their like have no order and no equality
            raise self.error(f"the column {node.name!r} holds no single answers", node) from None


def evaluate(node: Node, scope: Scope) -> Column:  # noqa: PLR0911 - one return a kind of node
    """Return the column of a node's values: as long as the frame, or of length 1 for a constant."""
    match node:
        case NumberLiteral():
            return columns.number(node.value)
        case TextLiteral():
            return columns.text(node.value)
        case Reference() | Attribute():
            return scope.column(node)
        case Negative():
            return Numbers(-to_numbers(evaluate(node.operand, scope)))
        case Arithmetic():
            left, right = evaluate(node.left, scope), evaluate(node.right, scope)
            return _calculate(node.operator, to_numbers(left), to_numbers(right))
        case Comparison():
            return _comparison(node, scope)
        case Logic():
            return _logic(node, scope)
        case Call():
            return _call(node, scope)
        case Parent():
            raise scope.error("'..' can stand only in position(..)", node)


def _calculate(sign: str, left: Floats, right: Floats) -> Numbers:
    with np.errstate(all="ignore"):
        match sign:
            case "+":
                return finite(left + right)
            case "-":
                return finite(left - right)
            case "*":
                return finite(left * right)
            case "div":
                return finite(left / right)
            case _:  # mod has the sign of the dividend (XPath 1.0, section 3.5)
                return finite(np.fmod(left, right))


# -- logic: Kleene's, so that one sure "no" decides an "and" whatever is unknown --------------------


def _logic(node: Logic, scope: Scope) -> Truths:
    parts = [to_truths(evaluate(part, scope)) for part in node.parts]
    if node.operator == "and":
        return Truths(
            reduce(operator.and_, [part.yes for part in parts]),
            reduce(operator.or_, [part.no for part in parts]),
        )
    return Truths(
        reduce(operator.or_, [part.yes for part in parts]), reduce(operator.and_, [part.no for part in parts])
    )


# -- comparison -------------------------------------------------------------------------------------


def _comparison(node: Comparison, scope: Scope) -> Truths:
    sign = node.operator
    if is_empty_text(node.right) or is_empty_text(node.left):
        # The literal '' asks whether something was answered, so the outcome is never unknown.
        asked = node.left if is_empty_text(node.right) else node.right
        answered = known(evaluate(asked, scope))
        if sign in {"=", "!="}:
            return columns.certain(~answered if sign == "=" else answered)
    return compare(sign, evaluate(node.left, scope), evaluate(node.right, scope))


# -- functions --------------------------------------------------------------------------------------


def _call(node: Call, scope: Scope) -> Column:
    special = _SPECIAL.get(node.name)
    if special is not None:
        return special(node, scope)
    if node.name in _AGGREGATES and (over := _over_repeat(node, scope)) is not None:
        return over
    function = FUNCTIONS[node.name].compute
    if function is None:
        raise scope.error(f"{node.name}() cannot be computed on data", node)
    return function(*(evaluate(argument, scope) for argument in node.arguments))


def _if(node: Call, scope: Scope) -> Column:
    condition = to_truths(evaluate(node.arguments[0], scope))
    then, otherwise = node.arguments[1:]
    # A branch '' is "nothing", of whatever kind the other branch is.
    if is_empty_text(otherwise):
        column = evaluate(then, scope)
        return choose(condition.yes, np.zeros_like(condition.no), column, column)
    if is_empty_text(then):
        column = evaluate(otherwise, scope)
        return choose(np.zeros_like(condition.yes), condition.no, column, column)
    return choose(condition.yes, condition.no, evaluate(then, scope), evaluate(otherwise, scope))


def _coalesce(node: Call, scope: Scope) -> Column:
    candidates = [evaluate(part, scope) for part in node.arguments if not is_empty_text(part)]
    return coalesce(*candidates) if candidates else columns.text("")


def _once(node: Call, scope: Scope) -> Column:
    fresh = evaluate(node.arguments[0], scope)
    return fresh if scope.current is None else coalesce(columns.from_series(scope.current), fresh)


def _today(node: Call, scope: Scope) -> Column:  # noqa: ARG001 - all special functions are called alike
    if scope.today is None:
        return Dates(np.array([np.datetime64("NaT", "us")]))
    if isinstance(scope.today, pd.Series):
        return Dates(columns.to_dates(columns.from_series(scope.today)))
    return Dates(np.array([np.datetime64(scope.today.isoformat()[:26], "us")]))


def _position(node: Call, scope: Scope) -> Column:
    if node.arguments and not isinstance(node.arguments[0], Parent):
        raise scope.error("position() takes '..', the repeat around the question", node)
    if scope.position is None:
        raise scope.error(f"{node.name}() needs the records of a repeat", node)
    return columns.from_series(scope.position)


def _choice_name(node: Call, scope: Scope) -> Column:
    question = choice_question(node)
    if question is None:
        raise scope.error("the second argument of jr:choice-name() is '${question}' in quotes", node)
    labels = (scope.choices or {}).get(question)
    if labels is None:
        raise scope.error(f"jr:choice-name() needs the choices of {question!r}", node)
    answers = to_texts(evaluate(node.arguments[0], scope))
    return columns.texts_by_word(answers, lambda code: labels.get(code, ""))


def choice_question(call: Call) -> str | None:
    """Return the question whose choices ``jr:choice-name`` looks up."""
    match call.arguments[1]:
        case TextLiteral(value=value) if value.strip().startswith("${") and value.strip().endswith("}"):
            return value.strip()[2:-1].strip()
        case Reference(name=name):
            return name
        case _:
            return None


# -- repeats ----------------------------------------------------------------------------------------


def _over_repeat(node: Call, scope: Scope) -> Column | None:
    """Aggregate the records of a repeat; None where the arguments are columns of the frame."""
    argument = node.arguments[0]
    if len(node.arguments) != 1 or not isinstance(argument, Reference):
        return None
    if argument.name in scope.frame.columns or argument.name == CURRENT:
        return None
    for name, records in (scope.repeats or {}).items():
        if argument.name == name or argument.name in records.columns:
            counted = node.name == "count" and argument.name == name
            values = np.ones(len(records)) if counted else to_numbers(_of(argument, records, scope))
            return aggregate(node.name, values, records.index, scope.frame.index)
    return None


def _of(node: Reference, records: pd.DataFrame, scope: Scope) -> Column:
    return Scope(text=scope.text, frame=records).column(node)


def _indexed_repeat(node: Call, scope: Scope) -> Column:
    question, repeat = cast("Reference", node.arguments[0]), cast("Reference", node.arguments[1])
    records = (scope.repeats or {}).get(repeat.name)
    if records is None:
        raise scope.error(f"indexed-repeat() needs the records of the repeat {repeat.name!r}", node)
    place = to_numbers(evaluate(node.arguments[2], scope))
    return indexed(_of(question, records, scope), records.index, scope.frame.index, place)


_SPECIAL: Mapping[str, Callable[[Call, Scope], Column]] = {
    "if": _if,
    "coalesce": _coalesce,
    "once": _once,
    "today": _today,
    "now": _today,
    "position": _position,
    "index": _position,
    "jr:choice-name": _choice_name,
    "indexed-repeat": _indexed_repeat,
}
