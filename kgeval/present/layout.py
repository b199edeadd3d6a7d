"""Where text stands: measured before it is drawn, and checked after."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

from kgeval.present.style import font

_POINTS = 72  # points in an inch
_EM = 1000.0  # the height of type at which letters are measured, in pixels
_TOLERANCE = 1.0  # pixels by which boxes may touch


def width_of(text: str, points: float, *, bold: bool = False) -> float:
    """Return the width in inches of one line of text.

    It is the sum of the letters' advances. Kerning, which draws a few pairs closer, is left out: it
    would cost a layout of every text, and a line may well be a hair shorter than it was measured.
    """
    return sum(_advance(letter, bold) for letter in text) * points / _POINTS


@cache
def _advance(letter: str, bold: bool) -> float:
    """Return how far a letter moves the pen, in heights of the type."""
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.ft2font import LoadFlags

    face = get_font(findfont(FontProperties(family=font(), weight="bold" if bold else "normal")))
    face.set_size(_EM, _POINTS)
    return float(face.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 2**16 / _EM


def wrapped(
    text: str, points: float, width: float, *, bold: bool = False, most: int | None = None
) -> tuple[str, ...]:
    """Return ``text`` in lines that are at most ``width`` inches wide.

    Lines break at spaces (never at no-break spaces); a word that is wider than a line is broken where
    it must. Where more than ``most`` lines are needed the last one ends with an ellipsis.
    """
    lines: list[str] = []
    for word in text.split(" "):
        candidate = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(candidate, points, bold=bold) <= width:
            lines[-1] = candidate
        else:
            lines.extend(_pieces(word, points, width, bold=bold))
    if most is None or len(lines) <= most:
        return tuple(lines)
    return (*lines[: most - 1], _shortened(" ".join(lines[most - 1 :]), points, width, bold=bold))


def overlaps(figure: Any) -> list[str]:
    """Return what is wrong with the text of a drawn figure: outside the canvas, or on other text."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    canvas = figure.bbox
    boxes = [
        (artist.get_text(), artist.get_window_extent(renderer))
        for artist in figure.findobj(Text)
        if artist.get_visible() and artist.get_text().strip() and artist.get_gid() != "watermark"
    ]
    outside = [
        f"outside the canvas: {text!r}"
        for text, box in boxes
        if box.x0 < canvas.x0 - _TOLERANCE
        or box.y0 < canvas.y0 - _TOLERANCE
        or box.x1 > canvas.x1 + _TOLERANCE
        or box.y1 > canvas.y1 + _TOLERANCE
    ]
    crossing = [
        f"overlap: {one!r} and {other!r}"
        for (one, first), (other, second) in combinations(boxes, 2)
        if min(first.x1, second.x1) - max(first.x0, second.x0) > _TOLERANCE
        and min(first.y1, second.y1) - max(first.y0, second.y0) > _TOLERANCE
    ]
    return outside + crossing


def _pieces(word: str, points: float, width: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, points, bold=bold) > width:
            pieces.append(letter)
        else:
            pieces[-1] += letter
    return pieces


def _shortened(text: str, points: float, width: float, *, bold: bool) -> str:
    while text and width_of(f"{text}…", points, bold=bold) > width:
        text = text[:-1].rstrip()
    return f"{text}…"
