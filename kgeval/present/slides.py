"""Slides that can still be edited: native charts with error bars, native tables, notes, one look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pandas as pd

from kgeval.present.archive import MADE, restamped
from kgeval.present.chart_xml import describe, language_of, slide_number
from kgeval.present.charts.chart import Chart, picture
from kgeval.present.labels import Labels, labels
from kgeval.present.layout import wrapped
from kgeval.present.native_charts import Place, add_changes, add_results
from kgeval.present.slide_text import dress, rgb
from kgeval.present.style import colour, size_of
from kgeval.present.tables.spec import TableSpec
from kgeval.present.tables.widths import column_widths

_EMU = 914400  # English metric units in an inch
_MARGIN = 0.5
_TABLE_POINTS = 14
_ROWS = 12  # rows of a native table on one slide
_PADDING, _LINE = 0.12, 1.2  # beside a cell's text in inches; height of a line in sizes of type
_TYPES, _BETWEEN, _HIGH = (26.0, 22.0, 20.0, 18.0), 8, 5.2  # of lines: points, points between, inches for all
_PLACE = Place(left=0.5, top=1.5, width=12.333, height=5.45)  # of a chart or a picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """A slide with its notes: what to say, exact numbers, how to read the interval, source."""

    title: str
    notes: str
    lines: tuple[str, ...] = ()
    table: TableSpec | None = None
    picture: Chart | None = None
    chart: pd.DataFrame | None = None  # published rows of one measure: a native dot-and-whisker chart
    changes: pd.DataFrame | None = None  # published changes: a native chart of both rounds as bars
    alt: str = ""  # what a native chart shows, in words; its title where none is given


def slides(
    deck: Sequence[Slide], *, title: str, subtitle: str, lang: str, synthetic: bool = False, banner: str = ""
) -> bytes:
    """Return a .pptx file, 16:9: a title slide, then the deck.

    Parameters
    ----------
    deck
        The slides in order; equal titles get a number, so that every slide has its own.
    title, subtitle
        The title slide.
    lang
        Language of the words.
    synthetic
        Print the watermark on every slide.
    banner
        The study's own words that every slide must carry.
    """
    from pptx import Presentation

    words, size = labels(lang), size_of("slide")
    foot = " · ".join(part for part in (words["caveat.synthetic"] if synthetic else "", banner) if part)
    show: Any = Presentation()
    show.slide_width, show.slide_height = round(size.width * _EMU), round(size.height * _EMU)
    show.core_properties.created = show.core_properties.modified = MADE
    show.core_properties.author = show.core_properties.last_modified_by = "kgeval"
    show.core_properties.title = title
    first = _slide(show, title, words, foot, top=2.1, points=40)
    _text(first, (subtitle,), top=3.9, height=1.5, points=24, words=words)
    first.notes_slide.notes_text_frame.text = subtitle
    taken = {title}
    for slide in (page for whole in deck for page in _pages(whole)):
        own = _unique(slide.title, taken)
        taken.add(own)
        _fill(_slide(show, own, words, foot), slide, words)
    target = BytesIO()
    show.save(target)
    return restamped(target.getvalue())


def _pages(slide: Slide) -> list[Slide]:
    """Return as many slides as a table needs: no row is left out, or off the slide, for want of room."""
    if slide.table is None:
        return [slide]
    table, (_, (head, *heights)) = slide.table, _measures(slide.table)
    pages: list[list[int]] = [[]]
    for row, height in enumerate(heights):
        full = head + sum(heights[at] for at in pages[-1]) + height > _PLACE.height
        if pages[-1] and (full or len(pages[-1]) == _ROWS):
            pages.append([])
        pages[-1].append(row)
    return [replace(slide, table=replace(table, cells=table.cells.iloc[page])) for page in pages]


def _unique(title: str, taken: set[str]) -> str:
    number, own = 1, title
    while own in taken:
        number += 1
        own = f"{title} ({number})"
    return own


def _slide(show: Any, title: str, words: Labels, foot: str, *, top: float = 0.3, points: float = 28) -> Any:
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.enum.text import PP_ALIGN

    made = show.slides.add_slide(show.slide_layouts[5])  # title only: a real placeholder, so outlines work
    holder = made.shapes.title
    size = size_of("slide")
    high = 1.15 * points / size.title
    holder.left, holder.top = round(_MARGIN * _EMU), round(top * _EMU)
    holder.width, holder.height = round((size.width - 2 * _MARGIN) * _EMU), round(high * _EMU)
    lines = wrapped(title, points, size.width - 2 * _MARGIN - 0.3, bold=True)
    frame = holder.text_frame
    frame.word_wrap = True
    frame.text = title
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    bar = made.shapes.add_shape(
        MSO_SHAPE.RECTANGLE, 0, round(top * _EMU), round(0.14 * _EMU), round(high * _EMU)
    )
    bar.fill.solid()
    bar.fill.fore_color.rgb = rgb(colour("bar"))
    bar.line.fill.background()
    describe(bar, "")
    dress(frame.paragraphs[0], points if len(lines) <= 2 else 0.78 * points, words, bold=True)
    number = _text(made, ("",), top=7.02, height=0.35, points=12, words=words)
    slide_number(number.text_frame.paragraphs[0], len(show.slides), 12, words["office"])
    if foot:
        box = _text(made, (foot,), top=7.02, height=0.35, points=14, words=words, bold=True)
        box.text_frame.paragraphs[0].runs[0].font.color.rgb = rgb(colour("watermark"))
    return made


def _fill(made: Any, slide: Slide, words: Labels) -> None:
    if slide.lines:
        _text(made, slide.lines, top=1.6, height=_HIGH, points=_largest(slide.lines), words=words)
    if slide.table is not None:
        _table(made, slide.table, words)
    if slide.picture is not None:
        _picture(made, slide.picture)
    if slide.chart is not None:
        add_results(made, slide.chart, slide.alt or slide.title, words, _PLACE)
    if slide.changes is not None:
        add_changes(made, slide.changes, slide.alt or slide.title, words, _PLACE)
    made.notes_slide.notes_text_frame.text = slide.notes
    for paragraph in made.notes_slide.notes_text_frame.paragraphs:
        language_of(paragraph, words["office"])


def _largest(lines: Sequence[str]) -> float:
    """Return the largest type in which the lines have room on a slide."""
    wide = size_of("slide").width - 2 * _MARGIN - 0.3
    for points in _TYPES:
        rows = sum(len(wrapped(line, points, wide)) for line in lines)
        if rows * points * _LINE / 72 + len(lines) * _BETWEEN / 72 <= _HIGH:
            break
    return points


def _text(
    made: Any,
    lines: Sequence[str],
    *,
    top: float,
    height: float,
    points: float,
    words: Labels,
    bold: bool = False,
) -> Any:
    size = size_of("slide")
    box = made.shapes.add_textbox(
        round(_MARGIN * _EMU),
        round(top * _EMU),
        round((size.width - 2 * _MARGIN) * _EMU),
        round(height * _EMU),
    )
    frame = box.text_frame
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.space_after = _BETWEEN * 12700
        dress(paragraph, points, words, bold=bold)
    return box


def _table(made: Any, table: TableSpec, words: Labels) -> None:
    widths, heights = _measures(table)
    frame = made.shapes.add_table(
        len(heights), len(widths), round(_PLACE.left * _EMU), round(_PLACE.top * _EMU),
        round(_PLACE.width * _EMU), round(sum(heights) * _EMU),
    )  # fmt: skip
    describe(frame, table.title)
    grid = frame.table
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = round(width * _EMU)
    for row, height in zip(grid.rows, heights, strict=True):
        row.height = round(height * _EMU)
    for at, column in enumerate(table.columns):
        _cell(grid.cell(0, at), column.heading, words, bold=True, align=column.align)
        for number, text in enumerate(table.cells[column.key], start=1):
            _cell(grid.cell(number, at), str(text), words, align=column.align)


def _measures(table: TableSpec) -> tuple[list[float], list[float]]:
    """Return the widths of the columns and the heights of the heading and the rows, in inches."""
    widths = column_widths(table, _TABLE_POINTS, _PLACE.width, 2 * _PADDING)
    headings = [column.heading for column in table.columns]
    written = table.cells[[column.key for column in table.columns]].itertuples(index=False, name=None)
    heights = [
        max(
            len(wrapped(str(text), _TABLE_POINTS, width - 2 * _PADDING, bold=row == 0))
            for text, width in zip(texts, widths, strict=True)
        )
        * _TABLE_POINTS
        * _LINE
        / 72
        + 0.1
        for row, texts in enumerate([headings, *written])
    ]
    return widths, heights


def _cell(cell: Any, text: str, words: Labels, *, bold: bool = False, align: str = "left") -> None:
    from pptx.enum.text import PP_ALIGN

    cell.text = text
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT}.get(align, PP_ALIGN.CENTER)
    dress(paragraph, _TABLE_POINTS, words, bold=bold)
    if bold:
        cell.fill.solid()
        cell.fill.fore_color.rgb = rgb("#E8EEF4")


def _picture(made: Any, chart: Chart) -> None:
    """Place a picture without the title that it draws, which the slide says itself, so that it is larger."""
    size = size_of("slide")
    image = made.shapes.add_picture(BytesIO(picture(chart, "png")), 0, 0)
    cut = _share_of_title(chart.figure)
    image.crop_top = cut
    image.height = round(image.height * (1 - cut))
    scale = min(_PLACE.width * _EMU / image.width, _PLACE.height * _EMU / image.height)
    image.width, image.height = round(image.width * scale), round(image.height * scale)
    image.left, image.top = round((size.width * _EMU - image.width) / 2), round(_PLACE.top * _EMU)
    describe(image, chart.alt)


def _share_of_title(figure: Any) -> float:
    """Return the share of a figure's height from its upper edge down to the end of its title."""
    from matplotlib.text import Text

    titles = figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_gid() == "title")
    if not titles:
        return 0.0
    figure.draw_without_rendering()
    lowest = min(title.get_window_extent(figure.canvas.get_renderer()).y0 for title in titles)
    return float(min(max(1 - lowest / figure.bbox.height, 0.0), 0.4))
