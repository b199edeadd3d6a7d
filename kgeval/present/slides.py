"""Slides that can still be edited: native charts with error bars, native tables, notes, one look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pandas as pd

from kgeval.present.archive import MADE, restamped
from kgeval.present.chart_xml import add_error_bars, describe, hide_line, language_of, thin_gridlines
from kgeval.present.charts.chart import Chart, picture
from kgeval.present.labels import Labels, labels
from kgeval.present.layout import wrapped
from kgeval.present.numbers import Numbers
from kgeval.present.published import in_reading_order, several_areas
from kgeval.present.style import colour, size_of, verdict_colour
from kgeval.present.tables.spec import TableSpec
from kgeval.present.tables.widths import column_widths

_EMU = 914400  # English metric units in an inch
_FONT = "Arial"
_MARGIN = 0.5
_TABLE_POINTS = 14
_ROWS = 12  # rows of a native table on one slide
_MARKERS = {"met": "circle", "not_met": "square", "unclear": "diamond", "none": "circle"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """A slide with its notes: what to say, exact numbers, how to read the interval, source."""

    title: str
    notes: str
    lines: tuple[str, ...] = ()
    table: TableSpec | None = None
    picture: Chart | None = None
    chart: pd.DataFrame | None = None  # published rows of one measure: a native dot-and-whisker chart


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
    first = _slide(show, title, words, foot)
    _text(first, (subtitle,), top=3.2, height=2.5, points=24, words=words)
    first.notes_slide.notes_text_frame.text = subtitle
    taken = {title}
    for slide in deck:
        own = _unique(slide.title, taken)
        taken.add(own)
        _fill(_slide(show, own, words, foot), slide, words)
    target = BytesIO()
    show.save(target)
    return restamped(target.getvalue())


def _unique(title: str, taken: set[str]) -> str:
    number, own = 1, title
    while own in taken:
        number += 1
        own = f"{title} ({number})"
    return own


def _slide(show: Any, title: str, words: Labels, foot: str) -> Any:
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.enum.text import PP_ALIGN

    made = show.slides.add_slide(show.slide_layouts[5])  # title only: a real placeholder, so outlines work
    holder = made.shapes.title
    size = size_of("slide")
    holder.left, holder.top = round(_MARGIN * _EMU), round(0.3 * _EMU)
    holder.width, holder.height = round((size.width - 2 * _MARGIN) * _EMU), round(1.15 * _EMU)
    lines = wrapped(title, size.title, size.width - 2 * _MARGIN - 0.3, bold=True)
    frame = holder.text_frame
    frame.word_wrap = True
    frame.text = title
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    bar = made.shapes.add_shape(
        MSO_SHAPE.RECTANGLE, 0, round(0.3 * _EMU), round(0.14 * _EMU), round(1.15 * _EMU)
    )
    bar.fill.solid()
    bar.fill.fore_color.rgb = _rgb(colour("bar"))
    bar.line.fill.background()
    describe(bar, "")
    _style(frame.paragraphs[0], 28 if len(lines) <= 2 else 22, words, bold=True)
    if foot:
        box = _text(made, (foot,), top=7.02, height=0.35, points=14, words=words, bold=True)
        box.text_frame.paragraphs[0].runs[0].font.color.rgb = _rgb(colour("watermark"))
    return made


def _fill(made: Any, slide: Slide, words: Labels) -> None:
    if slide.lines:
        _text(made, slide.lines, top=1.6, height=5.2, points=20 if len(slide.lines) < 6 else 18, words=words)
    if slide.table is not None:
        _table(made, slide.table, words)
    if slide.picture is not None:
        _picture(made, slide.picture)
    if slide.chart is not None:
        _chart(made, slide.chart, slide.title, words)
    made.notes_slide.notes_text_frame.text = slide.notes
    for paragraph in made.notes_slide.notes_text_frame.paragraphs:
        language_of(paragraph, words["office"])


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
        paragraph.space_after = 8 * 12700
        _style(paragraph, points, words, bold=bold)
    return box


def _table(made: Any, table: TableSpec, words: Labels) -> None:
    size = size_of("slide")
    count = min(len(table.cells), _ROWS)
    frame = made.shapes.add_table(
        count + 1, len(table.columns), round(_MARGIN * _EMU), round(1.6 * _EMU),
        round((size.width - 2 * _MARGIN) * _EMU), round(0.4 * (count + 1) * _EMU),
    )  # fmt: skip
    describe(frame, table.title)
    grid = frame.table
    widths = column_widths(table, _TABLE_POINTS, size.width - 2 * _MARGIN, 0.24)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = round(width * _EMU)
    for at, column in enumerate(table.columns):
        _cell(grid.cell(0, at), column.heading, words, bold=True, align=column.align)
        for row in range(count):
            text = str(table.cells[column.key].iloc[row])
            _cell(grid.cell(row + 1, at), text, words, align=column.align)


def _cell(cell: Any, text: str, words: Labels, *, bold: bool = False, align: str = "left") -> None:
    from pptx.enum.text import PP_ALIGN

    cell.text = text
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT}.get(align, PP_ALIGN.CENTER)
    _style(paragraph, _TABLE_POINTS, words, bold=bold)
    if bold:
        cell.fill.solid()
        cell.fill.fore_color.rgb = _rgb("#E8EEF4")


def _picture(made: Any, chart: Chart) -> None:
    size = size_of("slide")
    image = made.shapes.add_picture(BytesIO(picture(chart, "png")), 0, 0)
    room = (size.width - 2 * _MARGIN, size.height - 2.1)
    scale = min(room[0] * _EMU / image.width, room[1] * _EMU / image.height)
    image.width, image.height = round(image.width * scale), round(image.height * scale)
    image.left, image.top = round((size.width * _EMU - image.width) / 2), round(1.5 * _EMU)
    describe(image, chart.alt)


def _chart(made: Any, rows: pd.DataFrame, alt: str, words: Labels) -> None:
    """Draw a line chart without lines: one series a verdict, error bars as intervals, the target dashed."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION

    size, shown = size_of("slide"), in_reading_order(rows)
    names = shown["place"] if several_areas(shown) else shown["short"]
    absent = f" ({words['numbers.absent']})"  # a place without a value keeps its seat
    data: Any = CategoryChartData(number_format="0.0")  # type: ignore[no-untyped-call]
    seen = shown["value"].notna()
    data.categories = [name if there else name + absent for name, there in zip(names, seen, strict=True)]
    outcomes = list(dict.fromkeys(shown["outcome"][seen]))
    for outcome in outcomes:
        own = (shown["outcome"] == outcome) & seen
        values = [v * 100 if mine else None for v, mine in zip(shown["value"], own, strict=True)]
        data.add_series(words[f"verdict.chart.{outcome}"], values)
    target = shown["target"].dropna()
    if len(target):
        data.add_series(words["chart.target_row"], [None if pd.isna(t) else t * 100 for t in shown["target"]])
    frame = made.shapes.add_chart(
        XL_CHART_TYPE.LINE_MARKERS, round(_MARGIN * _EMU), round(1.5 * _EMU),
        round((size.width - 2 * _MARGIN) * _EMU), round(5.4 * _EMU), data,
    )  # fmt: skip
    describe(frame, alt)
    chart = frame.chart
    chart.has_legend, chart.has_title = True, False
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size, chart.font.name = 16 * 12700, _FONT
    language_of(chart, words["office"])
    _axes(chart, shown)
    for series, outcome in zip(chart.plots[0].series, outcomes, strict=False):
        own = (shown["outcome"] == outcome) & seen
        _series(series, shown, own, outcome, words)
    if len(target):
        _target(chart.plots[0].series[len(outcomes)], one=len(set(target)) == 1)


def _axes(chart: Any, shown: pd.DataFrame) -> None:
    low = shown[["value", "low", "target"]].min().min() * 100
    axis = chart.value_axis
    axis.minimum_scale = max(0, 10 * ((low - 5) // 10))
    axis.maximum_scale = 100
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = '0"%"', False
    thin_gridlines(axis, colour("grid"))


def _series(series: Any, shown: pd.DataFrame, own: pd.Series, outcome: str, words: Labels) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE

    tint = _rgb(verdict_colour(outcome))
    hide_line(series)
    series.marker.style = getattr(XL_MARKER_STYLE, _MARKERS.get(outcome, "circle").upper())
    series.marker.size = 12
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = tint
    series.marker.format.line.color.rgb = tint
    spans = shown[["value", "low", "high"]].astype("float64") * 100
    minus, plus = (spans["value"] - spans["low"]).where(own), (spans["high"] - spans["value"]).where(own)
    add_error_bars(series, list(plus.fillna(0)), list(minus.fillna(0)), verdict_colour(outcome))
    numbers = Numbers(lang=words.lang)
    for point, (value, mine) in enumerate(zip(shown["value"], own, strict=True)):
        if mine:
            label = series.points[point].data_label
            label.has_text_frame = True
            label.text_frame.text = numbers.percent(value)
            label.position = XL_LABEL_POSITION.RIGHT
            _style(label.text_frame.paragraphs[0], 14, words)


def _target(series: Any, *, one: bool) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE_DASH_STYLE

    if not one:  # a line between targets of different things would mean nothing
        hide_line(series)
        series.marker.style, series.marker.size = XL_MARKER_STYLE.DASH, 24
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = _rgb(colour("target"))
        return
    series.marker.style = XL_MARKER_STYLE.NONE
    series.smooth = False
    series.format.line.color.rgb = _rgb(colour("target"))
    series.format.line.width = round(1.75 * 12700)
    series.format.line.dash_style = MSO_LINE_DASH_STYLE.DASH


def _style(paragraph: Any, points: float, words: Labels, *, bold: bool = False) -> None:
    for run in paragraph.runs:
        run.font.size, run.font.name, run.font.bold = round(points * 12700), _FONT, bold
        run.font.color.rgb = _rgb(colour("ink"))
    language_of(paragraph, words["office"])


def _rgb(text: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(text.removeprefix("#"))  # type: ignore[no-untyped-call]
