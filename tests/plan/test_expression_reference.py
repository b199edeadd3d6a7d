"""Law: on any expression and any frame, whole columns give what one record after another gives.

The reference below reads the same tree, but knows one record at a time, plain Python values and
None for unknown. It shares no code with ``kgeval.plan.expression`` beyond the tree.
"""

from __future__ import annotations

import math
import operator
import re
from datetime import datetime, timedelta

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgeval.errors import ExpressionError
from kgeval.plan.expression import parse
from kgeval.plan.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Logic,
    Negative,
    NumberLiteral,
    Reference,
    TextLiteral,
)

COLUMNS = {"n": "number", "m": "number", "t": "text", "u": "text", "d": "date", "b": "truth"}
EPOCH = datetime(1970, 1, 1)
COMPARE = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip


# -- the reference ----------------------------------------------------------------------------------


def kind(node) -> str:  # noqa: PLR0911 - one case a kind of node
    match node:
        case NumberLiteral() | Negative() | Arithmetic():
            return "number"
        case TextLiteral():
            return "text"
        case Reference():
            return COLUMNS[node.name]
        case Comparison() | Logic():
            return "truth"
        case Call(name="if"):
            return together(node.arguments[1:])
        case Call(name="coalesce"):
            return together(node.arguments)
        case Call(name="date"):
            return "date"
        case Call(name="concat" | "string" | "substr"):
            return "text"
        case Call(name="not" | "selected" | "contains" | "true" | "false" | "boolean"):
            return "truth"
        case _:
            return "number"


def together(nodes) -> str:
    kinds = {kind(node) for node in nodes if node != TextLiteral(value="")}
    if len(kinds) == 1:
        return kinds.pop()
    return "number" if kinds == {"number", "truth"} else "text"


def as_number(value):
    match value:
        case None:
            return None
        case bool():
            return float(value)
        case float():
            return value if math.isfinite(value) else None
        case datetime():
            return (value - EPOCH) / timedelta(days=1)
        case str():
            plain = re.fullmatch(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", value)
            return as_number(float(value)) if plain else None


def as_text(value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
        case datetime():
            return value.isoformat().removesuffix("T00:00:00")
        case str():
            return value


def as_date(value):
    match value:
        case datetime():
            return value
        case str():
            try:
                return datetime.strptime(value.strip(), "%Y-%m-%d") if len(value.strip()) == 10 else None
            except ValueError:
                return None
        case _:
            days = as_number(value)
            try:
                return None if days is None else EPOCH + timedelta(days=days)
            except OverflowError:
                return None


def as_truth(value):
    match value:
        case None | bool():
            return value
        case float():
            return value != 0
        case _:
            return True


def as_kind(value, wanted: str):
    if value is None:
        return None
    return {"number": as_number, "text": as_text, "date": as_date, "truth": as_truth}[wanted](value)


def compared(sign: str, left, right):
    if left is None or right is None:
        return None
    if sign in {"=", "!="} and bool in {type(left), type(right)}:
        return COMPARE[sign](as_truth(left), as_truth(right))
    if isinstance(left, str) and isinstance(right, str):
        if sign in {"=", "!="}:
            return COMPARE[sign](left, right)
        pairs = [(measure(left), measure(right)) for measure in (as_number, as_date, as_clock)]
        return any(COMPARE[sign](a, b) for a, b in pairs if a is not None and b is not None)
    if {type(left), type(right)} <= {datetime, str}:
        a, b = as_date(left), as_date(right)
    else:
        a, b = as_number(left), as_number(right)
    return sign == "!=" if a is None or b is None else COMPARE[sign](a, b)


def as_clock(text: str):
    found = re.fullmatch(r"(\d\d?):(\d\d)", text.strip())
    return int(found[1]) * 60 + int(found[2]) if found and int(found[1]) < 24 and int(found[2]) < 60 else None


def calculated(sign: str, left, right):
    a, b = as_number(left), as_number(right)
    if a is None or b is None or (b == 0 and sign in {"div", "mod"}):
        return None
    try:
        result = {
            "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "div": lambda: a / b,
            "mod": lambda: math.fmod(a, b),
        }[sign]()  # fmt: skip
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def value(node, record):  # noqa: PLR0911 - one case a kind of node
    match node:
        case NumberLiteral() | TextLiteral():
            return node.value if node.value != "" else None
        case Reference():
            return record[node.name]
        case Negative():
            number = as_number(value(node.operand, record))
            return None if number is None else -number
        case Arithmetic():
            return calculated(node.operator, value(node.left, record), value(node.right, record))
        case Comparison(operator="=" | "!=" as sign, left=left, right=right) if TextLiteral(value="") in (
            left,
            right,
        ):
            asked = value(left if right == TextLiteral(value="") else right, record)
            return (asked is None) == (sign == "=")
        case Comparison():
            return compared(node.operator, value(node.left, record), value(node.right, record))
        case Logic():
            truths = [as_truth(value(part, record)) for part in node.parts]
            decisive = node.operator == "or"
            if decisive in truths:
                return decisive
            return None if None in truths else not decisive
        case Call():
            return called(node, record)


def called(node: Call, record):  # noqa: C901, PLR0911, PLR0912 - one case a function
    if node.name == "if":
        condition = as_truth(value(node.arguments[0], record))
        if condition is None:
            return None
        return as_kind(value(node.arguments[1 if condition else 2], record), kind(node))
    arguments = [value(argument, record) for argument in node.arguments]
    numbers = [as_number(argument) for argument in arguments]
    texts = [as_text(argument) for argument in arguments]
    match node.name:
        case "not":
            truth = as_truth(arguments[0])
            return None if truth is None else not truth
        case "coalesce":
            return as_kind(next((item for item in arguments if item is not None), None), kind(node))
        case "selected":
            return texts[1] in texts[0].split() if texts[1] else False
        case "count-selected":
            return float(len(texts[0].split()))
        case "string-length":
            return float(len(texts[0]))
        case "concat":
            return "".join(texts) or None
        case "contains":
            return texts[1] in texts[0] if texts[0] and texts[1] else None
        case "string":
            return texts[0] or None
        case "number":
            return numbers[0]
        case "int":
            return None if numbers[0] is None else float(math.trunc(numbers[0]))
        case "round":
            return None if numbers[0] is None else float(math.floor(numbers[0] + 0.5))
        case "min" | "max" | "sum":
            if None in numbers:
                return None
            return {"min": min, "max": max, "sum": sum}[node.name](numbers)
        case "count":
            return float(sum(item is not None for item in arguments))
        case "date":
            moment = as_date(arguments[0])
            return None if moment is None else datetime(moment.year, moment.month, moment.day)
        case name:
            raise AssertionError(f"the reference does not know {name}")


# -- expressions and frames -------------------------------------------------------------------------

LITERALS = st.sampled_from(
    ["0", "1", "2.5", "24", "''", "'a'", "'a b'", "'1'", "'2020-06-01'", "'07:30'", '"b"']
)
REFERENCES = st.sampled_from([f"${{{name}}}" for name in COLUMNS])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    signs = st.sampled_from([*COMPARE])
    arithmetic = st.sampled_from(["+", "-", "*", "div", "mod"])
    ones = ["not", "count-selected", "string-length", "string", "number", "int", "round", "date"]
    twos = ["selected", "coalesce", "concat", "contains", "min", "max", "sum", "count"]
    return st.one_of(
        st.tuples(pair, signs).map(lambda p: f"({p[0][0]} {p[1]} {p[0][1]})"),
        st.tuples(pair, arithmetic).map(lambda p: f"({p[0][0]} {p[1]} {p[0][1]})"),
        st.tuples(pair, st.sampled_from(["and", "or"])).map(lambda p: f"({p[0][0]} {p[1]} {p[0][1]})"),
        st.tuples(st.sampled_from(ones), inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(st.sampled_from(twos), pair).map(lambda p: f"{p[0]}({p[1][0]}, {p[1][1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"if({p[0]}, {p[1]}, {p[2]})"),
        inner.map(lambda text: f"-{text}"),
    )


EXPRESSIONS = st.recursive(st.one_of(LITERALS, REFERENCES), grown, max_leaves=8)
WORDS = st.sampled_from(
    [None, "a", "b", "a b", "1", "2.5", " 24 ", "R", "2020-06-01", "2020-02-30", "9:05", "17:00"]
)
NUMBERS = st.sampled_from([None, 0.0, 1.0, -1.0, 2.5, 24.0, 36.0, 18414.0, 1e300])
RECORDS = st.fixed_dictionaries(
    {
        "n": NUMBERS,
        "m": NUMBERS,
        "t": WORDS,
        "u": WORDS,
        "d": st.sampled_from([None, datetime(2020, 6, 1), datetime(2018, 1, 31), datetime(2020, 6, 1, 12)]),
        "b": st.sampled_from([None, True, False]),
    }
)


def frame_of(records) -> pd.DataFrame:
    types = {"number": "Float64", "text": "str", "date": "datetime64[us]", "truth": "boolean"}
    return pd.DataFrame(
        {
            name: pd.Series([record[name] for record in records], dtype=types[column])
            for name, column in COLUMNS.items()
        }
    )


def plain(result: object) -> object:
    if pd.isna(result):
        return None
    return result.to_pydatetime() if isinstance(result, pd.Timestamp) else result


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS, st.lists(RECORDS, min_size=1, max_size=6))
def test_whole_columns_equal_record_by_record(text, records):
    expression = parse(text)
    found = [plain(result) for result in expression.values(frame_of(records)).tolist()]
    expected = [value(expression.node, record) for record in records]
    assert found == expected
    assert [type(result) for result in found] == [type(result) for result in expected]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS, st.lists(RECORDS, min_size=1, max_size=4))
def test_a_condition_is_the_truth_of_its_value(text, records):
    expression = parse(text)
    found = [plain(result) for result in expression.truth(frame_of(records)).tolist()]
    assert found == [as_truth(value(expression.node, record)) for record in records]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("${}abn.'\"()+-*=<>! ,divmorts0123456789|/[]:_\n"), max_size=40))
def test_any_text_is_read_or_refused_with_a_position(text):
    try:
        parse(text)
    except ExpressionError as error:
        refused = error
    else:
        return
    assert 0 <= refused.position <= len(text)
    assert "\n" not in str(refused)
