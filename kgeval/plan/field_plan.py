"""Which columns play which role in the field checks, and which codes are no answers: ``field.toml``.

A check whose role is not declared is not run, and is listed as such; nothing is guessed from names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block, read_toml

FILE = "field.toml"
CODES = ("dont_know", "refused", "other")
TYPES = (1, 2, 3)  # of back-checked questions: should not change, hard to ask, stability only


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """A child's age in completed months: a question, or the months from ``birth`` to ``on``."""

    months: str = ""
    birth: str = ""
    on: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The questions that it is known from."""
        return tuple(filter(None, (self.months, self.birth, self.on)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleList:
    """Who is to be interviewed: the records of another table of the study.

    ``by`` is the question that names the unit, ``list_by`` the one in the list; ``complete`` holds
    for a record that is finished (None: every record is).
    """

    table: str
    by: str
    list_by: str
    complete: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackCheck:
    """Interviews that were repeated in part: whose files, by whom, and which questions.

    Parameters
    ----------
    files
        Patterns below the data folder; they are read with the table's own form.
    checker
        The column of these files that names who asked again.
    types
        Question → 1 (should not change), 2 (hard to ask), 3 (stability only).
    okrange
        Question → the difference that counts as none: (amount, whether it is a share of the first value).
    """

    files: tuple[str, ...]
    checker: str
    types: Mapping[str, int]
    okrange: Mapping[str, tuple[float, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """What the columns of one table stand for; an empty role is not declared.

    ``start``, ``end`` and ``version`` may be columns that the server adds. ``consent`` holds where
    the interview was agreed to. ``grids`` are blocks of questions with the same answers, ``digits``
    numbers whose last digits should all be as frequent, ``other`` leads from a text question to the
    choice question that it specifies.
    """

    enumerator: str = ""
    consent: Expression | None = None
    start: str = ""
    end: str = ""
    version: str = ""
    age: Age | None = None
    digits: tuple[str, ...] = ()
    grids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    sample: SampleList | None = None
    back_check: BackCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlan:
    """Everything that ``field.toml`` says; empty where there is no such file.

    ``codes`` leads from a kind of non-answer (``CODES``) to choice list or question → its codes;
    ``parameters`` from a check to the values that replace its defaults.
    """

    tables: Mapping[str, Roles] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def roles(self, table: str) -> Roles:
        """Return the roles of a table's columns."""
        return self.tables.get(table, Roles())


def read_field_plan(path: Path, faults: list[str]) -> FieldPlan:
    """Read ``field.toml``; an absent file means that no role is declared."""
    if not path.exists():
        return FieldPlan()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"tables", "codes", "parameters"})
    tables, codes, parameters = (top.block(name) for name in ("tables", "codes", "parameters"))
    codes.only(CODES)
    return FieldPlan(
        tables={key: _roles(tables.block(key)) for key in tables.content},
        codes={kind: _by_name(codes.block(kind)) for kind in CODES},
        parameters={key: dict(parameters.block(key).content) for key in parameters.content},
    )


def _by_name(block: Block) -> dict[str, tuple[str, ...]]:
    return {name: block.texts(name) for name in block.content}


def _roles(block: Block) -> Roles:
    block.only(
        {"enumerator", "consent", "start", "end", "version", "age", "digits", "grids", "other", "sample",
         "back_check"}
    )  # fmt: skip
    others = block.block("other")
    return Roles(
        enumerator=block.text("enumerator"),
        consent=block.expression("consent"),
        start=block.text("start"),
        end=block.text("end"),
        version=block.text("version"),
        age=_age(block.block("age")) if "age" in block.content else None,
        digits=block.texts("digits"),
        grids=_by_name(block.block("grids")),
        other={name: others.need(name) for name in others.content},
        sample=_sample(block.block("sample")) if "sample" in block.content else None,
        back_check=_back_check(block.block("back_check")) if "back_check" in block.content else None,
    )


def _age(block: Block) -> Age:
    block.only({"months", "birth", "on"})
    age = Age(months=block.text("months"), birth=block.text("birth"), on=block.text("on"))
    if bool(age.months) == bool(age.birth and age.on):
        block.fault("says how the age is known: 'months', or 'birth' and 'on'")
    return age


def _sample(block: Block) -> SampleList:
    block.only({"table", "by", "list_by", "complete"})
    by = block.need("by")
    return SampleList(
        table=block.need("table"),
        by=by,
        list_by=block.text("list_by", by),
        complete=block.expression("complete"),
    )


def _back_check(block: Block) -> BackCheck:
    block.only({"files", "checker", "okrange", *(f"type{number}" for number in TYPES)})
    files = block.texts("files")
    if not files:
        block.fault("'files' is missing: the patterns of the delivered files, e.g. [\"backcheck_*.csv\"]")
    types: dict[str, int] = {}
    for number in TYPES:
        for name in block.texts(f"type{number}"):
            if types.setdefault(name, number) != number:
                block.fault(f"{name!r} has two types")
    if not types:
        block.fault("names no question: type1, type2 or type3")
    ranges = block.block("okrange")
    return BackCheck(
        files=files,
        checker=block.text("checker"),
        types=types,
        okrange={name: _okrange(ranges, name) for name in ranges.content},
    )


def _okrange(block: Block, name: str) -> tuple[float, bool]:
    """Read ``5`` (an amount) or ``"10%"`` (a share of the first value)."""
    said = block.take(name, (int, float, str), 0)
    number = said.strip().removesuffix("%") if isinstance(said, str) else said
    try:
        amount = float(number)
    except ValueError:
        amount = -1.0
    is_share = isinstance(said, str)
    if not 0 <= amount < math.inf or (isinstance(said, str) and not said.strip().endswith("%")):
        block.fault(f'{name} must be a number from 0, or a share like "10%"')
        return 0.0, False
    return (amount / 100 if is_share else amount), is_share
