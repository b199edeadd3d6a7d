"""The parsed expression: small frozen nodes, each with its place in the text.

Another room may walk them (``estimate.scan`` writes SQL from the simple ones): dispatch on the
class, every field is plain data. Two nodes are equal where they mean the same, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

ArithmeticOperator = Literal["+", "-", "*", "div", "mod"]
ComparisonOperator = Literal["=", "!=", "<", "<=", ">", ">="]
LogicOperator = Literal["and", "or"]

CURRENT = "."  # the name of the answer that a constraint judges


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a node begins: ``position`` counts characters of the text from 0."""

    position: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLiteral(Place):
    """``36``."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLiteral(Place):
    """``'radio'``; the empty one stands for "unanswered"."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Place):
    """``${name}``, or ``.`` with the name ``"."``."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Place):
    """A bare name in a choice filter: a column of the choices sheet."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent(Place):
    """``..``, which only ``position(..)`` takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative(Place):
    """``-x``."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Place):
    """``left + right`` and its like."""

    operator: ArithmeticOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Place):
    """``left = right`` and its like."""

    operator: ComparisonOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(Place):
    """``a and b and c``: a chain of one operator is one node, so long chains stay flat."""

    operator: LogicOperator
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Place):
    """``selected(${channels}, 'radio')``; ``name`` is one of the supported functions."""

    name: str
    arguments: tuple[Node, ...]


Node = (
    NumberLiteral
    | TextLiteral
    | Reference
    | Attribute
    | Parent
    | Negative
    | Arithmetic
    | Comparison
    | Logic
    | Call
)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below."""
    match node:
        case Negative():
            return (node.operand,)
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case Logic():
            return node.parts
        case Call():
            return node.arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, each before what is below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def is_empty_text(node: Node) -> bool:
    """Return whether the node is the literal ``''``, with which one asks "was it answered?"."""
    return isinstance(node, TextLiteral) and node.value == ""
