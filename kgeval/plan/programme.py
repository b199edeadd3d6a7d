"""The plan under evaluation, line by line: what was to be done, by whom, and what answers it.

Besides, where a study has them: which reports were due, which table is the budget, and which columns
of the register count attendances and not persons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, cast

from kgeval.plan.expression import Expression
from kgeval.plan.shortlist import Shortlist, read_shortlist
from kgeval.plan.toml import Block, read_toml

Shown = Literal["targets", "tasks", "funding", "agencies"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the plan.

    ``indicators`` answer it: (key, variant). ``sections`` are the parts of the review that say more
    (labels ``section.<name>.title``). ``silent`` is the sentence that stands where nothing answers it:
    because nothing was to be measured, or because the data were not delivered. ``always`` are words that
    stand beside the figures whatever they are.
    """

    key: str
    part: str
    text: Mapping[str, str]
    who: Mapping[str, str]
    due: date | None
    source: str
    indicators: tuple[tuple[str, str], ...]
    sections: tuple[str, ...]
    silent: Mapping[str, str]
    always: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the plan, and the section of the review in which its lines are shown."""

    label: Mapping[str, str]
    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Reports that were due: one a choice of ``agency`` in ``table``, received strictly ``before`` a day.

    The day binds the agencies in ``bound`` alone; the reports of the others are received, not judged.
    """

    table: str
    agency: str
    received: str
    where: Expression | None
    before: date
    bound: tuple[str, ...]
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The columns of the budget table; sources in ``without_estimate`` have spending and no plan."""

    table: str
    year: str
    source: str
    line: str
    estimate: str
    adjustment: str
    spent: str
    settled: str
    in_kind: str
    without_estimate: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The register of activities; ``attendances`` are columns of person-times, never persons."""

    table: str
    task: str
    type: str
    day: str
    persons: str
    attended: str
    cost: str
    attendances: tuple[str, ...]
    unit: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """The columns of a table's records that may be named one by one: public by nature."""

    table: str
    where: Expression | None
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Everything that ``plan.toml`` says; empty where a study has no such file."""

    document: str = ""
    parts: Mapping[str, Part] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    reports: Reports | None = None
    budget: Budget | None = None
    register: Register | None = None
    shortlist: Shortlist | None = None
    public: Public | None = None

    @property
    def indicator_keys(self) -> tuple[str, ...]:
        """The indicators that answer a line of the plan, each once."""
        return tuple(dict.fromkeys(key for line in self.lines for key, _ in line.indicators))


def read_programme(path: Path, languages: tuple[str, ...], faults: list[str]) -> Programme:
    """Read ``plan.toml``."""
    if not path.exists():
        return Programme()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"document", "parts", "line", "reports", "budget", "register", "shortlist", "public"})
    parts = top.block("parts")
    lines = tuple(_line(block, languages) for block in top.blocks("line"))
    for line in lines:
        if line.part not in parts.content:
            top.fault(f"line {line.key!r}: there is no part {line.part!r}")
    keys = [line.key for line in lines]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        top.fault(f"line {key!r} stands twice")
    return Programme(
        document=top.text("document"),
        parts={key: _part(parts.block(key), languages) for key in parts.content},
        lines=lines,
        reports=_reports(top.block("reports")) if "reports" in top.content else None,
        budget=_budget(top.block("budget")) if "budget" in top.content else None,
        register=_register(top.block("register"), languages) if "register" in top.content else None,
        shortlist=read_shortlist(top.block("shortlist"), languages) if "shortlist" in top.content else None,
        public=_public(top.block("public")) if "public" in top.content else None,
    )


def _part(block: Block, languages: tuple[str, ...]) -> Part:
    block.only({"label", "shown"})
    shown = cast("Shown", block.choice("shown", ("targets", "tasks", "funding", "agencies"), "tasks"))
    return Part(label=block.words("label", languages), shown=shown)


def _line(block: Block, languages: tuple[str, ...]) -> Line:
    block.only({"key", "part", "text", "who", "due", "source", "indicators", "sections", "silent", "always"})
    named = tuple(name.partition(".") for name in block.texts("indicators"))
    key = block.need("key")
    return Line(
        key=key,
        part=block.text("part") or key.split(".")[0],
        text=block.words("text", languages),
        who=block.words("who", languages),
        due=block.day("due"),
        source=block.text("source"),
        indicators=tuple((indicator, variant or "main") for indicator, _, variant in named),
        sections=block.texts("sections"),
        silent=block.words("silent", languages),
        always=block.words("always", languages, needed=False),
    )


def _reports(block: Block) -> Reports:
    block.only({"table", "agency", "received", "where", "before", "bound", "document"})
    before = block.day("before")
    if before is None:
        block.fault("'before' is missing: the day before which the reports are due")
    return Reports(
        table=block.need("table"),
        agency=block.need("agency"),
        received=block.need("received"),
        where=block.expression("where"),
        before=before or date.min,
        bound=block.texts("bound"),
        document=block.text("document"),
    )


def _budget(block: Block) -> Budget:
    names = ("table", "year", "source", "line", "estimate", "adjustment", "spent", "settled", "in_kind")
    block.only({*names, "without_estimate"})
    return Budget(
        **{name: block.need(name) for name in names}, without_estimate=block.texts("without_estimate")
    )


def _register(block: Block, languages: tuple[str, ...]) -> Register:
    names = ("table", "task", "type", "day", "persons", "attended", "cost")
    block.only({*names, "attendances", "unit"})
    return Register(
        **{name: block.need(name) for name in names},
        attendances=block.texts("attendances"),
        unit=block.words("unit", languages),
    )


def _public(block: Block) -> Public:
    block.only({"table", "where", "columns"})
    return Public(table=block.need("table"), where=block.expression("where"), columns=block.texts("columns"))
