"""What a notebook may be asked: its cell tagged ``parameters``, read as text and never executed.

Each line declares one parameter: ``name: type = literal  # help``. The names and types are checked
before anything starts, because papermill takes any value for any name, and writes names into code.
"""

from __future__ import annotations

import ast
import difflib
import io
import json
import math
import re
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgeval.errors import ParameterError

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SCALARS: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (float, int), "bool": (bool,)}
_EXAMPLES = {
    "str": 'text, as in "905"',
    "int": "a whole number, as in 12",
    "float": "a number, as in 0.95",
    "bool": "true or false",
    "None": "null",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One line of the cell: ``kinds`` are alternatives such as ``("str", "None")`` or ``("list[str]",)``."""

    name: str
    kinds: tuple[str, ...]
    default: Any
    help: str

    def takes(self, value: object) -> bool:
        """Say whether a value is of one of the declared types; true and false are no numbers."""
        return any(_is(value, kind) for kind in self.kinds)

    def expected(self) -> str:
        """Return the declared types in words, with an example each."""
        return " or ".join(_words(kind) for kind in self.kinds)


def parameters(source: str, *, notebook: str) -> dict[str, Parameter]:
    """Return the parameters that the text of a cell declares, in its order.

    Raises
    ------
    ParameterError
        A line is something else than a declaration, or its default is not of its type; ``notebook``
        is named in the message.

    Examples
    --------
    >>> parameters('area: str = "all"  # code of the area', notebook="10_clean")["area"].help
    'code of the area'
    """
    try:
        lines = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(
            f"notebook {notebook}: line {error.lineno} of its parameters cell is no Python; "
            "write one `name: type = literal  # help` a line"
        ) from error
    comments = _comments(source)
    declared: dict[str, Parameter] = {}
    for line in lines:
        if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
            continue  # a docstring
        parameter = _declaration(line, comments, notebook)
        if parameter.name in declared:
            raise ParameterError(
                f"notebook {notebook}: parameter {parameter.name!r} is declared twice; delete one line"
            )
        declared[parameter.name] = parameter
    return declared


def checked(
    values: Mapping[str, object], declared: Mapping[str, Parameter], *, notebook: str
) -> dict[str, object]:
    """Return the values, fit to be handed to the notebook; every fault is named at once.

    Raises
    ------
    ParameterError
        A name that the notebook does not declare, or a value of another type.
    """
    faults = [_fault(name, value, declared) for name, value in values.items()]
    _refuse([fault for fault in faults if fault], notebook)
    return {name: as_declared(value, declared[name]) for name, value in values.items()}


def read_parameters(path: Path | str) -> dict[str, object]:
    """Return the values of a JSON file: one object, name to value.

    Raises
    ------
    ParameterError
        The file is absent, no JSON, no object, or names something twice.
    """
    path = Path(path)
    if path.suffix.lower() != ".json":
        raise ParameterError(f"{path.name}: parameters are read from .json files only; save them as JSON")
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except OSError as error:
        raise ParameterError(f"{path.name} cannot be read ({error.strerror}); check the path") from error
    except RecursionError as error:
        raise ParameterError(f"{path.name} is nested too deeply; write one object, name to value") from error
    except ValueError as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise ParameterError(
            f'{path.name} is no JSON ({where}); write an object like {{"level": 0.9}}'
        ) from error
    if not isinstance(values, dict):
        raise ParameterError(f'{path.name} holds no JSON object; write an object like {{"level": 0.9}}')
    return values


def as_declared(value: object, parameter: Parameter) -> object:
    """Return a whole number given for a float as one, so that 1 and 1.0 are the same request."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if whole and "float" in parameter.kinds and "int" not in parameter.kinds else value  # type: ignore[arg-type]


def nearest(name: str, names: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the name most like it, or nothing."""
    like = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean {like[0]!r}?" if like else ""


def _declaration(line: ast.stmt, comments: Mapping[int, str], notebook: str) -> Parameter:
    if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value is not None):
        raise ParameterError(
            f"notebook {notebook}: line {line.lineno} of its parameters cell is no declaration; "
            "write `name: type = literal  # help`"
        )
    name, kinds = line.target.id, _kinds(line.annotation)
    if not NAME.fullmatch(name):
        raise ParameterError(
            f"notebook {notebook}: {name!r} is no parameter name; use small letters, digits and _, at most 40"
        )
    if not kinds:
        raise ParameterError(
            f"notebook {notebook}: parameter {name!r} has a type that is not known; "
            "use str, int, float, bool, list[str], or one of them with `| None`"
        )
    try:
        default = ast.literal_eval(line.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise ParameterError(
            f"notebook {notebook}: the default of {name!r} is no literal; write it out"
        ) from error
    parameter = Parameter(
        name=name, kinds=kinds, default=default, help=comments.get(line.end_lineno or line.lineno, "")
    )
    if not parameter.takes(default):
        raise ParameterError(
            f"notebook {notebook}: the default of {name!r} is not {parameter.expected()}; mend the line"
        )
    return parameter


def _kinds(annotation: ast.expr) -> tuple[str, ...]:
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        left, right = _kinds(annotation.left), _kinds(annotation.right)
        return left + right if left and right else ()
    kind = ast.unparse(annotation)
    known = {*_SCALARS, "None", *(f"list[{scalar}]" for scalar in _SCALARS)}
    return (kind,) if kind in known else ()


def _is(value: object, kind: str) -> bool:
    if kind == "None":
        return value is None
    if kind.startswith("list["):
        return isinstance(value, list) and all(_is(item, kind[5:-1]) for item in value)
    if isinstance(value, bool) != (kind == "bool"):
        return False
    return isinstance(value, _SCALARS[kind]) and not (isinstance(value, float) and not math.isfinite(value))


def _words(kind: str) -> str:
    return f"a list of {kind[5:-1]}" if kind.startswith("list[") else _EXAMPLES[kind]


def _fault(name: str, value: object, declared: Mapping[str, Parameter]) -> str:
    if not NAME.fullmatch(name):
        return f"{name[:40]!a} is no parameter name (small letters, digits and _ only)"
    if name not in declared:
        return f"there is no parameter {name!r}{nearest(name, declared)}"
    if not declared[name].takes(value):
        return f"{name!r} must be {declared[name].expected()}, not {type(value).__name__}"
    return ""


def _refuse(faults: list[str], notebook: str) -> None:
    if faults:
        raise ParameterError(f"notebook {notebook}: {'; '.join(faults)}. Nothing was started.")


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").rstrip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _no_number(constant: str) -> object:
    raise ValueError(f"{constant} is no number")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"{min(twice)!r} stands twice")
    return dict(pairs)
