"""The XML of slides that python-pptx has no door to: error bars, languages, alternative text.

The schema wants children in a fixed order; an element in the wrong place makes PowerPoint offer a repair.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_AFTER_ERROR_BARS = ("c:cat", "c:val", "c:smooth", "c:shape", "c:extLst")  # what follows them in a series


def add_error_bars(series: Any, plus: Sequence[float], minus: Sequence[float], colour: str) -> None:
    """Give each point of a line series its own interval: ``plus`` and ``minus`` are distances from it."""
    from lxml import etree  # type: ignore[import-untyped]

    element = series._element  # python-pptx has no error bars
    bars = _add(None, "c:errBars")
    for name, value in (
        ("c:errDir", "y"),
        ("c:errBarType", "both"),
        ("c:errValType", "cust"),
        ("c:noEndCap", "0"),
    ):
        _add(bars, name).set("val", value)
    for name, distances in (("c:plus", plus), ("c:minus", minus)):
        literal = _add(_add(bars, name), "c:numLit")
        _add(literal, "c:formatCode").text = "General"
        _add(literal, "c:ptCount").set("val", str(len(distances)))
        for at, distance in enumerate(distances):
            point = _add(literal, "c:pt")
            point.set("idx", str(at))
            _add(point, "c:v").text = repr(float(distance))
    line = _add(_add(bars, "c:spPr"), "a:ln")
    line.set("w", str(round(2.25 * 12700)))
    _add(_add(line, "a:solidFill"), "a:srgbClr").set("val", colour.removeprefix("#"))
    followers = {_qualified(name) for name in _AFTER_ERROR_BARS}
    for child in element:
        if child.tag in followers:
            child.addprevious(bars)
            break
    else:
        element.append(bars)
    etree.cleanup_namespaces(bars)


def hide_line(series: Any) -> None:
    """Show the markers of a line series alone."""
    series.smooth = False
    series.format.line.fill.background()


def describe(shape: Any, text: str) -> None:
    """Give a shape its alternative text."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)


def language_of(part: Any, language: str) -> None:
    """Say in which language the text of a paragraph or a chart is written."""
    element = getattr(part, "_element", None)
    element = part._chartSpace if element is None and hasattr(part, "_chartSpace") else element
    element = part._p if element is None else element
    for name in ("a:rPr", "a:defRPr", "a:endParaRPr"):
        for properties in element.iter(_qualified(name)):
            properties.set("lang", language)


def slide_number(paragraph: Any, number: int, points: float, language: str) -> None:
    """Write the number of a slide at the right, as a field that follows the slide when it is moved."""
    element = paragraph._p
    for run in [*element]:
        element.remove(run)
    _add(element, "a:pPr").set("algn", "r")
    field = _add(element, "a:fld")
    field.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
    field.set("type", "slidenum")
    properties = _add(field, "a:rPr")
    properties.set("lang", language)
    properties.set("sz", str(round(points * 100)))
    _add(_add(properties, "a:solidFill"), "a:srgbClr").set("val", "595959")
    _add(properties, "a:latin").set("typeface", "Arial")
    _add(field, "a:t").text = str(number)


def level_labels(axis: Any, points: float) -> None:
    """Write the labels of an axis level, so that long ones break into lines instead of leaning over."""
    axis.tick_labels.font.size = round(points * 12700)
    properties = axis._element.find(_qualified("c:txPr")).find(_qualified("a:bodyPr"))
    properties.set("rot", "0")
    properties.set("vert", "horz")


def thin_gridlines(axis: Any, colour: str) -> None:
    """Draw the gridlines of an axis thin and grey."""
    from pptx.dml.color import RGBColor

    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = RGBColor.from_string(  # type: ignore[no-untyped-call]
        colour.removeprefix("#")
    )
    axis.major_gridlines.format.line.width = round(0.75 * 12700)


def _qualified(name: str) -> str:
    from pptx.oxml.ns import qn

    return str(qn(name))


def _add(parent: Any, name: str) -> Any:
    from lxml import etree

    if parent is None:
        return etree.Element(_qualified(name))
    return etree.SubElement(parent, _qualified(name))
