"""What a written report is made of."""

from __future__ import annotations

from dataclasses import dataclass

from kgeval.present.charts.chart import Chart
from kgeval.present.tables.spec import TableSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """Who issues the report, to whom; what nobody has filled in stays an ellipsis to fill in.

    ``signatory_title`` may have several lines: on whose behalf, then the title.
    """

    agency: str = ""
    superior: str = ""
    number: str = ""
    place: str = ""
    date: str = ""
    abstract: str = ""
    signatory_title: str = ""
    signatory_name: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading: level 1 is a part (its word, a line break, its title), 2 a section, 3 a point."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of the body; ``to_fill`` marks what a person has to write."""

    text: str
    to_fill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with its caption."""

    chart: Chart
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """An appendix with page numbers of its own, landscape where one of its tables is wide."""

    title: str
    blocks: tuple[Block, ...]


Block = Heading | Paragraph | Figure | TableSpec
