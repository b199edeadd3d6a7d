"""What is measured: an indicator is who counts, who succeeds, and the target it is held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast, get_args

from kgeval.plan.area import WHOLE
from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block, read_toml

Kind = Literal["share", "mean", "total", "ratio", "count"]
Direction = Literal["higher", "lower", "none"]
Comparable = Literal["yes", "caution", "no"]
Disclosure = Literal["survey", "sensitive", "register", "groups", "administrative"]

MAIN = "main"  # the variant that the target is officially judged by
_WORDS = {"label", "short", "unit", "method", "limits", "comparable_reason"}
_OWN = {
    "table", "kind", "counts", "succeeds", "value", "per", "direction", "weight", "breakdowns", "rounds",
    "comparable", "disclosure", "source", "logical", "target", "variants",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A value to be reached, and who decided which definition it is judged by.

    ``value`` is a share from 0 to 1, or a count for the whole study; ``areas`` holds the values of
    single areas by code, where they differ. ``decided_by`` empty means that nobody has decided yet:
    then there is no official verdict.
    """

    value: float
    areas: Mapping[str, float]
    as_of: date | None
    label: Mapping[str, str]
    decided_by: str
    decided_at: date | None
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One definition of one indicator: the main one or a variant (another denominator, population, level).

    ``comparable`` says whether its rounds can be compared; ``changed_questions`` names the questions that
    differ between the rounds' forms, with the aspects that changed (``kgeval.plan.comparability``).
    """

    key: str
    variant: str
    table: str
    kind: Kind
    label: Mapping[str, str]
    short: Mapping[str, str]
    unit: Mapping[str, str]
    counts: Expression | None
    succeeds: Expression | None
    value: Expression | None
    per: Expression | None
    direction: Direction
    target: Target | None
    weight: str | None
    breakdowns: tuple[tuple[str, ...], ...]
    rounds: tuple[str, ...]
    comparable: Comparable
    comparable_reason: Mapping[str, str]
    disclosure: Disclosure
    source: str
    method: Mapping[str, str]
    limits: Mapping[str, str]
    logical_low: float | None
    logical_high: float | None
    changed_questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def target_in(self, area: str) -> float | None:
        """Return the target of an area (a code, or ``all``), None where there is none.

        A share is asked of every area alike; a count or a total is asked of the whole, and of an area
        only where the study says how much.
        """
        if self.target is None:
            return None
        if area in self.target.areas:
            return self.target.areas[area]
        return self.target.value if area == WHOLE or self.kind not in {"count", "total"} else None

    @property
    def official(self) -> bool:
        """Whether the target is officially judged by this definition."""
        return self.variant == MAIN and self.target is not None and bool(self.target.decided_by)

    @property
    def expressions(self) -> dict[str, Expression]:
        """The expressions by which it is computed, by the key they have in the file."""
        parts = {"counts": self.counts, "succeeds": self.succeeds, "value": self.value, "per": self.per}
        return {name: part for name, part in parts.items() if part is not None}

    @property
    def names(self) -> frozenset[str]:
        """Every column that it needs."""
        named = {name for part in self.expressions.values() for name in part.names}
        return frozenset(named | ({self.weight} if self.weight else set()))


def read_indicators(path: Path, languages: tuple[str, ...], faults: list[str]) -> tuple[Indicator, ...]:
    """Read ``indicators.toml``: each block is the main definition, ``variants`` override parts of it.

    What is wrong is appended to ``faults``; indicators are returned in the file's order, each main
    definition before its variants.
    """
    content = read_toml(path, faults)
    return tuple(
        _indicator(Block(f"{path.name} [{where}]", block, faults), key, variant, languages)
        for key, variant, where, block in _definitions(content)
    )


def _definitions(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for key, block in content.items():
        if not isinstance(block, dict):
            yield key, MAIN, key, {}
            continue
        base = {name: value for name, value in block.items() if name != "variants"}
        yield key, MAIN, key, base
        for variant, overrides in block.get("variants", {}).items():
            yield key, variant, f"{key}.variants.{variant}", _override(base, overrides)


def _override(base: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    # A variant of another kind must not inherit the expressions of the kind it leaves.
    kept = (
        {"succeeds", "value", "per"} if overrides.get("kind", base.get("kind")) != base.get("kind") else set()
    )
    merged = {key: value for key, value in base.items() if key not in kept}
    for key, value in overrides.items():
        nested = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if nested else value
    return merged


def _indicator(block: Block, key: str, variant: str, languages: tuple[str, ...]) -> Indicator:
    block.only(_WORDS | _OWN)
    kind = cast("Kind", block.choice("kind", ("share", "mean", "total", "ratio", "count"), "share"))
    parts = {name: block.expression(name) for name in ("counts", "succeeds", "value", "per")}
    _right_parts(block, kind)
    if "target" in block.content and block.text("direction", "none") == "none":
        block.fault("a target needs a direction, 'higher' or 'lower': without one nothing is judged by it")
    label = block.words("label", languages)
    low, high = _logical(block)
    return Indicator(
        key=key,
        variant=variant,
        table=block.need("table"),
        kind=kind,
        label=label,
        short={
            lang: word or label[lang] for lang, word in block.words("short", languages, needed=False).items()
        },
        unit=block.words("unit", languages),
        counts=parts["counts"],
        succeeds=parts["succeeds"],
        value=parts["value"],
        per=parts["per"],
        direction=cast("Direction", block.choice("direction", ("higher", "lower", "none"), "none")),
        target=_target(block.block("target"), languages, kind) if "target" in block.content else None,
        weight=block.text("weight") or None,
        breakdowns=_breakdowns(block),
        rounds=block.texts("rounds"),
        comparable=cast("Comparable", block.choice("comparable", ("yes", "caution", "no"), "yes")),
        comparable_reason=block.words("comparable_reason", languages, needed=False),
        disclosure=cast(
            "Disclosure",
            block.choice("disclosure", get_args(Disclosure), "survey"),
        ),
        source=block.text("source"),
        method=block.words("method", languages, needed=False),
        limits=block.words("limits", languages, needed=False),
        logical_low=low,
        logical_high=high,
    )


def _right_parts(block: Block, kind: Kind) -> None:
    needed = {
        "share": {"succeeds"}, "count": {"succeeds"}, "mean": {"value"}, "total": {"value"},
        "ratio": {"value", "per"},
    }[kind]  # fmt: skip
    for part in ("succeeds", "value", "per"):
        if part in needed and not block.content.get(part):
            block.fault(f"a {kind} needs {part!r}")
        if part not in needed and block.content.get(part):
            block.fault(f"a {kind} has no {part!r}")


def _target(block: Block, languages: tuple[str, ...], kind: Kind) -> Target:
    block.only({"value", "areas", "as_of", "label", "decided_by", "decided_at", "document"})
    value = block.number("value")
    if value is None:
        block.fault("'value' is missing")
    own = Block(f"{block.where} areas", block.take("areas", dict, {}), block.faults)
    areas = {code: number for code in own.content if (number := own.number(code)) is not None}
    for number in (0.0 if value is None else value, *areas.values()):
        if kind == "share" and not 0 <= number <= 1:
            block.fault(f"{number:g} is no share, which lies from 0 to 1; write 65% as 0.65")
    return Target(
        value=0.0 if value is None else value,
        areas=areas,
        as_of=block.day("as_of"),
        label=block.words("label", languages, needed=False),
        decided_by=block.text("decided_by"),
        decided_at=block.day("decided_at"),
        document=block.text("document"),
    )


def _breakdowns(block: Block) -> tuple[tuple[str, ...], ...]:
    crossed = []
    for item in block.take("breakdowns", list, []):
        columns = (item,) if isinstance(item, str) else tuple(item)
        if not all(isinstance(column, str) for column in columns):
            block.fault("'breakdowns' holds column names, or lists of column names to cross")
            continue
        crossed.append(columns)
    return tuple(crossed)


def _logical(block: Block) -> tuple[float | None, float | None]:
    limits = block.take("logical", list, [])
    if not limits:
        return None, None
    if len(limits) != 2 or not all(isinstance(limit, int | float) for limit in limits):
        block.fault("'logical' is the range of the values: [lowest, highest]")
        return None, None
    return float(limits[0]), float(limits[1])
