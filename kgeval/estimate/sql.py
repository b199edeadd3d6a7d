"""Expressions as SQL: the simple ones, so that an engine can read files larger than memory.

Only what means exactly the same in SQL's three-valued logic is written; for anything else ``None`` is
returned and the caller evaluates the expression itself. A law in the tests holds both evaluations equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

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
)

Kind = Literal["number", "text", "truth"]
Written = tuple[str, Kind]

_WHOLE = {
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER",
}  # fmt: skip
_FLOATING = {"FLOAT", "DOUBLE"}
NUMBERS = _WHOLE | _FLOATING


def column_sql(name: str, dtype: str) -> Written | None:
    """Write a column; NaN and the empty text are unanswered."""
    quoted = quote(name)
    if dtype in _WHOLE:
        return quoted, "number"
    if dtype in _FLOATING:
        return f"nullif({quoted}, 'NaN'::{dtype})", "number"
    if dtype == "VARCHAR":
        return f"nullif({quoted}, '')", "text"
    return (quoted, "truth") if dtype == "BOOLEAN" else None


def quote(name: str) -> str:
    """Quote a column name."""
    return '"' + name.replace('"', '""') + '"'


def condition_sql(node: Node, types: Mapping[str, str]) -> str | None:
    """Write a node as a condition: TRUE, FALSE or NULL. Whether a bare number is 0 or 1 must be looked at."""
    written = _write(node, types)
    return written[0] if written is not None and written[1] == "truth" else None


def number_sql(node: Node, types: Mapping[str, str]) -> str | None:
    """Write a node as a number or NULL."""
    written = _write(node, types)
    if written is None:
        return None
    text, kind = written
    if kind == "number":
        return text
    return f"({text})::TINYINT" if kind == "truth" else None


def _write(node: Node, types: Mapping[str, str]) -> Written | None:  # noqa: PLR0911  one a kind of node
    match node:
        case NumberLiteral():
            return repr(float(node.value)), "number"
        case Reference() if node.name in types:
            return column_sql(node.name, types[node.name])
        case Negative():
            inner = _number(node.operand, types)
            return None if inner is None else (f"(-{inner})", "number")
        case Arithmetic() if node.operator in {"+", "-", "*"}:
            left, right = _number(node.left, types), _number(node.right, types)
            if left is None or right is None:
                return None
            return f"({left}::DOUBLE {node.operator} {right}::DOUBLE)", "number"
        case Comparison():
            return _comparison(node, types)
        case Logic():
            parts = [condition_sql(part, types) for part in node.parts]
            if any(part is None for part in parts):
                return None
            return "(" + f" {node.operator.upper()} ".join(str(part) for part in parts) + ")", "truth"
        case Call() if node.name == "not" and len(node.arguments) == 1:
            inner = condition_sql(node.arguments[0], types)
            return None if inner is None else (f"(NOT {inner})", "truth")
        case _:
            return None


def _number(node: Node, types: Mapping[str, str]) -> str | None:
    written = _write(node, types)
    return written[0] if written is not None and written[1] == "number" else None


def _comparison(node: Comparison, types: Mapping[str, str]) -> Written | None:
    """Numbers with numbers; a text column with a non-empty literal, for equality only."""
    sign = "<>" if node.operator == "!=" else node.operator
    left, right = _number(node.left, types), _number(node.right, types)
    if left is not None and right is not None:
        return f"({left} {sign} {_plain(node.right, right)})", "truth"
    column, literal = node.left, node.right
    if not (isinstance(column, Reference) and isinstance(literal, TextLiteral)) or sign not in {"=", "<>"}:
        return None
    written = _write(column, types)
    if written is None or written[1] != "text" or literal.value == "":
        return None
    value = literal.value.replace("'", "''")
    return f"({written[0]} {sign} '{value}')", "truth"


def _plain(node: Node, text: str) -> str:
    """Write a whole literal without a decimal point: integers are compared as integers, and faster."""
    whole = isinstance(node, NumberLiteral) and float(node.value).is_integer() and abs(node.value) < 2**31
    return str(int(node.value)) if whole and isinstance(node, NumberLiteral) else text
