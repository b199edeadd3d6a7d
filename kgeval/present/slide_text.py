"""Runs of text on slides: one face, sizes in points, colours, the language they are written in."""

from __future__ import annotations

from typing import Any

from kgeval.present.chart_xml import language_of
from kgeval.present.labels import Labels
from kgeval.present.style import colour

FACE = "Arial"
POINT = 12700  # English metric units


def dress(paragraph: Any, points: float, words: Labels, *, bold: bool = False) -> None:
    """Set size, face, colour and language of the runs of a paragraph."""
    for run in paragraph.runs:
        run.font.size, run.font.name, run.font.bold = round(points * POINT), FACE, bold
        run.font.color.rgb = rgb(colour("ink"))
    language_of(paragraph, words["office"])


def rgb(text: str) -> Any:
    """Return a colour as python-pptx wants it from ``#RRGGBB``."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(text.removeprefix("#"))  # type: ignore[no-untyped-call]
