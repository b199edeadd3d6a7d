"""One side of a figure that forms can be held against: what the records of a table add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The sum of ``of`` (None: the number) of the records of ``table`` where ``where`` holds.

    ``by`` says under which key each record is added up (None: all together). ``label`` names the figure
    and the form that it stands in. A sampled table is weighted up with its interval, unless ``as_listed``:
    then its records are counted as they are. With fewer than ``records`` of them the figure is not known:
    a report is missing among those that are added up.
    """

    table: str
    of: Expression | None
    where: Expression | None
    by: Expression | None
    label: Mapping[str, str]
    as_listed: bool = False
    records: int = 0

    @property
    def expressions(self) -> dict[str, Expression]:
        """The expressions by which it is computed, by the key they have in the file."""
        parts = {"of": self.of, "where": self.where, "by": self.by}
        return {name: part for name, part in parts.items() if part is not None}


def read_side(block: Block, languages: tuple[str, ...]) -> Side:
    """Read ``{ table = "…", of = "…", where = "…", by = "…", label = { … } }``."""
    block.only({"table", "of", "where", "by", "label", "as_listed", "records"})
    return Side(
        table=block.need("table"),
        of=block.expression("of"),
        where=block.expression("where"),
        by=block.expression("by"),
        label=block.words("label", languages),
        as_listed=bool(block.take("as_listed", bool, False)),
        records=block.take("records", int, 0),
    )
