"""What the expressions of a form mean together: can this rule ever hold, does that name exist.

Between the numbers that it names, a rule made of comparisons does not change its mind. So it is
enough to try those numbers, the places between them and beyond them, and every code of a choice
list: if no trial can make it true, it can never hold. What is not of that kind (two answers compared
with each other, a text, arithmetic) counts as unknown, and unknown could hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import ceil, floor

import numpy as np
import pandas as pd

from kgeval.errors import ExpressionError
from kgeval.plan.expression import Expression
from kgeval.plan.expression.columns import parse_date
from kgeval.plan.expression.tree import (
    CURRENT,
    Arithmetic,
    Call,
    Comparison,
    Negative,
    Node,
    NumberLiteral,
    Reference,
    TextLiteral,
    children,
    is_empty_text,
    walk,
)
from kgeval.plan.form.model import Question

MOST_TRIALS = 20_000
_PLAUSIBLE_DAYS = 90_000  # 1723 to 2216, what a date can be in a form
_REALS = frozenset({"integer", "decimal", "date", "range"})
_LOGIC_CALLS = frozenset({"not", "if", "boolean"})
_ARITHMETIC_CALLS = frozenset({"sum", "min", "max", "round", "int", "abs"})


def can_hold(expression: Expression, questions: Mapping[str, Question]) -> bool:
    """Return False where no answers at all can make the expression true.

    Parameters
    ----------
    expression
        A skip or a constraint.
    questions
        What its names stand for; ``.`` among them for a constraint.
    """
    trials = {
        name: tried
        for name in sorted(expression.names)
        if name in questions and (tried := _trials(expression.node, name, questions[name]))
    }
    untried = expression.names - trials.keys()
    if _asks_whether_answered(expression.node, untried):
        return True
    if np.prod([len(tried) for tried in trials.values()], dtype=float) > MOST_TRIALS:
        return True
    frame = pd.DataFrame(list(product(*trials.values())), columns=list(trials), dtype=object)
    frame = frame.reindex(columns=sorted(expression.names | expression.attributes))
    current = frame[CURRENT] if CURRENT in frame.columns else pd.Series(np.nan, index=frame.index)
    try:
        held = expression.truth(frame, current=current)
    except ExpressionError:  # it needs choices or the records of a repeat: nothing can be said about it
        return True
    return bool(held.fillna(True).any())


def _asks_whether_answered(node: Node, names: frozenset[str]) -> bool:
    """Return whether a name stands where unanswered counts as empty, so that unknown would not do for it."""
    for part in walk(node):
        asks = (isinstance(part, Call) and part.name not in _LOGIC_CALLS) or (
            isinstance(part, Comparison) and (is_empty_text(part.left) or is_empty_text(part.right))
        )
        if asks and any(isinstance(below, Reference) and below.name in names for below in walk(part)):
            return True
    return False


def _trials(node: Node, name: str, question: Question) -> list[object]:
    """Return the answers worth trying for a name; none where it is not only compared with literals."""
    marks: list[float] = []
    asked = False  # whether an answer was given at all
    for part in walk(node):
        if not any(_is(child, name) for child in children(part)):
            continue
        if not isinstance(part, Comparison):
            return []
        other = part.right if _is(part.left, name) else part.left
        value = literal(other)
        if value is None and not isinstance(other, TextLiteral):
            return []
        marks += [value] if value is not None else []
        asked |= is_empty_text(other)
    answers = _answers(question, marks)
    return [None, *answers] if asked and answers else answers


def _answers(question: Question, marks: Sequence[float]) -> list[object]:
    """Return every code of a choice list, or a number (a day) for each stretch between the marks."""
    if question.type == "select_one":
        return [choice.name for choice in question.choices]
    if question.type not in _REALS:
        return []
    tried = _around(marks, whole=question.type != "decimal")
    if question.type == "date":
        return [pd.Timestamp(0) + pd.Timedelta(days=day) for day in tried if abs(day) < _PLAUSIBLE_DAYS]
    return [*tried]


def _is(node: Node, name: str) -> bool:
    return isinstance(node, Reference) and node.name == name


def literal(node: Node) -> float | None:
    """Return the number (for a date: days since 1970-01-01) that a literal stands for."""
    match node:
        case NumberLiteral():
            return node.value
        case Negative():
            inner = literal(node.operand)
            return None if inner is None else -inner
        case TextLiteral():
            moment = parse_date(node.value)
            return None if np.isnat(moment) else float(moment.astype("datetime64[D]").astype(np.int64))
        case Call(name="date" | "date-time", arguments=(argument,)):
            return literal(argument)
        case _:
            return None


def _around(values: Iterable[float], *, whole: bool) -> list[float]:
    marks = sorted(set(values))
    if not marks:
        return []
    between = [(low + high) / 2 for low, high in pairwise(marks)]
    tried = {marks[0] - 1, *marks, *between, marks[-1] + 1}
    if whole:  # whole numbers (and days) on both sides of each mark
        tried = {float(near) for mark in tried for near in (floor(mark), ceil(mark))}
        tried |= {mark + step for mark in tuple(tried) for step in (-1.0, 1.0)}
    return sorted(tried)


# -- names and codes --------------------------------------------------------------------------------


def arithmetic_on_codes(expression: Expression, selects: frozenset[str]) -> tuple[str, ...]:
    """Return the choice questions whose codes an expression calculates with.

    A code is a name, not a quantity: a "don't know" of 8 would make a sum wrong without a sign.
    """
    found: list[str] = []
    for part in walk(expression.node):
        calculates = isinstance(part, Arithmetic | Negative) or (
            isinstance(part, Call) and part.name in _ARITHMETIC_CALLS
        )
        if calculates:
            found += [name for child in children(part) for name in _codes_in(child, selects)]
    return tuple(dict.fromkeys(found))


def _codes_in(node: Node, selects: frozenset[str]) -> Iterator[str]:
    """Yield the choice questions whose code itself is the node's value."""
    match node:
        case Reference(name=name) if name in selects:
            yield name
        case Call(name="number" | "coalesce" | "once", arguments=arguments):
            for argument in arguments:
                yield from _codes_in(argument, selects)
        case Call(name="if", arguments=(_, then, otherwise)):
            yield from _codes_in(then, selects)
            yield from _codes_in(otherwise, selects)
        case _:
            return


def strange_codes(expression: Expression, questions: Mapping[str, Question]) -> list[tuple[str, str]]:
    """Return (question, code) for every code that is asked for and is in no choice of the question."""
    return [
        (name, code)
        for part in walk(expression.node)
        for name, code in _asked_codes(part)
        if name in questions
        and questions[name].choices
        and code not in {choice.name for choice in questions[name].choices}
    ]


def _asked_codes(node: Node) -> Iterator[tuple[str, str]]:
    match node:
        case Comparison(operator="=" | "!=", left=Reference(name=name), right=other):
            code = _code(other)
        case Comparison(operator="=" | "!=", left=other, right=Reference(name=name)):
            code = _code(other)
        case Call(name="selected", arguments=(Reference(name=name), other)):
            code = _code(other)
        case _:
            return
    if code:
        yield name, code


def _code(node: Node) -> str:
    match node:
        case TextLiteral(value=value):
            return value
        case NumberLiteral(value=value):
            return str(int(value)) if value.is_integer() else str(value)
        case Negative(operand=NumberLiteral(value=value)):
            return str(-int(value)) if value.is_integer() else str(-value)
        case _:
            return ""


def ordered_codes(expression: Expression) -> tuple[str, ...]:
    """Return the names that are compared by size."""
    return tuple(
        side.name
        for part in walk(expression.node)
        if isinstance(part, Comparison) and part.operator not in {"=", "!="}
        for side in (part.left, part.right)
        if isinstance(side, Reference)
    )
