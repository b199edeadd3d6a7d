"""Who may be proposed for commendation: declared points, and vetoes that nobody is told of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """``points`` for a record where ``met`` is known to hold."""

    label: Mapping[str, str]
    met: Expression
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """Records of ``table`` where ``counts`` holds, no ``veto`` may hold and the points reach ``at_least``."""

    table: str
    id: str
    counts: Expression | None
    veto: Expression | None
    at_least: float
    criteria: tuple[Criterion, ...]

    @property
    def most(self) -> float:
        """The highest possible score."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def expressions(self) -> dict[str, Expression]:
        """The expressions by which it is made, by the key they have in the file."""
        parts = {"counts": self.counts, "veto": self.veto}
        parts |= {f"criteria {number}": one.met for number, one in enumerate(self.criteria, start=1)}
        return {name: part for name, part in parts.items() if part is not None}


def read_shortlist(block: Block, languages: tuple[str, ...]) -> Shortlist:
    """Read ``[shortlist]`` of ``plan.toml``."""
    block.only({"table", "id", "counts", "veto", "at_least", "criteria"})
    criteria = []
    for one in block.blocks("criteria"):
        one.only({"label", "met", "points"})
        met, points = one.expression("met"), one.number("points")
        if met is None or points is None:
            one.fault("a criterion needs 'met' and 'points'")
        else:
            criteria.append(Criterion(label=one.words("label", languages), met=met, points=points))
    return Shortlist(
        table=block.need("table"),
        id=block.need("id"),
        counts=block.expression("counts"),
        veto=block.expression("veto"),
        at_least=block.number("at_least") or 0.0,
        criteria=tuple(criteria),
    )
