"""Text to tree: the grammar, and an error that a person can act on."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kgeval.errors import ExpressionError
from kgeval.plan.expression.functions import FUNCTIONS
from kgeval.plan.expression.matching import pattern_fault
from kgeval.plan.expression.tree import (
    CURRENT,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Comparison,
    ComparisonOperator,
    Logic,
    LogicOperator,
    Negative,
    Node,
    NumberLiteral,
    Parent,
    Reference,
    TextLiteral,
    children,
    walk,
)

if TYPE_CHECKING:
    from lark import Lark, Token

LONGEST = 32_767  # characters that a cell of a workbook can hold, so no form has a longer one
DEEPEST = 100  # nested operations; far above what people write, far below Python's own limit

_MEANT = {
    "==": "there is no '=='; write =",
    "&&": "there is no '&&'; write and",
    "||": "there is no '||'; write or",
    "|": "there is no '|' (union of nodes) in the supported set",
    "/": "paths are not supported; write ${name}, and div for division",
    "[": "paths with conditions are not supported; write ${name}",
    "!": "write != or not(...)",
    "‘": "a typographic quote; write a straight one '",
    "’": "a typographic quote; write a straight one '",
    "“": 'a typographic quote; write a straight one "',
    "”": 'a typographic quote; write a straight one "',
    "'": "the quote is not closed",
    '"': "the quote is not closed",
    "${": "'${' is not closed by '}'",
    "$": "write ${name}",
    "≥": "write >=",
    "≤": "write <=",
    "≠": "write !=",
}


def read(text: str, *, choice_filter: bool = False) -> Node:
    """Parse an expression.

    Parameters
    ----------
    text
        As it stands in the form.
    choice_filter
        Whether bare names are allowed: columns of the choices sheet.

    Raises
    ------
    ExpressionError
        It cannot be read, names an unsupported function, is too long or too deep.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

    if len(text) > LONGEST:
        raise ExpressionError(
            f"the expression has {len(text)} characters, more than {LONGEST}",
            text=f"{text[:60]}...",
            position=0,
        )
    if not text.strip():
        raise ExpressionError("the expression is empty", text=text, position=0)
    try:
        tree = _parser().parse(text)
    except UnexpectedCharacters as error:
        raise _unexpected(text, cast("int", error.pos_in_stream)) from None
    except UnexpectedToken as error:
        ended = isinstance(error, UnexpectedEOF) or error.token.type == "$END"
        raise _unexpected(text, len(text) if ended else cast("int", error.token.start_pos)) from None
    node = _build(tree, text)
    if not choice_filter:
        _no_bare_names(node, text)
    return node


@cache
def _parser() -> Lark:
    from lark import Lark

    return Lark(
        Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=False,
        propagate_positions=True,
    )


def _unexpected(text: str, position: int) -> ExpressionError:
    rest = text[position:]
    if not rest.strip():
        return ExpressionError("the expression ends too early", text=text, position=position)
    if text[max(position - 1, 0) : position + 1] == "==":
        position, rest = position - 1, text[position - 1 :]
    for length in (2, 1):
        if reason := _MEANT.get(rest[:length]):
            return ExpressionError(reason, text=text, position=position)
    word = cast("re.Match[str]", re.match(r"\w+|\S", rest))[0]
    return ExpressionError(f"{word!r} cannot stand here", text=text, position=position)


def _build(tree: Any, text: str) -> Node:
    """Turn lark's tree into nodes from the leaves up, without recursion: depth is our own limit."""
    from lark import Tree

    if not isinstance(tree, Tree):  # a single token cannot be the whole tree, every operand is a rule
        raise TypeError(f"unexpected parse result {tree!r}")
    built: dict[int, tuple[Node, int]] = {}
    for branch in tree.iter_subtrees():  # each tree after those below it
        below = [built[id(child)] if isinstance(child, Tree) else child for child in branch.children]
        depth = 1 + max((part[1] for part in below if isinstance(part, tuple)), default=0)
        parts = [part[0] if isinstance(part, tuple) else part for part in below]
        node = _MAKERS[str(branch.data)](parts, text)
        if depth > DEEPEST:
            raise ExpressionError(
                f"more than {DEEPEST} operations stand inside each other",
                text=text if len(text) < 200 else f"{text[:60]}...",
                position=node.position,
            )
        built[id(branch)] = (node, depth)
    return built[id(tree)][0]


def _composed(text: str) -> str:
    """Return accented letters as one character each, as the data hold them."""
    return unicodedata.normalize("NFC", text)


def _number(parts: list[Any], text: str) -> Node:  # noqa: ARG001 - all makers are called alike
    return NumberLiteral(value=float(parts[0]), position=parts[0].start_pos)


def _text(parts: list[Any], text: str) -> Node:  # noqa: ARG001
    return TextLiteral(value=_composed(parts[0][1:-1]), position=parts[0].start_pos)


def _reference(parts: list[Any], text: str) -> Node:
    token: Token = parts[0]
    position = cast("int", token.start_pos)
    name = _composed(token[2:-1]).strip()
    if not name:
        raise ExpressionError("'${}' names nothing", text=text, position=position)
    return Reference(name=name, position=position)


def _current(parts: list[Any], text: str) -> Node:  # noqa: ARG001
    return Reference(name=CURRENT, position=parts[0].start_pos)


def _parent(parts: list[Any], text: str) -> Node:  # noqa: ARG001
    return Parent(position=parts[0].start_pos)


def _attribute(parts: list[Any], text: str) -> Node:  # noqa: ARG001
    return Attribute(name=str(parts[0]), position=parts[0].start_pos)


def _negative(parts: list[Any], text: str) -> Node:  # noqa: ARG001
    return Negative(operand=parts[1], position=parts[0].start_pos)


def _arithmetic(parts: list[Any], text: str) -> Node:  # noqa: ARG001
    left, operator, right = parts
    return Arithmetic(
        operator=cast("ArithmeticOperator", str(operator)), left=left, right=right, position=left.position
    )


def _comparison(parts: list[Any], text: str) -> Node:  # noqa: ARG001
    left, operator, right = parts
    return Comparison(
        operator=cast("ComparisonOperator", str(operator)), left=left, right=right, position=left.position
    )


def _chain(parts: list[Any], text: str) -> Node:  # noqa: ARG001
    operands = tuple(parts[::2])
    return Logic(operator=cast("LogicOperator", str(parts[1])), parts=operands, position=operands[0].position)


def _call(parts: list[Any], text: str) -> Node:
    token: Token = parts[0]
    name, position = str(token), cast("int", token.start_pos)
    function = FUNCTIONS.get(name)
    if function is None:
        raise ExpressionError(
            f"the function {name}() is outside the supported set", text=text, position=position
        )
    arguments = tuple(parts[1:])
    if not function.fewest <= len(arguments) <= function.most:
        raise ExpressionError(
            f"{name}() takes {function.takes}, not {len(arguments)}", text=text, position=position
        )
    call = Call(name=name, arguments=arguments, position=position)
    _check_arguments(call, text)
    return call


def _check_arguments(call: Call, text: str) -> None:
    if call.name == "regex":
        pattern = call.arguments[1]
        fault = "the pattern of regex() must be a text in quotes"
        if isinstance(pattern, TextLiteral):
            fault = pattern_fault(pattern.value)
        if fault:
            raise ExpressionError(fault, text=text, position=pattern.position)
    for index in FUNCTIONS[call.name].named:
        if index < len(call.arguments) and not isinstance(call.arguments[index], Reference):
            raise ExpressionError(
                f"argument {index + 1} of {call.name}() must be a ${{name}}",
                text=text,
                position=call.arguments[index].position,
            )


def _no_bare_names(node: Node, text: str) -> None:
    for part in walk(node):
        if isinstance(part, Attribute):
            raise ExpressionError(
                f"the bare word {part.name!r}; write ${{{part.name}}} for an answer, '{part.name}' for text",
                text=text,
                position=part.position,
            )
        for child in children(part):
            if isinstance(child, Parent) and not (isinstance(part, Call) and part.name == "position"):
                raise ExpressionError(
                    "'..' can stand only in position(..)", text=text, position=child.position
                )
    if isinstance(node, Parent):
        raise ExpressionError("'..' can stand only in position(..)", text=text, position=node.position)


_MAKERS = {
    "number": _number,
    "text": _text,
    "reference": _reference,
    "current": _current,
    "parent": _parent,
    "attribute": _attribute,
    "negative": _negative,
    "arithmetic": _arithmetic,
    "comparison": _comparison,
    "chain": _chain,
    "call": _call,
}
