"""A rule in words: names of questions stay, codes get the words of their answers beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kgeval.plan.expression import Expression
from kgeval.plan.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Logic,
    Negative,
    Node,
    NumberLiteral,
    Reference,
    TextLiteral,
    is_empty_text,
)
from kgeval.present.labels import Labels, labels

_UNKNOWN = "?"  # "${x} = '?'" keeps an unanswered x unknown; it says nothing to a reader
_SIGNS = {"!=": "≠", "<=": "≤", ">=": "≥"}


def in_words(
    expression: Expression,
    answers: Mapping[str, Mapping[str, str]],
    lang: str,
    *,
    columns: Mapping[str, str] | None = None,
) -> str:
    """Return an expression as people read it: ``NT08 = 1 “Operating” and NT06 ≠ 3 “…”``.

    Parameters
    ----------
    answers
        Question → code → the words of that answer.
    columns
        Derived column → what it is, told where the column stands alone as a condition.
    lang
        Language of the words.
    """
    reader = _Reader(answers=answers, columns=columns or {}, words=labels(lang))
    return reader.condition(expression.node)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    answers: Mapping[str, Mapping[str, str]]
    columns: Mapping[str, str]
    words: Labels

    def condition(self, node: Node) -> str:
        """Read a node that is true or false by itself: a column that stands alone is told in words."""
        meant = self.columns.get(node.name, "") if isinstance(node, Reference) else ""
        return f"{self.read(node)} “{meant}”" if meant else self.read(node)

    def read(self, node: Node) -> str:
        match node:
            case Logic():
                text = self._chain(node)
            case Comparison():
                text = self._comparison(node)
            case Call():
                text = self._call(node)
            case Arithmetic():
                sign = {"div": ":", "-": "−"}.get(node.operator, node.operator)
                text = f"{self.read(node.left)} {sign} {self.read(node.right)}"
            case Negative():
                text = f"−{self.read(node.operand)}"
            case NumberLiteral():
                text = f"{node.value:g}"
            case TextLiteral():
                text = f"“{node.value}”"
            case Reference():
                text = node.name
            case _:
                text = ""
        return text

    def _chain(self, node: Logic) -> str:
        kept = [part for part in node.parts if not _says_nothing(part)]
        if len(kept) == 1:
            return self.condition(kept[0])
        parts = [f"({self.read(part)})" if isinstance(part, Logic) else self.condition(part) for part in kept]
        return self.words[f"reference.{node.operator}"].join(parts)

    def _comparison(self, node: Comparison) -> str:
        left, right = node.left, node.right
        if is_empty_text(right) and node.operator in ("=", "!="):
            name = "reference.unanswered" if node.operator == "=" else "reference.answered"
            return self.words.fill(name, name=self.read(left))
        sign = _SIGNS.get(node.operator, node.operator)
        if isinstance(left, Reference) and isinstance(right, NumberLiteral | TextLiteral):
            return f"{left.name} {sign} {self._code(left.name, right)}"
        return f"{self.read(left)} {sign} {self.read(right)}"

    def _call(self, node: Call) -> str:
        if node.name == "not":
            return self.words.fill("reference.not", what=self.condition(node.arguments[0]))
        if node.name == "selected":
            name, code = node.arguments
            if isinstance(name, Reference) and isinstance(code, TextLiteral):
                return self.words.fill("reference.selected", name=name.name, code=self._code(name.name, code))
        return f"{node.name}({', '.join(self.read(part) for part in node.arguments)})"

    def _code(self, name: str, literal: NumberLiteral | TextLiteral) -> str:
        code = f"{literal.value:g}" if isinstance(literal, NumberLiteral) else literal.value
        meant = self.answers.get(name, {}).get(code, "")
        return f"{code} “{meant}”" if meant else code


def _says_nothing(node: Node) -> bool:
    return (
        isinstance(node, Comparison) and isinstance(node.right, TextLiteral) and node.right.value == _UNKNOWN
    )
