"""Who is followed from the first round to the last, and what may have become of whom.

A unit may be a person, a group, or a cluster of records: then it is found where one of its records is.
Respondents who are drawn anew in every round (mothers of small children) are not followed, and their
going is no attrition; ``note`` says so in the study's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block

# What became of a unit that was not found; every page has a word for each.
FATES = ("refused", "absent", "moved", "left", "suspended", "converted", "closed", "other", "no_record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """An event between the rounds: ``before`` held at first and ``after`` at last, or ``changed`` differs."""

    label: Mapping[str, str]
    before: Expression | None
    after: Expression | None
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """How the units of one table are followed.

    Parameters
    ----------
    table
        The table's key.
    unit, unit_label
        The column that names the same unit in both rounds, and what such a unit is called.
    found
        Holds for a record that was answered; ``None``: every record.
    fates
        What became of a unit that was not found at last: code of ``FATES`` to the expression that says
        so of its last record, the first that holds; no record at last is ``no_record``, else ``other``.
    transitions
        Events between the rounds, counted among the units with a record in both.
    columns
        Baseline columns by which those who stayed are compared with those who left.
    classes
        Baseline columns whose values make the response classes of the weights.
    same
        Columns (or ``area``) whose answer cannot differ between two rounds of one unit: a finding.
    note
        What must be said beside the table, in the study's words.
    """

    table: str
    unit: str
    unit_label: Mapping[str, str]
    found: Expression | None
    fates: Mapping[str, Expression]
    transitions: tuple[Transition, ...]
    columns: tuple[str, ...]
    classes: tuple[str, ...]
    same: tuple[str, ...]
    note: Mapping[str, str]


def read_panels(blocks: Block, languages: tuple[str, ...]) -> dict[str, Panel]:
    """Read ``[panel.<table>]`` blocks; faults go to the blocks' list."""
    return {key: _panel(blocks.block(key), key, languages) for key in blocks.content}


def _panel(block: Block, table: str, languages: tuple[str, ...]) -> Panel:
    block.only({"unit", "unit_label", "found", "fates", "transitions", "columns", "classes", "same", "note"})
    fates = block.block("fates")
    fates.only(FATES[:-1])
    said = {fate: fates.expression(fate) for fate in FATES if fate in fates.content}
    return Panel(
        table=table,
        unit=block.need("unit"),
        unit_label=block.words("unit_label", languages),
        found=block.expression("found"),
        fates={fate: expression for fate, expression in said.items() if expression is not None},
        transitions=tuple(_transition(one, languages) for one in block.blocks("transitions")),
        columns=block.texts("columns"),
        classes=block.texts("classes"),
        same=block.texts("same"),
        note=block.words("note", languages, needed=False),
    )


def _transition(block: Block, languages: tuple[str, ...]) -> Transition:
    block.only({"label", "before", "after", "changed"})
    found = Transition(
        label=block.words("label", languages),
        before=block.expression("before"),
        after=block.expression("after"),
        changed=block.text("changed"),
    )
    if bool(found.changed) == bool(found.before and found.after):
        block.fault("says what happened: 'before' and 'after', or 'changed'")
    return found
