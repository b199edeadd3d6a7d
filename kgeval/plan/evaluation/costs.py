"""``costs.toml``: what one person, one mother, one group cost, and out of whose money it was paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kgeval.plan.evaluation.reference import Tally, tally
from kgeval.plan.toml import Block, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCost:
    """Money ``spent`` over ``units``; ``paid_by`` is the column of the spending that names the source.

    ``caution`` says what the ratio does not hold (other people's time, earlier years).
    """

    label: Mapping[str, str]
    unit: Mapping[str, str]
    spent: Tally
    paid_by: str
    units: Tally
    caution: Mapping[str, str]


def read_costs(path: Path, languages: tuple[str, ...], faults: list[str]) -> tuple[UnitCost, ...]:
    """Read ``costs.toml``; an absent file means that no unit costs are asked for."""
    if not path.exists():
        return ()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"cost"})
    read = (_cost(block, languages) for block in top.blocks("cost"))
    return tuple(one for one in read if one is not None)


def _cost(block: Block, languages: tuple[str, ...]) -> UnitCost | None:
    block.only({"label", "unit", "spent", "paid_by", "units", "caution"})
    spent, units = tally(block.block("spent")), tally(block.block("units"))
    if spent is None or units is None:
        block.fault("a unit cost needs 'spent' and 'units': a table, and what is counted or summed in it")
        return None
    return UnitCost(
        label=block.words("label", languages),
        unit=block.words("unit", languages),
        spent=spent,
        paid_by=block.need("paid_by"),
        units=units,
        caution=block.words("caution", languages),
    )
