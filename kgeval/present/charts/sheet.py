"""The sheet of a chart with rows: title, labels at the left, a plot, columns at the right, notes.

All lengths are inches, so text can be measured before the sheet is laid out: nothing leaves the
canvas and no two texts meet, however long a name is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kgeval.present.charts.chart import settings
from kgeval.present.charts.sheet_words import (
    POINTS,
    Blocks,
    Content,
    fitted,
    gap_of,
    height_of,
    line_height,
)
from kgeval.present.layout import width_of
from kgeval.present.style import Size, colour

_BETWEEN_TICKS = 0.16  # inches


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A laid-out sheet: draw into ``axes`` at the heights ``centres`` (its y axis is in inches)."""

    figure: Any
    axes: Any
    centres: tuple[float, ...]
    left: float
    width: float
    top: float
    size: Size


def lay_out(content: Content, size: Size) -> Sheet:
    """Return the sheet with all its words written and an empty plot."""
    from matplotlib import rc_context

    with rc_context(settings()):
        return _lay_out(content, size)


def put(figure: Any, x: float, y: float, text: str, points: float, **options: Any) -> Any:
    """Write ``text`` at ``x`` and ``y`` inches from the lower left corner of the figure."""
    width, height = figure.get_size_inches()
    given = {"ha": "left", "va": "top", "color": colour("ink"), **options}
    return figure.text(x / width, y / height, text, fontsize=points, parse_math=False, **given)


def scale(
    sheet: Sheet,
    low: float,
    high: float,
    write: Callable[[float, int], str],
    *,
    within: tuple[float, float] | None = None,
) -> None:
    """Let the x axis hold the range between round, exactly written ticks.

    Parameters
    ----------
    sheet
        The sheet to draw on.
    low, high
        What must be seen; the axis reaches from the tick below to the tick above.
    write
        Writes a tick with a number of decimals.
    within
        Where the axis ends at the latest, e.g. 0 and 100.
    """
    from matplotlib.ticker import MaxNLocator

    if within is not None:
        low, high = max(low, within[0]), min(high, within[1])
    axes, size = sheet.axes, sheet.size
    for most in range(7, 0, -1):  # the fewest that always fit: both ends
        found = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        ticks = [float(tick) for tick in found]
        if within is not None:
            ticks = [tick for tick in ticks if within[0] - 1e-9 <= tick <= within[1] + 1e-9]
        start, end = min(ticks[0], low), max(ticks[-1], high)
        decimals = _decimals_of(ticks)
        widest = max(width_of(write(tick, decimals), size.axis) for tick in ticks) + _BETWEEN_TICKS
        if len(ticks) < 2 or widest <= (ticks[1] - ticks[0]) / (end - start) * sheet.width:
            break
    axes.set_xlim(start, end)
    axes.set_xticks(ticks, [write(tick, decimals) for tick in ticks])
    for text in axes.get_xticklabels():
        text.set(fontsize=size.axis, color=colour("muted"), parse_math=False)
    axes.grid(visible=True, axis="x", color=colour("grid"), linewidth=0.6)


def _decimals_of(ticks: Sequence[float]) -> int:
    for decimals in range(4):
        if all(abs(round(tick, decimals) - tick) < 1e-9 for tick in ticks):
            return decimals
    return 4


def _lay_out(content: Content, size: Size) -> Sheet:
    inner = size.width - 2 * size.margin
    block = Blocks.of(content, size, inner)
    table = fitted(content, size, inner, block)
    gap, room = gap_of(size), sum(table.heights)
    height = size.height or 2 * size.margin + block.head + table.above + room + block.foot
    top = height - size.margin - block.head - table.above
    bottom = top - room
    left = size.margin + table.label_width + gap
    width = inner - table.label_width - gap - sum(wide + gap for wide in table.widths)
    figure = _figure(size.width, height, size.dpi)
    _write_head(figure, block, size, height)
    _write_foot(figure, block, size)
    centres = _centres(table.heights)
    ys = [bottom + y for y in centres]
    _write_cells(figure, size.margin, ys, table.labels, size, strong=content.strong)
    x = left + width + gap
    for column, cells, heading, wide in zip(
        content.columns, table.cells, table.headings, table.widths, strict=True
    ):
        edge, side = (x + wide, "right") if column.right else (x, "left")
        put(
            figure, edge, top + gap * 0.4, "\n".join(heading), size.source, va="bottom", ha=side,
            color=colour("muted"), linespacing=1.15,
        )  # fmt: skip
        _write_cells(figure, edge, ys, cells, size, strong=content.strong, colours=column.colours, side=side)
        x += wide + gap
    axes = figure.add_axes((left / size.width, bottom / height, width / size.width, room / height))
    _plain_axes(axes, room, size)
    _rule_above_strong(axes, content.strong, table.heights)
    if content.watermark:
        _stamp(figure, content.watermark.split(" / ")[0], size)
    return Sheet(
        figure=figure,
        axes=axes,
        centres=tuple(centres),
        left=left,
        width=width,
        top=top + gap * 0.4,
        size=size,
    )


def _write_head(figure: Any, block: Blocks, size: Size, height: float) -> None:
    y = height - size.margin
    put(
        figure,
        size.margin,
        y,
        "\n".join(block.title),
        block.points,
        weight="bold",
        linespacing=_spacing(size),
        gid="title",
    )
    y -= height_of(block.title, block.points, size) + gap_of(size) * 0.5
    put(
        figure, size.margin, y, "\n".join(block.subtitle), size.subtitle, color=colour("muted"),
        linespacing=_spacing(size),
    )  # fmt: skip


def _write_foot(figure: Any, block: Blocks, size: Size) -> None:
    y = size.margin + height_of(block.mark, size.source, size)
    if block.mark:
        put(
            figure, size.margin, y, "\n".join(block.mark), size.source, weight="bold",
            color=colour("watermark"), linespacing=_spacing(size),
        )  # fmt: skip
    if block.notes:
        y += height_of(block.notes, size.source, size)
        put(
            figure, size.margin, y, "\n".join(block.notes), size.source, color=colour("muted"),
            linespacing=_spacing(size),
        )  # fmt: skip


def _spacing(size: Size) -> float:
    return size.line * 0.93


def _write_cells(
    figure: Any,
    x: float,
    heights: Sequence[float],
    cells: Sequence[Sequence[str]],
    size: Size,
    *,
    strong: frozenset[int],
    colours: Sequence[str] = (),
    side: str = "left",
) -> None:
    # Every line stands on its own baseline, so that neighbours in a row align whatever letters they have.
    step = line_height(size.label, size)
    for row, (y, lines) in enumerate(zip(heights, cells, strict=True)):
        first = y + (len(lines) - 1) * step / 2 - 0.36 * size.label / POINTS
        for number, line in enumerate(lines):
            put(
                figure, x, first - number * step, line, size.label, va="baseline", ha=side,
                color=colours[row] if colours else colour("ink"),
                weight="bold" if row in strong else "normal",
            )  # fmt: skip


def _rule_above_strong(axes: Any, strong: frozenset[int], heights: Sequence[float]) -> None:
    for row in strong:
        if row:
            axes.axhline(sum(heights[row:]), color=colour("rule"), linewidth=0.8, zorder=1)


def _centres(heights: Sequence[float]) -> list[float]:
    below = sum(heights)
    centres = []
    for height in heights:
        centres.append(below - height / 2)
        below -= height
    return centres


def _figure(width: float, height: float, dpi: int) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=dpi)
    FigureCanvasAgg(figure)
    return figure


def _plain_axes(axes: Any, room: float, size: Size) -> None:
    axes.set_ylim(0, room)
    axes.set_yticks([])
    axes.set_axisbelow(True)
    axes.patch.set_alpha(0)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(colour("rule"))
    axes.tick_params(axis="x", length=0, pad=size.axis * 0.35)


def _stamp(figure: Any, text: str, size: Size) -> None:
    # Behind everything and slanted, so that it survives when the foot of a picture is cut off.
    width, height = figure.get_size_inches()
    points = size.title * 1.6
    points *= min(1.0, 0.8 * width / width_of(text, points, bold=True))
    put(
        figure, width / 2, height / 2, text, points, ha="center", va="center", weight="bold",
        color=colour("watermark"), alpha=0.10, rotation=min(25.0, 60 * height / width),
        gid="watermark", zorder=-1,
    )  # fmt: skip
