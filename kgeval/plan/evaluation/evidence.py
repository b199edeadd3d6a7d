"""``evidence.toml``: whom the survey meant to reach, what became of them, and which figure is adopted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kgeval.plan.evaluation.reference import Reference, Tally, reference, tally
from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block, read_toml

FATES = ("reached", "refused", "not_found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fieldwork:
    """The fates of the units of one table.

    ``planned`` counts the list that the fieldwork worked from, in ``rounds`` alone (empty: in all); with
    ``each_has_a_form`` every unit of the list has a record, whatever became of it. Where neither holds,
    ``unknown`` says why. ``fates_by_area`` is false where so few units stand in an area that a refusal
    would name somebody.
    """

    table: str
    planned: Tally | None
    rounds: tuple[str, ...]
    each_has_a_form: bool
    fates: Mapping[str, Expression]
    fates_by_area: bool
    unknown: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A figure that somebody reported beside the one that was surveyed, and which is adopted and why."""

    label: Mapping[str, str]
    reported: Reference
    surveyed: Reference
    adopted: str
    because: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that ``evidence.toml`` says."""

    fieldwork: tuple[Fieldwork, ...] = ()
    reported: tuple[Reported, ...] = ()


def read_evidence(path: Path, languages: tuple[str, ...], faults: list[str]) -> Evidence:
    """Read ``evidence.toml``; an absent file means that nothing is said of the fieldwork."""
    if not path.exists():
        return Evidence()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"table", "reported"})
    tables = top.block("table")
    return Evidence(
        fieldwork=tuple(_fieldwork(tables.block(key), key, languages) for key in tables.content),
        reported=tuple(_reported(block, languages) for block in top.blocks("reported")),
    )


def _fieldwork(block: Block, table: str, languages: tuple[str, ...]) -> Fieldwork:
    block.only({"planned", "rounds", "each_has_a_form", "fates_by_area", "unknown", *FATES})
    fates = {fate: block.expression(fate) for fate in FATES}
    return Fieldwork(
        table=table,
        planned=tally(block.block("planned")),
        rounds=block.texts("rounds"),
        each_has_a_form=block.take("each_has_a_form", bool, False),
        fates={fate: rule for fate, rule in fates.items() if rule is not None},
        fates_by_area=block.take("fates_by_area", bool, True),
        unknown=block.words("unknown", languages, needed=False),
    )


def _reported(block: Block, languages: tuple[str, ...]) -> Reported:
    block.only({"label", "reported", "surveyed", "adopted", "because"})
    return Reported(
        label=block.words("label", languages),
        reported=reference(block.need("reported")),
        surveyed=reference(block.need("surveyed")),
        adopted=block.choice("adopted", ("reported", "surveyed"), "surveyed"),
        because=block.words("because", languages),
    )
