"""The model of a study's simulation: everything that its ``simulation.toml`` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kgeval.plan.expression import Expression
from kgeval.simulate.answer import Answer, Case
from kgeval.simulate.disagreement import Disagreement

STUDY, AREA = "study", "area"  # what a unit can lie within besides another unit

Lasting = Literal["same", "new", "turnover"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A kind of unit and how its population comes into being.

    ``count`` units lie in each unit of ``within``, where ``where`` holds of it. They are the same in
    every round, all ``new``, or a share ``turnover`` is replaced from round to round. Records for
    which ``absent`` holds are taken out again. A unit that is no table of the study is scaffolding.
    ``after`` are answers that are given once all units are made, since they count records of later ones.
    """

    key: str
    within: str
    count: Answer
    lasting: Lasting
    turnover: float
    where: Expression | None
    absent: Expression | None
    answers: tuple[Answer, ...]
    after: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Two stages: ``clusters`` of each area by simple random sampling, then ``take`` records of each.

    The clusters are the values of ``column`` in the unit ``unit`` and are the same in every round.
    ``take`` holds the number of records a cluster and round of each sampled table; None: all.
    """

    unit: str
    column: str
    clusters: Mapping[str, int]
    take: Mapping[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the records of a table are handed in.

    ``file`` is a pattern with ``{area}`` (the area's key), ``{code}``, ``{year}`` and ``{round}``: a
    file for each combination of those that it names. ``style``: as the Kobo server exports, as a
    plain CSV, or as a district's workbook. ``notation``: codes, or the labels in ``language``.
    ``leave_out`` are questions that the file does not hold, ``totals`` those that a workbook adds up.
    """

    table: str
    style: Literal["kobo", "csv", "workbook"]
    file: str
    notation: Literal["codes", "labels"]
    language: str
    leave_out: tuple[str, ...]
    totals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The words around the table of a district's workbook, as the study's language has them."""

    sheet: str
    above: tuple[str, ...]
    number_column: str
    subtotal: str
    below: tuple[str, ...]
    hidden_column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Everything that ``simulation.toml`` says; ``dirt`` are the rates of the faults by their names.

    ``only`` names the columns of a fault that happens nowhere else; ``words`` are those that faults write.
    """

    watermark: str
    units: tuple[Unit, ...]
    lists: Mapping[str, Case]
    sampling: Sampling | None
    deliveries: tuple[Delivery, ...]
    letterhead: Letterhead
    dirt: Mapping[str, float]
    only: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]
    disagreements: tuple[Disagreement, ...] = ()
