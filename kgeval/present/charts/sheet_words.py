"""The words of a chart's sheet, measured: how they break into lines, and the room that they take.

All lengths are inches. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kgeval.present.layout import width_of, wrapped
from kgeval.present.style import Size

POINTS = 72  # in an inch
_GAP = 0.9  # space between columns, in heights of a label
_LABEL_SHARE = 0.27  # of the width that row labels may take
_WIDER = 1.35  # times that where each must stand in one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of text at the right of the plot."""

    heading: str
    cells: tuple[str, ...]
    colours: tuple[str, ...] = ()
    right: bool = False
    share: float = 0.24  # of the width that the column may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words of a sheet; ``strong`` holds the numbers of rows that are set in bold."""

    title: str
    subtitle: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    watermark: str = ""
    strong: frozenset[int] = field(default_factory=frozenset)
    above: int = 1  # lines kept free above the plot, for the target's name or the headings of panels


def line_height(points: float, size: Size) -> float:
    """Return the height in inches of a line of text."""
    return points * size.line / POINTS


def gap_of(size: Size) -> float:
    """Return the space between columns in inches."""
    return _GAP * size.label / POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """The lines above and below the rows, and how much height they take."""

    title: tuple[str, ...]
    points: float
    subtitle: tuple[str, ...]
    notes: tuple[str, ...]
    mark: tuple[str, ...]
    head: float
    foot: float

    @classmethod
    def of(cls, content: Content, size: Size, inner: float) -> Blocks:
        """Break the words above and below the rows into lines of at most ``inner`` inches."""
        gap = gap_of(size)
        points, title = _title(content.title, size, inner)
        subtitle = wrapped(content.subtitle, size.subtitle, inner, most=2)
        notes = tuple(line for note in content.notes for line in wrapped(note, size.source, inner))
        mark = wrapped(content.watermark, size.source, inner, bold=True) if content.watermark else ()
        return cls(
            title=title,
            points=points,
            subtitle=subtitle,
            notes=notes,
            mark=mark,
            head=height_of(title, points, size) + gap * 1.5 + height_of(subtitle, size.subtitle, size),
            foot=line_height(size.axis, size) + gap * 1.4 + height_of([*notes, *mark], size.source, size),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The wrapped words of the rows with the widths and heights that they need."""

    labels: list[tuple[str, ...]]
    cells: list[list[tuple[str, ...]]]
    headings: list[tuple[str, ...]]
    label_width: float
    widths: list[float]
    above: float
    heights: list[float]


def fitted(content: Content, size: Size, inner: float, block: Blocks) -> Rows:
    """Return the rows with as many lines each as the height of the sheet allows."""
    for most in (3, 2, 1):
        table = _table(content, size, inner, most)
        room = size.height - 2 * size.margin - block.head - table.above - block.foot
        if not size.height or sum(table.heights) <= room:
            break
    if not size.height:
        return table
    spare = (room - sum(table.heights)) / max(1, len(table.heights))
    return replace(table, heights=[height + spare for height in table.heights])


def _table(content: Content, size: Size, inner: float, most: int) -> Rows:
    gap, tight = gap_of(size), most == 1
    share = _LABEL_SHARE * (_WIDER if tight else 1)
    labels = _cells(content.labels, size, inner * share, content.strong, most)
    cells = [
        _cells(column.cells, size, inner * (1 if tight else column.share), content.strong, most)
        for column in content.columns
    ]
    headings = [
        wrapped(
            column.heading, size.source, max(_widest(lines, size.label), _widest_word(column.heading, size))
        )
        for column, lines in zip(content.columns, cells, strict=True)
    ]
    lines_of = [max(len(lines[row]) for lines in [labels, *cells]) for row in range(len(content.labels))]
    pad = gap * (0.15 if tight else 0.5)
    return Rows(
        labels=labels,
        cells=cells,
        headings=headings,
        label_width=_widest(labels, size.label),
        widths=[
            max(_widest(lines, size.label), _widest([heading], size.source, bold=False))
            for lines, heading in zip(cells, headings, strict=True)
        ],
        above=max([content.above, *(len(heading) for heading in headings)]) * line_height(size.source, size)
        + gap * 0.4,
        heights=[max(0 if tight else size.row, n * line_height(size.label, size) + pad) for n in lines_of],
    )


def _title(text: str, size: Size, inner: float) -> tuple[float, tuple[str, ...]]:
    """Return a title in two lines: smaller type before anything is left out."""
    for points in (size.title, size.title * 0.88, size.title * 0.78):
        lines = wrapped(text, points, inner, bold=True)
        if len(lines) <= 2:
            return points, lines
    return points, wrapped(text, points, inner, bold=True, most=2)


def _cells(
    texts: Sequence[str], size: Size, width: float, strong: frozenset[int], most: int
) -> list[tuple[str, ...]]:
    return [
        wrapped(text, size.label, width, bold=row in strong, most=most) or ("",)
        for row, text in enumerate(texts)
    ]


def _widest(cells: Sequence[Sequence[str]], points: float, *, bold: bool = True) -> float:
    return max((width_of(line, points, bold=bold) for lines in cells for line in lines), default=0.0)


def _widest_word(text: str, size: Size) -> float:
    return max((width_of(word, size.source) for word in text.split(" ")), default=0.0) * 1.01


def height_of(lines: Sequence[str], points: float, size: Size) -> float:
    """Return the height in inches of lines of text."""
    return len(lines) * line_height(points, size)
