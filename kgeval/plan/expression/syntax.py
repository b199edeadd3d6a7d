"""Text to tree: the grammar, and an error that a person can act on."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

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
    walk,
)

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

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
    _check_words(node, text, choice_filter=choice_filter)
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
    if re.match(r"\$\{[^{}]*\}", rest) and position:
        missing = "an operator is missing before this column; write and, or, =, + or another"
        return ExpressionError(missing, text=text, position=position)
    for length in (2, 1):
        if reason := _MEANT.get(rest[:length]):
            return ExpressionError(reason, text=text, position=position)
    word = cast("re.Match[str]", re.match(r"\w+|\S", rest))[0]
    return ExpressionError(f"{word!r} cannot stand here", text=text, position=position)


def _build(tree: Tree[Token], text: str) -> Node:
    """Turn lark's tree into nodes from the leaves up, without recursion: depth is our own limit."""
    maker = _Maker(text)
    built: dict[int, tuple[Node, int]] = {}
    for branch in tree.iter_subtrees():  # each tree after those below it
        below = [built.get(id(child), (child, 0)) for child in branch.children]
        node: Node = getattr(maker, branch.data)(*(part for part, _ in below))
        depth = 1 + max(levels for _, levels in below)
        if depth > DEEPEST:
            raise ExpressionError(
                f"more than {DEEPEST} operations stand inside each other",
                text=text if len(text) < 200 else f"{text[:60]}...",
                position=node.position,
            )
        built[id(branch)] = (node, depth)
    return built[id(tree)][0]


@dataclass(frozen=True, slots=True)
class _Maker:
    """One method a rule of the grammar, named as the rule: from its parts to its node."""

    text: str

    def number(self, token: Token) -> Node:
        return NumberLiteral(value=float(token), position=_start(token))

    def literal(self, token: Token) -> Node:
        return TextLiteral(value=_composed(token[1:-1]), position=_start(token))

    def reference(self, token: Token) -> Node:
        name = _composed(token[2:-1]).strip()
        if not name:
            raise ExpressionError("'${}' names nothing", text=self.text, position=_start(token))
        return Reference(name=name, position=_start(token))

    def current(self, token: Token) -> Node:
        return Reference(name=CURRENT, position=_start(token))

    def parent(self, token: Token) -> Node:
        return Parent(position=_start(token))

    def attribute(self, token: Token) -> Node:
        return Attribute(name=str(token), position=_start(token))

    def negative(self, minus: Token, operand: Node) -> Node:
        return Negative(operand=operand, position=_start(minus))

    def arithmetic(self, left: Node, sign: Token, right: Node) -> Node:
        operator = cast("ArithmeticOperator", str(sign))
        return Arithmetic(operator=operator, left=left, right=right, position=left.position)

    def comparison(self, left: Node, sign: Token, right: Node) -> Node:
        operator = cast("ComparisonOperator", str(sign))
        return Comparison(operator=operator, left=left, right=right, position=left.position)

    def chain(self, first: Node, word: Token, *rest: Node | Token) -> Node:
        operator = cast("LogicOperator", str(word))
        parts = (first, *cast("tuple[Node, ...]", rest[::2]))
        return Logic(operator=operator, parts=parts, position=first.position)

    def call(self, token: Token, *arguments: Node) -> Node:
        name, position = str(token), _start(token)
        function = FUNCTIONS.get(name)
        if function is None:
            reason = f"the function {name}() is outside the supported set"
            raise ExpressionError(reason, text=self.text, position=position)
        if not function.fewest <= len(arguments) <= function.most:
            reason = f"{name}() takes {function.takes}, not {len(arguments)}"
            raise ExpressionError(reason, text=self.text, position=position)
        call = Call(name=name, arguments=arguments, position=position)
        _check_arguments(call, self.text)
        return call


def _start(token: Token) -> int:
    return cast("int", token.start_pos)


def _composed(text: str) -> str:
    """Return accented letters as one character each, as the data hold them."""
    return unicodedata.normalize("NFC", text)


def _check_arguments(call: Call, text: str) -> None:
    if call.name == "regex":
        pattern = call.arguments[1]
        fault = "the pattern of regex() must be a text in quotes"
        if isinstance(pattern, TextLiteral):
            fault = pattern_fault(pattern.value)
        if fault:
            raise ExpressionError(fault, text=text, position=pattern.position)
    for index in FUNCTIONS[call.name].named:
        argument = call.arguments[index]
        if not isinstance(argument, Reference):
            reason = f"argument {index + 1} of {call.name}() must be a ${{name}}"
            raise ExpressionError(reason, text=text, position=argument.position)


def _check_words(node: Node, text: str, *, choice_filter: bool) -> None:
    """Refuse bare words outside choice filters, and ``..`` outside ``position(..)``."""
    positions = (part for part in walk(node) if isinstance(part, Call) and part.name == "position")
    placed = {id(argument) for call in positions for argument in call.arguments}
    for part in walk(node):
        if isinstance(part, Attribute) and not choice_filter:
            reason = (
                f"the bare word {part.name!r}; write ${{{part.name}}} for an answer, '{part.name}' for text"
            )
            raise ExpressionError(reason, text=text, position=part.position)
        if isinstance(part, Parent) and id(part) not in placed:
            raise ExpressionError("'..' can stand only in position(..)", text=text, position=part.position)
