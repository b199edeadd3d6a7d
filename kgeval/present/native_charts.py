"""Charts that stay editable on a slide: results as dots with whiskers, both rounds as bars with whiskers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kgeval.present.chart_xml import (
    add_error_bars,
    describe,
    hide_line,
    language_of,
    level_labels,
    thin_gridlines,
)
from kgeval.present.labels import Labels
from kgeval.present.measure import Measure, number_of
from kgeval.present.numbers import NBSP, Numbers
from kgeval.present.reading_order import in_reading_order, several_areas
from kgeval.present.slide_text import FACE, POINT, dress, rgb
from kgeval.present.style import colour, verdict_colour

_EMU = 914400  # English metric units in an inch
_AXIS_POINTS, _LABEL_POINTS, _SMALL_POINTS = 16, 14, 12
_HALF = 50.0  # percent: an axis begins here or at zero
_FEW = 4  # categories whose names have room in the type of the axis
_FORMULA = frozenset("=+-@")
_MARKERS = {"met": "circle", "not_met": "square", "unclear": "diamond", "none": "circle"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a chart stands on its slide, in inches."""

    left: float
    top: float
    width: float
    height: float


def add_results(made: Any, rows: pd.DataFrame, alt: str, words: Labels, place: Place) -> None:
    """Draw a line chart without lines: one series a verdict, error bars as intervals, the target dashed.

    Parameters
    ----------
    made
        The slide of python-pptx.
    rows
        What ``publish`` returns, shares of one indicator by area or of one area by indicator. A row without
        a value keeps its seat, and no number of it enters the chart's workbook.
    alt
        The chart in words.
    words, place
        Language and seat.
    """
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    shown = in_reading_order(rows)
    names = shown["place"] if several_areas(shown) else shown["short"]
    numbers, seen = Numbers(lang=words.lang), shown["value"].notna()
    data: Any = CategoryChartData(number_format="0.0")  # type: ignore[no-untyped-call]
    data.categories = [
        _label(f"{name} ({numbers.n(n) if there else words['numbers.absent']})")
        for name, n, there in zip(names, shown["n"], seen, strict=True)
    ]
    outcomes = list(dict.fromkeys(shown["outcome"][seen]))
    for outcome in outcomes:
        own = (shown["outcome"] == outcome) & seen
        data.add_series(words[f"verdict.chart.{outcome}"], _percents(shown["value"].where(own)))
    target = shown["target"].dropna()
    if len(target):
        data.add_series(words["chart.target_row"], _percents(shown["target"]))
    chart = _framed(made, data, alt, words, place, kind=XL_CHART_TYPE.LINE_MARKERS)
    low = shown[["value", "low", "target"]].min().min() * 100
    _scale(chart, _HALF if low > _HALF else 0.0)
    if low > _HALF:  # dots may begin elsewhere than at zero, if it is said
        _say_beside_axis(chart, words.fill("axis.cut", low=numbers.percent(_HALF / 100, 0)), words)
    for series, outcome in zip(chart.plots[0].series, outcomes, strict=False):
        _series(series, shown, (shown["outcome"] == outcome) & seen, outcome, words)
    if len(target):
        _target(chart.plots[0].series[len(outcomes)], line=len(target) > 1 and len(set(target)) == 1)


def add_changes(made: Any, rows: pd.DataFrame, alt: str, words: Labels, place: Place) -> None:
    """Draw both rounds side by side as bars from zero, with their intervals; the change stands below them.

    ``rows`` are published changes of shares with the limits of both rounds, as a dumbbell draws them.
    """
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    names = rows["place"] if several_areas(rows) else rows["short"]
    data: Any = CategoryChartData(number_format="0.0")  # type: ignore[no-untyped-call]
    data.categories = [
        _label(f"{name}: {_in_words(row, words)}")
        for name, (_, row) in zip(names, rows.iterrows(), strict=True)
    ]
    sides = (("from", colour("rule"), colour("ink")), ("to", colour("to_round"), colour("ink")))
    for side, _, _ in sides:
        data.add_series(str(rows.iloc[0][f"{side}_label"]), _percents(rows[f"{side}_value"]))
    chart = _framed(made, data, alt, words, place, kind=XL_CHART_TYPE.COLUMN_CLUSTERED)
    _scale(chart, 0.0)
    chart.plots[0].gap_width, chart.plots[0].overlap = 80, 0
    for series, (side, tint, whisker) in zip(chart.plots[0].series, sides, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(tint)
        limits = {name: f"{side}_{name}" for name in ("value", "low", "high")}
        spans = pd.DataFrame({name: rows.get(column) for name, column in limits.items()}, index=rows.index)
        _whiskers(series, spans, whisker)


def _label(text: str) -> str:
    """Return a category that the workbook behind the chart takes for text, whatever it begins with."""
    return f"{NBSP}{text}" if text[:1] in _FORMULA else text


def _in_words(row: pd.Series, words: Labels) -> str:
    """Return both values and the change with its interval, in the unit of a change."""
    measure = Measure(kind=row["kind"], lang=row["lang"])
    difference = number_of(row, "difference")
    if difference is None:
        return words["numbers.absent"]
    values = {name: measure.value(number_of(row, name)) for name in ("from_value", "to_value")}
    change, low, high = measure.difference(difference), number_of(row, "low"), number_of(row, "high")
    limits = "" if low is None or high is None else f" ({measure.range(low, high)})"
    return f"{words.fill('chart.two_values', **values)}; {change}{limits}"


def _percents(values: Sequence[float] | pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) * 100 for value in values]


def _framed(made: Any, data: Any, alt: str, words: Labels, place: Place, *, kind: Any) -> Any:
    from pptx.enum.chart import XL_LEGEND_POSITION

    seat = (round(inches * _EMU) for inches in (place.left, place.top, place.width, place.height))
    frame = made.shapes.add_chart(kind, *seat, data)
    describe(frame, alt)
    chart = frame.chart
    chart.has_legend, chart.has_title = True, False
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size, chart.font.name = _AXIS_POINTS * POINT, FACE
    level_labels(chart.category_axis, _AXIS_POINTS if len(list(data.categories)) <= _FEW else _SMALL_POINTS)
    language_of(chart, words["office"])
    return chart


def _scale(chart: Any, low: float) -> None:
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale = low, 100
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = '0"%"', False
    thin_gridlines(axis, colour("grid"))


def _say_beside_axis(chart: Any, text: str, words: Labels) -> None:
    title = chart.value_axis.axis_title
    title.has_text_frame = True
    title.text_frame.text = text
    dress(title.text_frame.paragraphs[0], _SMALL_POINTS, words)


def _whiskers(series: Any, spans: pd.DataFrame, tint: str) -> None:
    percents = spans.astype("float64") * 100
    plus, minus = percents["high"] - percents["value"], percents["value"] - percents["low"]
    add_error_bars(series, list(plus.fillna(0)), list(minus.fillna(0)), tint)


def _series(series: Any, shown: pd.DataFrame, own: pd.Series, outcome: str, words: Labels) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE

    tint = rgb(verdict_colour(outcome))
    hide_line(series)
    series.marker.style = getattr(XL_MARKER_STYLE, _MARKERS.get(outcome, "circle").upper())
    series.marker.size = 12
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = tint
    series.marker.format.line.color.rgb = tint
    spans = shown[["value", "low", "high"]].where(own)
    _whiskers(series, spans, verdict_colour(outcome))
    numbers = Numbers(lang=words.lang)
    for point, (value, mine) in enumerate(zip(shown["value"], own, strict=True)):
        if mine:
            label = series.points[point].data_label
            label.has_text_frame = True
            label.text_frame.text = numbers.percent(value)
            label.position = XL_LABEL_POSITION.RIGHT
            dress(label.text_frame.paragraphs[0], _LABEL_POINTS, words)


def _target(series: Any, *, line: bool) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE_DASH_STYLE

    if not line:  # between targets of different things it would mean nothing; of one, it has no length
        hide_line(series)
        series.marker.style, series.marker.size = XL_MARKER_STYLE.DASH, 24
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = rgb(colour("target"))
        return
    series.marker.style = XL_MARKER_STYLE.NONE
    series.smooth = False
    series.format.line.color.rgb = rgb(colour("target"))
    series.format.line.width = round(1.75 * POINT)
    series.format.line.dash_style = MSO_LINE_DASH_STYLE.DASH
